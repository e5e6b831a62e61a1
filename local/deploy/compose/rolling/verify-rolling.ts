import { collectJobs, countMp3s, jobsEnded } from '../stack/collect-jobs';
import { productVersion } from '../../product';
import type { TryOut } from '../stack/try-out';
import { judgeJobs, judgeLoad, type RollFinding } from './judge-roll';
import { rollStack, sum, tagLaterVersion } from './roll-stack';

const endDeadlineMs = 180_000;

/** Rolls every service of the product under load, and judges what its listener met. */
export async function verifyRolling(
  run: TryOut,
  repository: string,
): Promise<{
  readonly findings: readonly RollFinding[];
  readonly facts: readonly (readonly [string, string])[];
}> {
  const { stack, listener, mailbox, say } = run;
  const version = productVersion(repository);
  const later = `${version}-later`;
  await tagLaterVersion(stack, version, later);
  const earlier = new Set((await collectJobs(stack)).map(({ id }) => id));
  say('rolling every service under load');
  const { load, steps, findings } = await rollStack(stack, listener, run.video, later, say);
  say(`waiting for ${load.accepted.length} jobs to end`);
  const mailsOut = async (): Promise<number> => (await mailbox.announced(listener.email)).length;
  const all = await jobsEnded(stack, mailsOut, endDeadlineMs);
  const judged = judgeJobs({
    accepted: load.accepted,
    jobs: all
      .filter(({ id }) => !earlier.has(id))
      .map(({ id, state, fid }) => ({ id, state, fid: fid ?? undefined })),
    mailed: await mailbox.announced(listener.email),
    mp3s: (await countMp3s(stack)) - all.filter(({ id, fid }) => earlier.has(id) && fid).length,
  });
  const kinds = Object.entries(load.sent).map(([name, count]) => `${count} ${name}`);
  const longest = Object.entries(load.longestMs).map(([name, ms]) => `${name} ${ms} ms`);
  return {
    findings: [...findings, ...judgeLoad(load), ...judged],
    facts: [
      ['rolled', [...steps].map(([name, s]) => `${name} ${s.toFixed(0)} s`).join(', ')],
      ['  requests meanwhile', `${sum(load.sent)} (${kinds.join(', ')}), ${load.lost.length} lost`],
      ['  longest answered', longest.join(', ')],
      ['  jobs accepted', `${load.accepted.length}`],
    ],
  };
}
