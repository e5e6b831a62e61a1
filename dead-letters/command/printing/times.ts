/** `14 min ago`; for a table, where the date would take the room of what matters. */
export function ago(time: string, now = Date.now()): string {
  const s = Math.max(0, Math.round((now - Date.parse(time)) / 1_000));
  if (s < 90) return `${s} s ago`;
  if (s < 90 * 60) return `${Math.round(s / 60)} min ago`;
  if (s < 36 * 3_600) return `${Math.round(s / 3_600)} h ago`;
  return `${Math.round(s / 86_400)} days ago`;
}

/** `2026-11-24 10:00:00Z`: the same on every machine, as in the logs. */
export function moment(time: string): string {
  return time.replace('T', ' ').replace(/\.\d+Z$/, 'Z');
}

/** `10:00:00`, in UTC. */
export function clock(time: string): string {
  return moment(time).slice(11, 19);
}
