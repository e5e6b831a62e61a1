import { defaultDatabases } from '../../../contracts/gridfs';
import { jobCollection } from '../../../contracts/job-collection';
import type { Product } from '../../e2e/product';
import { stopConverter } from './drain';
import {
  costOfBigUploads,
  costOfDownloads,
  costOfLogins,
  costOfRequests,
  costOfSmallUploads,
} from './http-costs';
import type { Medium } from './make-media';
import type { Observer } from './observe';
import { purge } from './relay-rate';
import { until } from './until';

/** How long the idle stack is watched. */
const idleMs = 10_000;

interface Media {
  readonly clip: Medium;
  readonly big: Medium;
}

/** Everything that listeners ask of the gateway, while no converter runs. */
export async function measureGateway(
  product: Product,
  observer: Observer,
  { clip, big }: Media,
  progress: (line: string) => void,
) {
  const { config } = product.stack;
  const [first, second, third] = [
    await product.newListener(),
    await product.newListener(),
    await product.newListener(),
  ];
  const jobs = jobCollection(observer.mongo.db(defaultDatabases.jobs));
  // The first of everything takes longer.
  const id = await first.submit(clip.path);
  await until('mail about the first job', async () => {
    return (await jobs.countDocuments({ _id: id, mail: 'sent' })) === 1;
  });
  progress('idling');
  await observer.learnIdle(idleMs);
  progress('requests and logins');
  const request = await costOfRequests(observer, first);
  const loginCpuSeconds = await costOfLogins(observer, product.url, first);
  await stopConverter(config);
  progress('uploads');
  const small = await costOfSmallUploads(observer, [first, second], clip);
  const uploads = await costOfBigUploads(observer, third, big);
  progress('downloads');
  const downloads = await costOfDownloads(observer, product, third);
  await purge(config);
  await jobs.deleteMany({ finishedAt: null });
  const rates = {
    gateway: {
      uploadMegabytesPerSecond: uploads.megabytesPerSecond,
      downloadMegabytesPerSecond: downloads.megabytesPerSecond,
      uploadCpuSecondsPerMegabyte: uploads.gatewayCpuSeconds,
      downloadCpuSecondsPerMegabyte: downloads.gatewayCpuSeconds,
      requestCpuSeconds: request.gatewayCpuSeconds,
      uploadCpuSeconds: small.cost.cpuSeconds.gateway / small.uploads,
    },
    auth: { loginCpuSeconds, validateCpuSeconds: request.authCpuSeconds },
    mongodb: {
      writeCpuSecondsPerMegabyte: uploads.mongodbCpuSeconds,
      readCpuSecondsPerMegabyte: downloads.mongodbCpuSeconds,
    },
  };
  return { rates, small };
}
