import { createTransport, type Transporter } from 'nodemailer';
import { createTestInbox, type TestInbox } from '../../test-inbox';
import { uniqueName, useServers } from '../../test-stack';

let inbox: TestInbox;
let transport: Transporter;
let to: string;

beforeAll(async () => {
  inbox = createTestInbox(await useServers('inbox'));
}, 60_000);

beforeEach(() => {
  to = `${uniqueName('reader')}@example.com`;
  transport = createTransport(`${inbox.smtpUrl}&socketTimeout=2000`);
});

afterEach(async () => {
  transport.close();
  await inbox.behaveNormally(to);
});

const send = (subject = 'Hello', html?: string): Promise<unknown> =>
  transport.sendMail({ from: 'a@example.com', to, subject, text: 'A line', html });

test.each([
  [451, 'recipient'],
  [550, 'recipient'],
  [452, 'data'],
  [554, 'data'],
] as const)('refuses with %d at %s, and keeps nothing', async (code, at) => {
  await inbox.behave({ to, at, answer: { kind: 'refuse', code, message: 'because of a test' } });
  await expect(send()).rejects.toMatchObject({ responseCode: code });
  expect(await inbox.mails(to)).toEqual([]);
});

test('refuses as often as it was told, then accepts', async () => {
  await inbox.behave({ to, times: 2, answer: { kind: 'refuse', code: 451 } });
  await expect(send()).rejects.toMatchObject({ responseCode: 451 });
  await expect(send()).rejects.toMatchObject({ responseCode: 451 });
  await send();
  expect(await inbox.mails(to)).toHaveLength(1);
});

test('drops the connection without keeping the mail, or after keeping it', async () => {
  await inbox.behave({ to, times: 1, answer: { kind: 'drop' } });
  await expect(send('lost')).rejects.toThrow();
  expect(await inbox.mails(to)).toEqual([]);
  await inbox.behave({ to, times: 1, answer: { kind: 'keep-and-drop' } });
  await expect(send('kept')).rejects.toThrow();
  const mails = await inbox.waitForMails(to);
  expect(mails.map(({ subject }) => subject)).toEqual(['kept']);
});

test('says nothing at all', async () => {
  await inbox.behave({ to, answer: { kind: 'hang' } });
  await expect(send()).rejects.toMatchObject({ code: 'ETIMEDOUT' });
  expect(await inbox.mails(to)).toEqual([]);
});

test('asks for the right password, and offers AUTH after STARTTLS only', async () => {
  const url = new URL(inbox.smtpUrl);
  url.password = 'wrong';
  const wrong = createTransport(url.href);
  await expect(wrong.verify()).rejects.toMatchObject({ code: 'EAUTH' });
  wrong.close();
  const plain = createTransport(`${inbox.smtpUrl}&ignoreTLS=true`);
  await expect(plain.sendMail({ from: 'a@example.com', to, text: 'x' })).rejects.toThrow();
  plain.close();
});

test('shows mails to a person, harmless whatever is in them', async () => {
  const subject = '<script>alert(1)</script>';
  await send(subject, '<img src=x onerror=alert(2)>');
  const [mail] = await inbox.waitForMails(to);
  const list = await (await fetch(`${inbox.url}/`)).text();
  const page = await fetch(`${inbox.url}/mails/${mail?.id ?? ''}/page`);
  const text = await page.text();
  for (const html of [list, text]) {
    expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(html).not.toContain('<script');
    expect(html).not.toContain('<img');
  }
  expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
  const raw = await fetch(`${inbox.url}/mails/${mail?.id ?? ''}/raw`);
  expect(await raw.text()).toContain('onerror=alert(2)');
});

test.each([
  ['GET', '/mails/../../etc/passwd', undefined, 404],
  ['GET', '/mails/999999999', undefined, 404],
  ['POST', '/behaviour', '{"answer":{"kind":"explode"}}', 400],
  ['POST', '/behaviour', '{"answer":{"kind":"refuse","code":250}}', 400],
] as const)('answers %s %s with an error', async (method, path, body, status) => {
  const response = await fetch(`${inbox.url}${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body }),
  });
  expect(response.status).toBe(status);
});
