import type { SourceFile } from './source-file';

/** Where one table of a track is in the file: after its version, flags and fixed fields. */
export interface MovTable {
  readonly type: 'stsc' | 'stsz' | 'stco' | 'co64';
  /** Offset of the box's body, in bytes. */
  readonly body: number;
}

/** One track of an MP4 or MOV, in the file's order. */
export interface MovTrack {
  readonly isSound: boolean;
  /** The samples are encrypted: Common Encryption, FairPlay, Audible. */
  readonly isEncrypted: boolean;
  /** Sample tables that say where its samples are; all empty in a fragmented file. */
  readonly tables: readonly MovTable[];
}

/** ISO/IEC 23001-7 renames the sample entry; before it, every shop had a name of its own. */
const encryptedEntries = new Set(['enca', 'encv', 'drms', 'drmi', 'aavd']);

const parents = new Set(['moov', 'trak', 'mdia', 'minf', 'stbl']);
const tableTypes = ['stsc', 'stsz', 'stco', 'co64'] as const;
const MOST_BOXES = 20_000;

/**
 * Reads the tracks of a movie. ffmpeg hides that one is encrypted: it reports the codec underneath
 * and decodes noise. Reads box headers only, so that its memory does not depend on the file.
 */
export async function readMovTracks(file: SourceFile): Promise<MovTrack[]> {
  const tracks: { isSound: boolean; isEncrypted: boolean; tables: MovTable[] }[] = [];
  let boxes = 0;
  const walk = async (start: number, end: number): Promise<void> => {
    let at = start;
    while (at + 8 <= end && boxes < MOST_BOXES) {
      boxes += 1;
      const head = await file.read(at, 16);
      if (head.length < 8) return;
      const type = head.toString('latin1', 4, 8);
      const stated = head.readUInt32BE(0);
      const isLong = stated === 1 && head.length === 16;
      const size = isLong ? Number(head.readBigUInt64BE(8)) : stated === 0 ? end - at : stated;
      if (size < 8) return;
      const body = at + (isLong ? 16 : 8);
      if (type === 'trak') tracks.push({ isSound: false, isEncrypted: false, tables: [] });
      const track = tracks.at(-1);
      if (type === 'hdlr' && track !== undefined) {
        // A second `hdlr`, of QuickTime's data handler, must not undo the first.
        track.isSound ||= (await fourCharacters(file, body + 8)) === 'soun';
      }
      if (type === 'stsd' && track !== undefined) {
        track.isEncrypted ||= encryptedEntries.has(await fourCharacters(file, body + 12));
      }
      const tableType = tableTypes.find((name) => name === type);
      if (tableType !== undefined) track?.tables.push({ type: tableType, body });
      if (parents.has(type)) await walk(body, Math.min(end, at + size));
      at += size;
    }
  };
  await walk(0, file.size);
  return tracks;
}

async function fourCharacters(file: SourceFile, at: number): Promise<string> {
  return (await file.read(at, 4)).toString('latin1');
}
