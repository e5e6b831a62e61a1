import { existsSync } from 'node:fs';
import { open, readFile, symlink, writeFile } from 'node:fs/promises';
import { defaultMediaLimits, type MediaLimits } from './media-limits';
import { timeoutError } from './run-limited';
import { processesNaming, TestMedia, tone, toneWithPicture, until } from './test-media';
import { transcode, type Transcoded } from './transcode';

const media = new TestMedia();
afterAll(() => media.remove());

const outputPath = media.path('out.mp3');

function convert(
  sourcePath: string,
  limits: Partial<MediaLimits> = {},
  signal = new AbortController().signal,
  output = outputPath,
): Promise<Transcoded> {
  return transcode({
    sourcePath,
    outputPath: output,
    options: { quality: { kind: 'vbr', level: 2 } },
    limits: { ...defaultMediaLimits, ...limits },
    signal,
    onProgress: () => undefined,
  });
}

/** Three hours of silence that take no room on the disk. */
async function longWav(): Promise<string> {
  const path = media.path('long.wav');
  const short = await readFile(await media.make('short.wav', ...tone(0.1, 44_100), '-ac', '2'));
  const data = short.indexOf('data', 0, 'latin1');
  const bytes = 3 * 3600 * 44_100 * 4;
  short.writeUInt32LE(bytes, data + 4);
  short.writeUInt32LE(bytes + data, 4);
  await writeFile(path, short.subarray(0, data + 8));
  const file = await open(path, 'r+');
  await file.truncate(data + 8 + bytes);
  await file.close();
  return path;
}

const encoders = (): Promise<number[]> => processesNaming(`file:${outputPath}`);

/** The encoder, stopped: from here on it ends only if somebody kills it. */
async function stopped(): Promise<void> {
  await until(async () => (await encoders()).length > 0 && existsSync(outputPath));
  for (const pid of await encoders()) process.kill(pid, 'SIGSTOP');
}

test('aborting kills ffmpeg, rejects with the reason and leaves nothing behind', async () => {
  const controller = new AbortController();
  const reason = new Error('the worker stops');
  const conversion = convert(await longWav(), {}, controller.signal).catch((e: unknown) => e);
  await stopped();
  controller.abort(reason);
  await expect(conversion).resolves.toBe(reason);
  expect(await encoders()).toEqual([]);
  expect(existsSync(outputPath)).toBe(false);
});

test('an ffmpeg that waits until the clock runs out is killed, and the file not blamed', async () => {
  const conversion = convert(await longWav(), { wallTimeoutMs: 3000 }).catch((e: unknown) => e);
  await stopped();
  await expect(conversion).resolves.toMatchObject({ name: 'MediaToolError' });
  expect(await encoders()).toEqual([]);
});

test('aborting before the start starts nothing', async () => {
  const reason = new Error('too late');
  await expect(convert(await longWav(), {}, AbortSignal.abort(reason))).rejects.toBe(reason);
  expect(await processesNaming(media.directory)).toEqual([]);
});

test('aborting at any moment ends it', async () => {
  const source = await media.make('a.mp4', ...toneWithPicture(1));
  for (const moment of [1, 20, 40, 60, 80]) {
    const signal = AbortSignal.timeout(moment);
    const result = await convert(source, {}, signal).catch((error: unknown) => error);
    expect(result).toBe(signal.aborted ? signal.reason : result);
    expect(await processesNaming(media.directory)).toEqual([]);
  }
});

test('a file that keeps the processor busy for too long is too long', async () => {
  await expect(convert(await longWav(), { cpuSeconds: 1 })).rejects.toMatchObject({
    name: 'SourceRefused',
    reason: 'too-long',
  });
});

test('one that waited while the clock ran out is not to blame', () => {
  expect(timeoutError('ffmpeg', 10_000, 9.1)).toMatchObject({ reason: 'too-long' });
  expect(timeoutError('ffmpeg', 10_000, 0.2)).toMatchObject({ name: 'MediaToolError' });
  expect(timeoutError('ffmpeg', 10_000, undefined)).toMatchObject({ name: 'MediaToolError' });
});

test('an ffmpeg that somebody else kills is an error of the tool', async () => {
  const conversion = convert(await longWav()).catch((error: unknown) => error);
  await until(async () => (await encoders()).length > 0 && existsSync(outputPath));
  for (const pid of await encoders()) process.kill(pid, 'SIGKILL');
  await expect(conversion).resolves.toMatchObject({
    name: 'MediaToolError',
    message: expect.stringContaining('SIGKILL') as unknown,
  });
});

test('a limit that ffmpeg cannot even start in is an error of the tool', async () => {
  const source = await media.make('a.mp4', ...toneWithPicture(1));
  await expect(convert(source, { addressSpaceBytes: 50_000_000 })).rejects.toMatchObject({
    name: 'MediaToolError',
    message: expect.stringContaining('could not be started') as unknown,
  });
});

test('a full disk is an error of the tool, with its code', async () => {
  const source = await media.make('a.mp4', ...toneWithPicture(1));
  const full = media.path('full.mp3');
  await symlink('/dev/full', full);
  await expect(convert(source, {}, undefined, full)).rejects.toMatchObject({
    name: 'MediaToolError',
    code: 'ENOSPC',
  });
});

test('a place that cannot be written to is an error of the tool', async () => {
  const source = await media.make('a.mp4', ...toneWithPicture(1));
  const nowhere = media.path('no-such-directory/out.mp3');
  await expect(convert(source, {}, undefined, nowhere)).rejects.toMatchObject({
    name: 'MediaToolError',
  });
});

test('a source that is gone is not the fault of the listener', async () => {
  await expect(convert(media.path('gone.mp4'))).rejects.toMatchObject({ name: 'MediaToolError' });
});
