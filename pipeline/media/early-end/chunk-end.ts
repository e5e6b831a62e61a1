import type { SourceFile } from '../source-file';
import { endsBeyond } from './ends-beyond';

type ChunkContainer = 'avi' | 'wav' | 'w64' | 'aiff' | 'caf';

interface Layout {
  /** Where the first chunk is. */
  readonly start: number;
  readonly idBytes: number;
  readonly sizeBytes: 4 | 8;
  readonly bigEndian: boolean;
  /** Whether a chunk's size counts its header too. */
  readonly countsHeader: boolean;
  /** Chunks start at multiples of this. */
  readonly align: number;
  /** The chunk that must be whole. */
  readonly chunk: RegExp;
}

const layouts: Record<ChunkContainer, Layout> = {
  // OpenDML: one RIFF of at most 1 GB after another.
  avi: layout({ start: 0, chunk: /^RIFF/ }),
  wav: layout({ start: 12, chunk: /^data/ }),
  w64: layout({
    start: 40,
    idBytes: 16,
    sizeBytes: 8,
    countsHeader: true,
    align: 8,
    chunk: /^data/,
  }),
  aiff: layout({ start: 12, bigEndian: true, chunk: /^SSND/ }),
  caf: layout({ start: 8, sizeBytes: 8, bigEndian: true, align: 1, chunk: /^data/ }),
};

function layout(own: Partial<Layout> & Pick<Layout, 'start' | 'chunk'>): Layout {
  return { idBytes: 4, sizeBytes: 4, bigEndian: false, countsHeader: false, align: 2, ...own };
}

/** A program that writes into a pipe cannot know the size and leaves one of these, or 0. */
const UNKNOWN_FROM_32 = 0x7fff_0000;
const UNKNOWN_FROM_64 = 2 ** 53;
/** Some writers count the header of a chunk, or a padding byte, into its size. */
const SLACK_BYTES = 16;
const MOST_CHUNKS = 10_000;

/** The chunk that holds the sound, or for AVI everything, states its size. */
export async function chunkEnd(
  file: SourceFile,
  container: ChunkContainer,
): Promise<string | undefined> {
  const { start, idBytes, sizeBytes, bigEndian, countsHeader, align, chunk } = layouts[container];
  const headerBytes = idBytes + sizeBytes;
  const bigWave = container === 'wav' ? await bigWaveDataBytes(file) : undefined;
  let at = start;
  for (let chunks = 0; chunks < MOST_CHUNKS; chunks += 1) {
    const header = await file.read(at, headerBytes);
    if (header.length < headerBytes) return undefined;
    const stated = readSize(header.subarray(idBytes), sizeBytes, bigEndian);
    const isWanted = chunk.test(header.toString('latin1'));
    const size = (isWanted ? bigWave : undefined) ?? stated;
    if (size === 0 && isWanted) return undefined;
    if (size >= (sizeBytes === 4 && bigWave === undefined ? UNKNOWN_FROM_32 : UNKNOWN_FROM_64)) {
      return undefined;
    }
    const end = at + (countsHeader ? size : headerBytes + size);
    if (isWanted) {
      const finding = endsBeyond(chunk.source.slice(1), end - SLACK_BYTES, file);
      if (finding !== undefined || container !== 'avi') return finding;
    }
    at = Math.ceil(Math.max(end, at + headerBytes) / align) * align;
  }
  return undefined;
}

function readSize(bytes: Buffer, sizeBytes: 4 | 8, bigEndian: boolean): number {
  if (sizeBytes === 4) return bigEndian ? bytes.readUInt32BE(0) : bytes.readUInt32LE(0);
  return Number(bigEndian ? bytes.readBigUInt64BE(0) : bytes.readBigUInt64LE(0));
}

/** RF64 and BW64 keep the size of `data` in a chunk `ds64`, the first one (EBU Tech 3306). */
async function bigWaveDataBytes(file: SourceFile): Promise<number | undefined> {
  const head = await file.read(0, 36);
  if (head.length < 36 || head.toString('latin1', 12, 16) !== 'ds64') return undefined;
  return Number(head.readBigUInt64LE(28));
}
