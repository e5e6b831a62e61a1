import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { runMain } from '../../run-main';

/**
 * A stand-in for docker: what `compose exec -T SERVICE` is to run in a container runs here, where
 * the PATH has stand-ins of the servers' tools. Everything else is only told. The drill is told of
 * each call first, and may do what it likes meanwhile.
 */
runMain(async () => {
  const args = process.argv.slice(2);
  const told = await fetch(process.env['DRILL_URL'] ?? '', {
    method: 'POST',
    body: JSON.stringify(args),
  });
  if (!told.ok) throw new Error(`the drill says no: ${await told.text()}`);
  const [compose, exec, withoutTerminal, service, command, ...rest] = args;
  if (compose !== 'compose' || exec !== 'exec') return 0;
  if (withoutTerminal !== '-T' || service === undefined || command === undefined) {
    throw new Error(`expected compose exec -T SERVICE COMMAND, got ${args.join(' ')}`);
  }
  const child = spawn(command, rest, { stdio: 'inherit' });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
});
