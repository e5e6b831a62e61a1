import type { EntryName } from '../../../image/entry-names';
import type { ImageTarget } from './image-target';

/** One container that ends by itself, and how it must end. */
export interface ExpectedRun {
  readonly name: string;
  /** In the place of tini and the dispatcher. */
  readonly program?: string;
  readonly args: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly code: number;
  /** In what it prints. */
  readonly says: RegExp;
}

/** Codes of sysexits(3): 64 wrong usage, 78 a setting that cannot be used. */
const [wrongUsage, badSetting] = [64, 78];

const commands = ['queues', 'users', 'dead-letters'] as const;
type Command = (typeof commands)[number];
const services = ['gateway', 'auth', 'notification', 'relay', 'migrate'] as const;

const helpRuns = commands.map((entry: Command): ExpectedRun => ({
  name: `${entry} --help`,
  args: [entry, '--help'],
  code: 0,
  says: new RegExp(`^Usage: ${entry}`, 'm'),
}));

/** What each one cannot start without, or with. */
function refusal(entry: EntryName, setting: string, value?: string): ExpectedRun {
  return {
    name: `${entry}, ${setting} ${value === undefined ? 'missing' : 'wrong'}`,
    args: [entry],
    ...(value === undefined ? {} : { environment: { [setting]: value } }),
    code: badSetting,
    says: new RegExp(`cannot start[^]*\\b${setting}\\b`),
  };
}

const launcher = '/app/dist/pipeline/media/launch-limited.sh';
const toMp3 = [
  ...['--program=ffmpeg', '-nostdin', '-f', 'lavfi', '-i', 'sine=duration=1'],
  ...['-c:a', 'libmp3lame', '-f', 'mp3', '/tmp/tone.mp3'],
];

/**
 * The launcher is a script for /bin/sh, and finds setsid, setpriv, prlimit and env by itself. It is
 * started by Node, as in the converter: setsid would leave the first process of a container.
 */
const transcode: ExpectedRun = {
  name: 'ffmpeg through the launcher',
  program: 'node',
  args: [
    '-e',
    `process.exitCode = require('node:child_process').spawnSync('${launcher}', process.argv.slice(1), { stdio: 'inherit' }).status`,
    '--',
    ...toMp3,
  ],
  code: 0,
  says: /audio:\d+kB/,
};

export const expectedRuns: Record<ImageTarget, readonly ExpectedRun[]> = {
  service: [
    { name: 'no entry', args: [], code: wrongUsage, says: /^expected one of gateway, / },
    { name: 'unknown entry', args: ['shell'], code: wrongUsage, says: /got "shell"/ },
    ...helpRuns,
    refusal('auth', 'JWT_SECRET'),
    refusal('migrate', 'MYSQL_HOST'),
    ...services
      .filter((entry) => entry !== 'auth' && entry !== 'migrate')
      .map((entry) => refusal(entry, 'ADMIN_PORT', 'none')),
    { name: 'health of nothing', args: ['health'], code: 1, says: /^no answer from the process/ },
  ],
  converter: [refusal('converter', 'ADMIN_PORT', 'none'), transcode],
};

/** Processes that stay until they are told to stop; none of their servers is there. */
export const lastingEntries: Record<
  ImageTarget,
  readonly { readonly entry: EntryName; readonly environment: Readonly<Record<string, string>> }[]
> = {
  service: [
    { entry: 'gateway', environment: {} },
    {
      entry: 'auth',
      environment: {
        MYSQL_HOST: '127.0.0.1',
        MYSQL_USER: 'auth',
        MYSQL_PASSWORD: 'of-nobody',
        JWT_SECRET: 'of-this-run-only-and-long-enough-for-anybody',
      },
    },
    {
      entry: 'notification',
      environment: { SMTP_URL: 'smtp://127.0.0.1:1', MAIL_FROM: 'a@b.example' },
    },
    { entry: 'relay', environment: {} },
  ],
  converter: [{ entry: 'converter', environment: { WORK_DIR: '/tmp/work' } }],
};
