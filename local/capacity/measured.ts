import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { repositoryDirectory } from '../repository-directory';

const rate = z.number().positive();

/** CPU time, all threads and ended children of a process, in seconds. */
const cpuSeconds = z.number().nonnegative();

/** What `npm run bench -- capacity` measures, and the model reckons with. */
export const ratesSchema = z.strictObject({
  converter: z.strictObject({
    /** Seconds of audio made in one second of CPU time, of a long audio. */
    transcodeSpeed: rate,
    /** Seconds a slot is taken by a job whose audio and bytes are next to nothing. */
    overheadSeconds: rate,
    /** Of these, CPU time of the converter and its ffmpeg. */
    overheadCpuSeconds: cpuSeconds,
    /** Of fetching, writing and reading a video, its audio apart. */
    videoCpuSecondsPerMegabyte: cpuSeconds,
    /** Of proving and storing an MP3, and what ffmpeg does not report of its own. */
    mp3CpuSecondsPerMegabyte: cpuSeconds,
    fetchMegabytesPerSecond: rate,
    storeMegabytesPerSecond: rate,
  }),
  gateway: z.strictObject({
    uploadMegabytesPerSecond: rate,
    downloadMegabytesPerSecond: rate,
    uploadCpuSecondsPerMegabyte: cpuSeconds,
    downloadCpuSecondsPerMegabyte: cpuSeconds,
    /** Of a request that moves no file. */
    requestCpuSeconds: cpuSeconds,
    /** Of an upload of next to no bytes. */
    uploadCpuSeconds: cpuSeconds,
  }),
  auth: z.strictObject({
    /** With the default work factor of 12. */
    loginCpuSeconds: cpuSeconds,
    validateCpuSeconds: cpuSeconds,
  }),
  mongodb: z.strictObject({
    writeCpuSecondsPerMegabyte: cpuSeconds,
    readCpuSecondsPerMegabyte: cpuSeconds,
    /** Of everything about one job but the bytes of its files. */
    jobCpuSeconds: cpuSeconds,
    /** Of one job record with its share of the indexes, and its entry in the mail ledger. */
    recordBytes: rate,
  }),
  rabbitmq: z.strictObject({
    /** Persistent messages to a quorum queue of one node, one at a time, 8 and 256 in flight. */
    confirmedPerSecond: z.strictObject({ one: rate, eight: rate, many: rate }),
    jobCpuSeconds: cpuSeconds,
  }),
  relay: z.strictObject({ releasesPerSecond: rate }),
  notification: z.strictObject({ mailCpuSeconds: cpuSeconds }),
});

export type MeasuredRates = z.infer<typeof ratesSchema>;

export const measuredSchema = z.strictObject({
  /** ISO 8601. */
  measuredAt: z.string(),
  machine: z.strictObject({
    cpu: z.string(),
    cores: z.int(),
    memoryBytes: z.int(),
    /** One-minute load averages (proc(5)) before and after: who else used the machine. */
    loadBefore: z.number(),
    loadAfter: z.number(),
  }),
  servers: z.strictObject({ ffmpeg: z.string(), rabbitmq: z.string(), mongodb: z.string() }),
  rates: ratesSchema,
  /** Counted by the servers for one job; `countPerJob` says what the code asks for. */
  perJob: z.strictObject({
    /** What was converted, each the same; bytes of its MP3 are the average. */
    clip: z.strictObject({ videoBytes: z.int(), mp3Bytes: z.int(), attemptSeconds: rate }),
    seen: z.strictObject({
      mongoOperations: z.number(),
      published: z.number(),
      acknowledged: z.number(),
    }),
  }),
  /** Queued jobs that the stack worked off; `predictDrain` says what the model makes of them. */
  drain: z.strictObject({
    /** Of one job, on average. */
    mix: z.strictObject({ audioMinutes: rate, videoMegabytes: rate, mp3KilobitsPerSecond: rate }),
    runs: z.array(
      z.strictObject({
        name: z.string(),
        jobs: z.int(),
        slots: z.int(),
        measuredSeconds: z.number(),
        /** CPU time of the converter and ffmpeg, which neighbours on the machine hardly change. */
        measuredCpuSeconds: z.number(),
        /** Cores that others on the machine kept busy meanwhile. */
        othersCores: z.number(),
      }),
    ),
  }),
});

export type Measured = z.infer<typeof measuredSchema>;

const measuredPath = (): string => join(repositoryDirectory(), 'local/capacity/measured.json');

/** The measurements that docs/scaling.md is made of. @throws when the file is not such */
export function readMeasured(): Measured {
  return measuredSchema.parse(JSON.parse(readFileSync(measuredPath(), 'utf8')));
}

export function keepMeasured(measured: Measured): void {
  writeFileSync(measuredPath(), `${JSON.stringify(measured, null, 2)}\n`);
}
