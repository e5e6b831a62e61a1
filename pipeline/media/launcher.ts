import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { MediaLimits } from './media-limits';

/** The programs the launcher is asked for; it finds them on its own fixed PATH. */
export type MediaProgram = 'ffmpeg' | 'ffprobe';

/** What the launcher holds one process to. */
export interface ProcessLimits {
  readonly addressSpaceBytes: number;
  readonly cpuSeconds: number;
  /** Largest file the process may write, in bytes (RLIMIT_FSIZE). */
  readonly fileSizeBytes: number;
}

const scriptName = 'launch-limited.sh';

/**
 * Path of the launcher script. The compiler does not copy scripts, so from `dist/` it is the one
 * in the sources of the same project.
 *
 * @throws Error when the script is not deployed with the program.
 */
export function launcherPath(): string {
  for (let directory = __dirname; ; directory = dirname(directory)) {
    const script =
      directory === __dirname
        ? join(directory, scriptName)
        : join(directory, 'pipeline', 'media', scriptName);
    if (existsSync(script)) return script;
    if (directory === dirname(directory)) {
      throw new Error(
        `${scriptName} was not found beside ${__dirname} nor as pipeline/media/${scriptName} in a ` +
          'directory above it; deploy it with the program',
      );
    }
  }
}

/** The launcher's own arguments; they go in front of those for the program. */
export function launcherArguments(program: MediaProgram, limits: ProcessLimits): string[] {
  return [
    `--program=${program}`,
    `--address-space=${limits.addressSpaceBytes}`,
    `--cpu=${limits.cpuSeconds}`,
    `--file-size=${limits.fileSizeBytes}`,
  ];
}

/** Limits of a process that has nothing to write, or a file of at most `fileSizeBytes`. */
export function processLimits(limits: MediaLimits, fileSizeBytes: number): ProcessLimits {
  return {
    addressSpaceBytes: limits.addressSpaceBytes,
    cpuSeconds: limits.cpuSeconds,
    fileSizeBytes,
  };
}
