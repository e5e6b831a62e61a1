import type { Mail } from './mail-store';
import { mailPage } from './pages';

const mail = {
  id: '000001',
  receivedAt: '2026-01-01T00:00:00.000Z',
  from: 'a@example.com',
  to: ['b@example.com'],
  subject: 'Hello',
  messageId: null,
  tls: true,
} as Mail;

test.each(['"', "'", '<', ' '])('an address ends before %j', (end) => {
  const page = mailPage({ ...mail, text: `curl "http://localhost/d?a=1&b=2${end} & more` });
  expect(page).toContain(
    'curl &quot;<a href="http://localhost/d?a=1&amp;b=2">http://localhost/d?a=1&amp;b=2</a>',
  );
  expect(page).toContain(' &amp; more</pre>');
});
