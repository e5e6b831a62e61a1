import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { Spread } from './workload';

/** One accepted video. */
export interface Arrival {
  readonly atSeconds: number;
  readonly owner: number;
  /** How long a slot will be taken by it. */
  readonly serviceSeconds: number;
}

/** Numbers that depend on nothing but the seed. */
export interface Draws {
  /** At least 0, less than 1. */
  uniform(): number;
  exponential(mean: number): number;
  /** With this mean and spread. */
  logNormal(spread: Spread): number;
}

export function createDraws(seed: number): Draws {
  const generator = xoroshiro128plus(seed);
  const uniform = () => uniformFloat64(generator);
  const exponential = (mean: number) => -mean * Math.log(1 - uniform());
  // G. E. P. Box, M. E. Muller (1958).
  const normal = () => Math.sqrt(2 * exponential(1)) * Math.cos(2 * Math.PI * uniform());
  return {
    uniform,
    exponential,
    logNormal({ mean, squaredCv }) {
      const variance = Math.log(1 + squaredCv);
      return mean * Math.exp(Math.sqrt(variance) * normal() - variance / 2);
    },
  };
}

export interface Listeners {
  readonly seed: number;
  readonly count: number;
  readonly arrivalsPerSecond: number;
  readonly serviceSeconds: Spread;
  /** Each upload is of any of them, with the same probability. */
  readonly owners: number;
}

/** Independent listeners: Poisson arrivals, each with a service time of a log-normal distribution. */
export function* poissonArrivals(listeners: Listeners): Generator<Arrival, void, undefined> {
  const { seed, count, arrivalsPerSecond, serviceSeconds, owners } = listeners;
  const draws = createDraws(seed);
  let atSeconds = 0;
  for (let made = 0; made < count; made += 1) {
    atSeconds += draws.exponential(1 / arrivalsPerSecond);
    const owner = Math.floor(draws.uniform() * owners);
    yield { atSeconds, owner, serviceSeconds: draws.logNormal(serviceSeconds) };
  }
}
