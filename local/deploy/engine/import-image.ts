import { spawn } from 'node:child_process';
import { systemPath } from '../../servers/system-path';
import { StackError } from '../../stack-error';
import type { Engine } from './engine';

/** What a stand-in was made from: it is made anew when that changes. */
const label = 'stand-in-of';

/**
 * The stand-in for an image of a registry, from a directory that `make` fills. It stays in the
 * engine's directory until `madeFrom` changes.
 *
 * @param changes Dockerfile instructions (`ENV …`, `CMD …`) for its configuration
 */
export async function importImage(
  engine: Engine,
  image: { readonly tag: string; readonly madeFrom: string; readonly changes: readonly string[] },
  make: () => Promise<string>,
): Promise<void> {
  const format = `{{index .Config.Labels "${label}"}}`;
  const there = await engine.docker(['image', 'inspect', '--format', format, image.tag], {
    anyCode: true,
  });
  if (there.code === 0 && there.stdout.trim() === image.madeFrom) return;
  const root = await make();
  const changes = [...image.changes, `LABEL ${label}=${JSON.stringify(image.madeFrom)}`];
  // A fixed order and no times: the same root makes the same layer.
  const tar = spawn(
    'tar',
    ['--numeric-owner', '--sort=name', '--mtime=@0', '-C', root, '-c', '.'],
    { env: { PATH: systemPath }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const ended = new Promise<void>((resolve, reject) => {
    let complaints = '';
    tar.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text));
    tar.once('error', reject);
    tar.once('close', (code) => {
      if (code === 0) resolve();
      else reject(new StackError(`tar of ${root} ended with code ${code}: ${complaints.trim()}`));
    });
  });
  const args = changes.flatMap((change) => ['--change', change]);
  // Half an archive ends as a whole one does: it gets its name when tar has said that it is whole.
  const [{ stdout: id }] = await Promise.all([
    engine.docker(['import', ...args, '-'], { input: tar.stdout }),
    ended,
  ]);
  await engine.docker(['tag', id.trim(), image.tag]);
}
