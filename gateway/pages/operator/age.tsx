import { useContext } from 'preact/hooks';
import { NowContext } from './contexts';

const units = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const;

const words = new Intl.RelativeTimeFormat('en', { numeric: 'always', style: 'short' });
const exact = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });

/** A time as its age; the exact time is shown on pointing at it, or beside it where there is room. */
export function Age({
  at,
  withTime = false,
}: {
  readonly at: string;
  readonly withTime?: boolean;
}) {
  const now = useContext(NowContext);
  const time = exact.format(new Date(at));
  const age = ageInWords((now - Date.parse(at)) / 1_000);
  return (
    <time dateTime={at} title={time}>
      {withTime ? `${time} (${age})` : age}
    </time>
  );
}

function ageInWords(seconds: number): string {
  for (const [unit, length] of units) {
    if (seconds >= length) return words.format(-Math.floor(seconds / length), unit);
  }
  return 'just now';
}
