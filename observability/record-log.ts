import { pino, type DestinationStream, type Logger } from 'pino';

/** Bytes that all recorded lines may have, and each of them. */
const maxBytes = 16 * 1024;
const maxLineBytes = 4 * 1024;
/** Longest text in a line that would be too long. */
const maxText = 500;

export interface RecordedLog {
  readonly log: Logger;
  /** The last lines that were written through it and its children, each a JSON object. */
  readonly lines: () => readonly string[];
}

/**
 * A child of a logger that remembers what it writes: the last `maxLines` lines, in all 16 kB, as they
 * are written, so without secrets. What is below the level is not written and not recorded.
 */
export function recordLog(log: Logger, maxLines: number): RecordedLog {
  const recorded: string[] = [];
  let bytes = 0;
  const record = (written: string) => {
    const line = short(written.trimEnd());
    recorded.push(line);
    bytes += Buffer.byteLength(line);
    while (recorded.length > maxLines || bytes > maxBytes) {
      bytes -= Buffer.byteLength(recorded.shift() ?? '');
    }
  };
  const child = log.child({});
  // pino has no option for the destination of a child; a child inherits it under this symbol
  // (pino.symbols, API of pino 10), and so do its own children.
  const { streamSym } = pino.symbols;
  const stream = Reflect.get(log, streamSym) as DestinationStream;
  const recording: DestinationStream = {
    write(line) {
      stream.write(line);
      record(line);
    },
  };
  Reflect.set(child, streamSym, recording);
  return { log: child, lines: () => [...recorded] };
}

/** A line that is too long keeps its fields with their texts cut, or else only what it is about. */
function short(line: string): string {
  if (Buffer.byteLength(line) <= maxLineBytes) return line;
  const fields = JSON.parse(line, (_key, value: unknown) =>
    typeof value === 'string' && value.length > maxText ? `${value.slice(0, maxText)}…` : value,
  ) as Record<string, unknown>;
  const cut = JSON.stringify(fields);
  if (Buffer.byteLength(cut) <= maxLineBytes) return cut;
  const { level, time, msg } = fields;
  return JSON.stringify({ level, time, msg, cut: true });
}
