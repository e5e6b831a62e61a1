import { jobCollection } from '../../contracts/job-collection';
import type { ConfigOf } from '../../observability/config';
import type { RunningProcess } from '../../observability/run-process';
import type { notificationSettings } from '../config';
import type { SettlingParts } from '../deliveries/deliveries';
import { mongoBreaker } from '../worker/mongo-breaker';
import { startWorker } from '../worker/start-worker';
import { MailLedger } from './mail-ledger';
import { NotificationModule } from './notification.module';
import { Notifier } from './notifier';
import type { NotifierDeps } from './notifier-deps';
import { mailServer } from './mail-server';
import { SmtpMailer } from './smtp-mailer';

/** What a test build may put something around, to break or interrupt it. */
export type NotificationParts = Pick<NotifierDeps, 'mailer' | 'ledger'>;

/**
 * Puts the notification worker together and starts it.
 *
 * @param alter For test builds, as is `alterSettling`, which stands around the publisher.
 */
export async function startNotification(
  config: ConfigOf<typeof notificationSettings>,
  alter: (parts: NotificationParts) => NotificationParts = (parts) => parts,
  alterSettling?: (parts: SettlingParts) => SettlingParts,
): Promise<RunningProcess> {
  const { url, from, domain } = mailServer(config);
  const smtp = new SmtpMailer({ url, from, timeoutMs: config.mailTimeoutMs });
  const running = await startWorker(
    'notification',
    ['mp3', 'failed'],
    config.mailConcurrency,
    config,
    ({ mongo, metrics, worker, consumer, deliveries }) => {
      const records = mongoBreaker('jobs', mongo);
      const database = mongo.db(config.jobsDatabase);
      const { mailer, ledger } = alter({
        mailer: smtp,
        ledger: new MailLedger(database, records, worker, config.claimMs),
      });
      const notifier = new Notifier({
        ledger,
        mailer,
        jobs: jobCollection(database),
        records,
        metrics,
        publicUrl: config.publicUrl.replace(/\/$/, ''),
        domain,
        maxAttempts: config.maxAttempts,
        worker,
      });
      return {
        module: NotificationModule.with(consumer, deliveries, notifier),
        breakers: [records, smtp.breaker],
      };
    },
    alterSettling,
  );
  return {
    async stop() {
      await running.stop();
      smtp.stop();
    },
  };
}
