import type { Daemon } from './daemon/daemon';
import type { StartResult } from './daemon/supervisor';

/** One line for a process that has come up. */
export function startLine(daemon: Daemon, result: StartResult, elapsedMs: number): string {
  const ports = daemon.ports.map(({ label, port }) => `${label} ${port}`).join(', ');
  const time = result === 'already running' ? '' : `${(elapsedMs / 1000).toFixed(1)} s`;
  return `  ${daemon.name.padEnd(13)}${result.padEnd(16)}${time.padEnd(8)}${ports}`;
}
