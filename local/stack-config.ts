import { join, resolve } from 'node:path';
import { z } from 'zod';
import { repositoryDirectory } from './repository-directory';
import { StackError } from './stack-error';
import { portsFrom, portsPerStack, type StackPorts } from './stack-ports';

/** Which of the two stacks of a checkout: what a person looks at, or what the tests run against. */
export type StackKind = 'local' | 'test';

/**
 * Defaults lie below Linux's ephemeral range (32768 and up), where nothing well known listens.
 * The test stack has its own variables, so that moving one stack never moves the other.
 */
const kinds = {
  local: {
    portBase: 23100,
    directory: '.local',
    baseVariable: 'LOCAL_PORT_BASE',
    directoryVariable: 'LOCAL_STATE_DIRECTORY',
  },
  test: {
    portBase: 23200,
    directory: '.local/test',
    baseVariable: 'LOCAL_TEST_PORT_BASE',
    directoryVariable: 'LOCAL_TEST_STATE_DIRECTORY',
  },
} as const satisfies Record<StackKind, object>;

const lowestBase = 1024; // Below are the ports that need root.
const highestBase = 65535 - portsPerStack;
const wantedBase = `expected a whole number from ${lowestBase} to ${highestBase}`;

const schema = z.object({
  /** Everything the stack writes: data, logs, pid files, secrets. Relative to the checkout. */
  stateDirectory: z.string().min(1),
  /** First port of the stack; see stack-ports.ts for the rest. */
  portBase: z.coerce
    .number({ error: wantedBase })
    .int({ error: wantedBase })
    .min(lowestBase, { error: wantedBase })
    .max(highestBase, { error: wantedBase }),
  /** Search path for programs (`mongod`, `epmd`, …). */
  executablePath: z.string().min(1),
});

export interface StackConfig {
  readonly stateDirectory: string;
  readonly portBase: number;
  readonly ports: StackPorts;
  readonly executablePath: string;
  /** The checkout, where `dist/` and `node_modules/` are. */
  readonly repositoryDirectory: string;
  /** Shared by all stacks of the checkout: a newer C library for the MongoDB engine. */
  readonly libraryDirectory: string;
  /** The variable that moves this stack's ports, for messages. */
  readonly baseVariable: string;
}

/** The variable that moves the directory of such a stack, for messages. */
export function stateDirectoryVariable(kind: StackKind): string {
  return kinds[kind].directoryVariable;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads a stack's settings from the environment.
 *
 * @throws StackError that names the variable, what was expected and what was found.
 */
export function loadStackConfig(environment: Environment, kind: StackKind): StackConfig {
  const { baseVariable, directoryVariable, ...defaults } = kinds[kind];
  return createStackConfig(
    {
      stateDirectory: environment[directoryVariable] ?? defaults.directory,
      portBase: environment[baseVariable] ?? defaults.portBase,
      executablePath: environment['PATH'] ?? '/usr/local/bin:/usr/bin:/bin',
    },
    baseVariable,
  );
}

/** Builds a config from plain values; tests use it for stacks of their own. */
export function createStackConfig(
  settings: z.input<typeof schema>,
  baseVariable: string = kinds.local.baseVariable,
): StackConfig {
  const parsed = schema.safeParse(settings);
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => {
      const key = String(issue.path[0]) as keyof typeof settings;
      const name = key === 'portBase' ? baseVariable : key;
      return `${name}: ${issue.message}, got ${JSON.stringify(settings[key])}`;
    });
    throw new StackError(problems.join('\n'));
  }
  const { portBase, executablePath } = parsed.data;
  const root = repositoryDirectory();
  return {
    stateDirectory: resolve(root, parsed.data.stateDirectory),
    portBase,
    ports: portsFrom(portBase),
    // Debian keeps servers in sbin, which a plain user's PATH lacks.
    executablePath: `${executablePath}:/usr/sbin:/sbin`,
    repositoryDirectory: root,
    libraryDirectory: join(root, '.local', 'libraries'),
    baseVariable,
  };
}
