import { readFileSync, writeFileSync } from 'node:fs';

/** Resident memory of a process in bytes, now and at its highest (proc(5), VmRSS and VmHWM). */
export interface ProcessMemory {
  readonly residentBytes: number;
  readonly peakBytes: number;
}

export function readMemory(pid: number): ProcessMemory {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return { residentBytes: field(status, 'VmRSS'), peakBytes: field(status, 'VmHWM') };
}

/** Lets the peak start anew from what is resident now (proc(5), clear_refs). */
export function resetPeak(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
}

function field(status: string, name: string): number {
  const [, kib] = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status) ?? [];
  if (kib === undefined) throw new Error(`no ${name} in /proc/<pid>/status`);
  return Number(kib) * 1_024;
}
