/** Lines of what is being done, on stderr, each with the time since the beginning. */
export function sayProgress(): (what: string) => void {
  const begin = performance.now();
  return (what) => {
    const seconds = Math.round((performance.now() - begin) / 1_000);
    process.stderr.write(`${String(seconds).padStart(4)} s  ${what}\n`);
  };
}
