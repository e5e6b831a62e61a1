import { createInterface } from 'node:readline';
import type { Terminal } from '../terminal';

/** Asks a question that `y` or `n` answers; an empty line means `otherwise`, the end of input no. */
export async function askYesNo(
  { stdin, stderr }: Pick<Terminal, 'stdin' | 'stderr'>,
  question: string,
  otherwise: 'y' | 'n' = 'n',
): Promise<boolean> {
  // Its end is said once; whoever listens later would wait for ever.
  if (!stdin.readable) return false;
  // The terminal itself shows what is typed, and Ctrl-C ends the command before anything is done.
  const lines = createInterface({ input: stdin, terminal: false });
  try {
    const answer = await new Promise<string>((resolve) => {
      lines.once('line', resolve);
      lines.once('close', () => {
        resolve('n');
      });
      stderr.write(`${question} [${otherwise === 'y' ? 'Y/n' : 'y/N'}] `);
    });
    const first = answer.trim().toLowerCase().slice(0, 1);
    return (first === '' ? otherwise : first) === 'y';
  } finally {
    lines.close();
  }
}
