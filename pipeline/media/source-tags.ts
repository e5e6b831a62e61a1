/**
 * The tags an MP3 keeps of its source, by ffmpeg's generic names, which its ID3v2.3 writer maps to
 * frames. Everything else (device, location, encoder, comments of programs) stays behind.
 */
export const keptTags = [
  'title',
  'artist',
  'album',
  'album_artist',
  'composer',
  'genre',
  'date',
  'track',
  'disc',
  'copyright',
  'language',
] as const;

export type TagName = (typeof keptTags)[number];
export type SourceTags = Partial<Record<TagName, string>>;

/** Longest tag that is kept, in UTF-16 units. They become arguments of a program. */
const MOST_CHARACTERS = 500;

/** Picks the tags we keep; a tag's name may be in capitals (Matroska, Vorbis comments). */
export function pickTags(found: Readonly<Record<string, string>>): SourceTags {
  const tags: SourceTags = {};
  for (const [key, value] of Object.entries(found)) {
    const name = keptTags.find((kept) => kept === key.toLowerCase());
    const text = cleanTag(value);
    if (name !== undefined && text !== '') tags[name] = text;
  }
  return tags;
}

/** One line of valid Unicode without control characters, cut at a whole character. */
export function cleanTag(text: string): string {
  // The cut may split a pair of surrogates; a half of one is no text.
  return Buffer.from(text.slice(0, MOST_CHARACTERS))
    .toString()
    .replace(/\ufffd$/, '')
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim();
}
