import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { markdownTable } from '../../observability/markdown-table';
import { replaceBetweenMarkers } from '../../observability/settings-table';
import { repositoryDirectory } from '../repository-directory';
import { poissonArrivals } from './arrivals';
import { drainTable, perJobTable, ratesTable } from './document-measurements';
import type { Measured } from './measured';
import {
  deploymentFor,
  type Deployment,
  predict,
  slotSeconds,
  storedBytesPerDay,
  videosPerHourOfOneOwner,
  videosPerHourPerCore,
} from './model';
import {
  assumedMailIndexBytes,
  brokerMessagesPerJob,
  gridFsChunkBytes,
  mongoOperationsPerJob,
} from './per-job';
import { converterScaling, ownerLimit, referenceSizes, referenceWish } from './reference';
import { simulate } from './simulate';
import { mp3Megabytes, referenceWorkload, type Workload } from './workload';

export const scalingDocumentPath = (): string => join(repositoryDirectory(), 'docs/scaling.md');

export function writeScalingDocument(measured: Measured): void {
  const path = scalingDocumentPath();
  writeFileSync(path, withScalingTables(readFileSync(path, 'utf8'), measured));
}

/** The document with the numbers that the model gives for what was measured. */
export function withScalingTables(document: string, measured: Measured): string {
  const blocks: readonly (readonly [string, string])[] = [
    ['conclusion', conclusion(measured)],
    ['deployments', deployments(measured)],
    ['limits', limits(measured)],
    ['rates', ratesTable(measured)],
    ['per-job', perJobTable(measured)],
    ['drain', drainTable(measured)],
  ];
  return blocks.reduce((text, [name, block]) => replaceBetweenMarkers(text, name, block), document);
}

/** Two digits: the measurements are no better. */
export function about(number: number): string {
  return Number(number.toPrecision(2)).toLocaleString('en-US', { maximumSignificantDigits: 2 });
}

const percent = (share: number): string => (share < 0.01 ? 'under 1 %' : `${about(share * 100)} %`);

function sized(measured: Measured, videosPerHour: number) {
  const workload: Workload = { ...referenceWorkload, videosPerHour };
  const deployment = deploymentFor(workload, measured.rates, referenceWish);
  return { workload, deployment, prediction: predict(workload, measured.rates, deployment) };
}

function conclusion(measured: Measured): string {
  const { rates } = measured;
  const perCore = videosPerHourPerCore(referenceWorkload, rates);
  const slot = slotSeconds(referenceWorkload, rates).mean;
  const { audioMinutes, videoMegabytes } = referenceWorkload;
  const encodeSeconds = (audioMinutes.mean * 60) / rates.converter.transcodeSpeed;
  const { workload, deployment, prediction } = sized(measured, 10_000);
  const written = ((videoMegabytes.mean + mp3Megabytes(workload)) * 10_000) / 3_600;
  const queue = prediction.utilization['RabbitMQ confirms'];
  return [
    `- **A core converts about ${about(perCore)} videos an hour** (${audioMinutes.mean} minutes of audio, ${videoMegabytes.mean} MB each, on average): ${slot.toFixed(1)} s of a slot, ${percent(encodeSeconds / slot)} of it the encode.`,
    `- **What grows is converters; what ends is bytes.** At 10,000 videos an hour ${about(written)} MB/s of videos and MP3s go into MongoDB, which takes ${deployment.mongo.shards} replica sets, and a queue gets ${percent(queue)} of the messages that the measured broker confirms. RabbitMQ and the relay are not the limit at any size of the table.`,
  ].join('\n');
}

/** Long enough that the start of it does not count. */
const simulatedVideos = 10_000;

/** Nineteen of twenty waits when KEDA sets the replicas, and how many they are. */
function scaledByKeda(measured: Measured, workload: Workload, deployment: Deployment) {
  const { mean, squaredCv } = slotSeconds(workload, measured.rates);
  return simulate({
    arrivals: poissonArrivals({
      seed: 1,
      count: simulatedVideos,
      arrivalsPerSecond: workload.videosPerHour / 3_600,
      serviceSeconds: { mean, squaredCv },
      // Few come twice before their first video is done.
      owners: simulatedVideos,
    }),
    slotsPerReplica: deployment.coresPerConverter,
    replicas: converterScaling.leastReplicas,
    warmUp: simulatedVideos / 10,
    ownerLimit,
    scaling: { ...converterScaling, mostReplicas: 1_000 },
  });
}

