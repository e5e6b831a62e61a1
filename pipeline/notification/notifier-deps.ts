import type { Collection } from 'mongodb';
import type { JobRecord } from '../../contracts/job';
import type { Breaker } from '../../observability/breaker';
import type { Metrics } from '../../observability/metrics';
import type { MailLedger } from './mail-ledger';
import type { SmtpMailer } from './smtp-mailer';

/** The ledger as its users see it; a test build may put another around it. */
export type Ledger = Pick<MailLedger, 'take' | 'renew' | 'sent' | 'dead' | 'release' | 'claimMs'>;

export type Mailer = Pick<SmtpMailer, 'send'>;

export interface NotifierDeps {
  readonly ledger: Ledger;
  readonly mailer: Mailer;
  readonly jobs: Collection<JobRecord>;
  readonly records: Breaker;
  readonly metrics: Metrics;
  readonly publicUrl: string;
  readonly domain: string;
  readonly maxAttempts: number;
  /** Name of this worker in failures. */
  readonly worker: string;
}
