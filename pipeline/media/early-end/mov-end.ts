import { readMovTracks } from '../mov-tracks';
import type { SourceFile } from '../source-file';
import { endsBeyond } from './ends-beyond';
import { movTrackEnd } from './mov-track-end';

const PIECE_BYTES = 1024 * 1024;
const boxType = /^[ -~\xa9]{4}$/;

/**
 * A movie in one piece lists where its samples are; none of a sound track may lie beyond the end.
 * That its `mdat` reaches beyond is no sign: some writers state it too long.
 *
 * One in fragments is only as long as its fragments can be found: ffmpeg stops without a word
 * where no box begins, whatever follows. So between fragments there must be whole boxes and
 * nothing else. Cut exactly between two, it cannot be told.
 */
export async function movEnd(file: SourceFile): Promise<string | undefined> {
  for (const track of await readMovTracks(file)) {
    if (!track.isSound) continue;
    const end = await movTrackEnd(file, track);
    const finding = end === undefined ? undefined : endsBeyond('a sound track', end, file);
    if (finding !== undefined) return finding;
  }
  return fragmentsEnd(file);
}

async function fragmentsEnd(file: SourceFile): Promise<string | undefined> {
  let isFragmented = false;
  let at = 0;
  while (at + 8 <= file.size) {
    const head = await file.read(at, 16);
    const type = head.toString('latin1', 4, 8);
    const stated = head.readUInt32BE(0);
    // 0: up to the end of the file.
    if (stated === 0 && boxType.test(type)) return undefined;
    const size = stated === 1 && head.length === 16 ? Number(head.readBigUInt64BE(8)) : stated;
    if (size < 8 || !boxType.test(type)) {
      return isFragmented && (await hasFragmentBehind(file, at))
        ? `no box begins at byte ${at}, and there are fragments behind it`
        : undefined;
    }
    isFragmented ||= type === 'moof';
    if (isFragmented && (type === 'moof' || type === 'mdat')) {
      const finding = endsBeyond(`a fragment's ${type}`, at + size, file);
      if (finding !== undefined) return finding;
    }
    at += size;
  }
  return undefined;
}

async function hasFragmentBehind(file: SourceFile, from: number): Promise<boolean> {
  for (let at = from; at < file.size; at += PIECE_BYTES) {
    // A little more than a piece, so that none is missed between two.
    if ((await file.read(at, PIECE_BYTES + 3)).includes('moof', 0, 'latin1')) return true;
  }
  return false;
}
