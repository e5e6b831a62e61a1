import { execFile } from 'node:child_process';
import { mkdtemp, open, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { RefusalReason } from '../../contracts/refusal-reason';
import { refusalSentences } from '../../contracts/refusal-reason';
import { probeMedia } from '../probe-media';
import { makeSample } from '../sample-media';
import { startProduct, type Product } from './product';
import type { FormPart, Listener } from './listener';

const run = promisify(execFile);

let product: Product;
let listener: Listener;
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'inputs-'));
  product = await startProduct();
  listener = await product.newListener();
}, 120_000);

afterAll(async () => {
  await product.close();
  await rm(directory, { recursive: true });
});

/** Files and chunks in both buckets; jobs. */
async function stored(): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const database of ['videos', 'mp3s']) {
    for (const collection of ['fs.files', 'fs.chunks']) {
      const key = `${database}.${collection}`;
      counts[key] = await product.mongo.db(database).collection(collection).countDocuments();
    }
  }
  counts['jobs'] = await product.mongo.db('jobs').collection('jobs').countDocuments();
  return counts;
}

const blob = (content: string) => new Blob([content]);
const part = (name: string, content: Blob, field = 'file'): FormPart => ({ field, name, content });

async function sample(name: string, output: string[] = [], seconds = 2): Promise<string> {
  const path = join(directory, name);
  await makeSample(path, { seconds, output });
  return path;
}

/** Cuts a file after a share of its bytes. */
async function cut(path: string, share: number): Promise<string> {
  const { size } = await stat(path);
  await truncate(path, Math.floor(size * share));
  return path;
}

/** Overwrites the middle tenth of a file with zeros. */
async function damage(path: string): Promise<string> {
  const { size } = await stat(path);
  const file = await open(path, 'r+');
  await file.write(Buffer.alloc(Math.floor(size / 10)), 0, undefined, Math.floor(size * 0.45));
  await file.close();
  return path;
}

describe('refused at the door, with nothing stored', () => {
  const video = part('a.mp4', blob('x'));
  const table: [string, FormPart[], number, string][] = [
    ['no file', [], 400, 'exactly 1 file required'],
    ['two files', [video, part('b.mp4', blob('y'), 'other')], 400, 'exactly 1 file required'],
    ['two files under one name', [video, video], 400, 'exactly 1 file required'],
    ['an empty file', [part('empty.mp4', blob(''))], 400, 'file is empty'],
  ];
  it.each(table)('%s', async (_name, parts, status, text) => {
    const before = await stored();
    const response = await listener.upload(parts);
    expect([response.status, await response.text()]).toEqual([status, text]);
    expect(await stored()).toEqual(before);
  });

  const boundary = '--x\r\nContent-Disposition: form-data; name="f"; filename="a"\r\n\r\n';
  it.each([
    ['no multipart at all', 'application/json', '{}', 400, 'exactly 1 file required'],
    [
      'a boundary that never ends',
      'multipart/form-data; boundary=x',
      `${boundary}abc`,
      400,
      'malformed multipart body',
    ],
    ['no boundary', 'multipart/form-data', boundary, 400, 'exactly 1 file required'],
    [
      'another boundary',
      'multipart/form-data; boundary=y',
      `${boundary}abc\r\n--x--\r\n`,
      400,
      'exactly 1 file required',
    ],
  ])('%s', async (_name, type, body, status, text) => {
    const before = await stored();
    const headers = { 'content-type': type };
    const response = await listener.call('/upload', { method: 'POST', headers, body });
    expect([response.status, await response.text()]).toEqual([status, text]);
    expect(await stored()).toEqual(before);
  });
});

describe('accepted, and refused by the pipeline with a reason and a mail', () => {
  const text = async (name: string, content: string) => {
    const path = join(directory, name);
    await writeFile(path, content);
    return path;
  };
  const h264 = ['-c:v', 'libx264', '-c:a', 'aac'];
  const table: [string, () => Promise<string>, RefusalReason][] = [
    ['text named .mp4', () => text('text.mp4', 'Not a video at all.\n'), 'not-a-video'],
    [
      'a playlist named .mp4',
      () => text('playlist.mp4', '#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n'),
      'not-a-video',
    ],
    ['a video without audio', () => sample('silent.mp4', ['-an']), 'no-audio'],
    ['an MP4 cut before its index', async () => cut(await sample('cut.mp4', h264), 0.6), 'damaged'],
    [
      'a faststart MP4 cut in its sound',
      async () => cut(await sample('cut-fast.mp4', [...h264, '-movflags', '+faststart']), 0.7),
      'damaged',
    ],
    ['an MKV cut short', async () => cut(await sample('cut.mkv', h264, 10), 0.6), 'damaged'],
    ['a damaged container', async () => damage(await sample('damaged.mp4', h264, 10)), 'damaged'],
  ];
  it.each(table)('%s', async (_name, make, reason) => {
    const path = await make();
    const user = await product.newListener();
    const job = await user.finished(await user.submit(path));
    expect(job).toMatchObject({
      state: 'failed',
      mp3: null,
      failure: { reason, message: refusalSentences[reason] },
      attempts: 1,
    });
    const [mail, ...more] = await product.inbox.waitForMails(user.email);
    expect(more).toEqual([]);
    expect(mail).toMatchObject({ subject: 'MP3 conversion failed' });
    expect(mail?.text).toContain(refusalSentences[reason]);
    const left = await product.mongo
      .db('mp3s')
      .collection('fs.files')
      .countDocuments({ 'metadata.jobId': job.id });
    expect(left).toBe(0);
  });
});

