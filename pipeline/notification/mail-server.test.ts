import { mailServer, mailServerProblems } from './mail-server';

const nothing = {
  smtpUrl: undefined,
  gmailAddress: undefined,
  gmailPassword: undefined,
  mailFrom: undefined,
};

it("sends through the tutorial's Gmail account, with TLS or not at all", () => {
  const settings = { ...nothing, gmailAddress: 'me@gmail.com', gmailPassword: 'p w/1' };
  expect(mailServerProblems(settings)).toEqual([]);
  expect(mailServer(settings)).toEqual({
    url: 'smtp://me%40gmail.com:p%20w%2F1@smtp.gmail.com:587?requireTLS=true',
    from: 'me@gmail.com',
    domain: 'gmail.com',
  });
});

it('prefers SMTP_URL and MAIL_FROM', () => {
  const settings = {
    smtpUrl: 'smtp://mail.example',
    gmailAddress: 'me@gmail.com',
    gmailPassword: 'x',
    mailFrom: 'MP3 <mp3@example.com>',
  };
  expect(mailServerProblems(settings)).toEqual([]);
  expect(mailServer(settings)).toEqual({
    url: 'smtp://mail.example',
    from: 'MP3 <mp3@example.com>',
    domain: 'example.com',
  });
});

it.each([
  ['nothing', nothing, ['SMTP_URL', 'MAIL_FROM']],
  ['no password', { ...nothing, gmailAddress: 'me@gmail.com' }, ['SMTP_URL']],
  ['no sender', { ...nothing, smtpUrl: 'smtp://mail.example' }, ['MAIL_FROM']],
  [
    'a sender without address',
    { ...nothing, smtpUrl: 'smtp://mail.example', mailFrom: 'MP3 service' },
    ['MAIL_FROM'],
  ],
  [
    'a Gmail account without address',
    { ...nothing, gmailAddress: 'me', gmailPassword: 'x' },
    ['GMAIL_ADDRESS'],
  ],
])('names what is wrong: %s', (_name, settings, expected) => {
  const named = mailServerProblems(settings).map((problem) => problem.split(':')[0]);
  expect(named).toEqual(expected);
});
