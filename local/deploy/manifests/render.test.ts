import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findKubectl } from '../tools/find-kubectl';
import { repositoryDirectory } from '../../repository-directory';
import { kustomize } from './kustomize';
import { environmentOf } from './model/environment';
import type { Rendered } from './model/rendered';
import { secretsByScript } from './secrets-by-script';

let directory = '';
let kubectl = '';
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'render-'));
  kubectl = await findKubectl(join(repositoryDirectory(), '.local/libraries'));
}, 60_000);
afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

const write = (name: string, text: string): string => {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
};

it('says what kustomize refuses, and what is missing without it', async () => {
  write('kustomization.yaml', 'resources: [missing.yaml]\n');
  await expect(kustomize(kubectl, directory)).rejects.toThrow(/kustomize .*: .*missing\.yaml/s);
  await expect(kustomize(join(directory, 'kubectl'), directory)).rejects.toThrow(
    'install kubectl 1.27 or newer',
  );
});

it('refuses what is no object', async () => {
  write('kustomization.yaml', 'resources: [object.yaml]\n');
  write('object.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n');
  expect(await kustomize(kubectl, directory)).toMatchObject([{ kind: 'ConfigMap' }]);
  write('object.yaml', 'apiVersion: v1\nkind: ConfigMap\n');
  await expect(kustomize(kubectl, directory)).rejects.toThrow(/object\.yaml|metadata\.name/);
});

it('knows what a script makes by running it', async () => {
  const script = write(
    'create.sh',
    `set -eu
printf 'amqp://rabbitmq' > "$TMPDIR/url"
kubectl get secret relay-secret || kubectl -n x create secret generic relay-secret \\
  --from-file=RABBITMQ_URL="$TMPDIR/url" --from-literal=NOTE='a b=c'
rm "$TMPDIR/url"
`,
  );
  const keys = new Map([
    ['RABBITMQ_URL', 'amqp://rabbitmq'],
    ['NOTE', 'a b=c'],
  ]);
  expect(await secretsByScript(script)).toEqual(new Map([['relay-secret', keys]]));
  const failing = write('failing.sh', 'echo no randomness here >&2; exit 2\n');
  await expect(secretsByScript(failing)).rejects.toThrow('no randomness here');
});

it('puts variables together as kubelet does', () => {
  const rendered: Rendered = {
    overlay: 'test',
    objects: [],
    beside: [],
    secrets: new Map([['broker', new Map([['PASSWORD', undefined]])]]),
  };
  const { variables, expanded, dangling } = environmentOf(rendered, {
    name: 'relay',
    image: 'video-to-mp3',
    envFrom: [{ secretRef: { name: 'broker' } }],
    env: [
      { name: 'USER', value: 'relay' },
      { name: 'URL', value: 'amqp://$(USER):$(PASSWORD)@rabbitmq' },
      { name: 'EARLY', value: '$(LATE)' },
      { name: 'LATE', value: '$$(USER)' },
      { name: 'LEFT_OUT', valueFrom: { secretKeyRef: { name: 'none', key: 'a', optional: true } } },
    ],
  });
  expect(Object.fromEntries([...variables].map(([name, { value }]) => [name, value]))).toEqual({
    PASSWORD: undefined,
    USER: 'relay',
    URL: 'amqp://relay:x@rabbitmq',
    EARLY: '$(LATE)',
    LATE: '$(USER)',
  });
  expect([...expanded].sort()).toEqual(['PASSWORD', 'USER']);
  expect(dangling).toEqual(['EARLY has $(LATE), which is not defined before it']);
});
