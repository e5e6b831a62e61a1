import type { MeasuredRates } from './measured';
import { serversFor, waitIn, type Wait } from './queueing';
import { mp3Megabytes, type Spread, type Workload } from './workload';

/** What runs. A core is one of the machine that the rates were measured on. */
export interface Deployment {
  readonly converterReplicas: number;
  /** Also `CONCURRENCY`: conversions at a time. */
  readonly coresPerConverter: number;
  /** One event loop each, so one core. */
  readonly gatewayReplicas: number;
  readonly authCores: number;
  readonly mongo: {
    /** Replica sets that `fs.chunks` is spread over; 1 without sharding. */
    readonly shards: number;
    readonly membersPerShard: number;
    readonly coresPerMember: number;
    readonly networkMegabytesPerSecond: number;
  };
  readonly rabbitmqCores: number;
}

export const resources = [
  'converters',
  'gateways',
  'auth',
  'MongoDB CPU',
  'MongoDB network',
  'RabbitMQ CPU',
  'RabbitMQ confirms',
  'relay',
] as const;
export type Resource = (typeof resources)[number];

export interface Prediction {
  /** Share of the time that each is busy; above 1 it falls behind. */
  readonly utilization: Readonly<Record<Resource, number>>;
  readonly bottleneck: Resource;
  /** What the bottleneck allows. */
  readonly mostVideosPerHour: number;
  /** For a free slot of a converter. */
  readonly wait: Wait;
}

/**
 * How long a job takes a slot of a converter, in seconds: the overhead, the bytes there and back,
 * and the encode. Audio and bytes are taken to grow together (a longer video is a larger one), which
 * makes for the widest spread.
 */
export function slotSeconds(
  workload: Omit<Workload, 'videosPerHour'>,
  rates: MeasuredRates,
): Spread {
  const { transcodeSpeed, overheadSeconds, ...bytes } = rates.converter;
  const { audioMinutes, videoMegabytes } = workload;
  const encodeSeconds = (audioMinutes.mean * 60) / transcodeSpeed;
  const storeSeconds = mp3Megabytes(workload) / bytes.storeMegabytesPerSecond;
  const fetchSeconds = videoMegabytes.mean / bytes.fetchMegabytesPerSecond;
  const mean = overheadSeconds + encodeSeconds + storeSeconds + fetchSeconds;
  const deviation =
    (encodeSeconds + storeSeconds) * Math.sqrt(audioMinutes.squaredCv) +
    fetchSeconds * Math.sqrt(videoMegabytes.squaredCv);
  return { mean, squaredCv: (deviation / mean) ** 2 };
}

/** CPU time of a converter and its ffmpeg for one job, in seconds; the rest of its slot it waits. */
export function slotCpuSeconds(
  workload: Omit<Workload, 'videosPerHour'>,
  { converter }: MeasuredRates,
): number {
  return (
    converter.overheadCpuSeconds +
    (workload.audioMinutes.mean * 60) / converter.transcodeSpeed +
    workload.videoMegabytes.mean * converter.videoCpuSecondsPerMegabyte +
    mp3Megabytes(workload) * converter.mp3CpuSecondsPerMegabyte
  );
}

/** What a core of a converter does in an hour when it never waits for work. */
export function videosPerHourPerCore(
  workload: Omit<Workload, 'videosPerHour'>,
  rates: MeasuredRates,
): number {
  return 3_600 / slotSeconds(workload, rates).mean;
}

/**
 * CPU seconds of each part for one video, all of its requests included. Those of the converter are
 * its slot's: an encode is nothing but CPU, and a slot that waits for bytes is still taken.
 */
export function cpuSecondsPerVideo(
  workload: Omit<Workload, 'videosPerHour'>,
  { gateway, auth, mongodb, rabbitmq }: MeasuredRates,
) {
  const { downloadsPerVideo, loginsPerVideo, requestsPerVideo, videoMegabytes } = workload;
  const mp3 = mp3Megabytes(workload);
  // The upload and each download ask with a token as well.
  const validations = 1 + downloadsPerVideo + requestsPerVideo;
  const readMegabytes = videoMegabytes.mean + mp3 * downloadsPerVideo;
  return {
    gateway:
      gateway.uploadCpuSeconds +
      videoMegabytes.mean * gateway.uploadCpuSecondsPerMegabyte +
      downloadsPerVideo * mp3 * gateway.downloadCpuSecondsPerMegabyte +
      (requestsPerVideo + downloadsPerVideo + loginsPerVideo) * gateway.requestCpuSeconds,
    auth: loginsPerVideo * auth.loginCpuSeconds + validations * auth.validateCpuSeconds,
    mongodb:
      mongodb.jobCpuSeconds +
      (videoMegabytes.mean + mp3) * mongodb.writeCpuSecondsPerMegabyte +
      readMegabytes * mongodb.readCpuSecondsPerMegabyte,
    rabbitmq: rabbitmq.jobCpuSeconds,
  };
}

/**
 * Millions of bytes that the primaries send for one video: to converters and listeners, and each
 * write again to every secondary.
 */
export function mongoSentMegabytes(
  workload: Omit<Workload, 'videosPerHour'>,
  membersPerShard: number,
): number {
  const mp3 = mp3Megabytes(workload);
  const written = workload.videoMegabytes.mean + mp3;
  const read = workload.videoMegabytes.mean + workload.downloadsPerVideo * mp3;
  return read + (membersPerShard - 1) * written;
}

