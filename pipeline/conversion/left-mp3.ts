import { readFile, rename, writeFile } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { parseMp3File } from '../media/mp3-frames';
import type { ConversionJob, LocalMp3 } from './hand-offs';

const noteSchema = z.strictObject({
  /** What it was made of. */
  source: z.string(),
  sourceName: z.string().nullable(),
  options: z.unknown(),
  bytes: z.int(),
  durationMs: z.number(),
  samples: z.int(),
});
type Note = z.infer<typeof noteSchema>;
type Made = Pick<Note, 'bytes' | 'durationMs' | 'samples'>;
type Wish = Pick<ConversionJob, 'videoFid' | 'sourceName' | 'options'>;

const notePath = (mp3Path: string): string => `${mp3Path}.json`;
const wishOf = ({ videoFid, sourceName, options }: Wish) => ({
  source: videoFid.toHexString(),
  sourceName,
  options,
});

/** Notes beside a proved MP3 what it is, for a later attempt at the same job. */
export async function noteMp3(mp3Path: string, job: Wish, made: Made): Promise<void> {
  const part = `${notePath(mp3Path)}.part`;
  await writeFile(part, JSON.stringify({ ...wishOf(job), ...made } satisfies Note));
  await rename(part, notePath(mp3Path));
}

/** The proved MP3 that an earlier attempt left, of the same source and with the same options. */
export async function leftMp3(
  mp3Path: string,
  job: Wish,
): Promise<Pick<LocalMp3, 'bytes' | 'durationMs'> | undefined> {
  const text = await readFile(notePath(mp3Path), 'utf8').catch(() => undefined);
  const note = text === undefined ? undefined : noteSchema.safeParse(JSON.parse(text)).data;
  if (note === undefined) return undefined;
  const { bytes, durationMs, samples, ...wish } = note;
  if (!isDeepStrictEqual(wish, JSON.parse(JSON.stringify(wishOf(job))))) return undefined;
  // Every frame parses, and none is missing: what was proved is what is there.
  const found = await parseMp3File(mp3Path).catch(() => undefined);
  return found?.samples === samples ? { bytes, durationMs } : undefined;
}
