import { setTimeout as delay } from 'node:timers/promises';
import { StackError } from '../../../stack-error';
import { readJob, type Listener, type ListenersJob } from '../stack/listener';
import type { ComposeStack } from '../stack/compose-stack';

const everyMs = 100;

/** Uploads through the proxy. @returns the job's id */
export async function uploadOne(listener: Listener, name: string, video: Buffer): Promise<string> {
  const answer = await listener.upload(name, video);
  if (answer.status !== 200) {
    throw new StackError(
      `upload of ${name}: ${answer.status ?? answer.problem} ${String(answer.body)}`,
    );
  }
  return readJob(answer).id;
}

/** Waits for a job to be in a state that `until` accepts. */
export async function jobBecomes(
  listener: Listener,
  id: string,
  until: (job: ListenersJob) => boolean,
  deadlineMs: number,
): Promise<ListenersJob> {
  const deadline = performance.now() + deadlineMs;
  for (;;) {
    const answer = await listener.show(id);
    const job = answer.status === 200 ? readJob(answer) : undefined;
    if (job !== undefined && until(job)) return job;
    if (performance.now() > deadline) {
      throw new StackError(
        `job ${id} is ${job?.state ?? answer.status} after ${deadlineMs / 1000} s`,
      );
    }
    await delay(everyMs);
  }
}

/**
 * Kills the converter that has the job, in the middle of it, as the kernel does when memory is out;
 * compose's `restart` does not bring back what was killed by `docker kill`, so it is started again.
 */
export async function killConverterOf(
  stack: ComposeStack,
  listener: Listener,
  id: string,
): Promise<string> {
  const deadline = performance.now() + 60_000;
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
    await delay(everyMs);
  }
  throw new StackError('no converter was met in the middle of the job');
}
