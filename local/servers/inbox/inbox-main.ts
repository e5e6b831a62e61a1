import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { BehaviourScript } from './behaviour';
import { createInboxApi } from './http-api';
import { MailStore } from './mail-store';
import { createSmtpListener } from './smtp-listener';

const usage =
  'expected --directory, --smtp-port, --http-port, --user and --password-file (see inbox.ts)';

/** The mail inbox as a process: takes mail over SMTP, shows it over HTTP, both on the loopback. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      directory: { type: 'string' },
      'smtp-port': { type: 'string' },
      'http-port': { type: 'string' },
      user: { type: 'string' },
      'password-file': { type: 'string' },
    },
  });
  const { directory, user } = values;
  const [smtpPort, httpPort, passwordFile] = [
    values['smtp-port'],
    values['http-port'],
    values['password-file'],
  ];
  if (!directory || !user || !smtpPort || !httpPort || !passwordFile) throw new Error(usage);

  const store = await MailStore.open(directory);
  const script = new BehaviourScript();
  const smtp = createSmtpListener(store, script, {
    user,
    password: readFileSync(passwordFile, 'utf8'),
  });
  smtp.listen(Number(smtpPort), '127.0.0.1');
  const http = createInboxApi(store, script).listen(Number(httpPort), '127.0.0.1', (error) => {
    if (error) throw error;
    console.log(`inbox ready: SMTP on 127.0.0.1:${smtpPort}, http://127.0.0.1:${httpPort}/`);
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
