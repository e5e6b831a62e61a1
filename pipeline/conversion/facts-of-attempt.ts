import type { SourceFacts } from '../../contracts/source-facts';
import type { Logger } from '../../observability/logger';
import type { Outcome } from '../deliveries/outcome';
import type { ConverterDeps } from './converter-deps';

/**
 * What there is to say of the source of an attempt that comes to a dead letter, while the fetched
 * file is still there. It is only good to know: that it cannot be found out never changes what the
 * attempt came to.
 *
 * @param videoPath Undefined when the video was not fetched whole.
 */
export async function factsOfAttempt(
  outcome: Outcome,
  videoPath: string | undefined,
  { sourceFacts }: Pick<ConverterDeps, 'sourceFacts'>,
  signal: AbortSignal,
  log: Logger,
): Promise<SourceFacts | null> {
  if (outcome.kind !== 'dead-letter' || videoPath === undefined) return null;
  try {
    return await sourceFacts(videoPath, signal);
  } catch (error) {
    log.warn({ err: error }, 'nothing found out about the source of the dead letter');
    return null;
  }
}
