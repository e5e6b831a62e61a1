import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ConfigError,
  describeSettings,
  flag,
  integer,
  integerList,
  loadConfig,
  oneOf,
  optional,
  text,
  url,
  type ConfigOf,
  type Setting,
  type Settings,
} from './config';

const meaning = 'What it does.';
const name = text({ env: 'NAME', meaning });
const port = integer({ env: 'PORT', meaning, min: 1, max: 65_535, default: 8080 });
const key = text({ env: 'KEY', meaning, secret: true });

/** The problems of a configuration; none when it loads. */
function problemsOf(settings: Settings, environment: Record<string, string | undefined>) {
  try {
    loadConfig('tester', settings, environment);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return [...error.problems];
    throw error;
  }
}

/** The value one setting gets from the text given, or the problem. */
function read<Value>(setting: Setting<Value>, given?: string): Value | string {
  const [problem] = problemsOf({ setting }, { [setting.env]: given });
  if (problem !== undefined) return `problem: ${problem}`;
  return loadConfig('tester', { setting }, { [setting.env]: given }).setting;
}

describe('loadConfig', () => {
  test('gives every value its type and cannot be changed afterwards', () => {
    const settings = {
      name,
      port,
      debug: flag({ env: 'DEBUG', meaning, default: false }),
      level: oneOf({ env: 'LEVEL', meaning, choices: ['low', 'high'], default: 'low' }),
      delays: integerList({ env: 'DELAYS', meaning, min: 1, default: [1, 2] }),
      from: optional(text({ env: 'FROM', meaning })),
    };
    const config = loadConfig('tester', settings, { NAME: 'n', PORT: '7', LEVEL: 'high' });
    // The types, by compiling: each of these would not with another one.
    const typed: {
      readonly name: string;
      readonly port: number;
      readonly debug: boolean;
      readonly level: 'low' | 'high';
      readonly delays: readonly number[];
      readonly from: string | undefined;
    } = config;
    expect(typed).toEqual({
      name: 'n',
      port: 7,
      debug: false,
      level: 'high',
      delays: [1, 2],
      from: undefined,
    });
    expect(() => {
      // @ts-expect-error A configuration is read once.
      config.port = 8;
    }).toThrow(TypeError);
  });

  test('tells every problem at once, each with what was expected and what came', () => {
    const settings = {
      name,
      port,
      key,
      level: oneOf({ env: 'LEVEL', meaning, choices: ['a', 'b'] }),
    };
    expect(() => loadConfig('tester', settings, { PORT: 'http', LEVEL: 'c' })).toThrow(
      [
        'tester cannot start, 4 setting(s) need attention:',
        'NAME: expected text, got nothing (What it does.)',
        'PORT: expected a whole number from 1 to 65535, got "http"',
        'KEY or KEY_FILE: expected text, got nothing (What it does.)',
        'LEVEL: expected one of a, b, got "c"',
      ].join('\n  '),
    );
  });

  test('an empty variable is not set', () => {
    expect(read(port, '')).toBe(8080);
    expect(read(optional(name), '')).toBeUndefined();
    expect(read(name, '')).toMatch(/expected text, got nothing/);
  });

  test('does not look at what it was not asked for', () => {
    const config = loadConfig('tester', { port }, { PORT: '1', AUTH_PORT: 'tcp://10.0.0.1:5000' });
    expect(config).toEqual({ port: 1 });
  });

  test('a default goes through the same check as a given value', () => {
    const broken = integer({ env: 'N', meaning, min: 1, max: 5, default: 9 });
    expect(read(broken)).toBe('problem: N: expected a whole number from 1 to 5, got "9"');
  });
});

