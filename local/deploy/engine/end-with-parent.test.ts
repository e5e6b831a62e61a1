import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { endWithParent } from './end-with-parent';

/** Starts a command that would stay for a while, and exits once it runs. */
const parentSource = `
const { spawn } = require('node:child_process');
const child = spawn('setpriv', process.argv.slice(1), {
  detached: true,
  stdio: ['ignore', 'pipe', 'inherit'],
});
child.stdout.once('data', () => process.exit(3));
`;

test('a command ends with the process that started it, however that ends', async () => {
  const command = ['sh', '-c', 'echo ready; exec sleep 30'];
  const parent = spawn(process.execPath, ['-e', parentSource, '--', ...endWithParent, ...command], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  parent.stderr.resume();
  // Which comes when nobody has its standard error open any more, the command included.
  const [code] = (await once(parent, 'close')) as [number | null];
  expect(code).toBe(3);
});
