import { type EntryName, entryNames } from './entry-names';
import { runEntry } from './test-run-entry';

test.each([
  ['no entry', []],
  ['an unknown one', ['shell']],
])('with %s it says which there are', async (_name, args) => {
  const { code, stderr } = await runEntry(args);
  expect(code).toBe(64);
  for (const name of entryNames) expect(stderr).toContain(name);
});

/** What each one prints when it is loaded and refuses what it is given. */
const first: Record<EntryName, { args?: string[]; code: number; says: RegExp }> = {
  gateway: { code: 78, says: /^gateway cannot start[^]*ADMIN_PORT/ },
  auth: { code: 78, says: /^auth cannot start[^]*JWT_SECRET/ },
  converter: { code: 78, says: /^converter cannot start[^]*ADMIN_PORT/ },
  notification: { code: 78, says: /^notification cannot start[^]*ADMIN_PORT/ },
  relay: { code: 78, says: /^relay cannot start[^]*ADMIN_PORT/ },
  migrate: { code: 78, says: /MYSQL_HOST/ },
  queues: { args: ['nonsense'], code: 2, says: /unknown command 'nonsense'/ },
  users: { args: ['nonsense'], code: 2, says: /unknown command 'nonsense'/ },
  'dead-letters': { args: ['nonsense'], code: 2, says: /unknown command 'nonsense'/ },
  health: { code: 1, says: /ADMIN_PORT/ },
};

test.each(entryNames)('%s is loaded, and gets its own arguments', async (name) => {
  const { args = [], code, says } = first[name];
  const run = await runEntry([name, ...args], { ADMIN_PORT: 'none' });
  expect(`${run.stdout}${run.stderr}`).toMatch(says);
  expect(run.code).toBe(code);
});
