import { ObjectId } from 'mongodb';
import { fileMark } from '../../contracts/gridfs';
import { eventually } from '../../local/test-broker';
import { metricLines, RelaySystem } from './test-relay';

let system: RelaySystem;

beforeAll(async () => {
  system = await RelaySystem.open();
}, 60_000);

afterEach(() => system.clear());
afterAll(() => system.close());

const files = () =>
  system.mongo.db(`${system.database.databaseName}_videos`).collection('fs.files');

/** A video of ours, two hours old, whose job is not on record. */
async function unusedVideo(): Promise<void> {
  const fid = new ObjectId();
  const metadata = fileMark(fid.toHexString(), null);
  const uploadDate = new Date(Date.now() - 7_200_000);
  await files().insertOne({ _id: fid, length: 0, chunkSize: 1, uploadDate, metadata });
}

const start = (settings: Record<string, string> = {}) =>
  system.start({ SWEEP_EVERY_MS: '100', ...settings });

const withheld = (adminPort: number) =>
  eventually('withheld', async () => {
    const lines = await metricLines(adminPort, 'swept_total{bucket="videos",swept="withheld"} ');
    return lines.some((line) => !line.endsWith(' 0')) || undefined;
  });

it('keeps all files while no job is on record, and counts what it kept', async () => {
  await unusedVideo();
  const { adminPort } = await start();
  await withheld(adminPort);
  expect(await files().countDocuments()).toBe(1);
}, 30_000);

it('lets one sweep through when it is told to, and no second one', async () => {
  await unusedVideo();
  const { adminPort } = await start({ SWEEP_REMOVES_MOST: 'true' });
  await eventually('swept', async () => (await files().countDocuments()) === 0 || undefined);
  await unusedVideo();
  await withheld(adminPort);
  expect(await files().countDocuments()).toBe(1);
}, 30_000);
