import type { Container } from './container';
import { readId3v2Header } from './id3v2-header';
import { looksLikeMov } from './sniff-mov';
import { looksLikeAdts, looksLikeMpegAudio } from './sniff-audio-frames';
import { looksLikeTransportStream } from './sniff-transport-stream';

/** How much of the start of a file the sniffer wants to see, in bytes. */
export const SNIFF_BYTES = 64 * 1024;

export type Sniffed =
  | { readonly kind: 'container'; readonly container: Container }
  /** A tag is in front: sniff again from `offset`, counted from the start of these bytes. */
  | { readonly kind: 'behind-tag'; readonly offset: number }
  /** Text, pictures, scripts, playlists, and whatever else we do not know. */
  | { readonly kind: 'unknown' };

/** ffmpeg skips an ID3v2 tag in front of anything; only in front of these do we allow one. */
export const containersBehindTag: readonly Container[] = ['mp3', 'aac', 'flac'];

/**
 * Decides by content, never by name, which demuxer reads a file. A playlist that calls itself
 * `.mp4` makes ffmpeg read other files; here it is unknown.
 *
 * @param head The first bytes of the file, 64 kB or all of it.
 */
export function sniffContainer(head: Buffer): Sniffed {
  const tag = readId3v2Header(head);
  if (tag !== undefined) return { kind: 'behind-tag', offset: tag.totalBytes };
  for (const [container, fits] of signatures) {
    if (fits(head)) return { kind: 'container', container };
  }
  return { kind: 'unknown' };
}

const ascii = (head: Buffer, at: number, text: string): boolean =>
  head.toString('latin1', at, at + text.length) === text;

const hex = (head: Buffer, text: string): boolean =>
  head.toString('hex', 0, text.length / 2) === text;

const riff = (head: Buffer, forms: readonly string[]): boolean =>
  ascii(head, 0, 'RIFF') && forms.some((form) => ascii(head, 8, form));

/** In this order: exact signatures first, patterns that repeat last. */
const signatures: readonly (readonly [Container, (head: Buffer) => boolean])[] = [
  // EBML header (RFC 8794) with one of Matroska's document types (RFC 9559).
  [
    'matroska',
    (head) => hex(head, '1a45dfa3') && /\x42\x82.(?:matroska|webm)/s.test(latin1(head, 64)),
  ],
  ['avi', (head) => riff(head, ['AVI ', 'AVI\x19'])],
  ['wav', (head) => riff(head, ['WAVE']) || (isBigWave(head) && ascii(head, 8, 'WAVE'))],
  // Sony Wave64: the GUID of its "riff" chunk.
  ['w64', (head) => hex(head, '726966662e91cf11a5d628db04c10000')],
  // FLV version 1: signature, version, type flags without reserved bits, header of nine bytes.
  ['flv', (head) => /^FLV\x01[\x00\x01\x04\x05]\x00\x00\x00\x09/.test(latin1(head, 9))],
  // ASF header object GUID.
  ['asf', (head) => hex(head, '3026b2758e66cf11a6d900aa0062ce6c')],
  // Ogg page, stream structure version 0 (RFC 3533, section 6).
  ['ogg', (head) => ascii(head, 0, 'OggS\x00')],
  ['flac', (head) => ascii(head, 0, 'fLaC')],
  ['aiff', (head) => ascii(head, 0, 'FORM') && (ascii(head, 8, 'AIFF') || ascii(head, 8, 'AIFC'))],
  ['caf', (head) => ascii(head, 0, 'caff\x00\x01')],
  // RFC 4867, section 5.1. A shell script begins with the same two characters, not with these.
  ['amr', (head) => ascii(head, 0, '#!AMR\n') || ascii(head, 0, '#!AMR-WB\n')],
  ['mpeg', looksLikeProgramStream],
  ['mov', looksLikeMov],
  ['mpegts', looksLikeTransportStream],
  ['mp3', looksLikeMpegAudio],
  ['aac', looksLikeAdts],
];

const latin1 = (head: Buffer, length: number): string => head.toString('latin1', 0, length);

/** RF64 (EBU Tech 3306) and BW64 (ITU-R BS.2088): WAVE beyond 4 GB. */
const isBigWave = (head: Buffer): boolean => ascii(head, 0, 'RF64') || ascii(head, 0, 'BW64');

/** A pack header with the marker bits of MPEG-1 (0010) or MPEG-2 (01) behind its start code. */
function looksLikeProgramStream(head: Buffer): boolean {
  if (!hex(head, '000001ba')) return false;
  const marker = head[4] ?? 0;
  return (marker & 0xf1) === 0x21 || (marker & 0xc4) === 0x44;
}
