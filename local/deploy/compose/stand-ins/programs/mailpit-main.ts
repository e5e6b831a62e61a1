import { randomBytes } from 'node:crypto';
import express from 'express';
import { BehaviourScript } from '../../../../servers/inbox/behaviour';
import { MailStore } from '../../../../servers/inbox/mail-store';
import { createSmtpListener } from '../../../../servers/inbox/smtp-listener';

/**
 * Our inbox behind Mailpit's ports, with as much of its API as is used here
 * (mailpit.axllent.org/docs/api-v1): the list of messages, one message, and its probes.
 */
async function main(): Promise<void> {
  const store = await MailStore.open(process.env['MAIL_DIRECTORY'] ?? '/tmp/mails');
  const account = { user: 'nobody', password: randomBytes(16).toString('hex') };
  const smtp = createSmtpListener(store, new BehaviourScript(), account);
  // Mailpit offers neither unless it is told to.
  smtp.options.disabledCommands = ['STARTTLS', 'AUTH'];
  smtp.listen(1025, '0.0.0.0');
  const app = express();
  app.disable('x-powered-by');
  app.get(['/livez', '/readyz'], (_request, response) => {
    response.type('text').send('ok');
  });
  app.get('/api/v1/messages', async (request, response) => {
    const mails = (await store.list()).reverse();
    const start = Number(request.query['start'] ?? 0);
    const limit = Number(request.query['limit'] ?? 50);
    const messages = mails.slice(start, start + limit).map(({ id, ...mail }) => ({
      ID: id,
      MessageID: mail.messageId,
      To: mail.to.map((Address) => ({ Name: '', Address })),
      Subject: mail.subject,
      Created: mail.receivedAt,
      Size: mail.bytes,
      Snippet: mail.text.slice(0, 250),
    }));
    response.json({ total: mails.length, count: messages.length, start, messages });
  });
  app.get('/api/v1/message/:id', async (request, response) => {
    const mail = await store.find(request.params.id);
    if (mail === undefined) response.status(404).json({ Error: 'message not found' });
    else response.json({ ID: mail.id, Subject: mail.subject, Text: mail.text });
  });
  const http = app.listen(8025, '0.0.0.0', (error) => {
    if (error) throw error;
    console.log('inbox ready: SMTP on 1025, HTTP on 8025');
  });
  const close = (): void => {
    http.close();
    http.closeAllConnections();
    smtp.close(() => process.exit(0));
  };
  process.once('SIGTERM', close);
  process.once('SIGINT', close);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
