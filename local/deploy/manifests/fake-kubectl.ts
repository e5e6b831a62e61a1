import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

/** What scripts that make Secrets may say to kubectl, kept in files. */
export interface FakeKubectl {
  /** To stand first on the PATH. */
  readonly binDirectory: string;
  /** Keys with values, by the Secret's name. */
  secrets(): ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** A Secret that is there already. */
  keep(name: string, keys: Readonly<Record<string, string>>): void;
  /** The words of each call, a line each. */
  calls(): string;
}

/**
 * `get secret` and `create secret generic`, with options anywhere; whatever else it is told is
 * refused with 9. CLUSTER_IS_DOWN in its environment makes it fail as kubectl does then.
 */
const program = (directory: string): string => `#!/bin/sh
at='${directory}'
echo "$*" >> "$at/calls"
rm -rf "$at/given"
mkdir "$at/given"
words=
while [ $# -gt 0 ]; do
  case $1 in
    -n | --namespace) shift ;;
    --from-file=*=*)
      pair=\${1#--from-file=}
      cp "\${pair#*=}" "$at/given/\${pair%%=*}" || exit 1
      ;;
    --from-literal=*=*)
      pair=\${1#--from-literal=}
      printf '%s' "\${pair#*=}" > "$at/given/\${pair%%=*}"
      ;;
    -*) ;;
    *) words="$words $1" ;;
  esac
  shift
done
set -- $words
case "$1 $2 $3" in
  'get secret '*) [ -d "$at/secrets/$3" ] ;;
  'create secret generic')
    [ -z "\${CLUSTER_IS_DOWN:-}" ] || { echo 'connection refused' >&2; exit 1; }
    [ ! -d "$at/secrets/$4" ] || { echo "secrets $4 already exists" >&2; exit 1; }
    mv "$at/given" "$at/secrets/$4"
    ;;
  *) echo "unexpected: $*" >&2; exit 9 ;;
esac
`;

/** @param directory Where it keeps everything; there and empty. */
export function installFakeKubectl(directory: string): FakeKubectl {
  const at = join(directory, 'kubectl');
  const secrets = join(at, 'secrets');
  const binDirectory = join(at, 'bin');
  mkdirSync(secrets, { recursive: true });
  mkdirSync(binDirectory);
  writeFileSync(join(binDirectory, 'kubectl'), program(at));
  chmodSync(join(binDirectory, 'kubectl'), 0o755);
  const read = (name: string) =>
    new Map(
      readdirSync(join(secrets, name)).map((key) => [
        key,
        readFileSync(join(secrets, name, key), 'utf8'),
      ]),
    );
  return {
    binDirectory,
    secrets: () => new Map(readdirSync(secrets).map((name) => [name, read(name)])),
    keep: (name, keys) => {
      mkdirSync(join(secrets, name));
      for (const [key, value] of Object.entries(keys)) {
        writeFileSync(join(secrets, name, key), value);
      }
    },
    calls: () => (existsSync(join(at, 'calls')) ? readFileSync(join(at, 'calls'), 'utf8') : ''),
  };
}
