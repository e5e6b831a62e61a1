import type { Container } from './container';
import { containersBehindTag, SNIFF_BYTES, sniffContainer } from './sniff-container';
import type { SourceFile } from './source-file';
import { SourceRefused } from './source-refused';

/** Some programs put a second tag in front instead of changing the first. */
const MOST_TAGS = 4;

/**
 * Says which container a file is.
 *
 * @throws SourceRefused `empty-file`, or `not-a-video` for anything we do not know.
 */
export async function recognizeSource(file: SourceFile): Promise<Container> {
  if (file.size === 0) throw new SourceRefused('empty-file', 'the file has 0 bytes');
  let offset = 0;
  for (let tags = 0; tags <= MOST_TAGS; tags += 1) {
    const sniffed = sniffContainer(await file.read(offset, SNIFF_BYTES));
    switch (sniffed.kind) {
      case 'container':
        if (tags === 0 || containersBehindTag.includes(sniffed.container)) {
          return sniffed.container;
        }
        throw new SourceRefused('not-a-video', `${sniffed.container} behind an ID3 tag`);
      case 'behind-tag':
        offset += sniffed.offset;
        break;
      case 'unknown':
        throw new SourceRefused('not-a-video', 'the content is of no format that we convert');
      default:
        sniffed satisfies never;
    }
  }
  throw new SourceRefused('not-a-video', `more than ${MOST_TAGS} ID3 tags in front`);
}
