import type { MovTable, MovTrack } from '../mov-tracks';
import type { SourceFile } from '../source-file';

const PIECE_BYTES = 256 * 1024;
/** A chunk of more samples than this is only checked for its beginning. */
const MOST_SAMPLES = 1_000_000;

/**
 * Where the last sample of a track ends, by its sample tables (ISO/IEC 14496-12, 8.7), or undefined
 * when they list none. ffmpeg reports a sample beyond the end of the file only if it is near it.
 */
export async function movTrackEnd(file: SourceFile, track: MovTrack): Promise<number | undefined> {
  const table = (...types: MovTable['type'][]): MovTable | undefined =>
    track.tables.find(({ type }) => types.includes(type));
  const offsets = table('stco', 'co64');
  const samplesPerChunk = table('stsc');
  const sizes = table('stsz');
  if (offsets === undefined) return undefined;
  const last = await lastChunk(file, offsets);
  if (last === undefined || samplesPerChunk === undefined || sizes === undefined)
    return last?.offset;
  // Chunks are in order of the file nearly always; where they are not, the beginning must do.
  if (!last.isFinal) return last.offset;
  const samples = await samplesInFinalChunk(file, samplesPerChunk);
  return last.offset + (await bytesOfFinalSamples(file, sizes, samples));
}

/** The chunk that begins last in the file. */
async function lastChunk(
  file: SourceFile,
  { type, body }: MovTable,
): Promise<{ offset: number; isFinal: boolean } | undefined> {
  const entryBytes = type === 'co64' ? 8 : 4;
  const count = await uint32(file, body + 4);
  let last: { offset: number; isFinal: boolean } | undefined;
  for (let index = 0; index < count;) {
    const wanted = Math.min(PIECE_BYTES, (count - index) * entryBytes);
    const piece = await file.read(body + 8 + index * entryBytes, wanted);
    if (piece.length < entryBytes) break;
    for (let at = 0; at + entryBytes <= piece.length; at += entryBytes, index += 1) {
      const offset = entryBytes === 8 ? Number(piece.readBigUInt64BE(at)) : piece.readUInt32BE(at);
      if (last === undefined || offset >= last.offset)
        last = { offset, isFinal: index === count - 1 };
    }
  }
  return last;
}

/** The last entry of `stsc` holds for all chunks from its first to the final one. */
async function samplesInFinalChunk(file: SourceFile, { body }: MovTable): Promise<number> {
  const entries = await uint32(file, body + 4);
  return entries === 0 ? 0 : uint32(file, body + 8 + (entries - 1) * 12 + 4);
}

async function bytesOfFinalSamples(
  file: SourceFile,
  { body }: MovTable,
  samples: number,
): Promise<number> {
  const sizeOfAll = await uint32(file, body + 4);
  // QuickTime states 1 for some constant sizes: too small is harmless here.
  if (sizeOfAll !== 0) return sizeOfAll * samples;
  const count = await uint32(file, body + 8);
  const first = Math.max(0, count - samples);
  if (samples > MOST_SAMPLES) return 0;
  const table = await file.read(body + 12 + first * 4, (count - first) * 4);
  let bytes = 0;
  for (let at = 0; at + 4 <= table.length; at += 4) bytes += table.readUInt32BE(at);
  return bytes;
}

async function uint32(file: SourceFile, at: number): Promise<number> {
  const bytes = await file.read(at, 4);
  return bytes.length === 4 ? bytes.readUInt32BE(0) : 0;
}
