import type { LetterDetail } from '../views';
import { deeperThan, shownLevels } from './nesting';

type BodyView = LetterDetail['body'];

/** Up to this size a body is parsed to be shown; a message of ours has some 200 bytes. */
export const parsedAtMostBytes = 256 * 1024;
/** How much of a longer text, and of other bytes, is shown. */
export const shownTextBytes = 64 * 1024;
const shownBinaryBytes = 4 * 1024;

/**
 * A body as a person can read it.
 *
 * @param start The whole of it, or its first `shownTextBytes` at least.
 * @param bytes Length of the whole.
 */
export function viewBody(start: Uint8Array, bytes: number): BodyView {
  if (bytes <= parsedAtMostBytes && start.length === bytes) {
    const json = parse(start);
    // What nests deeper breaks whoever writes it as JSON again.
    if (json !== undefined && !deeperThan(json, shownLevels)) return { kind: 'json', json };
  }
  const text = decode(start.subarray(0, shownTextBytes), bytes > shownTextBytes);
  if (text !== undefined) return { kind: 'text', text, truncated: bytes > shownTextBytes };
  const hex = Buffer.from(start.subarray(0, shownBinaryBytes)).toString('hex');
  return { kind: 'binary', hex, truncated: bytes > shownBinaryBytes };
}

function parse(body: Uint8Array): unknown {
  const text = decode(body, false);
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    // Not JSON is an answer here: it is shown as text.
    return undefined;
  }
}

/**
 * @param cut Whether the text goes on: then its last character may be cut.
 * @returns undefined for bytes that are no UTF-8 text.
 */
function decode(bytes: Uint8Array, cut: boolean): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: cut });
    return text.includes('\0') ? undefined : text;
  } catch {
    return undefined;
  }
}
