import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Measured, MeasuredRates } from '../capacity/measured';
import { confirm } from '../capacity/measure/confirms';
import { type Drained, drain, store, type StoredMedium } from '../capacity/measure/drain';
import { measureGateway } from '../capacity/measure/gateway';
import { load, machine, serverVersions } from '../capacity/measure/machine';
import { makeBig, makeClip, makeLong, type Medium } from '../capacity/measure/make-media';
import { Observer } from '../capacity/measure/observe';
import { recordBytes } from '../capacity/measure/record-bytes';
import { relayReleasesPerSecond } from '../capacity/measure/relay-rate';
import { brokerMessagesPerJob } from '../capacity/per-job';
import { startProduct } from '../e2e/product';
import { amqpUrl } from '../servers/rabbitmq-urls';

const clipJobs = 25;
/** Of each kind of work: the fastest counts. */
const times = 3;
const longAudioSeconds = 20 * 60;

type Progress = (line: string) => void;

/**
 * Measures what the capacity model reckons with, on servers of its own, and how well it says
 * beforehand how long queued jobs take. A few minutes.
 *
 * @param progress Told what happens now.
 */
export async function benchCapacity(progress: Progress): Promise<Measured> {
  const directory = await mkdtemp(join(tmpdir(), 'bench-capacity-'));
  const loadBefore = load();
  const measuredAt = new Date().toISOString();
  progress('making videos');
  const [clip, big] = [await makeClip(directory), await makeBig(directory, 200)];
  const long = await makeLong(directory, longAudioSeconds);
  const [middle, bigger] = [await makeLong(directory, 180), await makeBig(directory, 60)];
  progress('starting the product on servers of its own');
  const product = await startProduct();
  const { config } = product.stack;
  const observer = await Observer.open(config);
  const { mongo } = observer;
  try {
    const gateway = await measureGateway(product, observer, { clip, big }, progress);
    progress('confirms of the broker');
    const confirms = await measureConfirms(observer, amqpUrl(config));
    progress('held jobs that the relay releases');
    const releasesPerSecond = await relayReleasesPerSecond(config, observer, 500, 4);

    const least = (name: string, videos: readonly StoredMedium[]) => {
      progress(`converting ${name}, one at a time`);
      return leastDisturbed(() => drain(config, observer, videos, 1));
    };
    const clips = await least(`${clipJobs} clips`, repeat(await store(mongo, clip), clipJobs));
    const longs = await least('long audio', [await store(mongo, long)]);
    const bigs = await least('many bytes', [await store(mongo, big)]);
    const rates: MeasuredRates = {
      converter: converterRates(clips, longs, bigs, { long, big }),
      ...gateway.rates,
      mongodb: {
        ...gateway.rates.mongodb,
        jobCpuSeconds:
          gateway.small.cost.cpuSeconds.mongodb / gateway.small.uploads +
          clips.cost.cpuSeconds.mongodb / clips.jobs,
        recordBytes: Math.round(await recordBytes(mongo)),
      },
      rabbitmq: confirms,
      relay: { releasesPerSecond },
      notification: { mailCpuSeconds: clips.cost.cpuSeconds.notification / clips.jobs },
    };

    const mix = [
      ...repeat(await store(mongo, middle), 10),
      ...repeat(await store(mongo, bigger), 6),
      ...repeat(await store(mongo, clip), 12),
    ];
    const kbps = (longs.mp3Bytes * 8) / longs.jobs / longAudioSeconds / 1_000;
    const runs: Measured['drain']['runs'] = [];
    for (const slots of [1, machine().cores, 1, machine().cores]) {
      progress(`working off ${mix.length} different jobs, ${slots} at a time`);
      runs.push(runOf(await drain(config, observer, mix, slots)));
    }
    const { uploads, cost } = gateway.small;
    const perJob = (of: (cost: typeof clips.cost) => number) =>
      of(cost) / uploads + of(clips.cost) / clips.jobs;
    return {
      measuredAt,
      machine: { ...machine(), loadBefore, loadAfter: load() },
      servers: await serverVersions(config, mongo),
      rates: rounded(rates),
      perJob: {
        clip: {
          videoBytes: clip.bytes,
          mp3Bytes: Math.round(clips.mp3Bytes / clips.jobs),
          attemptSeconds: round(clips.seconds / clips.jobs),
        },
        seen: {
          mongoOperations: perJob((one) => one.mongoOperations),
          // We published for the clips what the gateway publishes for an upload.
          published: clips.cost.published / clips.jobs,
          acknowledged: perJob((one) => one.acknowledged),
        },
      },
      drain: { mix: mixOf(mix, kbps), runs },
    };
  } finally {
    progress('taking everything down');
    await observer.close();
    await product.close();
    await rm(directory, { recursive: true });
  }
}

