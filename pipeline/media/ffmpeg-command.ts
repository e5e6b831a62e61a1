/**
 * The only file that knows fluent-ffmpeg. The package is archived (May 2025) and is kept here for
 * building the command line; it has no abort, no limits and no environment of its own, so ffmpeg
 * is started through our launcher and ended by its process group.
 */
import ffmpeg, { type FfmpegCommand } from 'fluent-ffmpeg';
import type { ChildProcess } from 'node:child_process';
import type { Quality } from '../../contracts/conversion-options';
import type { Container } from './container';
import type { Cover } from './cover-picture';
import { EncodeLog, type EncodeReport } from './encode-log';
import { EncodeProgress } from './encode-progress';
import { fileUrl, inputOptions } from './input-options';
import { launcherArguments, launcherPath, processLimits } from './launcher';
import type { MediaLimits } from './media-limits';
import { MediaToolError } from './media-tool-error';
import { mp3SampleRateFor, type Mp3SampleRate } from './mp3-sample-rate';
import type { AudioTrack } from './probe-source';
import { cpuSecondsOf, killProcessGroup } from './process-group';
import { timeoutError } from './run-limited';
import { SourceRefused } from './source-refused';
import type { SourceTags } from './source-tags';
import { endingError } from './tool-ending';

export interface EncodeRequest {
  readonly sourcePath: string;
  readonly container: Container;
  readonly track: AudioTrack;
  /** Must be seekable: the length header is written last, into the beginning. */
  readonly outputPath: string;
  readonly quality: Quality;
  readonly tags: SourceTags;
  readonly cover: Cover;
  readonly limits: MediaLimits;
  /** Seconds the audio takes as far as it is known, for progress alone. */
  readonly durationS: number | undefined;
  readonly signal: AbortSignal;
  readonly onProgress: (percent: number) => void;
}

export interface Encoded extends EncodeReport {
  /** Sample rate that was asked for, in samples per second. */
  readonly sampleRate: Mp3SampleRate;
  /** Time of the last sample, gaps in the source included, in seconds. */
  readonly reachedS: number;
}

/**
 * Encodes one audio track to MP3. An exit code of 0 proves nothing: see verify-mp3.ts.
 *
 * @throws SourceRefused, MediaToolError, or the signal's reason.
 */
export async function encodeMp3(request: EncodeRequest): Promise<Encoded> {
  request.signal.throwIfAborted();
  const log = new EncodeLog(request.container, request.track.streamIndex);
  const progress = new EncodeProgress(request.durationS, request.onProgress);
  const sampleRate = mp3SampleRateFor(request.track.sampleRate);
  const command = buildCommand(request, sampleRate);
  const ending = await run(command, request, log, progress);
  const report = log.report();
  if (report.isProtected) {
    throw new SourceRefused('encrypted', 'ffmpeg found digital rights management');
  }
  // What fits into ffmpeg's buffer is written when it ends, and then a full disk is no error to it.
  const isUnwritten = report.tail.some((line) => unwritten.test(line));
  if (ending.exitCode !== 0 || isUnwritten)
    throw endingError({ program: 'ffmpeg', ...ending, ...report });
  return { ...report, sampleRate, reachedS: progress.reachedS };
}

const unwritten = /^\[error\] Error (?:writing trailer of|closing file) /;

