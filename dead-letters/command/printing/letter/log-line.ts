import { printableLine } from '../printable';
import { clock } from '../times';

/** Fields that stand above already, or say nothing to a reader. */
const left = new Set(['level', 'time', 'msg', 'process', 'pid', 'hostname', 'jobId', 'traceId']);

/** `10:00:00 error step failed step=transcode`, of a line of JSON; any other text as it is. */
export function logLine(text: string): string {
  const line = parse(text);
  if (line === undefined) return printableLine(text);
  const { time, level, msg } = line;
  const rest = Object.entries(line)
    .filter(([name]) => !left.has(name))
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  const at = typeof time === 'string' ? clock(time) : undefined;
  return printableLine(
    [at, level, msg, ...rest].filter((part) => typeof part === 'string').join(' '),
  );
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const line: unknown = JSON.parse(text);
    return typeof line === 'object' && line !== null
      ? (line as Record<string, unknown>)
      : undefined;
  } catch {
    // A line that was cut off is shown as it is.
    return undefined;
  }
}