/**
 * The fastest of a few: whatever else runs on the machine only ever slows things down, so the
 * fastest is the nearest to what the machine does for us alone.
 */
async function leastDisturbed(run: () => Promise<Drained>): Promise<Drained> {
  let best = await run();
  for (let time = 1; time < times; time += 1) {
    const other = await run();
    if (other.seconds < best.seconds) best = other;
  }
  return best;
}

async function measureConfirms(
  observer: Observer,
  url: string,
): Promise<MeasuredRates['rabbitmq']> {
  const one = await confirm(url, 1);
  let eight = one;
  const { cpuSeconds } = await observer.cost(async () => {
    eight = await confirm(url, 8);
  });
  const many = await confirm(url, 256);
  const { published, acknowledged } = brokerMessagesPerJob;
  const perSecond = { one: one.perSecond, eight: eight.perSecond, many: many.perSecond };
  return {
    confirmedPerSecond: perSecond,
    // An ack is one entry in the log of the queue, as a message is.
    jobCpuSeconds: (cpuSeconds.rabbitmq / eight.messages) * (published + acknowledged),
  };
}

/** What a clip takes in a step is overhead; what more the others take is their audio or bytes. */
function converterRates(
  clips: Drained,
  longs: Drained,
  bigs: Drained,
  { long, big }: { long: Medium; big: Medium },
): MeasuredRates['converter'] {
  const more = (drained: Drained, step: keyof Drained['stepSeconds']) =>
    drained.stepSeconds[step] / drained.jobs - clips.stepSeconds[step] / clips.jobs;
  const { jobs, cost } = clips;
  const overheadCpuSeconds = cost.cpuSeconds.converter / jobs;
  const moreCpu = (drained: Drained) =>
    drained.cost.cpuSeconds.converter / drained.jobs - overheadCpuSeconds;
  const videoCpuSecondsPerMegabyte = (moreCpu(bigs) / big.bytes) * 1e6;
  const encode = longs.encodeCpuSeconds / longs.jobs;
  const source = (videoCpuSecondsPerMegabyte * long.bytes) / 1e6;
  const mp3Cpu = Math.max(0, moreCpu(longs) - encode - source);
  return {
    videoCpuSecondsPerMegabyte,
    mp3CpuSecondsPerMegabyte: mp3Cpu / (longs.mp3Bytes / longs.jobs / 1e6),
    // By CPU time: neighbours on the machine make the clock run on, and a converter has its core.
    transcodeSpeed: (long.audioSeconds * longs.jobs) / longs.encodeCpuSeconds,
    overheadSeconds: clips.seconds / clips.jobs,
    overheadCpuSeconds,
    fetchMegabytesPerSecond: big.bytes / 1e6 / more(bigs, 'fetch-video'),
    storeMegabytesPerSecond: longs.mp3Bytes / longs.jobs / 1e6 / more(longs, 'store-mp3'),
  };
}

function runOf({ jobs, slots, seconds, cost }: Drained): Measured['drain']['runs'][number] {
  return {
    name: `mixed, ${slots} at a time`,
    jobs,
    slots,
    measuredSeconds: round(seconds),
    measuredCpuSeconds: round(cost.cpuSeconds.converter),
    othersCores: round(cost.othersCores),
  };
}

/** What the model needs to know of the jobs, on average. */
function mixOf(
  videos: readonly StoredMedium[],
  mp3KilobitsPerSecond: number,
): Measured['drain']['mix'] {
  const mean = (of: (video: StoredMedium) => number) =>
    Number((videos.reduce((sum, video) => sum + of(video), 0) / videos.length).toPrecision(4));
  return {
    audioMinutes: mean(({ audioSeconds }) => audioSeconds / 60),
    videoMegabytes: mean(({ bytes }) => bytes / 1e6),
    mp3KilobitsPerSecond: round(mp3KilobitsPerSecond),
  };
}

const repeat = <Item>(item: Item, times: number): Item[] => Array<Item>(times).fill(item);

/** Three digits: more would pretend. */
const round = (number: number): number => Number(number.toPrecision(3));

function rounded(rates: MeasuredRates): MeasuredRates {
  const text = JSON.stringify(rates, (_key, value: unknown) =>
    typeof value === 'number' ? round(value) : value,
  );
  return JSON.parse(text) as MeasuredRates;
}
