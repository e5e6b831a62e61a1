import { spawn } from 'node:child_process';
import { launcherArguments, launcherPath, type MediaProgram, type ProcessLimits } from './launcher';
import { MediaToolError } from './media-tool-error';
import { cpuSecondsOf, killProcessGroup } from './process-group';
import { SourceRefused } from './source-refused';
import type { ToolEnding } from './tool-ending';

export interface LimitedRun {
  readonly program: MediaProgram;
  readonly args: readonly string[];
  readonly limits: ProcessLimits;
  /** Time on the clock, in milliseconds. */
  readonly timeoutMs: number;
  /** More on stdout than this many bytes ends the run: the file is refused as damaged. */
  readonly maxStdoutBytes: number;
  readonly signal: AbortSignal;
}

/** How a run ended that was neither aborted nor cut off. */
export interface LimitedRunEnding extends ToolEnding {
  readonly stdout: Buffer;
}

const TAIL_LINES = 30;

/**
 * Runs ffmpeg or ffprobe through the launcher and collects its output, whatever its exit code.
 *
 * @throws the signal's reason when aborted; MediaToolError when it could not be started or hung;
 * SourceRefused when the file kept it busy for longer, or made it say more, than a file may.
 */
export async function runLimited(run: LimitedRun): Promise<LimitedRunEnding> {
  run.signal.throwIfAborted();
  const child = spawn(
    launcherPath(),
    [...launcherArguments(run.program, run.limits), ...run.args],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const { pid } = child;
  let cutOff: SourceRefused | MediaToolError | undefined;
  const kill = (because?: SourceRefused | MediaToolError): void => {
    cutOff ??= because;
    if (pid !== undefined && child.exitCode === null && child.signalCode === null) {
      killProcessGroup(pid);
    }
  };
  const onAbort = (): void => {
    kill();
  };
  const timer = setTimeout(() => {
    kill(
      timeoutError(run.program, run.timeoutMs, pid === undefined ? undefined : cpuSecondsOf(pid)),
    );
  }, run.timeoutMs);
  run.signal.addEventListener('abort', onAbort, { once: true });

  const stdout: Buffer[] = [];
  let stdoutBytes = 0;
  child.stdout.on('data', (chunk: Buffer) => {
    stdoutBytes += chunk.length;
    if (stdoutBytes <= run.maxStdoutBytes) stdout.push(chunk);
    else kill(new SourceRefused('damaged', `${run.program} describes the file without end`));
  });
  const stderr = lineTail(TAIL_LINES);
  child.stderr.setEncoding('utf8').on('data', stderr.append);

  try {
    const { exitCode, signal } = await ended(child);
    run.signal.throwIfAborted();
    if (cutOff !== undefined) throw cutOff;
    const { firstLine, tail } = stderr.lines();
    return {
      program: run.program,
      exitCode,
      signal,
      firstLine,
      tail,
      stdout: Buffer.concat(stdout),
    };
  } finally {
    clearTimeout(timer);
    run.signal.removeEventListener('abort', onAbort);
  }
}

/** A file that used the time with computing is at fault; one that waited for a disk is not. */
export function timeoutError(
  program: MediaProgram,
  timeoutMs: number,
  cpuSeconds: number | undefined,
): SourceRefused | MediaToolError {
  const busy = cpuSeconds !== undefined && cpuSeconds * 1000 > timeoutMs / 2;
  return busy
    ? new SourceRefused('too-long', `${program} was still computing after ${timeoutMs} ms`)
    : new MediaToolError(
        `${program} did not end in ${timeoutMs} ms and used ${cpuSeconds ?? 'unknown'} s of CPU; ` +
          'the machine or its disk is too slow',
      );
}

type Child = ReturnType<typeof spawn>;

function ended(child: Child): Promise<{ exitCode: number | null; signal: NodeJS.Signals | null }> {
  return new Promise((resolve, reject) => {
    child.once('error', (cause) => {
      reject(new MediaToolError(`the launcher could not be run: ${cause.message}`, { cause }));
    });
    child.once('close', (exitCode, signal) => {
      resolve({ exitCode, signal });
    });
  });
}

/** Keeps the first line and the last `count` lines of a stream that may never stop talking. */
function lineTail(count: number): {
  append: (text: string) => void;
  lines: () => { firstLine: string | undefined; tail: string[] };
} {
  let rest = '';
  let firstLine: string | undefined;
  let tail: string[] = [];
  const add = (lines: string[]): void => {
    firstLine ??= lines[0];
    tail = [...tail, ...lines.filter((line) => line !== '')].slice(-count);
  };
  return {
    append(text) {
      const lines = (rest + text).split('\n');
      rest = (lines.pop() ?? '').slice(-4096);
      if (lines.length > 0) add(lines);
    },
    lines() {
      if (rest !== '') add([rest]);
      rest = '';
      return { firstLine, tail };
    },
  };
}
