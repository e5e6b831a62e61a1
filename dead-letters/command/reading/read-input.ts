import { readFile } from 'node:fs/promises';
import { CommandProblem } from '../problem';
import type { Terminal } from '../terminal';

/** The text of a file, or of standard input for `-`. @throws CommandProblem */
export async function readInput({ stdin }: Terminal, path: string): Promise<string> {
  if (path !== '-') {
    return await readFile(path, 'utf8').catch((error: unknown) => {
      throw unreadable(path, error);
    });
  }
  const chunks: Buffer[] = [];
  for await (const chunk of stdin) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}

export function unreadable(path: string, error: unknown): CommandProblem {
  const why = Error.isError(error) ? error.message : String(error);
  return new CommandProblem(`expected a readable file ${path}: ${why}`, { cause: error });
}
