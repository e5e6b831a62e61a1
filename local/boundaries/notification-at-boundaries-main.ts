import 'reflect-metadata';
import { loadConfig } from '../../observability/config';
import { runProcess } from '../../observability/run-process';
import { notificationSettings } from '../../pipeline/config';
import { mailServerProblems } from '../../pipeline/notification/mail-server';
import { startNotification } from '../../pipeline/notification/start-notification';
import { around } from './around';
import { holdSettling } from './hold-settling';
import { stopsOfProcess } from './stops-of-process';
import { keyOfAddress } from './who';

runProcess(() => {
  const config = loadConfig('notification', notificationSettings, process.env, mailServerProblems);
  const stops = stopsOfProcess();
  return startNotification(
    config,
    (parts) => {
      const { ledger, mailer } = parts;
      around(ledger, 'take', async (take, { to }) => {
        await stops.at('mail not taken', keyOfAddress(to));
        return take();
      });
      around(mailer, 'send', async (send, { to }) => {
        await stops.at('mail taken, not sent', keyOfAddress(to));
        await send();
      });
      around(ledger, 'sent', async (sent, { to }) => {
        await stops.at('mail answered 250, not noted', keyOfAddress(to));
        const noted = await sent();
        await stops.at('mail noted, not acked', keyOfAddress(to));
        return noted;
      });
      return parts;
    },
    holdSettling(stops, config, 'mail '),
  );
});
