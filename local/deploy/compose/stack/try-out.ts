import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeSample } from '../../../sample-media';
import { StackError } from '../../../stack-error';
import type { ComposeStack } from './compose-stack';
import { Mailbox } from './mailbox';
import { OneShotListener } from './one-shot-listener';

/** A running stack with its first user, and what they use it with. */
export interface TryOut {
  readonly stack: ComposeStack;
  readonly account: { readonly email: string; readonly password: string };
  readonly listener: OneShotListener;
  readonly mailbox: Mailbox;
  /** Seconds of sound. */
  readonly videoPath: string;
  readonly video: Buffer;
  /** Long enough to be met in the middle of its conversion. */
  readonly longVideo: Buffer;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

export interface Videos {
  readonly path: string;
  readonly short: Buffer;
  readonly long: Buffer;
  remove(): void;
}

export async function makeVideos(): Promise<Videos> {
  const directory = mkdtempSync(join(tmpdir(), 'videos-'));
  const [short, long] = [join(directory, 'My Video.mp4'), join(directory, 'long.mp4')];
  await makeSample(short, { seconds: 3 });
  await makeSample(long, { seconds: 1_800, output: ['-r', '1', '-preset', 'ultrafast'] });
  return {
    path: short,
    short: readFileSync(short),
    long: readFileSync(long),
    remove: () => {
      rmSync(directory, { recursive: true });
    },
  };
}

/** Makes the first user by the command that the README names, and logs in. */
export async function tryOut(
  stack: ComposeStack,
  videos: Videos,
  signal: AbortSignal,
  say: (line: string) => void,
): Promise<TryOut> {
  const account = { email: 'first@example.com', password: randomBytes(12).toString('hex') };
  await stack.compose(['run', '--rm', '-T', 'users', 'add', account.email], {
    input: `${account.password}\n`,
  });
  const { email, password } = account;
  const listener = new OneShotListener(await stack.url(8080), email, password, signal);
  const { status, problem, body } = await listener.logIn();
  if (status !== 200) throw new StackError(`login: ${status ?? problem} ${String(body)}`);
  const mailbox = new Mailbox(await stack.url(8025), signal);
  const { path, short, long } = videos;
  return {
    stack,
    account,
    listener,
    mailbox,
    videoPath: path,
    video: short,
    longVideo: long,
    signal,
    say,
  };
}
