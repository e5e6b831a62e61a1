const SYNC_BYTE = 0x47;

/** Bytes per packet: plain (ISO/IEC 13818-1), with a time code in front (M2TS), with parity. */
export const transportPacketSizes = [188, 192, 204] as const;

export interface TransportLayout {
  readonly packetBytes: (typeof transportPacketSizes)[number];
  /** Where the first whole packet's sync byte is. */
  readonly firstSync: number;
}

const FEWEST_PACKETS = 4;
/** Enough to be sure; damage further on is not the sniffer's business. */
const MOST_PACKETS = 64;

/** Finds the packet grid of an MPEG transport stream, or undefined when there is none. */
export function transportLayout(head: Buffer): TransportLayout | undefined {
  for (const packetBytes of transportPacketSizes) {
    for (let firstSync = 0; firstSync < packetBytes; firstSync += 1) {
      if (fitsGrid(head, firstSync, packetBytes)) return { packetBytes, firstSync };
    }
  }
  return undefined;
}

export function looksLikeTransportStream(head: Buffer): boolean {
  return transportLayout(head) !== undefined;
}

function fitsGrid(head: Buffer, firstSync: number, packetBytes: number): boolean {
  let packets = 0;
  for (let at = firstSync; at + 4 <= head.length && packets < MOST_PACKETS; at += packetBytes) {
    // An adaptation_field_control of 00 is reserved; a text of many "G" would have it.
    const control = (head[at + 3] ?? 0) & 0x30;
    if (head[at] !== SYNC_BYTE || control === 0) return false;
    packets += 1;
  }
  return packets >= FEWEST_PACKETS;
}
