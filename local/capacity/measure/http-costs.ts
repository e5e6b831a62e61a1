import { ObjectId } from 'mongodb';
import { randomBytes } from 'node:crypto';
import { finished } from 'node:stream/promises';
import { defaultDatabases, openBucket } from '../../../contracts/gridfs';
import { newJob } from '../../../contracts/job';
import { jobCollection } from '../../../contracts/job-collection';
import type { Listener } from '../../e2e/listener';
import type { Product } from '../../e2e/product';
import type { Medium } from './make-media';
import type { Cost, Observer } from './observe';

const requests = 300;
const logins = 8;
const downloadBytes = 200 * 1_024 * 1_024;
const times = 2;

/** Looks at the list of jobs, one after the other: each is a validation, too. */
export async function costOfRequests(observer: Observer, listener: Listener) {
  const cost = await observer.cost(async () => {
    for (let index = 0; index < requests; index += 1) {
      await (await listener.call('/jobs')).arrayBuffer();
    }
  });
  return {
    gatewayCpuSeconds: cost.cpuSeconds.gateway / requests,
    authCpuSeconds: cost.cpuSeconds.auth / requests,
  };
}

/** @returns CPU seconds of auth for a login */
export async function costOfLogins(observer: Observer, url: string, listener: Listener) {
  const credentials = Buffer.from(`${listener.email}:${listener.password}`).toString('base64');
  const cost = await observer.cost(async () => {
    for (let index = 0; index < logins; index += 1) {
      const headers = { authorization: `Basic ${credentials}` };
      const response = await fetch(`${url}/login`, { method: 'POST', headers });
      if (response.status !== 200) throw new Error(`login: ${response.status}`);
      await response.arrayBuffer();
    }
  });
  return cost.cpuSeconds.auth / logins;
}

/** Uploads small videos, few enough by each that none is held. */
export async function costOfSmallUploads(
  observer: Observer,
  listeners: readonly Listener[],
  clip: Medium,
): Promise<{ readonly uploads: number; readonly cost: Cost }> {
  const uploadsEach = 8;
  const cost = await observer.cost(async () => {
    for (const listener of listeners) {
      for (let index = 0; index < uploadsEach; index += 1) await listener.submit(clip.path);
    }
  });
  return { uploads: uploadsEach * listeners.length, cost };
}

/** Uploads a big video some times, one after the other. */
export async function costOfBigUploads(observer: Observer, listener: Listener, big: Medium) {
  const cost = await observer.cost(async () => {
    for (let index = 0; index < times; index += 1) await listener.submit(big.path);
  });
  return perMegabyte(cost, (big.bytes * times) / 1e6);
}

/** Downloads a file of that size as somebody's MP3 some times, one after the other. */
export async function costOfDownloads(observer: Observer, { mongo }: Product, listener: Listener) {
  const upload = openBucket(mongo, defaultDatabases.mp3s).openUploadStream('bench');
  await finished(upload.end(randomBytes(downloadBytes)));
  const owner = { id: null, address: listener.email };
  const source = { fid: new ObjectId(), name: 'bench', bytes: 1 };
  const job = {
    ...newJob(source.fid.toHexString(), owner, source, new Date()),
    state: 'ready' as const,
    mail: 'sent' as const,
    mp3: { fid: upload.id, bytes: downloadBytes, durationMs: 1_000 },
    publishedAt: new Date(),
    announcedAt: new Date(),
    finishedAt: new Date(),
  };
  const jobs = jobCollection(mongo.db(defaultDatabases.jobs));
  await jobs.insertOne(job);
  const cost = await observer.cost(async () => {
    for (let index = 0; index < times; index += 1) {
      const response = await listener.call(`/download?fid=${upload.id.toHexString()}`);
      let bytes = 0;
      for await (const chunk of response.body ?? []) bytes += (chunk as Uint8Array).length;
      if (bytes !== downloadBytes) throw new Error(`downloaded ${bytes} of ${downloadBytes} bytes`);
    }
  });
  await jobs.deleteOne({ _id: job._id });
  return perMegabyte(cost, (downloadBytes * times) / 1e6);
}

function perMegabyte({ seconds, cpuSeconds }: Cost, megabytes: number) {
  return {
    megabytesPerSecond: megabytes / seconds,
    gatewayCpuSeconds: cpuSeconds.gateway / megabytes,
    mongodbCpuSeconds: cpuSeconds.mongodb / megabytes,
  };
}
