import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { identify, isAlive, type ProcessIdentity } from './daemon/process-identity';

/**
 * Who uses a stack. Several test runs, or a demo beside an `up`, share one stack; the last to leave
 * stops it, unless a person asked for it to stay (`npm run up`). A holder that was killed holds
 * nothing. Callers of everything here hold the state lock.
 */
const keepName = 'kept';

/** Notes that this process uses the stack until it releases it, or ends. */
export function takeLease(stateDirectory: string, pid: number): void {
  const identity = identify(pid);
  if (identity === undefined) throw new Error(`process ${pid} does not run`);
  write(stateDirectory, String(pid), JSON.stringify(identity));
}

/** Notes that the stack stays up until it is stopped by hand. */
export function keepUp(stateDirectory: string): void {
  write(stateDirectory, keepName, '');
}

/** @returns whether somebody else still uses the stack, or wants it to stay */
export function releaseLease(stateDirectory: string, pid: number): boolean {
  rmSync(join(leaseDirectory(stateDirectory), String(pid)), { force: true });
  return isInUse(stateDirectory);
}

export function isInUse(stateDirectory: string): boolean {
  const directory = leaseDirectory(stateDirectory);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  return readdirSync(directory).some((name) => {
    if (name === keepName) return true;
    const path = join(directory, name);
    const alive = isAlive(JSON.parse(readFileSync(path, 'utf8')) as ProcessIdentity);
    if (!alive) rmSync(path, { force: true });
    return alive;
  });
}

/** Forgets all users and wishes: the stack has been stopped. */
export function clearLeases(stateDirectory: string): void {
  rmSync(leaseDirectory(stateDirectory), { recursive: true, force: true });
}

function write(stateDirectory: string, name: string, content: string): void {
  const directory = leaseDirectory(stateDirectory);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  writeFileSync(join(directory, name), content);
}

function leaseDirectory(stateDirectory: string): string {
  return join(stateDirectory, 'run', 'leases');
}
