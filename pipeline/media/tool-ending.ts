import type { MediaProgram } from './launcher';
import { MediaToolError } from './media-tool-error';
import { SourceRefused } from './source-refused';

/** How one run of ffmpeg or ffprobe came to its end. */
export interface ToolEnding {
  readonly program: MediaProgram;
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  /** First line on stderr: where the launcher and the dynamic linker say what they miss. */
  readonly firstLine: string | undefined;
  /** Last lines on stderr, logged with `level`. */
  readonly tail: readonly string[];
}

const launcherSpeaks = /^(?:env|prlimit|setpriv|setsid|sh|\S*launch-limited\.sh): /;

/** The machine under ffmpeg, or a path of ours. */
const machineFaults =
  /: (?:No such file or directory|Permission denied|Read-only file system|Disk quota exceeded)$/;

/** The source could not be opened, or what it decodes to could not be handled. */
const fileFaults = /^\[(?:error|fatal)\] (?:file:|Error while processing the decoded data for)/;

/** ffmpeg's exit code when more than two thirds of the packets cannot be decoded. */
const MOSTLY_UNDECODABLE = 69;

/**
 * The error of a run that did not exit with 0: whose fault was it?
 *
 * @returns SourceRefused when the file made it fail. MediaToolError when anything else did, and
 * when nobody can tell: an operator then looks at it, and no listener is blamed for it.
 */
export function endingError(ending: ToolEnding): SourceRefused | MediaToolError {
  const { program, exitCode, signal, firstLine, tail } = ending;
  const says = (text: string): boolean => tail.some((line) => line.includes(text));
  const shows = (pattern: RegExp): boolean => tail.some((line) => pattern.test(line));
  // 126 and 127: the program could not be started (POSIX shell, exit status for commands).
  if (exitCode === 126 || exitCode === 127 || launcherSpeaks.test(firstLine ?? '')) {
    return new MediaToolError(
      `${program} could not be started: ${firstLine ?? `exit code ${exitCode}`}; ` +
        'install ffmpeg and util-linux, and check the limits of this process',
    );
  }
  if (says('No space left on device')) {
    return new MediaToolError(`${program} found no space left on the disk`, { code: 'ENOSPC' });
  }
  // ffmpeg takes SIGXCPU (24) as a request to finish, so the limit shows in its words.
  if (signal === 'SIGXCPU' || says('received signal 24')) {
    return new SourceRefused('too-long', `${program} used all the CPU time a file may have`);
  }
  if (signal === 'SIGXFSZ') {
    return new SourceRefused('too-long', `${program} wrote more than an MP3 may have`);
  }
  if (signal !== null) {
    return new MediaToolError(
      `${program} was killed by ${signal}, and not by us: ${lastWords(tail)}`,
    );
  }
  if (shows(machineFaults)) {
    return new MediaToolError(`${program} cannot work here: ${lastWords(tail)}`);
  }
  if (says('Cannot allocate memory')) {
    return new SourceRefused('damaged', `${program} needs more memory than a file may have`);
  }
  if (exitCode === MOSTLY_UNDECODABLE) {
    return new SourceRefused('damaged', 'most of the audio packets cannot be decoded');
  }
  if (shows(fileFaults)) {
    return new SourceRefused('damaged', `${program} cannot read the file: ${lastWords(tail)}`);
  }
  return new MediaToolError(`${program} exited with ${exitCode ?? 'nothing'}: ${lastWords(tail)}`);
}

/** The last errors reported, without addresses of objects and without our path. */
function lastWords(tail: readonly string[]): string {
  const errors = tail.filter((line) => /\[(?:error|fatal)\]/.test(line));
  const words = errors.length > 0 ? errors.slice(-2) : tail.slice(-1);
  return words
    .map((line) => line.replace(/ @ 0x[0-9a-f]+/g, '').replace(/'?file:\S+/g, 'the file'))
    .join('; ')
    .slice(0, 400);
}
