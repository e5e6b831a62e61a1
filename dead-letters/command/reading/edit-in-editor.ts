import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CommandProblem } from '../problem';
import type { Terminal } from '../terminal';

/**
 * The text as a person leaves it in their editor. In a directory that nobody else can read.
 *
 * @throws CommandProblem when the editor does not end well.
 */
export async function editInEditor(
  { environment }: Pick<Terminal, 'environment'>,
  text: string,
): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'dead-letter-'));
  const file = join(directory, 'message.json');
  try {
    await writeFile(file, text, { mode: 0o600 });
    await runEditor(environment, file);
    return await readFile(file, 'utf8');
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function runEditor(environment: Terminal['environment'], file: string): Promise<void> {
  // POSIX, environment(8): VISUAL before EDITOR; either may hold arguments, so a shell reads it.
  const editor = environment['VISUAL'] || environment['EDITOR'] || 'vi';
  const child = spawn('sh', ['-c', `${editor} "$1"`, 'edit', file], {
    stdio: 'inherit',
    env: environment,
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve();
      else reject(new CommandProblem(`the editor (${editor}) ended with ${code ?? 'a signal'}`));
    });
  });
}
