/** How long somebody waits for a free server, in seconds. */
export interface Wait {
  /** Probability that an arrival has to wait at all. */
  readonly probability: number;
  readonly meanSeconds: number;
  /** Nineteen of twenty wait at most this long. */
  readonly p95Seconds: number;
}

export interface Station {
  readonly arrivalsPerSecond: number;
  readonly serviceMeanSeconds: number;
  /** Squared coefficient of variation of the service time: variance over mean squared. */
  readonly serviceSquaredCv: number;
  readonly servers: number;
}

/**
 * Probability that an arrival waits in M/M/c (Erlang C), from Erlang B by its recursion, which
 * stays exact where factorials overflow. L. Kleinrock, Queueing Systems I (1975), section 3.5.
 *
 * @param offeredLoad arrivals per second times seconds of service, less than `servers`
 */
export function erlangC(servers: number, offeredLoad: number): number {
  let blocked = 1;
  for (let server = 1; server <= servers; server += 1) {
    blocked = (offeredLoad * blocked) / (server + offeredLoad * blocked);
  }
  return blocked / (1 - (offeredLoad / servers) * (1 - blocked));
}

/**
 * Waiting time in a queue with many servers and service times of any distribution. The mean is that
 * of M/M/c times (Ca² + Cs²) / 2, the Allen–Cunneen approximation (A. O. Allen, Probability,
 * Statistics, and Queueing Theory, 2nd ed. 1990, section 5.5; G. Bolch et al., Queueing Networks and
 * Markov Chains, 2nd ed. 2006, section 6.3.6). With one server and Poisson arrivals it is exact
 * (Pollaczek–Khinchine). The wait of those who wait is taken for exponential, as it is in M/M/c
 * (W. Whitt, Approximations for the GI/G/m queue, 1993).
 *
 * @returns infinite waits where more arrives than is served
 */
export function waitIn(station: Station): Wait {
  const { arrivalsPerSecond, serviceMeanSeconds, serviceSquaredCv, servers } = station;
  const offeredLoad = arrivalsPerSecond * serviceMeanSeconds;
  if (offeredLoad >= servers) {
    return { probability: 1, meanSeconds: Infinity, p95Seconds: Infinity };
  }
  const probability = erlangC(servers, offeredLoad);
  // Of independent listeners (Poisson), so Ca² is 1.
  const variability = (1 + serviceSquaredCv) / 2;
  // Of those who wait.
  const conditionalSeconds = (serviceMeanSeconds / (servers - offeredLoad)) * variability;
  const p95Seconds = conditionalSeconds * Math.log(Math.max(1, probability / 0.05));
  return { probability, meanSeconds: probability * conditionalSeconds, p95Seconds };
}

/** The fewest servers with which nineteen of twenty wait at most `wishedSeconds`. */
export function serversFor(station: Omit<Station, 'servers'>, wishedSeconds: number): number {
  const least = Math.floor(station.arrivalsPerSecond * station.serviceMeanSeconds) + 1;
  for (let servers = least; ; servers += 1) {
    if (waitIn({ ...station, servers }).p95Seconds <= wishedSeconds) return servers;
  }
}
