import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { jobsEnded } from '../stack/collect-jobs';
import type { TryOut } from '../stack/try-out';
import type { WalkFinding } from './check';
import { jobEnds, killConverterOf, restartBroker, uploadOne } from './disturb';
import { judgeHardening, lookInside } from './hardening';
import {
  judgeKill,
  judgeMails,
  judgeQueues,
  judgeRestart,
  judgeTargets,
  readQueuesStatus,
} from './judge-walk';
import { scrapeTargets } from './scrape-targets';
import { walkWithCurl } from './walk-with-curl';

interface WalkResult {
  readonly findings: readonly WalkFinding[];
  readonly facts: readonly Fact[];
}

type Fact = readonly [name: string, value: string];

const mailDeadlineMs = 120_000;
/** Prometheus looks every 15 s, and finds names by DNS as often. */
const targetsDeadlineMs = 60_000;
const uploadsEachTime = 2;

/** The deployer's first day: the README's lines, what is seen of it, and two accidents. */
export async function walkStack(run: TryOut): Promise<WalkResult> {
  const parts: WalkResult[] = [];
  for (const part of [walkReadme, containers, queues, targets, killOne, restartUnderLoad, mails]) {
    parts.push(await part(run));
  }
  return {
    findings: parts.flatMap(({ findings }) => findings),
    facts: parts.flatMap(({ facts }) => facts),
  };
}

async function walkReadme(run: TryOut): Promise<WalkResult> {
  run.say('the lines of the README with curl');
  const { stack, account } = run;
  const readme = join(stack.directory, 'README.md');
  const walker = { url: await stack.url(8080), ...account };
  const mp3 = await walkWithCurl(readme, run.videoPath, walker, run.signal);
  const mailed = async (): Promise<number> => (await run.mailbox.announced(account.email)).length;
  await jobsEnded(stack, mailed, mailDeadlineMs);
  return {
    findings: [],
    facts: [
      ['README, with curl', mp3],
      ['  mail', `${await mailed()} arrived`],
    ],
  };
}

async function containers({ stack }: TryOut): Promise<WalkResult> {
  const seen = await lookInside(stack);
  const held = 'their first process, and a write to /';
  return {
    findings: judgeHardening(seen),
    facts: [['containers', `${seen.length} looked into: ${held}`]],
  };
}

async function queues({ stack }: TryOut): Promise<WalkResult> {
  const run = await stack.compose(['run', '--rm', '-T', 'queues', 'status'], { anyCode: true });
  const status = readQueuesStatus(run.code, `${run.stdout}${run.stderr}`);
  return {
    findings: judgeQueues(status),
    facts: [['queues and policies', `${status.asDeclared} of ${status.rows} as declared`]],
  };
}

async function targets({ stack, signal }: TryOut): Promise<WalkResult> {
  const url = await stack.url(9091);
  const deadline = performance.now() + targetsDeadlineMs;
  for (;;) {
    const seen = await scrapeTargets(url, signal);
    const findings = judgeTargets(seen);
    if (findings.length === 0 || performance.now() > deadline) {
      const counts = [...seen.up].map(([job, count]) => `${job} ${count}`);
      return { findings, facts: [['scraped', counts.join(', ')]] };
    }
    await delay(1_000, undefined, { signal });
  }
}

async function killOne(run: TryOut): Promise<WalkResult> {
  run.say('killing a converter in the middle of a job');
  const id = await uploadOne(run.listener, 'long.mp4', run.longVideo);
  const killed = await killConverterOf(run, id);
  const ended = await jobEnds(run, id);
  const how = `the job ended as ${ended.state}, attempt ${ended.attempts}`;
  return { findings: judgeKill(ended), facts: [['converter killed', `${killed}; ${how}`]] };
}

/** With uploads before it, while there is no broker, and after it; then everything ends. */
async function restartUnderLoad(run: TryOut): Promise<WalkResult> {
  run.say('restarting the broker under load');
  const accepted: string[] = [];
  const upload = async (moment: string): Promise<void> => {
    for (let index = 0; index < uploadsEachTime; index += 1) {
      accepted.push(await uploadOne(run.listener, `${moment} ${index}.mp4`, run.video));
    }
  };
  await upload('before');
  await restartBroker(run.stack, () => upload('during'));
  await upload('after');
  const ended = await Promise.all(accepted.map((id) => jobEnds(run, id)));
  const ready = ended.filter(({ state }) => state === 'ready').length;
  const without = `${uploadsEachTime} came while it did not answer`;
  return {
    findings: judgeRestart(ended),
    facts: [['broker restarted', `${ready} of ${accepted.length} jobs ready (${without})`]],
  };
}

async function mails({ stack, mailbox, listener: { email } }: TryOut): Promise<WalkResult> {
  const mailed = async (): Promise<number> => (await mailbox.announced(email)).length;
  const jobs = await jobsEnded(stack, mailed, mailDeadlineMs);
  const announced = await mailbox.announced(email);
  return { findings: judgeMails({ email, jobs, announced }), facts: [] };
}
