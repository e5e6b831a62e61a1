import { readMeasured } from './measured';
import {
  deploymentFor,
  predict,
  slotSeconds,
  storedBytesPerDay,
  videosPerHourPerCore,
} from './model';
import { mongoOperationsPerJob } from './per-job';
import { countPerJob, predictDrain } from './predicted';
import { poissonArrivals } from './arrivals';
import { referenceWish } from './reference';
import { simulate } from './simulate';
import { referenceWorkload, type Workload } from './workload';

const measured = readMeasured();
const { rates } = measured;

const workload = (videosPerHour: number): Workload => ({ ...referenceWorkload, videosPerHour });

it('keeps the wish with the fewest converters', () => {
  for (const videosPerHour of [10, 1_000, 10_000]) {
    const deployment = deploymentFor(workload(videosPerHour), rates, referenceWish);
    const { wait, utilization } = predict(workload(videosPerHour), rates, deployment);
    expect(wait.p95Seconds).toBeLessThanOrEqual(referenceWish.p95WaitSeconds);
    const { converters: _any, relay: _rare, 'RabbitMQ confirms': _few, ...others } = utilization;
    for (const share of Object.values(others)) {
      expect(share).toBeLessThanOrEqual(referenceWish.mostUtilization);
    }
    if (deployment.converterReplicas === referenceWish.leastReplicas) continue;
    const fewer = { ...deployment, converterReplicas: deployment.converterReplicas - 1 };
    const worse = predict(workload(videosPerHour), rates, fewer);
    const waitsTooLong = worse.wait.p95Seconds > referenceWish.p95WaitSeconds;
    const isTooBusy = worse.utilization.converters > referenceWish.mostConverterUtilization;
    expect(waitsTooLong || isTooBusy).toBe(true);
  }
});

it('names what is busy first, and what that allows', () => {
  const deployment = deploymentFor(workload(1_000), rates, referenceWish);
  const starved = { ...deployment, converterReplicas: 1, coresPerConverter: 1 };
  const { bottleneck, mostVideosPerHour } = predict(workload(1_000), rates, starved);
  expect(bottleneck).toBe('converters');
  expect(mostVideosPerHour).toBeCloseTo(videosPerHourPerCore(referenceWorkload, rates));
});

it('waits as long as the simulation of the same deployment', () => {
  const videosPerHour = 1_000;
  const deployment = deploymentFor(workload(videosPerHour), rates, referenceWish);
  const serviceSeconds = slotSeconds(referenceWorkload, rates);
  const { p95WaitSeconds } = simulate({
    arrivals: poissonArrivals({
      seed: 4,
      count: 60_000,
      arrivalsPerSecond: videosPerHour / 3_600,
      serviceSeconds,
      owners: 60_000,
    }),
    slotsPerReplica: deployment.coresPerConverter,
    replicas: deployment.converterReplicas,
    warmUp: 3_000,
  });
  const { p95Seconds } = predict(workload(videosPerHour), rates, deployment).wait;
  expect(Math.abs(p95Seconds - p95WaitSeconds)).toBeLessThan(
    Math.max(0.25 * p95WaitSeconds, 0.05 * serviceSeconds.mean),
  );
});

it('adds up what is stored', () => {
  const one = { ...workload(1), mp3KilobitsPerSecond: 200 };
  // 60 MB of video and 15 MB of MP3, 24 times, and the records.
  expect(storedBytesPerDay(one, rates) - 24 * rates.mongodb.recordBytes).toBeCloseTo(1.8e9);
});

it('says the CPU time of conversions that were measured', () => {
  for (const run of measured.drain.runs) {
    const { cpuSeconds } = predictDrain(measured, run);
    expect(Math.abs(run.measuredCpuSeconds / cpuSeconds - 1)).toBeLessThan(0.1);
  }
});

it('says the time of conversions by the clock where others left the machine alone', () => {
  const undisturbed = measured.drain.runs.filter(({ othersCores }) => othersCores <= 0.5);
  expect(undisturbed).not.toEqual([]);
  for (const run of undisturbed) {
    const { seconds } = predictDrain(measured, run);
    expect(Math.abs(run.measuredSeconds / seconds - 1)).toBeLessThan(0.1);
  }
});

it('counts messages and commands as the servers did', () => {
  const { seen } = measured.perJob;
  for (const [what, counted] of Object.entries(countPerJob(measured))) {
    const byServer = seen[what as keyof typeof seen];
    expect(Math.abs(byServer / counted - 1)).toBeLessThan(0.1);
  }
});

it('counts a command for each chunk, and two for each sixteen that are read', () => {
  const chunk = 255 * 1_024;
  const small = mongoOperationsPerJob(1, 1, 0);
  const large = mongoOperationsPerJob(32 * chunk, 1, 0);
  expect(large.gateway - small.gateway).toBe(31);
  expect(large.converter - small.converter).toBe(2);
});