function buildCommand(request: EncodeRequest, sampleRate: Mp3SampleRate): FfmpegCommand {
  const { limits, track, quality, cover, tags } = request;
  // Options go in by twos or more: fluent-ffmpeg splits a lone one that holds a space.
  const command = ffmpeg({ stdoutLines: 8 })
    .setFfmpegPath(launcherPath())
    .input(fileUrl(request.sourcePath))
    // The arguments of the first input come first, which is where the launcher looks for its own.
    .inputOptions(
      ...launcherArguments('ffmpeg', processLimits(limits, limits.maxOutputBytes + SPARE_BYTES)),
    )
    .inputOptions('-hide_banner', '-nostdin', '-y', '-nostats', '-benchmark')
    .inputOptions('-loglevel', 'repeat+level+verbose', '-progress', 'pipe:1')
    .inputOptions(...inputOptions(request.container, limits));
  if (cover.kind === 'picture') {
    command
      .input(fileUrl(cover.path))
      .inputOptions('-protocol_whitelist', 'file', '-format_whitelist', cover.demuxer)
      .inputOptions('-f', cover.demuxer, '-codec_whitelist', 'mjpeg,png')
      .inputOptions('-max_pixels', String(limits.maxCoverPixels));
  }
  command
    .output(fileUrl(request.outputPath))
    .outputOptions('-map', `0:a:${track.audioIndex}`)
    .outputOptions(
      '-c:a',
      'libmp3lame',
      '-ar',
      String(sampleRate),
      ...channelOptions(track.channels),
    )
    .outputOptions(...qualityOptions(quality))
    .outputOptions('-dn', '-map_metadata', '-1', '-map_chapters', '-1')
    .outputOptions('-id3v2_version', '3', '-write_xing', '1', '-f', 'mp3')
    // One second more than allowed, so that what is longer shows instead of being cut to fit.
    .outputOptions('-t', String(limits.maxDurationS + 1), '-fs', String(limits.maxOutputBytes));
  if (cover.kind === 'picture') {
    command
      .outputOptions('-map', '1:v:0', '-c:v', 'copy', '-disposition:v:0', 'attached_pic')
      .outputOptions('-metadata:s:v:0', 'title=Cover', '-metadata:s:v:0', 'comment=Cover (front)');
  } else {
    command.outputOptions('-vn', '-sn');
  }
  for (const [name, value] of Object.entries(tags)) {
    command.outputOptions('-metadata', `${name}=${value}`);
  }
  return command;
}

/** Room behind `-fs`, which ends the encode in order: the launcher's limit is the harder one. */
const SPARE_BYTES = 16 * 1024 * 1024;

function channelOptions(channels: number): string[] {
  if (channels <= 2) return ['-ac', String(channels)];
  // Beyond eight no layout is known, so nothing can be mixed down: take the first two.
  return channels <= 8 ? ['-ac', '2'] : ['-af', 'pan=stereo|c0=c0|c1=c1'];
}

function qualityOptions(quality: Quality): [string, string] {
  switch (quality.kind) {
    case 'vbr':
      return ['-q:a', String(quality.level)];
    case 'cbr':
      return ['-b:a', `${quality.kbps}k`];
    default:
      return quality satisfies never;
  }
}

interface Ending {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
}

async function run(
  command: FfmpegCommand,
  { limits, signal }: EncodeRequest,
  log: EncodeLog,
  progress: EncodeProgress,
): Promise<Ending> {
  let child: ChildProcess | undefined;
  let timedOut: SourceRefused | MediaToolError | undefined;
  const isRunning = (): boolean => child?.exitCode === null && child.signalCode === null;
  const kill = (): void => {
    if (child?.pid !== undefined && isRunning()) killProcessGroup(child.pid);
  };
  const timer = setTimeout(() => {
    const pid = child?.pid;
    timedOut = timeoutError('ffmpeg', limits.wallTimeoutMs, pid && cpuSecondsOf(pid));
    kill();
  }, limits.wallTimeoutMs);
  signal.addEventListener('abort', kill, { once: true });

  const failure = await new Promise<Error | undefined>((resolve) => {
    command
      .on('start', () => {
        child = spawnedBy(command);
        child?.stdout?.setEncoding('utf8').on('data', (text: string) => {
          progress.text(text);
        });
        // fluent-ffmpeg asked ffmpeg for its encoders first; we may have been told to stop since.
        if (signal.aborted || timedOut !== undefined) kill();
      })
      .on('stderr', (line: string) => {
        log.line(line);
      })
      .on('error', (error: Error) => {
        resolve(error);
      })
      .on('end', () => {
        resolve(undefined);
      })
      .run();
  });
  clearTimeout(timer);
  signal.removeEventListener('abort', kill);

  signal.throwIfAborted();
  if (timedOut !== undefined) throw timedOut;
  if (child === undefined || isRunning()) {
    throw new MediaToolError(`ffmpeg could not be run: ${failure?.message ?? 'no process'}`, {
      cause: failure,
    });
  }
  return { exitCode: child.exitCode, signal: child.signalCode };
}

/** The process fluent-ffmpeg started; its types do not show it. */
function spawnedBy(command: FfmpegCommand): ChildProcess | undefined {
  return (command as FfmpegCommand & { readonly ffmpegProc?: ChildProcess }).ffmpegProc;
}
