import { setTimeout as delay } from 'node:timers/promises';
import { StackError } from '../../../stack-error';
import type { ComposeStack } from '../stack/compose-stack';
import { type ListenersJob, type OneShotListener, readJob } from '../stack/one-shot-listener';
import type { TryOut } from '../stack/try-out';

const everyMs = 100;
const endDeadlineMs = 120_000;
const meetDeadlineMs = 60_000;
const brokerDeadlineMs = 60_000;

/** Uploads through the proxy. @returns the job's id */
export async function uploadOne(
  listener: OneShotListener,
  name: string,
  video: Buffer,
): Promise<string> {
  const answer = await listener.upload(name, video);
  if (answer.status !== 200) {
    throw new StackError(
      `upload of ${name}: ${answer.status ?? answer.problem} ${String(answer.body)}`,
    );
  }
  return readJob(answer).id;
}

/** Waits for a job to be ready, failed or dead. */
export async function jobEnds(
  { listener, signal }: Pick<TryOut, 'listener' | 'signal'>,
  id: string,
): Promise<ListenersJob> {
  const deadline = performance.now() + endDeadlineMs;
  for (;;) {
    const answer = await listener.show(id);
    const job = answer.status === 200 ? readJob(answer) : undefined;
    if (job !== undefined && ['ready', 'failed', 'dead'].includes(job.state)) return job;
    if (performance.now() > deadline) {
      const got = job?.state ?? answer.status ?? answer.problem;
      throw new StackError(`job ${id} is ${got} after ${endDeadlineMs / 1000} s`);
    }
    await delay(everyMs, undefined, { signal });
  }
}

/**
 * Kills the converter that has the job, in the middle of it, as the kernel does when memory is out;
 * compose's `restart` does not bring back what was killed by `docker kill`, so it is started again.
 *
 * @returns its name
 */
export async function killConverterOf(
  { stack, listener, signal }: TryOut,
  id: string,
): Promise<string> {
  const deadline = performance.now() + meetDeadlineMs;
  const converters = await stack.running('converter');
  while (performance.now() < deadline) {
    for (const { ID, Name } of converters) {
      const { stdout } = await stack.docker(['top', ID, '-o', 'pid,comm']);
      if (!/\bffmpeg\b/.test(stdout)) continue;
      await stack.docker(['kill', ID]);
      await stack.docker(['start', ID]);
      return Name;
    }
    const answer = await listener.show(id);
    if (answer.status === 200 && readJob(answer).state === 'ready') break;
    await delay(everyMs, undefined, { signal });
  }
  throw new StackError('no converter was met in the middle of the job');
}

/** Restarts the broker, and does `meanwhile` while it does not answer. */
export async function restartBroker(
  stack: ComposeStack,
  meanwhile: () => Promise<void>,
): Promise<void> {
  const ids = (await stack.running('rabbitmq')).map(({ ID }) => ID);
  const [id] = ids;
  if (id === undefined) throw new StackError('no broker runs');
  const away = async (): Promise<void> => {
    await brokerIs('away', stack, id);
    await meanwhile();
  };
  await Promise.all([stack.docker(['restart', ...ids]), away()]);
  await brokerIs('there', stack, id);
}

async function brokerIs(wanted: 'there' | 'away', stack: ComposeStack, id: string): Promise<void> {
  const deadline = performance.now() + brokerDeadlineMs;
  for (;;) {
    const { code } = await stack.docker(['exec', id, 'bash', '-c', ': < /dev/tcp/127.0.0.1/5672'], {
      anyCode: true,
    });
    if ((code === 0 ? 'there' : 'away') === wanted) return;
    if (performance.now() > deadline) {
      throw new StackError(
        `the broker that restarts is not ${wanted} after ${brokerDeadlineMs / 1000} s`,
      );
    }
    await delay(everyMs, undefined, { signal: stack.signal });
  }
}
