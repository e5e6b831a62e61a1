/** Time since the run began, in seconds, as minutes and seconds. */
export function formatElapsed(elapsedS: number): string {
  const seconds = Math.round(elapsedS);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
