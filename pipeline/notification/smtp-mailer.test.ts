import { createServer, type AddressInfo } from 'node:net';
import { uniqueName, useInbox } from '../../local/test-stack';
import type { TestInbox } from '../../local/test-inbox';
import { DependencyUnavailable } from '../../observability/breaker';
import { MailRefused, TransientError } from '../deliveries/failure';
import type { SendPermit } from './hold-mail-claim';
import type { Mail } from './mail';
import { MailUnanswered } from './mail-unanswered';
import { SmtpMailer } from './smtp-mailer';

let inbox: TestInbox;
let mailer: SmtpMailer;

beforeAll(async () => {
  inbox = await useInbox();
  mailer = new SmtpMailer({ url: inbox.smtpUrl, from: 'mp3@example.com', timeoutMs: 1_000 });
}, 60_000);

afterAll(() => {
  mailer.stop();
});

function mailTo(to: string): Mail {
  return {
    kind: 'ready',
    messageId: `<${to}>`,
    to,
    subject: 'MP3 Download',
    text: 'mp3 file_id: 1 is now ready!\n',
  };
}

const permit: SendPermit = { signal: new AbortController().signal, check: () => undefined };

const newAddress = () => `${uniqueName('mail')}@example.com`;

it('hands the mail over as it is', async () => {
  const to = newAddress();
  await mailer.send(mailTo(to), permit);
  const [mail, ...others] = await inbox.waitForMails(to);
  expect(others).toEqual([]);
  expect(mail).toMatchObject({ subject: 'MP3 Download', messageId: `<${to}>` });
  expect(mail?.text).toContain('mp3 file_id: 1 is now ready!');
});

it.each([
  ['451 for the recipient', { kind: 'refuse', code: 451 }, 'recipient', TransientError],
  ['452 for the mail', { kind: 'refuse', code: 452 }, 'data', TransientError],
  ['550 for the recipient', { kind: 'refuse', code: 550 }, 'recipient', MailRefused],
  ['554 for the mail', { kind: 'refuse', code: 554 }, 'data', MailRefused],
  ['421', { kind: 'refuse', code: 421 }, 'recipient', DependencyUnavailable],
  ['silence', { kind: 'hang' }, 'recipient', DependencyUnavailable],
  ['a dropped connection', { kind: 'drop' }, 'recipient', DependencyUnavailable],
  ['silence about the whole mail', { kind: 'hang' }, 'data', MailUnanswered],
  ['a connection dropped after it', { kind: 'drop' }, 'data', MailUnanswered],
] as const)('understands %s', async (_name, answer, at, expected) => {
  const to = newAddress();
  await inbox.behave({ to, answer, at });
  await expect(mailer.send(mailTo(to), permit)).rejects.toThrow(expected);
  expect(await inbox.mails(to)).toEqual([]);
});

it('takes an address that is none as a refusal of this mail', async () => {
  await expect(mailer.send(mailTo('not an address'), permit)).rejects.toThrow(MailRefused);
});

it.each([
  ['nobody listens', false],
  ['somebody hangs up', true],
])('takes it as an outage when %s', async (_name, listens) => {
  const server = createServer((socket) => {
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  if (!listens) await new Promise((resolve) => server.close(resolve));
  const away = new SmtpMailer({
    url: `smtp://127.0.0.1:${port}`,
    from: 'a@example.com',
    timeoutMs: 1_000,
  });
  await expect(away.send(mailTo(newAddress()), permit)).rejects.toThrow(DependencyUnavailable);
  away.stop();
  server.close();
});

it('takes a refused login as an outage: the operator must act, not the listener', async () => {
  const url = new URL(inbox.smtpUrl);
  url.password = 'wrong';
  const locked = new SmtpMailer({ url: url.href, from: 'a@example.com', timeoutMs: 1_000 });
  await expect(locked.send(mailTo(newAddress()), permit)).rejects.toThrow(DependencyUnavailable);
  locked.stop();
});
