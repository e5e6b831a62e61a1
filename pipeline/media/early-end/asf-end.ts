import type { SourceFile } from '../source-file';
import { endsBeyond } from './ends-beyond';

const DATA_OBJECT = '3626b2758e66cf11a6d900aa0062ce6c';

/** The Data object follows the header and states its size; 0 for a broadcast (ASF, section 5.1). */
export async function asfEnd(file: SourceFile): Promise<string | undefined> {
  const head = await file.read(0, 24);
  if (head.length < 24) return endsBeyond('the header', 24, file);
  const at = Number(head.readBigUInt64LE(16));
  const data = await file.read(at, 24);
  if (data.length < 24) return endsBeyond('the header', at + 24, file);
  if (data.toString('hex', 0, 16) !== DATA_OBJECT) return undefined;
  return endsBeyond('the data object', at + Number(data.readBigUInt64LE(16)), file);
}
