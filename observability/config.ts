import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** One setting of one process: where it comes from, what it may be and what it means. */
export interface Setting<Value> {
  /** Name of the environment variable; with `secret`, `NAME_FILE` is read as well. */
  readonly env: string;
  readonly schema: z.ZodType<Value, string>;
  /** Text of the default, as it would stand in the environment; none: the setting is required. */
  readonly default?: string;
  /** What the configuration table says of a default that differs between machines. */
  readonly defaultInWords?: string;
  /** Whether leaving it out is fine: the value is then `undefined`. */
  readonly optional?: boolean;
  readonly secret?: boolean;
  /** One line: what it does, with its unit and the consequence of changing it. */
  readonly meaning: string;
  /** What is accepted, in words; stands in the error and in the configuration table. */
  readonly expected: string;
}

export type Settings = Readonly<Record<string, Setting<unknown>>>;
export type ConfigOf<S extends Settings> = {
  readonly [Key in keyof S]: S[Key] extends Setting<infer Value> ? Value : never;
};

/** Every problem of a configuration at once, one line each. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  constructor(
    process: string,
    readonly problems: readonly string[],
  ) {
    super(
      `${process} cannot start, ${problems.length} setting(s) need attention:\n  ${problems.join('\n  ')}`,
    );
  }
}

interface Described<Value> {
  readonly env: string;
  readonly meaning: string;
  readonly default?: Value;
  readonly defaultInWords?: string;
  readonly secret?: boolean;
}

const withDefault = (value: string | undefined) => (value === undefined ? {} : { default: value });

export function text(described: Described<string>): Setting<string> {
  return {
    ...described,
    expected: 'text',
    schema: z.string().min(1),
    ...withDefault(described.default),
  };
}

/** The same setting, where leaving it out means `undefined`. */
export function optional<Value>(setting: Setting<Value>): Setting<Value | undefined> {
  return { ...setting, optional: true };
}

export function url(
  described: Described<string> & { readonly protocols: readonly string[] },
): Setting<string> {
  const { protocols, ...rest } = described;
  return {
    ...rest,
    expected: `a URL starting with ${protocols.map((protocol) => `${protocol}://`).join(' or ')}`,
    schema: z.string().refine((value) => {
      if (!protocols.some((protocol) => value.startsWith(`${protocol}://`))) return false;
      // A MongoDB URL may list several hosts, which the URL parser does not accept.
      if (value.startsWith('mongodb')) return /^[^/]+:\/\/[^/]/.test(value);
      return (URL.parse(value)?.hostname ?? '') !== '';
    }),
    ...withDefault(described.default),
  };
}

export function integer(
  described: Omit<Described<number>, 'secret'> & { readonly min: number; readonly max: number },
): Setting<number> {
  const { min, max, default: value, ...rest } = described;
  return {
    ...rest,
    expected: `a whole number from ${min} to ${max}`,
    schema: z
      .string()
      .regex(/^-?\d+$/)
      .transform(Number)
      .refine((number) => number >= min && number <= max),
    ...withDefault(value?.toString()),
  };
}

export function oneOf<const Choice extends string>(
  described: Described<Choice> & { readonly choices: readonly Choice[] },
): Setting<Choice> {
  const { choices, ...rest } = described;
  return {
    ...rest,
    expected: `one of ${choices.join(', ')}`,
    schema: z.enum(choices),
    ...withDefault(described.default),
  };
}

export function flag(described: Omit<Described<boolean>, 'secret'>): Setting<boolean> {
  const { default: value, ...rest } = described;
  return {
    ...rest,
    expected: 'true or false',
    schema: z.enum(['true', 'false']).transform((word) => word === 'true'),
    ...withDefault(value?.toString()),
  };
}

export function integerList(
  described: Omit<Described<readonly number[]>, 'secret'> & { readonly min: number },
): Setting<readonly number[]> {
  const { min, default: value, ...rest } = described;
  return {
    ...rest,
    expected: `whole numbers of at least ${min}, separated by commas`,
    schema: z
      .string()
      .regex(/^\d+(,\d+)*$/)
      .transform((list) => list.split(',').map(Number))
      .refine((numbers) =>
        numbers.every((number) => number >= min && Number.isSafeInteger(number)),
      ),
    ...withDefault(value?.join(',')),
  };
}

