import type { ConfirmedPublisher } from '../../contracts/broker/confirmed-publisher';
import type { Topology } from '../../contracts/topology';
import type { Metrics } from '../../observability/metrics';
import type { ConversionSteps } from './convert-video';
import type { JobClaims } from './job-claims';

/** What the converter needs from outside. */
export interface ConverterDeps {
  readonly claims: JobClaims;
  readonly steps: ConversionSteps;
  readonly publisher: ConfirmedPublisher;
  readonly topology: Topology;
  readonly metrics: Metrics;
  /** Name of this worker in claims and failures. */
  readonly worker: string;
  readonly workDirectory: string;
  readonly maxAttempts: number;
  /** Time between renewals of a claim, in milliseconds. */
  readonly renewEveryMs: number;
}
