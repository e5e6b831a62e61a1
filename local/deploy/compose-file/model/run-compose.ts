import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { systemPath } from '../../../servers/system-path';
import { type ComposeConfig, composeConfigSchema } from './compose-config';

const run = promisify(execFile);

/** Compose would not start with this file; its own words. */
export class ComposeRefused extends Error {
  override readonly name = 'ComposeRefused';
}

export interface ComposeCall {
  /** The real program; `config` needs no daemon. */
  readonly program: string;
  readonly file: string;
  /** Relative paths in the file are below it. */
  readonly projectDirectory: string;
  readonly environmentFile: string | undefined;
}

/**
 * The file as compose understands it: checked against its schema, interpolated, references resolved,
 * services of every profile included.
 *
 * @throws ComposeRefused
 */
export async function runComposeConfig(call: ComposeCall): Promise<ComposeConfig> {
  const { program, file, projectDirectory, environmentFile } = call;
  const environmentOption = environmentFile === undefined ? [] : ['--env-file', environmentFile];
  const output = await run(
    program,
    [
      ...['--project-directory', projectDirectory, ...environmentOption, '--file', file],
      ...['--profile', '*', 'config', '--format', 'json'],
    ],
    // Nothing of a person's shell, which compose would prefer to the file.
    { env: { PATH: systemPath, HOME: projectDirectory }, maxBuffer: 4 * 1024 * 1024 },
  ).catch((error: unknown) => {
    const { stderr } = error as { stderr?: string };
    if (stderr === undefined || stderr === '') throw error;
    throw new ComposeRefused(stderr.trim());
  });
  return composeConfigSchema.parse(JSON.parse(output.stdout));
}