/**
 * Reads a process' settings once. `relations` checks settings against each other and returns a
 * line for each pair that does not fit.
 *
 * @throws ConfigError with every problem, "expected …, got …"; the value of a secret never stands
 * in it.
 */
export function loadConfig<S extends Settings>(
  process: string,
  settings: S,
  environment: Environment,
  relations: (config: ConfigOf<S>) => readonly string[] = () => [],
): ConfigOf<S> {
  const problems: string[] = [];
  const values: Record<string, unknown> = {};
  for (const [key, setting] of Object.entries(settings)) {
    const read = readSetting(setting, environment);
    if ('problem' in read) problems.push(read.problem);
    else values[key] = read.value;
  }
  // Relations need every value; with one missing they could only guess.
  const config = Object.freeze(values) as ConfigOf<S>;
  if (problems.length === 0) problems.push(...relations(config));
  if (problems.length > 0) throw new ConfigError(process, problems);
  return config;
}

type Environment = Readonly<Record<string, string | undefined>>;
type Read<Value> = { readonly value: Value } | { readonly problem: string };

function readSetting(setting: Setting<unknown>, environment: Environment): Read<unknown> {
  const given = readText(setting, environment);
  if ('problem' in given) return given;
  const value = given.value ?? setting.default;
  const names = namesOf(setting).join(' or ');
  if (value === undefined) {
    if (setting.optional === true) return { value: undefined };
    return { problem: `${names}: expected ${setting.expected}, got nothing (${setting.meaning})` };
  }
  const parsed = setting.schema.safeParse(value);
  if (parsed.success) return { value: parsed.data };
  const got = setting.secret === true ? `${value.length} characters` : JSON.stringify(value);
  return { problem: `${names}: expected ${setting.expected}, got ${got}` };
}

/** The text given for a setting, from the environment or its file; undefined when there is none. */
function readText(setting: Setting<unknown>, environment: Environment): Read<string | undefined> {
  // An empty variable is how compose and shells say "not set".
  const given = environment[setting.env] || undefined;
  const fileVariable = fileVariableOf(setting);
  const file = environment[fileVariable] || undefined;
  if (setting.secret !== true || file === undefined) return { value: given };
  if (given !== undefined) {
    // Whichever we took, somebody who changes the other would wonder for long.
    return { problem: `${setting.env} and ${fileVariable}: expected one of them, got both` };
  }
  let content: string;
  try {
    content = readFileSync(file, 'utf8');
  } catch (error) {
    const why = Error.isError(error) ? error.message : String(error);
    return { problem: `${fileVariable}: expected a readable file, got ${why}` };
  }
  // Editors and `echo` end a file with a newline; a space at its end may belong to the secret.
  const value = content.replace(/[\r\n]+$/, '');
  // Not "not set": with a default the process would run, on another secret than meant.
  if (value === '')
    return { problem: `${fileVariable}: expected a secret in ${file}, got nothing` };
  return { value };
}

const fileVariableOf = (setting: Setting<unknown>) => `${setting.env}_FILE`;

const namesOf = (setting: Setting<unknown>) =>
  setting.secret === true ? [setting.env, fileVariableOf(setting)] : [setting.env];

/** A setting's cells in the README's configuration table: variables, default, accepted, meaning. */
export function settingCells(setting: Setting<unknown>): string[] {
  const names = namesOf(setting).map((name) => `\`${name}\``);
  const { defaultInWords, default: fallback } = setting;
  const otherwise =
    defaultInWords ??
    (fallback !== undefined
      ? `\`${fallback}\``
      : setting.optional === true
        ? 'not set'
        : 'required');
  const cells = [names.join(', '), otherwise, setting.expected, setting.meaning];
  // A bare bar ends a cell, in code too (GitHub Flavored Markdown, "Tables").
  return cells.map((cell) => cell.replaceAll('|', '\\|'));
}

/** Rows of the README's configuration table, in the order of declaration. */
export function describeSettings(settings: Settings): string[] {
  return Object.values(settings).map((setting) => `| ${settingCells(setting).join(' | ')} |`);
}
