import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';
import { runInNewContext } from 'node:vm';
import { BSON, MongoClient } from 'mongodb';

interface Call {
  readonly url: string;
  readonly database: string;
  readonly command: Record<string, unknown>;
}

/** As much of mongosh as health checks and the scripts of an empty volume use. */
async function main(): Promise<void> {
  if (process.argv[2] === '--call') {
    await carryOut(BSON.EJSON.parse(readFileSync(0, 'utf8')) as Call);
    return;
  }
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      quiet: { type: 'boolean' },
      norc: { type: 'boolean' },
      eval: { type: 'string' },
      file: { type: 'string' },
      host: { type: 'string', default: '127.0.0.1' },
      port: { type: 'string', default: '27017' },
      username: { type: 'string', short: 'u' },
      password: { type: 'string', short: 'p' },
      authenticationDatabase: { type: 'string' },
    },
  });
  const files = positionals.filter((name) => name.endsWith('.js'));
  const [address = 'test'] = positionals.filter((name) => !name.endsWith('.js'));
  const user =
    values.username === undefined
      ? ''
      : `${encodeURIComponent(values.username)}:${encodeURIComponent(values.password ?? '')}@`;
  const source = values.authenticationDatabase ?? 'admin';
  const url = address.startsWith('mongodb://')
    ? address
    : `mongodb://${user}${values.host}:${values.port}/?directConnection=true&authSource=${source}`;
  const context = {
    db: database(url, address.startsWith('mongodb://') ? 'test' : address),
    process,
    console,
    print: console.log,
    // Scripts of mongosh may use what Node has.
    require: createRequire(__filename),
    quit: (code = 0) => process.exit(code),
  };
  const sources = [
    ...[...files, ...(values.file === undefined ? [] : [values.file])].map((path) =>
      readFileSync(path, 'utf8'),
    ),
    ...(values.eval === undefined ? [] : [values.eval]),
  ];
  for (const text of sources) {
    const result: unknown = runInNewContext(text, context);
    if (text === values.eval && result !== undefined) console.log(result);
  }
}

/** Calls are synchronous, as they read in mongosh. */
function database(url: string, name: string): Record<string, unknown> {
  const call = (command: Record<string, unknown>, on = name): unknown => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [__filename, '--call'], {
      input: BSON.EJSON.stringify({ url, database: on, command }),
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(stderr.trim());
    return BSON.EJSON.parse(stdout);
  };
  const named = (command: unknown): Record<string, unknown> =>
    typeof command === 'string' ? { [command]: 1 } : (command as Record<string, unknown>);
  return {
    getName: () => name,
    getSiblingDB: (other: string) => database(url, other),
    runCommand: (command: unknown) => call(named(command)),
    adminCommand: (command: unknown) => call(named(command), 'admin'),
    createUser: ({ user, ...rest }: { user: string }) => call({ createUser: user, ...rest }),
    getUser: () => null,
  };
}

async function carryOut({ url, database: name, command }: Call): Promise<void> {
  const client = new MongoClient(url, { serverSelectionTimeoutMS: 3_000 });
  try {
    console.log(BSON.EJSON.stringify(await client.db(name).command(command)));
  } finally {
    await client.close();
  }
}

main().catch((error: unknown) => {
  console.error(Error.isError(error) ? error.message : error);
  process.exit(1);
});
