import type { LetterDetail } from '../../../views';
import { printableLine, printableLines } from '../printable';
import { moment } from '../times';
import { logLine } from './log-line';

type Attempt = LetterDetail['attempts_made'][number];

/** Oldest first. An attempt that nobody noted an end of ended with its worker. */
export function attemptLines(letter: LetterDetail): string[] {
  const { deaths, attempts_made } = letter;
  const replays = [...new Set([...deaths, ...attempts_made].map(({ replay }) => replay))].sort(
    (a, b) => a - b,
  );
  return replays.flatMap((replay) => {
    const noted = attempts_made
      .filter((attempt) => attempt.replay === replay)
      .sort((a, b) => a.attempt - b.attempt);
    const begun = deaths.findLast((death) => death.replay === replay)?.attempts ?? 0;
    const lines = [...noted.flatMap(oneAttempt), ...unnoted(noted, begun)];
    if (replays.length === 1 || lines.length === 0) return lines;
    const title = replay === 0 ? 'before any replay' : `after replay ${replay}`;
    return [`${title}:`, ...lines.map((line) => `  ${line}`)];
  });
}

function oneAttempt({ attempt, at, worker, step, error_class, error, log }: Attempt): string[] {
  const [first = '', ...more] = printableLines(error);
  return [
    `attempt ${attempt}  ${moment(at)}  ${printableLine(worker)}  ${step ?? '-'}`,
    `  ${printableLine(error_class)}: ${first}`,
    ...more.map((line) => `  ${line}`),
    ...log.map((line) => `    ${logLine(line)}`),
  ];
}

function unnoted(noted: readonly Attempt[], begun: number): string[] {
  const numbers = new Set(noted.map(({ attempt }) => attempt));
  const missing = Array.from({ length: Math.min(begun, 1_000) }, (_, index) => index + 1).filter(
    (attempt) => !numbers.has(attempt),
  );
  const [first] = missing;
  const last = missing.at(-1);
  if (first === undefined || last === undefined) return [];
  const which = missing.length === 1 ? `attempt ${first}` : `attempts ${missing.join(', ')}`;
  const shown = missing.length > 10 ? `${missing.length} attempts, ${first} to ${last}` : which;
  return [`${shown}: no end on record. The worker crashed or was killed`];
}
