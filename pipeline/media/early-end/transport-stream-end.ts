import { SNIFF_BYTES } from '../sniff-container';
import { transportLayout } from '../sniff-transport-stream';
import type { SourceFile } from '../source-file';

/**
 * A transport stream is made to be cut between any two packets: recorders do it, and nothing in it
 * says how long it should be. A cut inside a packet is none of theirs.
 */
export async function transportStreamEnd(file: SourceFile): Promise<string | undefined> {
  const layout = transportLayout(await file.read(0, SNIFF_BYTES));
  if (layout === undefined) return undefined;
  const { packetBytes, firstSync } = layout;
  // The time code of M2TS stands in front of the packet, parity behind it.
  const lead = packetBytes === 192 ? 4 : 0;
  const rest = (file.size - firstSync + lead) % packetBytes;
  return rest === 0 ? undefined : `the last packet has ${rest} of ${packetBytes} bytes`;
}