/** Both queues have their own leader, so their own rate; each gets one message of a job. */
const confirmsPerQueue = 1;

/** Reckons what a deployment makes of a workload. */
export function predict(
  workload: Workload,
  rates: MeasuredRates,
  deployment: Deployment,
): Prediction {
  const { mongo } = deployment;
  const perSecond = workload.videosPerHour / 3_600;
  const slot = slotSeconds(workload, rates);
  const slots = deployment.converterReplicas * deployment.coresPerConverter;
  const cpu = cpuSecondsPerVideo(workload, rates);
  const sent = mongoSentMegabytes(workload, mongo.membersPerShard);
  const busyPerVideo: Record<Resource, number> = {
    converters: slot.mean / slots,
    gateways: cpu.gateway / deployment.gatewayReplicas,
    auth: cpu.auth / deployment.authCores,
    'MongoDB CPU': cpu.mongodb / (mongo.shards * mongo.coresPerMember),
    'MongoDB network': sent / (mongo.shards * mongo.networkMegabytesPerSecond),
    'RabbitMQ CPU': cpu.rabbitmq / deployment.rabbitmqCores,
    'RabbitMQ confirms': confirmsPerQueue / rates.rabbitmq.confirmedPerSecond.eight,
    // Only what was held goes through it; this is the day on which everything was.
    relay: 1 / rates.relay.releasesPerSecond,
  };
  const bottleneck = resources.reduce((worst, one) =>
    busyPerVideo[one] > busyPerVideo[worst] ? one : worst,
  );
  return {
    utilization: Object.fromEntries(
      resources.map((one) => [one, busyPerVideo[one] * perSecond]),
    ) as Record<Resource, number>,
    bottleneck,
    mostVideosPerHour: 3_600 / busyPerVideo[bottleneck],
    wait: waitIn({
      arrivalsPerSecond: perSecond,
      serviceMeanSeconds: slot.mean,
      serviceSquaredCv: slot.squaredCv,
      servers: slots,
    }),
  };
}

export interface Wish {
  /** Nineteen of twenty videos begin to be converted within so many seconds. */
  readonly p95WaitSeconds: number;
  /** What the converters may be busy at most: nearer to 1 a small mistake is a long queue. */
  readonly mostConverterUtilization: number;
  /** What the other parts may be busy at most, on average: room for the busiest hour. */
  readonly mostUtilization: number;
  /** Of each part that may run more than once, so that one may die. */
  readonly leastReplicas: number;
  readonly coresPerConverter: number;
  readonly mongo: Omit<Deployment['mongo'], 'shards'>;
}

/** The smallest deployment that keeps the wish. */
export function deploymentFor(workload: Workload, rates: MeasuredRates, wish: Wish): Deployment {
  const { coresPerConverter, leastReplicas, mostUtilization, mongo } = wish;
  const perSecond = workload.videosPerHour / 3_600;
  const slot = slotSeconds(workload, rates);
  const station = {
    arrivalsPerSecond: perSecond,
    serviceMeanSeconds: slot.mean,
    serviceSquaredCv: slot.squaredCv,
  };
  const slots = Math.max(
    serversFor(station, wish.p95WaitSeconds),
    Math.ceil((perSecond * slot.mean) / wish.mostConverterUtilization),
  );
  const cpu = cpuSecondsPerVideo(workload, rates);
  const cores = (cpuSecondsEach: number) =>
    Math.ceil((cpuSecondsEach * perSecond) / mostUtilization);
  const sent = mongoSentMegabytes(workload, mongo.membersPerShard) * perSecond;
  return {
    converterReplicas: Math.max(leastReplicas, Math.ceil(slots / coresPerConverter)),
    coresPerConverter,
    gatewayReplicas: Math.max(leastReplicas, cores(cpu.gateway)),
    authCores: Math.max(leastReplicas, cores(cpu.auth)),
    mongo: {
      ...mongo,
      shards: Math.max(
        Math.ceil(cores(cpu.mongodb) / mongo.coresPerMember),
        Math.ceil(sent / mongo.networkMegabytesPerSecond / mostUtilization),
      ),
    },
    rabbitmqCores: Math.max(1, cores(cpu.rabbitmq)),
  };
}

/**
 * Bytes on the disk of one member of each replica set after a day, all shards together, before
 * compression: neither videos nor MP3s compress. Nothing is removed by itself yet, so it is also
 * what every further day adds.
 */
export function storedBytesPerDay(workload: Workload, { mongodb }: MeasuredRates): number {
  const megabytes = workload.videoMegabytes.mean + mp3Megabytes(workload);
  return workload.videosPerHour * 24 * (megabytes * 1e6 + mongodb.recordBytes);
}

/**
 * What one owner gets at most in an hour, however many slots are free: so many of their jobs are on
 * the broker at a time, and the next one comes with the relay's next poll.
 */
export function videosPerHourOfOneOwner(
  workload: Omit<Workload, 'videosPerHour'>,
  rates: MeasuredRates,
  maxQueuedPerOwner: number,
  relayEverySeconds: number,
): number {
  const seconds = slotSeconds(workload, rates).mean + relayEverySeconds / 2;
  return (3_600 * maxQueuedPerOwner) / seconds;
}
