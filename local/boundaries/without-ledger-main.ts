import 'reflect-metadata';
import { loadConfig } from '../../observability/config';
import { runProcess } from '../../observability/run-process';
import { notificationSettings } from '../../pipeline/config';
import { mailServerProblems } from '../../pipeline/notification/mail-server';
import { startNotification } from '../../pipeline/notification/start-notification';

/** A notification worker that remembers nothing: each message is a mail. */
runProcess(() => {
  const config = loadConfig('notification', notificationSettings, process.env, mailServerProblems);
  return startNotification(config, (parts) => ({
    ...parts,
    ledger: {
      claimMs: config.claimMs,
      take: () =>
        Promise.resolve({
          kind: 'taken',
          token: 'anybody',
          attempt: 1,
          counted: true,
          replay: 0,
          unanswered: 0,
          validUntilMs: Infinity,
        }),
      renew: () => Promise.resolve(Infinity),
      sent: () => Promise.resolve('noted'),
      dead: () => Promise.resolve(),
      release: () => Promise.resolve(),
    },
  }));
});
