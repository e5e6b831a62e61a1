import { jobCollection } from '../../contracts/job-collection';
import { Breaker } from '../../observability/breaker';
import type { ConfigOf } from '../../observability/config';
import type { RunningProcess } from '../../observability/run-process';
import type { notificationSettings } from '../config';
import { isMongoOutage } from '../../observability/mongo-outage';
import { startWorker } from '../worker/start-worker';
import { MailLedger } from './mail-ledger';
import { NotificationModule } from './notification.module';
import { Notifier } from './notifier';
import { mailServer } from './mail-server';
import { SmtpMailer } from './smtp-mailer';

/** Puts the notification worker together and starts it. */
export async function startNotification(
  config: ConfigOf<typeof notificationSettings>,
): Promise<RunningProcess> {
  const { url, from, domain } = mailServer(config);
  const mailer = new SmtpMailer({ url, from, timeoutMs: config.mailTimeoutMs });
  const running = await startWorker(
    'notification',
    ['mp3', 'failed'],
    config.mailConcurrency,
    config,
    ({ mongo, metrics, worker, consumer, deliveries }) => {
      const records = new Breaker('jobs', isMongoOutage);
      const database = mongo.db(config.jobsDatabase);
      const notifier = new Notifier({
        ledger: new MailLedger(database, records, worker, config.claimMs + config.mailTimeoutMs),
        mailer,
        jobs: jobCollection(database),
        records,
        metrics,
        publicUrl: config.publicUrl.replace(/\/$/, ''),
        domain,
        maxAttempts: config.maxAttempts,
      });
      return {
        module: NotificationModule.with(consumer, deliveries, notifier),
        breakers: [records, mailer.breaker],
      };
    },
  );
  return {
    async stop() {
      await running.stop();
      mailer.stop();
    },
  };
}
