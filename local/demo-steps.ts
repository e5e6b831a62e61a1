import { mkdirSync, statSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { finalJobStates, type JobState } from '../contracts/job';
import { GatewayClient, type Job } from './gateway-client';
import { probeMedia, type ProbedMedia } from './probe-media';
import { gatewayUrl } from './processes/process-environment';
import { runCommand } from './processes/run-command';
import { startStage } from './progress';
import { secret } from './secrets';
import type { Mail } from './servers/inbox/mail-store';
import type { StackConfig } from './stack-config';
import { StackError } from './stack-error';
import { createTestInbox } from './test-inbox';

export const demoUser = 'demo@example.com';

const mailDeadlineMs = 60_000;

export interface DemoResult {
  readonly video: { readonly path: string; readonly bytes: number; readonly media: ProbedMedia };
  readonly job: Job;
  readonly mp3: { readonly path: string; readonly bytes: number; readonly media: ProbedMedia };
  readonly mail: Mail;
  readonly elapsedMs: {
    readonly upload: number;
    readonly convert: number;
    readonly mail: number;
    readonly total: number;
  };
}

/**
 * One video's way through the running stack, as a listener would take it.
 *
 * @throws StackError when a step does not hold: an answer that is no success, a failed conversion,
 * a missing mail, an MP3 that is not as long as the video's sound
 */
export async function runDemoSteps(
  config: StackConfig,
  videoPath: string,
  signal: AbortSignal,
): Promise<DemoResult> {
  const begin = performance.now();
  const media = await probeMedia(videoPath);
  if (media.audio === undefined) throw new StackError(`${videoPath} has no sound to convert`);
  const client = new GatewayClient(gatewayUrl(config), signal);
  await logIn(config, client);

  const uploadBegin = performance.now();
  const bytes = statSync(videoPath).size;
  const accepted = await upload(client, videoPath, bytes);
  const convertBegin = performance.now();
  const job = await waitForMp3(client, accepted, signal);
  const mailBegin = performance.now();
  const mail = await waitForMail(config, job.mp3.fid, signal);

  const directory = join(config.stateDirectory, 'demo');
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const mp3Path = join(directory, `${basename(videoPath, extname(videoPath))}.mp3`);
  const end = performance.now();
  await client.download(job.mp3.fid, mp3Path);
  const mp3 = await probeMedia(mp3Path);
  requireSameLength(media, mp3);
  return {
    video: { path: videoPath, bytes, media },
    job,
    mp3: { path: mp3Path, bytes: statSync(mp3Path).size, media: mp3 },
    mail,
    elapsedMs: {
      upload: convertBegin - uploadBegin,
      convert: mailBegin - convertBegin,
      mail: end - mailBegin,
      total: performance.now() - begin,
    },
  };
}

/** Makes the demo user at the first run; at later ones the password from before still holds. */
async function logIn(config: StackConfig, client: GatewayClient): Promise<void> {
  const password = secret(config.stateDirectory, 'demo-user');
  if (await client.logIn(demoUser, password)) return;
  const args = ['add', demoUser];
  const added = await runCommand(config, 'dist/auth/users-main.js', args, `${password}\n`);
  if (added.exitCode !== 0) {
    throw new StackError(`cannot make the demo user: ${added.output}`);
  }
  if (!(await client.logIn(demoUser, password))) {
    throw new StackError(`the gateway refuses ${demoUser}, who was just made`);
  }
}

async function upload(client: GatewayClient, path: string, bytes: number): Promise<Job> {
  const stage = startStage('upload', process.stdout);
  try {
    const job = await client.upload(path, (sentBytes) => {
      stage.update((sentBytes / bytes) * 100, 'sending');
    });
    stage.end(`accepted as job ${job.id}`);
    return job;
  } catch (error) {
    stage.abandon();
    throw error;
  }
}

type ReadyJob = Job & { readonly mp3: NonNullable<Job['mp3']> };

async function waitForMp3(
  client: GatewayClient,
  accepted: Job,
  signal: AbortSignal,
): Promise<ReadyJob> {
  const stage = startStage('convert', process.stdout);
  const isFinal = (state: string): boolean => finalJobStates.some((final) => final === state);
  let job = accepted;
  try {
    while (!isFinal(job.state)) {
      await delay(150, undefined, { signal });
      job = await client.job(accepted.id);
      if (!isFinal(job.state)) stage.update(job.percent, job.step ?? job.state);
    }
  } catch (error) {
    stage.abandon();
    throw error;
  }
  if (job.state === ('ready' satisfies JobState) && job.mp3 !== null) {
    stage.end('ready');
    return { ...job, mp3: job.mp3 };
  }
  stage.abandon();
  const why = job.failure?.message ?? `it ended as ${job.state}`;
  throw new StackError(`the video was not converted: ${why}`);
}

async function waitForMail(config: StackConfig, fid: string, signal: AbortSignal): Promise<Mail> {
  const stage = startStage('mail', process.stdout);
  const inbox = createTestInbox(config);
  const deadline = performance.now() + mailDeadlineMs;
  stage.update(0, 'waiting');
  for (;;) {
    const mails = await inbox.mails(demoUser);
    const mail = mails.find(({ text }) => text.includes(fid));
    if (mail !== undefined) {
      stage.end(`"${mail.subject}" has arrived`);
      return mail;
    }
    if (performance.now() > deadline) {
      stage.abandon();
      throw new StackError(
        `no mail about ${fid} to ${demoUser} after ${mailDeadlineMs / 1000} s; see .local/logs/notification.log`,
      );
    }
    await delay(100, undefined, { signal });
  }
}

/** ffprobe reads an MP3's length from its own header; ours says the length of the sound. */
function requireSameLength(source: ProbedMedia, mp3: ProbedMedia): void {
  const expected = source.audio?.duration ?? source.durationS;
  const { audio, durationS } = mp3;
  if (audio?.codec_name !== 'mp3' || Math.abs(durationS - expected) > 0.2) {
    throw new StackError(
      `expected an MP3 of ${expected.toFixed(2)} s, ffprobe finds ${audio?.codec_name ?? 'no sound'} of ${durationS.toFixed(2)} s`,
    );
  }
}
