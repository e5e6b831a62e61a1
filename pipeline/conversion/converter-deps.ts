import type { SourceFacts } from '../../contracts/source-facts';
import type { Topology } from '../../contracts/topology';
import type { Metrics } from '../../observability/metrics';
import type { Publisher } from '../../contracts/broker/confirmed-publisher';
import type { ConversionSteps } from './convert-video';
import type { Claims } from './job-claims';
import type { WorkDisk } from './work-disk';

/** What the converter needs from outside. */
export interface ConverterDeps {
  readonly claims: Claims;
  readonly steps: ConversionSteps;
  readonly publisher: Publisher;
  readonly topology: Topology;
  readonly metrics: Metrics;
  /** Name of this worker in claims and failures. */
  readonly worker: string;
  readonly disk: WorkDisk;
  /** Says what there is to say of a fetched file, for a dead letter. */
  readonly sourceFacts: (path: string, signal: AbortSignal) => Promise<SourceFacts>;
  readonly maxAttempts: number;
  /** Time between renewals of a claim, in milliseconds. */
  readonly renewEveryMs: number;
}
