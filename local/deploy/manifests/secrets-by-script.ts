import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { SecretKeys } from './model/rendered';

const run = promisify(execFile);

/** What a person gives the script, as the tutorial's reader has it. */
const given = {
  MYSQL_PASSWORD: 'x',
  GMAIL_ADDRESS: 'x@x.example',
  GMAIL_PASSWORD: 'x',
};

/**
 * What stands on the PATH in place of kubectl: no Secret is there yet, and of what is created it
 * keeps the words, each ended by NUL and a command by one more. Files are gone when the script
 * ends, so their content is kept, as if it had been given as a literal.
 */
const standIn = (directory: string): string => `#!/bin/sh
for word in "$@"; do
  [ "$word" = get ] && exit 1
done
for word in "$@"; do
  case $word in
    --from-file=*=*)
      pair=\${word#--from-file=}
      printf '%s\\0' "--from-literal=\${pair%%=*}=$(cat "\${pair#*=}")"
      ;;
    *) printf '%s\\0' "$word" ;;
  esac
done >> '${directory}/commands'
printf '\\0' >> '${directory}/commands'
`;

/**
 * The Secrets that a script makes with kubectl, by running it against a kubectl that only notes
 * down what it is told. So the script itself is the definition.
 *
 * @throws Error with what the script wrote where it fails
 */
export async function secretsByScript(script: string): Promise<ReadonlyMap<string, SecretKeys>> {
  const directory = mkdtempSync(join(tmpdir(), 'secrets-by-script-'));
  try {
    const commands = join(directory, 'commands');
    const kubectl = join(directory, 'kubectl');
    writeFileSync(commands, '');
    writeFileSync(kubectl, standIn(directory));
    chmodSync(kubectl, 0o755);
    const environment = { PATH: `${directory}:/usr/bin:/bin`, TMPDIR: directory, ...given };
    await run('sh', [script], { env: environment }).catch((error: unknown) => {
      throw new Error(`${script} failed: ${String(error)}`, { cause: error });
    });
    return new Map(
      readFileSync(commands, 'utf8')
        .split('\0\0')
        .flatMap((command) => readCreate(command.split('\0'))),
    );
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** `create secret generic NAME --from-literal=KEY=VALUE …`, with options anywhere. */
function readCreate(words: readonly string[]): [name: string, SecretKeys][] {
  const generic = words.indexOf('generic');
  if (!words.includes('create') || !words.includes('secret') || generic < 0) return [];
  const name = words.slice(generic + 1).find((word) => !word.startsWith('-'));
  if (name === undefined) return [];
  const keys = words.flatMap((word): [string, string][] => {
    const [, key = '', value = ''] = /^--from-literal=([^=]+)=(.*)$/s.exec(word) ?? [];
    return key === '' ? [] : [[key, value]];
  });
  return [[name, new Map(keys)]];
}
