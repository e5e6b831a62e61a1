interface Props {
  /** JSON each. */
  readonly lines: readonly string[];
  readonly open: boolean;
}

/** Log lines with what matters first: level, message, then the other fields. */
export function LogLines({ lines, open }: Props) {
  if (lines.length === 0) return null;
  return (
    <details open={open}>
      <summary>
        {lines.length} log {lines.length === 1 ? 'line' : 'lines'}
      </summary>
      <pre class="log">{lines.map(inWords).join('\n')}</pre>
    </details>
  );
}

function inWords(line: string): string {
  let fields: unknown;
  try {
    fields = JSON.parse(line);
  } catch {
    return line; // Not one of ours; still a line.
  }
  if (typeof fields !== 'object' || fields === null) return line;
  const { time, level, msg, ...others } = fields as Record<string, unknown>;
  const rest = Object.entries(others).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return [clockTime(time), level, msg, ...rest]
    .filter((part) => part !== undefined)
    .map(String)
    .join(' ');
}

function clockTime(time: unknown): string | undefined {
  if (typeof time !== 'string' && typeof time !== 'number') return undefined;
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? String(time) : date.toISOString().slice(11, 23);
}
