import type { AudioTrack } from './probe-source';
import { SourceRefused } from './source-refused';

/**
 * The tracks that may become the MP3, best first: what the container marks as default, then the
 * others in its order. More than one, because a track may turn out to be empty.
 *
 * @throws SourceRefused `no-audio`, or `encrypted` when nothing else is in the way.
 */
export function rankTracks(tracks: readonly AudioTrack[]): readonly [AudioTrack, ...AudioTrack[]] {
  if (tracks.length === 0) throw new SourceRefused('no-audio', 'there is no audio track');
  const decodable = tracks.filter((track) => track.isDecodable);
  if (decodable.length === 0) {
    const codecs = tracks.map((track) => track.codec).join(', ');
    throw new SourceRefused('no-audio', `no audio track that we can decode, only ${codecs}`);
  }
  const clear = decodable.filter((track) => !track.isEncrypted);
  const [best, ...others] = [
    ...clear.filter((track) => track.isDefault),
    ...clear.filter((track) => !track.isDefault),
  ];
  if (best === undefined) throw new SourceRefused('encrypted', 'every audio track is encrypted');
  return [best, ...others];
}
