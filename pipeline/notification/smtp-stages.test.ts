import { DependencyUnavailable } from '../../observability/breaker';
import { ClaimLost, MailRefused, Stopping, TransientError } from '../deliveries/failure';
import type { SendPermit } from './hold-mail-claim';
import type { Mail } from './mail';
import { MailUnanswered } from './mail-unanswered';
import { SmtpMailer } from './smtp-mailer';
import {
  startTestSmtpServer,
  type Scripted,
  type Stage,
  type TestSmtpServer,
} from './test-smtp-server';

const outage = DependencyUnavailable;
const later = TransientError;
const never = MailRefused;
const unanswered = MailUnanswered;

let server: TestSmtpServer;
let mailer: SmtpMailer;

function open(timeoutMs: number): void {
  mailer = new SmtpMailer({ url: server.url, from: 'mp3@example.com', timeoutMs });
}

beforeEach(async () => {
  server = await startTestSmtpServer();
});

afterEach(async () => {
  mailer.stop();
  await server.close();
});

const mail: Mail = {
  kind: 'ready',
  messageId: '<1@example.com>',
  to: 'reader@example.com',
  subject: 'MP3 Download',
  text: 'mp3 file_id: 1 is now ready!\n',
};

function permit(): SendPermit & { abort: (reason: Error) => void } {
  const controller = new AbortController();
  const { signal } = controller;
  return {
    signal,
    check() {
      signal.throwIfAborted();
    },
    abort(reason) {
      controller.abort(reason);
    },
  };
}

it('sends to a server that answers as usual', async () => {
  open(10_000);
  await mailer.send(mail, permit());
  expect(server.mails).toHaveLength(1);
  expect(server.mails[0]).toContain('Message-ID: <1@example.com>');
  await expect(mailer.verify()).resolves.toBeUndefined();
});

type Row = readonly [Stage, Scripted, new (...args: never[]) => Error];

const table: readonly Row[] = [
  ['greeting', '421 busy', outage],
  ['greeting', '450 later', outage],
  ['greeting', '554 not you', outage],
  ['EHLO', '421 busy', outage],
  ['AUTH', '454 later', outage],
  ['AUTH', '535 wrong password', outage],
  ['MAIL', '421 busy', outage],
  ['MAIL', '451 later', outage],
  ['MAIL', '530 log in first', outage],
  ['MAIL', '550 sender not allowed', outage],
  ['RCPT', '421 busy', outage],
  ['RCPT', '450 greylisted', later],
  ['RCPT', '530 log in first', outage],
  ['RCPT', '550 no such user', never],
  ['DATA', '421 busy', outage],
  ['DATA', '451 later', later],
  ['DATA', '554 no', never],
  ['dot', '421 busy', outage],
  ['dot', '452 no room', later],
  ['dot', '554 spam', never],
  ['greeting', 'drop', outage],
  ['EHLO', 'drop', outage],
  ['AUTH', 'drop', outage],
  ['MAIL', 'drop', outage],
  ['RCPT', 'drop', outage],
  ['DATA', 'drop', outage],
  ['dot', 'drop', unanswered],
  ['greeting', 'hang', outage],
  ['EHLO', 'hang', outage],
  ['AUTH', 'hang', outage],
  ['MAIL', 'hang', outage],
  ['RCPT', 'hang', outage],
  ['DATA', 'hang', outage],
  ['dot', 'hang', unanswered],
];

it.each(table)('understands at %s: %s', async (stage, answer, expected) => {
  open(answer === 'hang' ? 200 : 10_000);
  server.script(stage, answer);
  const error: unknown = await mailer.send(mail, permit()).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(expected);
  if (expected === unanswered) expect(server.mails).toHaveLength(1);
});

it.each(['AUTH', 'MAIL', 'RCPT', 'DATA'] as const)(
  'sends nothing once it must not, when that is known at %s',
  async (stage) => {
    open(10_000);
    server.script(stage, 'hang');
    const hold = permit();
    const sending = mailer.send(mail, hold);
    await server.reached(stage);
    hold.abort(new Stopping('the worker is stopping'));
    await expect(sending).rejects.toThrow(Stopping);
    expect(server.mails).toEqual([]);
  },
);

it('asks once more when the server is ready for the mail', async () => {
  open(10_000);
  const paused: SendPermit = {
    ...permit(),
    check() {
      throw new ClaimLost('we stood still');
    },
  };
  await expect(mailer.send(mail, paused)).rejects.toThrow(ClaimLost);
  await server.reached('DATA');
  expect(server.mails).toEqual([]);
});

it('hears the answer to a whole mail, whatever happened to the claim', async () => {
  open(10_000);
  server.script('dot', 'hang');
  const hold = permit();
  const sending = mailer.send(mail, hold);
  await server.reached('dot');
  hold.abort(new ClaimLost('somebody else has it'));
  server.release('250 taken');
  await expect(sending).resolves.toBeUndefined();
});
