/** Major and minor; a patch level never decides here. */
export type LeastVersion = readonly [major: number, minor: number];

/** Whether what a program says of its version (`v1.32.4-x`, `2.26.1`) is at least this one. */
export function isNewEnough(said: string, [leastMajor, leastMinor]: LeastVersion): boolean {
  const match = /(\d+)\.(\d+)/.exec(said);
  if (match === null) return false;
  const [major = 0, minor = 0] = match.slice(1).map(Number);
  return major > leastMajor || (major === leastMajor && minor >= leastMinor);
}
