import { InvalidArgumentError } from 'commander';

const unitMs = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
type Unit = keyof typeof unitMs;

/**
 * The time that `2h` ago was, or that `2026-11-24T10:00Z` is.
 *
 * @throws InvalidArgumentError
 */
export function parseTime(text: string, now = Date.now()): Date {
  const [, count, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  if (count !== undefined && unit !== undefined) {
    return new Date(now - Number(count) * unitMs[unit as Unit]);
  }
  const at = /^\d{4}-\d\d-\d\d/.test(text) ? new Date(text) : undefined;
  if (at === undefined || Number.isNaN(at.getTime())) {
    throw new InvalidArgumentError(
      'Expected a time ago like 30s, 10m, 2h, 3d, or a date like 2026-11-24T10:00Z.',
    );
  }
  return at;
}
