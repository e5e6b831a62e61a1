import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { eventually } from '../../test-broker';
import { descendantsOf } from './process-tree';

test('finds what a process started through another one, by name', async () => {
  const shell = spawn('sh', ['-c', 'sh -c "sleep 60; true"; true'], { detached: true });
  await once(shell, 'spawn');
  const { pid = 0 } = shell;
  try {
    await eventually('sleep', () => descendantsOf([pid], 'sleep').length === 1 || undefined);
    expect(descendantsOf([pid], 'ffmpeg')).toEqual([]);
    expect(descendantsOf([1_999_999_999], 'sleep')).toEqual([]);
  } finally {
    const ended = once(shell, 'close');
    process.kill(-pid, 'SIGKILL');
    await ended;
  }
});
