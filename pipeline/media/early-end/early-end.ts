import type { Container } from '../container';
import type { SourceFile } from '../source-file';
import { asfEnd } from './asf-end';
import { chunkEnd } from './chunk-end';
import { flvEnd } from './flv-end';
import { matroskaEnd } from './matroska-end';
import { movEnd } from './mov-end';
import { oggEnd } from './ogg-end';
import { programStreamEnd } from './program-stream-end';
import { transportStreamEnd } from './transport-stream-end';

/**
 * Says that a file ends before its container does, as far as the container's own structure can
 * tell, or undefined when it ends where it should or cannot know.
 *
 * ffmpeg itself reads such files with exit code 0 and, for half of the containers, without a word.
 * mp3 and flac state how long they are, which is compared with what was decoded; aac and amr are
 * nothing but frames and cannot tell.
 */
export async function earlyEnd(
  file: SourceFile,
  container: Container,
): Promise<string | undefined> {
  switch (container) {
    case 'matroska':
      return matroskaEnd(file);
    case 'avi':
    case 'wav':
    case 'w64':
    case 'aiff':
    case 'caf':
      return chunkEnd(file, container);
    case 'flv':
      return flvEnd(file);
    case 'asf':
      return asfEnd(file);
    case 'ogg':
      return oggEnd(file);
    case 'mpeg':
      return programStreamEnd(file);
    case 'mpegts':
      return transportStreamEnd(file);
    case 'mov':
      return movEnd(file);
    case 'mp3':
    case 'flac':
    case 'aac':
    case 'amr':
      return undefined;
    default:
      return container satisfies never;
  }
}