function deployments(measured: Measured): string {
  const headings = [
    'videos an hour',
    'converters of one core',
    'their load',
    'p95 wait',
    'with KEDA: average, most, p95 wait',
    'gateways',
    'auth cores',
    'MongoDB replica sets',
    'RabbitMQ',
    'storage a day',
  ];
  const rows = referenceSizes.map((videosPerHour) => {
    const { workload, deployment, prediction } = sized(measured, videosPerHour);
    const keda = scaledByKeda(measured, workload, deployment);
    const terabytes = storedBytesPerDay(workload, measured.rates) / 1e12;
    return [
      videosPerHour.toLocaleString('en-US'),
      String(deployment.converterReplicas),
      percent(prediction.utilization.converters),
      `${about(prediction.wait.p95Seconds)} s`,
      `${about(keda.meanReplicas)}, ${keda.peakReplicas}, ${about(keda.p95WaitSeconds)} s`,
      `${deployment.gatewayReplicas} at ${percent(prediction.utilization.gateways)}`,
      String(deployment.authCores),
      `${deployment.mongo.shards} at ${percent(prediction.utilization['MongoDB CPU'])}`,
      `3 nodes at ${percent(prediction.utilization['RabbitMQ CPU'])} of a core`,
      terabytes < 1 ? `${about(terabytes * 1_000)} GB` : `${about(terabytes)} TB`,
    ];
  });
  return markdownTable(headings, rows);
}

function limits(measured: Measured): string {
  const { rates } = measured;
  const { maxQueuedPerOwner, relayEverySeconds } = ownerLimit;
  const ofOwner = videosPerHourOfOneOwner(
    referenceWorkload,
    rates,
    maxQueuedPerOwner,
    relayEverySeconds,
  );
  const perHour = (perSecond: number) => about(perSecond * 3_600);
  const { one, eight, many } = rates.rabbitmq.confirmedPerSecond;
  const videoBytes = referenceWorkload.videoMegabytes.mean * 1e6;
  const slot = slotSeconds(referenceWorkload, rates).mean;
  const operations = mongoOperationsPerJob(videoBytes, mp3Megabytes(referenceWorkload) * 1e6, slot);
  const messages = brokerMessagesPerJob;
  const chunkMs = (gridFsChunkBytes / 1e6 / rates.gateway.uploadMegabytesPerSecond) * 1_000;
  const millionGigabytes = (rates.mongodb.recordBytes * 1e6) / 1e9;
  return markdownTable(
    ['limit', 'number', 'from'],
    [
      [
        'the one active relay, which only held jobs go through',
        `${about(rates.relay.releasesPerSecond)} jobs/s, ${perHour(rates.relay.releasesPerSecond)} an hour`,
        'measured',
      ],
      [
        'one queue: confirms with 1, 8, 256 in flight',
        `${about(one)}, ${about(eight)}, ${about(many)} messages/s`,
        'measured, one node',
      ],
      [
        'messages of a job',
        `${messages.published} published, ${messages.delivered} delivered, ${messages.acknowledged} acked`,
        '`brokerMessagesPerJob`',
      ],
      [
        'commands to MongoDB for a reference video',
        `${about(operations.total)}: gateway ${about(operations.gateway)}, converter ${about(operations.converter)}, notification ${about(operations.notification)}`,
        '`mongoOperationsPerJob`',
      ],
      [
        `one owner, with MAX_QUEUED_PER_OWNER=${maxQueuedPerOwner}`,
        `${about(ofOwner)} reference videos an hour, on ${maxQueuedPerOwner} slots`,
        '`videosPerHourOfOneOwner`',
      ],
      [
        'one upload',
        `${about(rates.gateway.uploadMegabytesPerSecond)} MB/s: a chunk of 255 KiB each ${about(chunkMs)} ms, one after the other`,
        'measured',
      ],
      [
        'a million jobs on record',
        `${about(millionGigabytes)} GB with indexes and mail ledger`,
        `measured, but ${assumedMailIndexBytes} bytes a job (the ledger's index), which are assumed`,
      ],
      [
        'logins a second on one core of auth',
        about(1 / rates.auth.loginCpuSeconds),
        'measured, BCRYPT_COST=12',
      ],
    ],
  );
}
