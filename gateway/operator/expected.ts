import type { z } from 'zod';

type Issue = z.core.$ZodIssue;

/** What a schema expected and where: `select.filter.queue`, `one of video, mp3, failed`. */
export interface Expectation {
  /** Empty for the value as a whole. */
  readonly path: string;
  readonly expected: string;
}

/** Every complaint of a schema in the words of the error table. */
export function expectationsOf({ issues }: z.ZodError): Expectation[] {
  return issues.flatMap((issue) => expectations(issue, []));
}

function expectations(issue: Issue, parents: readonly PropertyKey[]): Expectation[] {
  const path = [...parents, ...issue.path];
  if (issue.code === 'invalid_union') {
    return closest(issue.errors).flatMap((inner) => expectations(inner, path));
  }
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: written([...path, key]), expected: 'nothing here' }));
  }
  return [{ path: written(path), expected: sentence(issue) }];
}

const written = (path: readonly PropertyKey[]) => path.map(String).join('.');

function sentence(issue: Issue): string {
  if (issue.code === 'invalid_value') return `one of ${issue.values.map(String).join(', ')}`;
  if (issue.code === 'invalid_format' && issue.format === 'datetime') {
    return 'a time in UTC such as 2026-01-31T08:00:00Z';
  }
  // The schema's own words begin with it or come to it: "Too small: expected number to be >=1".
  return /(?:^|[:;] )expected (.*)$/s.exec(issue.message)?.[1] ?? issue.message;
}

/**
 * The complaints of the alternative that came closest: the one that got on deepest, then the one
 * with the fewest. The others only say that it is not them.
 */
function closest(alternatives: readonly (readonly Issue[])[]): readonly Issue[] {
  const depth = (issues: readonly Issue[]) => Math.min(...issues.map(({ path }) => path.length));
  const [first = []] = alternatives.toSorted(
    (one, other) => depth(other) - depth(one) || one.length - other.length,
  );
  return first;
}