describe('relations between settings', () => {
  const settings = {
    port,
    admin: integer({ env: 'ADMIN', meaning, min: 1, max: 65_535, default: 1 }),
  };
  const relations = ({ port: given, admin }: ConfigOf<typeof settings>) =>
    given === admin ? [`PORT and ADMIN: expected two ports, got ${given} for both`] : [];

  test('are checked once every value is there', () => {
    expect(() => loadConfig('t', settings, { PORT: '5', ADMIN: '5' }, relations)).toThrow(
      't cannot start, 1 setting(s) need attention:\n  PORT and ADMIN: expected two ports, got 5 for both',
    );
    expect(loadConfig('t', settings, { PORT: '5' }, relations)).toEqual({ port: 5, admin: 1 });
  });

  test('are not guessed at while a value is missing', () => {
    const asked = jest.fn(() => []);
    expect(() => loadConfig('t', settings, { PORT: 'x' }, asked)).toThrow(ConfigError);
    expect(asked).not.toHaveBeenCalled();
  });
});

describe('secrets', () => {
  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'config-test-'));
  });
  afterAll(() => {
    rmSync(directory, { recursive: true });
  });
  const fileWith = (content: string) => {
    const file = join(directory, 'secret');
    writeFileSync(file, content);
    return file;
  };

  test.each([
    ['a line', 'pass word\n', 'pass word'],
    ['a line of Windows', 'pass\r\n', 'pass'],
    ['no newline', 'pass', 'pass'],
    ['spaces that belong to it', ' pass ', ' pass '],
    ['two lines', 'a\nb\n', 'a\nb'],
  ])('come from a file with %s', (_, content, value) => {
    expect(loadConfig('t', { key }, { KEY_FILE: fileWith(content) })).toEqual({ key: value });
  });

  test('an empty variable leaves the other to decide', () => {
    expect(loadConfig('t', { key }, { KEY: '', KEY_FILE: fileWith('x') })).toEqual({ key: 'x' });
    expect(loadConfig('t', { key }, { KEY: 'y', KEY_FILE: '' })).toEqual({ key: 'y' });
    expect(problemsOf({ key }, { KEY: '', KEY_FILE: '' })).toHaveLength(1);
  });

  test('given twice are refused, even if they are the same', () => {
    expect(problemsOf({ key }, { KEY: 'hidden', KEY_FILE: fileWith('hidden') })).toEqual([
      'KEY and KEY_FILE: expected one of them, got both',
    ]);
  });

  test('in a file that is not there or empty are refused, with a default too', () => {
    const withDefault = text({ env: 'KEY', meaning, secret: true, default: 'guest' });
    for (const setting of [key, withDefault, optional(key)]) {
      expect(problemsOf({ setting }, { KEY_FILE: join(directory, 'none') })).toEqual([
        expect.stringMatching(/^KEY_FILE: expected a readable file, got ENOENT.*none/),
      ]);
      expect(problemsOf({ setting }, { KEY_FILE: fileWith('\n') })).toEqual([
        expect.stringMatching(/^KEY_FILE: expected a secret in .*, got nothing$/),
      ]);
    }
  });

  test('never stand in an error', () => {
    const address = url({ env: 'ADDRESS', meaning, secret: true, protocols: ['amqp'] });
    const word = oneOf({ env: 'WORD', meaning, secret: true, choices: ['a'] });
    expect(problemsOf({ address, word }, { ADDRESS: 'http://u:hidden@h', WORD: 'hidden' })).toEqual(
      [
        'ADDRESS or ADDRESS_FILE: expected a URL starting with amqp://, got 17 characters',
        'WORD or WORD_FILE: expected one of a, got 6 characters',
      ],
    );
    expect(problemsOf({ address }, { ADDRESS_FILE: fileWith('hidden') }).join()).not.toContain(
      'hidden',
    );
  });

  test('a setting that is none is not read from a file', () => {
    expect(problemsOf({ name }, { NAME_FILE: fileWith('x') })).toHaveLength(1);
  });
});

