import Table from 'cli-table3';
import { Command } from 'commander';
import { inColor } from './in-color';
import { runMain } from './run-main';
import { stackStatus, type DaemonStatus } from './stack';
import { shortPath } from './stack-addresses';
import { findStackConfig } from './stack-record';

const command = new Command('npm run status --')
  .exitOverride()
  .description('Shows every process of the stack, asked in its own protocol.')
  .option('--test', "show the tests' stack (.local/test) instead", false)
  .option('--json', 'print JSON', false)
  .addHelpText('after', '\nExit code: 0 when all run and answer, 3 otherwise, 2 on wrong usage.');

/** As systemctl and init scripts (LSB 5.0, "Init Script Actions"): the program is not running. */
const exitNotRunning = 3;

runMain(async () => {
  const options = command.parse().opts<{ test: boolean; json: boolean }>();
  const config = findStackConfig(process.env, options.test ? 'test' : 'local');
  const statuses = await stackStatus(config);
  console.log(options.json ? JSON.stringify(statuses, null, 2) : statusTable(statuses));
  return statuses.every(({ state }) => state === 'running') ? 0 : exitNotRunning;
});

function statusTable(statuses: readonly DaemonStatus[]): string {
  const table = new Table({
    head: ['name', 'state', 'pid', 'port', 'uptime', 'log'],
    style: inColor(process.stdout) ? {} : { head: [], border: [] },
  });
  for (const { name, state, pid, ports, uptimeS, log } of statuses) {
    const list = ports.map(({ label, port }) => `${port} ${label}`).join('\n');
    const uptime = uptimeS === null ? '' : duration(uptimeS);
    table.push([name, state, pid === null ? '' : String(pid), list, uptime, shortPath(log)]);
  }
  const reasons = statuses
    .filter(({ reason }) => reason !== null)
    .map(({ name, reason }) => `${name}: ${reason ?? ''}`);
  return [table.toString(), ...reasons].join('\n');
}

function duration(seconds: number): string {
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  if (hours > 0) return `${hours} h ${minutes} min`;
  return minutes > 0 ? `${minutes} min ${seconds % 60} s` : `${seconds} s`;
}
