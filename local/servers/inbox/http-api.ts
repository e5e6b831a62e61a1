import express, { type Express, type Request } from 'express';
import { behaviourSchema, type BehaviourScript } from './behaviour';
import type { MailStore } from './mail-store';
import { listPage, mailPage } from './pages';

/**
 * Reading the inbox and scripting it: `GET /` and `GET /mails/:id/page` for people; `GET`,
 * `DELETE /mails?to=`, `GET /mails/:id[/raw]` and `GET`, `POST`, `DELETE /behaviour?to=` as JSON.
 */
export function createInboxApi(store: MailStore, script: BehaviourScript): Express {
  const app = express();
  app.disable('x-powered-by');
  app.use((request, response, next) => {
    // Only a browser that was told a loopback name: no site may read mails by DNS rebinding.
    if (!['127.0.0.1', 'localhost'].includes(request.hostname)) {
      response.status(403).json({ error: 'this inbox answers on 127.0.0.1 and localhost only' });
      return;
    }
    response.set('Content-Security-Policy', "default-src 'none'; style-src 'unsafe-inline'");
    next();
  });

  app.get('/', async (_request, response) => {
    response.type('html').send(listPage(await store.list()));
  });
  app.get('/mails', async (request, response) => {
    response.json(await store.list(to(request)));
  });
  app.delete('/mails', async (request, response) => {
    await store.clear(to(request));
    response.status(204).end();
  });
  app.get('/mails/:id', async (request, response) => {
    const mail = await store.find(request.params.id);
    if (mail) response.json(mail);
    else response.status(404).json({ error: 'no such mail' });
  });
  app.get('/mails/:id/page', async (request, response) => {
    const mail = await store.find(request.params.id);
    if (mail) response.type('html').send(mailPage(mail));
    else response.status(404).type('text').send('no such mail');
  });
  app.get('/mails/:id/raw', async (request, response) => {
    const raw = await store.raw(request.params.id);
    if (raw) response.type('text/plain').send(raw);
    else response.status(404).type('text').send('no such mail');
  });

  app.get('/behaviour', (_request, response) => {
    response.json(script.all);
  });
  // A JSON body only: other sites' pages cannot send that without being asked first (CORS).
  app.post('/behaviour', express.json({ type: 'application/json' }), (request, response) => {
    const parsed = behaviourSchema.safeParse(request.body);
    if (!parsed.success) {
      response.status(400).json({ error: parsed.error.issues });
      return;
    }
    script.set(parsed.data);
    response.status(204).end();
  });
  app.delete('/behaviour', (request, response) => {
    script.clear(to(request));
    response.status(204).end();
  });
  return app;
}

function to(request: Request): string | undefined {
  const value = request.query['to'];
  return typeof value === 'string' ? value : undefined;
}
