import type { Finding } from '../../finding';
import { countMp3s, jobsEnded } from '../stack/collect-jobs';
import type { TryOut } from '../stack/try-out';
import { uploadOne } from '../walk/disturb';
import { judgeJobs } from '../rolling/judge-roll';
import { judgeUpgrade } from './judge-upgrade';
import { brokerVersion, queueDepth, replaceBroker } from './replace-broker';

const queuedJobs = 6;
const heldJobs = 2;
const endDeadlineMs = 180_000;

/**
 * From RabbitMQ 3 to 4 with an empty volume: jobs whose messages only the old broker had, and jobs
 * that came while there was none.
 *
 * @param run a stack that runs on RabbitMQ 3
 * @param withoutOlder makes the stack forget the older broker's image
 */
export async function verifyBrokerUpgrade(
  run: TryOut,
  withoutOlder: () => void,
): Promise<{
  readonly findings: readonly Finding[];
  readonly facts: readonly (readonly [string, string])[];
}> {
  const { stack, listener, mailbox, say } = run;
  const before = await brokerVersion(stack);
  say(`accepting jobs on RabbitMQ ${before}`);
  const accepted: string[] = [];
  const upload = async (count: number, moment: string): Promise<void> => {
    for (let index = 0; index < count; index += 1) {
      accepted.push(await uploadOne(listener, `${moment} ${index}.mp4`, run.video));
    }
  };
  // Nobody takes them out of the broker, so that they are in it when it goes.
  await stack.compose(['stop', 'converter']);
  await upload(queuedJobs, 'queued');
  const depth = await queueDepth(stack, queuedJobs);
  await stack.compose(['stop', 'rabbitmq']);
  await upload(heldJobs, 'held');
  withoutOlder();
  say('putting RabbitMQ 4 in its place');
  const begin = performance.now();
  await replaceBroker(stack);
  const after = await brokerVersion(stack);
  const mailsOut = async (): Promise<number> => (await mailbox.announced(listener.email)).length;
  const jobs = await jobsEnded(stack, mailsOut, endDeadlineMs);
  const seconds = (performance.now() - begin) / 1000;
  const judged = judgeJobs({
    accepted,
    jobs: jobs.map(({ id, state, fid }) => ({ id, state, fid: fid ?? undefined })),
    mailed: await mailbox.announced(listener.email),
    mp3s: await countMp3s(stack),
  });
  const ready = jobs.filter(({ state }) => state === 'ready').length;
  return {
    findings: [...judgeUpgrade({ before, after, depth, queued: queuedJobs }), ...judged],
    facts: [
      ['RabbitMQ 3 to 4', `${before} to ${after}, with an empty volume`],
      [
        '  jobs',
        `${ready} of ${accepted.length} ready ${seconds.toFixed(0)} s later (${depth} were in the old broker, ${heldJobs} came without one)`,
      ],
    ],
  };
}
