import { setTimeout as delay } from 'node:timers/promises';
import { join } from 'node:path';
import type { Finding } from '../../finding';
import { collectJobs, jobsEnded } from '../stack/collect-jobs';
import type { TryOut } from '../stack/try-out';
import { jobBecomes, killConverterOf, uploadOne } from './disturb';
import { type HardeningCheck, inspectContainers, judgeHardening } from './hardening';
import { scrapeTargets } from './scrape-targets';
import { walkWithCurl } from './walk-with-curl';

export type WalkCheck =
  HardeningCheck | 'walk' | 'target-down' | 'queues' | 'kill-converter' | 'restart-broker' | 'mail';

interface WalkResult {
  readonly findings: readonly Finding<WalkCheck>[];
  readonly facts: readonly (readonly [string, string])[];
}

const endDeadlineMs = 120_000;
/** Prometheus looks every 15 s, and finds names by DNS as often. */
const targetsDeadlineMs = 60_000;
const jobsUnderRestart = 6;

/** The deployer's first day: the README's lines, what is seen of it, and two accidents. */
export async function walkStack(run: TryOut): Promise<WalkResult> {
  const findings: Finding<WalkCheck>[] = [];
  const facts: [string, string][] = [];
  const { stack, listener, say } = run;

  say('the lines of the README with curl');
  const readme = join(stack.directory, 'README.md');
  const { email, password } = run.account;
  const walker = { url: await stack.url(8080), email, password };
  facts.push(['README, with curl', await walkWithCurl(readme, run.videoPath, walker, run.signal)]);
  await jobsEnded(stack, async () => (await run.mailbox.announced(email)).length, endDeadlineMs);
  facts.push(['  mail', `${(await run.mailbox.announced(email)).length} arrived`]);

  findings.push(...judgeHardening(await inspectContainers(stack)));
  facts.push(['containers', `${(await stack.containers()).length}, inspected as they run`]);
  facts.push(await queuesFact(run, findings));
  facts.push(await targetsFact(run, findings));

  say('killing a converter in the middle of a job');
  const long = await uploadOne(listener, 'long.mp4', run.longVideo);
  const killed = await killConverterOf(stack, listener, long);
  const ended = await jobBecomes(listener, long, ({ state }) => isEnd(state), endDeadlineMs);
  facts.push([
    'converter killed',
    `${killed}; the job ended as ${ended.state}, attempt ${ended.attempts}`,
  ]);
  if (ended.state !== 'ready') {
    findings.push({ check: 'kill-converter', where: long, problem: `it ended as ${ended.state}` });
  }

  say('restarting the broker under load');
  facts.push(await restartBroker(run, findings));
  await oneMailEach(run, findings);
  return { findings, facts };
}

async function queuesFact(
  { stack }: TryOut,
  findings: Finding<WalkCheck>[],
): Promise<[string, string]> {
  const status = await stack.compose(['run', '--rm', '-T', 'queues', 'status'], { anyCode: true });
  const rows = status.stdout.split('\n').filter((line) => /^│ (video|mp3)/.test(line));
  const asDeclared = rows.filter((line) => line.includes('as-declared')).length;
  if (status.code !== 0 || asDeclared !== rows.length || rows.length === 0) {
    const problem = `queues status ended with ${status.code}: ${status.stdout}${status.stderr}`;
    findings.push({ check: 'queues', where: 'rabbitmq', problem });
  }
  return ['queues and policies', `${asDeclared} of ${rows.length} as declared`];
}

async function targetsFact(
  { stack }: TryOut,
  findings: Finding<WalkCheck>[],
): Promise<[string, string]> {
  const url = await stack.url(9091);
  const deadline = performance.now() + targetsDeadlineMs;
  for (;;) {
    const { up, down } = await scrapeTargets(url);
    const without = [...up].filter(([, count]) => count === 0).map(([job]) => `${job}: no target`);
    const problems = [...down, ...without];
    if (problems.length === 0 || performance.now() > deadline) {
      for (const problem of problems) {
        findings.push({ check: 'target-down', where: 'prometheus', problem });
      }
      return ['scraped', [...up].map(([job, count]) => `${job} ${count}`).join(', ')];
    }
    await delay(1_000);
  }
}

/** With uploads before, during and after it; then everything ends. */
async function restartBroker(
  { stack, listener, video }: TryOut,
  findings: Finding<WalkCheck>[],
): Promise<[string, string]> {
  const accepted: string[] = [];
  const upload = async (moment: string): Promise<void> => {
    for (let index = 0; index < jobsUnderRestart / 3; index += 1) {
      accepted.push(await uploadOne(listener, `${moment} ${index}.mp4`, video));
    }
  };
  await upload('before');
  const restarted = stack.docker(['restart', ...(await idsOf(stack, 'rabbitmq'))]);
  await upload('during');
  await restarted;
  await upload('after');
  const states = await Promise.all(
    accepted.map(async (id) => {
      const { state } = await jobBecomes(listener, id, (job) => isEnd(job.state), endDeadlineMs);
      if (state !== 'ready') {
        findings.push({ check: 'restart-broker', where: id, problem: `it ended as ${state}` });
      }
      return state;
    }),
  );
  const ready = states.filter((state) => state === 'ready').length;
  return ['broker restarted', `${ready} of ${accepted.length} jobs ready`];
}

async function oneMailEach(run: TryOut, findings: Finding<WalkCheck>[]): Promise<void> {
  const { stack, mailbox, listener } = run;
  const mails = async (): Promise<number> => (await mailbox.announced(listener.email)).length;
  const jobs = await jobsEnded(stack, mails, endDeadlineMs);
  const announced = await mailbox.announced(listener.email);
  for (const { id, fid } of jobs) {
    const count = announced.filter((name) => name === fid).length;
    if (count === 1) continue;
    findings.push({ check: 'mail', where: id, problem: `expected one mail, got ${count}` });
  }
  if ((await collectJobs(stack)).length !== announced.length) {
    const problem = `${announced.length} mails for ${jobs.length} jobs`;
    findings.push({ check: 'mail', where: listener.email, problem });
  }
}

function isEnd(state: string): boolean {
  return state === 'ready' || state === 'failed' || state === 'dead';
}

async function idsOf(stack: TryOut['stack'], service: string): Promise<string[]> {
  return (await stack.running(service)).map(({ ID }) => ID);
}