it('refuses a recording of a few samples instead of trying it for ever', async () => {
  const path = join(directory, 'click.wav');
  await run('ffmpeg', [
    '-v',
    'error',
    '-y',
    '-f',
    'lavfi',
    '-i',
    'sine=sample_rate=44100',
    '-af',
    'atrim=end_sample=44',
    path,
  ]);
  const job = await listener.finished(await listener.submit(path));
  expect(job).toMatchObject({ state: 'failed', failure: { reason: 'no-audio' }, attempts: 1 });
});

describe('converted, downloaded and as long as the source', () => {
  const h264 = ['-c:v', 'libx264', '-c:a', 'aac'];
  const table: [string, string[]][] = [
    ['index-at-end.mp4', h264],
    ['faststart.mp4', [...h264, '-movflags', '+faststart']],
    ['fragmented.mp4', [...h264, '-movflags', '+frag_keyframe+empty_moov']],
    ['video.mov', h264],
    ['video.mkv', h264],
    ['video.webm', ['-c:v', 'libvpx', '-c:a', 'libopus']],
    ['video.avi', ['-c:v', 'mpeg4', '-c:a', 'libmp3lame']],
    ['video.flv', ['-c:v', 'flv1', '-c:a', 'aac']],
    ['video.ts', h264],
    ['video.3gp', ['-c:v', 'h263', '-s', '128x96', '-c:a', 'aac']],
    ['video.wmv', ['-c:v', 'wmv2', '-c:a', 'wmav2']],
    ['video.ogv', ['-c:v', 'libtheora', '-c:a', 'libvorbis']],
    ['audio-only.m4a', ['-vn', '-c:a', 'aac']],
    ['audio-only.mp3', ['-vn', '-c:a', 'libmp3lame']],
  ];
  it.each(table)('%s', async (name, output) => {
    const path = await sample(name, output);
    const user = await product.newListener();
    const job = await user.finished(await user.submit(path));
    expect(job).toMatchObject({ state: 'ready', failure: null, attempts: 1 });
    if (job.mp3 === null) throw new Error('ready without an MP3');
    const mp3 = await user.download(job.mp3.fid);
    expect(mp3).toHaveLength(job.mp3.bytes);
    const downloaded = join(directory, `${name}.downloaded.mp3`);
    await writeFile(downloaded, mp3);
    const made = await probeMedia(downloaded);
    expect(made.format).toBe('mp3');
    // The source's own encoder may add up to a tenth of a second of silence.
    expect(Math.abs(made.durationS - 2)).toBeLessThan(0.15);
    await run('ffmpeg', ['-v', 'error', '-xerror', '-i', downloaded, '-f', 'null', '-']);
    const mails = await product.inbox.waitForMails(user.email);
    expect(mails.map(({ subject }) => subject)).toEqual(['MP3 Download']);
    expect(mails[0]?.text).toContain(`mp3 file_id: ${job.mp3.fid} is now ready!`);
  });
});

describe('any field name and any file name', () => {
  const names: [string, string][] = [
    ['double "quotes".mp4', 'double "quotes".mp4'],
    ['line\r\nbreak.mp4', 'line break.mp4'],
    ['../../etc/passwd.mp4', 'passwd.mp4'],
    ['back\\slash.mp4', 'slash.mp4'],
    ['emoji 🎧🎶.mp4', 'emoji 🎧🎶.mp4'],
    [`${'long'.repeat(75)}.mp4`, ''],
  ];
  it.each(names)('%j', async (name, shown) => {
    const path = await sample('named.mp4');
    const content = new Blob([await readFile(path)]);
    const response = await listener.upload([part(name, content, 'any field at all')]);
    expect(await response.text()).toBe('success!');
    const id = response.headers.get('location')?.slice('/jobs/'.length) ?? '';
    const job = await listener.finished(id);
    expect(job.state).toBe('ready');
    if (shown !== '') expect(job.source.name).toBe(shown);
    else expect(Buffer.byteLength(job.source.name ?? '')).toBeLessThanOrEqual(255);
    const download = await listener.call(`/jobs/${id}/mp3`);
    await download.arrayBuffer();
    expect(download.status).toBe(200);
    expect(download.headers.get('content-disposition')).toMatch(/^attachment; filename=/);
  });
});

it('converts twenty uploads at once, each MP3 from its own video', async () => {
  const paths = await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      sample(`twenty-${index}.mp4`, ['-metadata', `title=video ${index}`], 1 + index / 10),
    ),
  );
  const ids = await Promise.all(paths.map((path) => listener.submit(path)));
  for (const [index, id] of ids.entries()) {
    const job = await listener.finished(id, 120_000);
    expect(job).toMatchObject({ state: 'ready', attempts: 1 });
    const mp3 = await listener.download(job.mp3?.fid ?? '');
    const path = join(directory, `twenty-${index}.mp3`);
    await writeFile(path, mp3);
    expect(Math.abs((job.mp3?.duration_ms ?? 0) - (1_000 + index * 100))).toBeLessThan(80);
    const { stdout } = await run('ffprobe', [
      '-v',
      'error',
      '-show_entries',
      'format_tags=title',
      '-of',
      'csv=p=0',
      path,
    ]);
    expect(stdout.trim()).toBe(`video ${index}`);
  }
}, 180_000);
