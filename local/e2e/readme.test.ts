import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { probeMedia } from '../probe-media';
import { readmeWalk } from '../readme-walk';
import { repositoryDirectory } from '../repository-directory';
import { makeSample } from '../sample-media';
import { startProduct, type Product } from './product';

let product: Product;
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'readme-'));
  product = await startProduct();
}, 120_000);

afterAll(async () => {
  await product.close();
  await rm(directory, { recursive: true });
});

it("ends the README's walk with curl in an MP3 named after the video", async () => {
  const listener = await product.newListener();
  const video = join(directory, 'My Video.mp4');
  const readme = readFileSync(join(repositoryDirectory(), 'README.md'), 'utf8');
  await makeSample(video, { seconds: 3 });
  await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', readmeWalk(readme)], {
    cwd: directory,
    env: {
      PATH: process.env['PATH'],
      GATEWAY: product.url,
      EMAIL: listener.email,
      PASSWORD: listener.password,
      VIDEO: video,
    },
  });
  expect(await readdir(directory)).toEqual(['My Video.mp3', 'My Video.mp4']);
  const { audio, durationS } = await probeMedia(join(directory, 'My Video.mp3'));
  expect(audio?.codec_name).toBe('mp3');
  expect(Math.abs(durationS - 3)).toBeLessThan(0.1);
}, 60_000);