describe('kinds of settings', () => {
  test.each(['0', '65536', '-1', '1.5', '1e3', ' 1', '0x10', 'one', '99999999999999999999'])(
    'integer refuses %p',
    (given) => {
      expect(read(port, given)).toBe(
        `problem: PORT: expected a whole number from 1 to 65535, got "${given}"`,
      );
    },
  );

  test('integer takes its limits, and numbers below zero where they are allowed', () => {
    expect([read(port, '1'), read(port, '65535')]).toEqual([1, 65_535]);
    expect(read(integer({ env: 'N', meaning, min: -5, max: 5 }), '-5')).toBe(-5);
  });

  const delays = integerList({ env: 'DELAYS', meaning, min: 1 });
  test.each(['0', '1,', ',1', '1,,2', '1, 2', '1;2', 'a', '-1', '1.5', '9007199254740993'])(
    'integerList refuses %p',
    (given) => {
      expect(read(delays, given)).toMatch(
        /expected whole numbers of at least 1, separated by commas/,
      );
    },
  );

  test('integerList keeps the order', () => {
    expect(read(delays, '30,10,10')).toEqual([30, 10, 10]);
    expect(read(delays, '5')).toEqual([5]);
  });

  const debug = flag({ env: 'DEBUG', meaning });
  test.each(['1', 'yes', 'TRUE', 'on', 'no'])('flag refuses %p', (given) => {
    expect(read(debug, given)).toBe(`problem: DEBUG: expected true or false, got "${given}"`);
  });

  test('flag', () => {
    expect([read(debug, 'true'), read(debug, 'false')]).toEqual([true, false]);
  });

  test('oneOf takes its choices only, as they are written', () => {
    const level = oneOf({ env: 'LEVEL', meaning, choices: ['low', 'high'] });
    expect(read(level, 'high')).toBe('high');
    expect(read(level, 'HIGH')).toMatch(/expected one of low, high, got "HIGH"/);
  });

  const broker = url({ env: 'BROKER', meaning, protocols: ['amqp', 'amqps'] });
  test.each(['amqp://host', 'amqps://user:pass@host:5671/%2F', 'amqp://[::1]:5672'])(
    'url takes %s',
    (given) => {
      expect(read(broker, given)).toBe(given);
    },
  );
  test.each([
    'host:5672',
    'http://host',
    'amqp:host',
    'amqp://',
    'amqp://host:port',
    'amqp:///vhost',
  ])('url refuses %s', (given) => {
    expect(read(broker, given)).toBe(
      `problem: BROKER: expected a URL starting with amqp:// or amqps://, got "${given}"`,
    );
  });

  const mongo = url({ env: 'MONGO', meaning, protocols: ['mongodb', 'mongodb+srv'] });
  test.each(['mongodb://a:1,b:2/db?replicaSet=r', 'mongodb+srv://u:p@cluster.example/db'])(
    'url takes %s, as MongoDB writes several hosts',
    (given) => {
      expect(read(mongo, given)).toBe(given);
    },
  );
  test.each(['mongodb://', 'mongodb:///db', 'http://a'])('url refuses %s', (given) => {
    expect(read(mongo, given)).toMatch(/expected a URL starting with mongodb:\/\//);
  });
});

describe('describeSettings', () => {
  test('one row each, in order, with every name it is read from', () => {
    expect(
      describeSettings({
        name,
        key,
        port,
        from: optional(text({ env: 'FROM', meaning: 'Sender.' })),
        concurrency: integer({
          env: 'CONCURRENCY',
          meaning,
          min: 1,
          max: 9,
          default: 2,
          defaultInWords: 'number of cores',
        }),
        pattern: text({ env: 'PATTERN', meaning: 'One | other.', default: 'a|b' }),
      }),
    ).toEqual([
      '| `NAME` | required | text | What it does. |',
      '| `KEY`, `KEY_FILE` | required | text | What it does. |',
      '| `PORT` | `8080` | a whole number from 1 to 65535 | What it does. |',
      '| `FROM` | not set | text | Sender. |',
      '| `CONCURRENCY` | number of cores | a whole number from 1 to 9 | What it does. |',
      '| `PATTERN` | `a\\|b` | text | One \\| other. |',
    ]);
  });
});
