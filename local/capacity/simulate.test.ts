import { type Arrival, poissonArrivals } from './arrivals';
import { simulate } from './simulate';

/** So many videos of one owner at one moment. */
const burst = (owner: number, count: number, atSeconds: number): Arrival[] =>
  Array.from({ length: count }, () => ({ atSeconds, owner, serviceSeconds: 10 }));

const relayEverySeconds = 0.5;

it('serves whoever came first, on as many slots as there are', () => {
  const { waitsSeconds, utilization, peakDepth, endedAtSeconds } = simulate({
    arrivals: burst(1, 5, 0),
    slotsPerReplica: 2,
    replicas: 1,
  });
  expect([...waitsSeconds]).toEqual([0, 0, 10, 10, 20]);
  expect(peakDepth).toBe(5);
  expect(endedAtSeconds).toBe(30);
  expect(utilization).toBeCloseTo(5 / 6);
});

it('keeps one owner’s thousand files from stopping another’s single one', () => {
  const arrivals = [...burst(1, 1_000, 0), { atSeconds: 15, owner: 2, serviceSeconds: 10 }];
  const common = { arrivals, slotsPerReplica: 2, replicas: 1 };
  const unlimited = simulate(common);
  const fair = simulate({ ...common, ownerLimit: { maxQueuedPerOwner: 8, relayEverySeconds } });
  // Behind all others; and behind the eight that are on the broker, six of which wait.
  expect(unlimited.waitsSeconds[1_000]).toBe(4_985);
  expect(fair.waitsSeconds[1_000]).toBeLessThanOrEqual(40);
  expect(fair.peakDepth).toBe(9);
  expect(fair.peakHeld).toBe(992);
  expect(fair.endedAtSeconds).toBe(unlimited.endedAtSeconds);
});

it('leaves slots idle that one owner may not take', () => {
  const ownerLimit = { maxQueuedPerOwner: 8, relayEverySeconds };
  const common = { arrivals: burst(1, 160, 0), slotsPerReplica: 2, replicas: 8 };
  expect(simulate(common).endedAtSeconds).toBe(100);
  expect(simulate({ ...common, ownerLimit }).endedAtSeconds).toBe(200);
});

describe('scaling', () => {
  const scaling = {
    leastReplicas: 1,
    mostReplicas: 10,
    messagesPerReplica: 2,
    everySeconds: 15,
    stabilizationSeconds: 300,
    secondsPerFewerReplica: 60,
    startSeconds: 20,
  };

  it('adds replicas for a burst, and removes them once nothing asked for them for long enough', () => {
    const late = [{ atSeconds: 3_000, owner: 2, serviceSeconds: 10 }];
    const scaled = simulate({
      arrivals: [...burst(1, 100, 1), ...late],
      slotsPerReplica: 2,
      replicas: 1,
      scaling,
    });
    // Two slots until 35 s, then twenty.
    expect(scaled.peakReplicas).toBe(10);
    expect(Math.max(...scaled.waitsSeconds)).toBe(74);
    expect(scaled.waitsSeconds[100]).toBe(0);
    // Ten for some 350 s, one less every minute, one from about 900 s on.
    expect(scaled.meanReplicas).toBeGreaterThan(2.5);
    expect(scaled.meanReplicas).toBeLessThan(3.5);
  });

  it('ends no job that runs on a replica which is to go', () => {
    const long = { atSeconds: 1, owner: 2, serviceSeconds: 2_000 };
    const scaled = simulate({
      arrivals: [...burst(1, 30, 1), ...Array.from({ length: 10 }, () => long)],
      slotsPerReplica: 2,
      replicas: 1,
      scaling: { ...scaling, messagesPerReplica: 4 },
    });
    expect(scaled.waitsSeconds).toHaveLength(40);
    expect(scaled.endedAtSeconds).toBeGreaterThan(2_000);
    expect(scaled.endedAtSeconds).toBeLessThan(2_200);
  });
});

it('gives the same result for the same seed', () => {
  const run = (seed: number) =>
    simulate({
      arrivals: poissonArrivals({
        seed,
        count: 500,
        arrivalsPerSecond: 0.1,
        serviceSeconds: { mean: 10, squaredCv: 1 },
        owners: 5,
      }),
      slotsPerReplica: 1,
      replicas: 1,
      ownerLimit: { maxQueuedPerOwner: 2, relayEverySeconds },
    });
  expect(run(1)).toEqual(run(1));
  expect(run(2).meanWaitSeconds).not.toBe(run(1).meanWaitSeconds);
});
