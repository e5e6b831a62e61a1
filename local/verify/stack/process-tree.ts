import { readdirSync, readFileSync } from 'node:fs';

interface Seen {
  readonly pid: number;
  readonly parent: number;
  readonly name: string;
}

/** Processes called `name` that these processes started, themselves or through others (proc(5)). */
export function descendantsOf(pids: readonly number[], name: string): number[] {
  const all = readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((entry) => look(Number(entry)) ?? []);
  const inside = new Set(pids);
  // A child may stand before its parent: until nothing is added.
  for (let before = -1; before !== inside.size;) {
    before = inside.size;
    for (const { pid, parent } of all) if (inside.has(parent)) inside.add(pid);
  }
  return all.filter((one) => inside.has(one.pid) && one.name === name).map(({ pid }) => pid);
}

function look(pid: number): Seen | undefined {
  try {
    // The name stands in parentheses and may hold any character, parentheses too.
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const end = text.lastIndexOf(')');
    const parent = Number(text.slice(end + 2).split(' ')[1]);
    return { pid, parent, name: text.slice(text.indexOf('(') + 1, end) };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH') return undefined; // It has ended meanwhile.
    throw error;
  }
}
