import { InvalidArgumentError } from 'commander';
import { workQueues, type WorkQueue } from '../../../contracts/topology';
import { noStep } from '../../selection';

export interface GroupKey {
  readonly queue: WorkQueue;
  /** `-` where no step failed. */
  readonly step: string;
  readonly errorClass: string;
}

/** `video/transcode/MediaToolError`: as `groups` prints it and `--group` takes it. */
export function groupName(of: {
  readonly queue: WorkQueue;
  readonly step: string | null;
  readonly error_class: string;
}): string {
  return `${of.queue}/${of.step ?? noStep}/${of.error_class}`;
}

/** @throws InvalidArgumentError */
export function parseGroupName(name: string): GroupKey {
  // An error class of a stranger's may hold anything, a slash too.
  const [, queueName, step, errorClass] = /^([^/]*)\/([^/]*)\/(.*)$/s.exec(name) ?? [];
  const queue = workQueues.find((known) => known === queueName);
  if (queue === undefined || !step || !errorClass) {
    throw new InvalidArgumentError(
      `Expected QUEUE/STEP/ERROR as the verb "groups" prints it, QUEUE one of ${workQueues.join(', ')}.`,
    );
  }
  return { queue, step, errorClass };
}
