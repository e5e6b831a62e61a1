import type { LoggerService } from '@nestjs/common';
import type { Logger } from '../../observability/logger';

/** Nest's and golevelup's log lines as ours; their chatter about set-up is debug. */
export function nestLog(log: Logger): LoggerService {
  const details = (rest: unknown[]) => ({ nest: rest.filter((value) => value !== undefined) });
  return {
    log: (message: unknown, ...rest: unknown[]) => {
      log.debug(details(rest), String(message));
    },
    debug: (message: unknown, ...rest: unknown[]) => {
      log.trace(details(rest), String(message));
    },
    verbose: (message: unknown, ...rest: unknown[]) => {
      log.trace(details(rest), String(message));
    },
    warn: (message: unknown, ...rest: unknown[]) => {
      log.warn(details(rest), String(message));
    },
    error: (message: unknown, ...rest: unknown[]) => {
      // golevelup logs whatever a handler throws; a delivery that is let go is part of the plan.
      if (String(rest[0]).startsWith('LetGo:')) log.debug(details(rest), String(message));
      else log.error(details(rest), String(message));
    },
    fatal: (message: unknown, ...rest: unknown[]) => {
      log.fatal(details(rest), String(message));
    },
  };
}
