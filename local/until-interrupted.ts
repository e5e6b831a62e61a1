import { StackError } from './stack-error';

/**
 * Aborted at the first Ctrl-C or SIGTERM, so that a command takes down what it started. The second
 * one does not wait: what runs then ends with us.
 */
export function untilInterrupted(): AbortSignal {
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (interrupted.signal.aborted) process.exit(1);
      console.error('taking everything down');
      interrupted.abort(new StackError('interrupted'));
    });
  }
  return interrupted.signal;
}
