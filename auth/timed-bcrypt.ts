import type { Metrics } from '../observability/metrics';
import type { Bcrypt } from './passwords';

/** The same, with the time of each call on record. */
export function timedBcrypt(bcrypt: Bcrypt, metrics: Metrics): Bcrypt {
  async function timed<Result>(call: () => Promise<Result>): Promise<Result> {
    const startedMs = performance.now();
    try {
      return await call();
    } finally {
      metrics.observe('bcrypt_duration_seconds', {}, (performance.now() - startedMs) / 1000);
    }
  }
  return {
    hash: (password, cost) => timed(() => bcrypt.hash(password, cost)),
    compare: (password, hash) => timed(() => bcrypt.compare(password, hash)),
  };
}
