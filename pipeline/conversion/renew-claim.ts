import type { StepName } from '../../contracts/job';
import type { Logger } from '../../observability/logger';
import { ClaimLost } from '../deliveries/failure';
import type { Claims } from './job-claims';

/** Keeps a claim alive while its holder works, and carries progress to the record. */
export interface ClaimRenewal {
  /** Aborted with a ClaimLost once the claim is somebody else's. */
  readonly lost: AbortSignal;
  readonly onProgress: (step: StepName, percent: number) => void;
  /** Resolves once no renewal is under way: the record then belongs to the outcome. */
  stop(): Promise<void>;
}

/** @param everyMs Time between renewals; at most a third of the claim's length. */
export function renewClaim(
  claims: Pick<Claims, 'renew'>,
  holder: { readonly id: string; readonly claimToken: string },
  everyMs: number,
  log: Logger,
): ClaimRenewal {
  const lost = new AbortController();
  let current: { step: StepName; percent: number } | undefined;
  let renewing: Promise<void> = Promise.resolve();
  let idle = true;
  const renew = () => {
    if (!idle || current === undefined) return;
    idle = false;
    renewing = claims.renew(holder, current.step, Math.floor(current.percent)).then(
      () => {
        idle = true;
      },
      (error: unknown) => {
        idle = true;
        if (error instanceof ClaimLost) lost.abort(error);
        // MongoDB is away: nobody else can take the claim either. The commit decides.
        else log.warn({ err: error }, 'claim not renewed');
      },
    );
  };
  const timer = setInterval(renew, everyMs);
  return {
    lost: lost.signal,
    onProgress(step, percent) {
      const entered = step !== current?.step;
      current = { step, percent };
      if (entered) renew();
    },
    async stop() {
      clearInterval(timer);
      await renewing;
    },
  };
}
