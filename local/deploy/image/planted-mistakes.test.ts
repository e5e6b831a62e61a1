import type { BuiltImage, ImageInspection } from './built-image';
import { checkConfiguration } from './check-configuration';
import { checkFiles } from './check-files';
import { type ImageCheck, imageChecks } from './image-check';
import { type ImageTarget, imageTargets } from './image-target';
import { goodImage, listed, product } from './test-image';

function check(image: BuiltImage) {
  return [...checkConfiguration(image, product), ...checkFiles(image, product)];
}

test.each(imageTargets)('nothing is found in a good %s image', (target) => {
  expect(check(goodImage(target))).toEqual([]);
});

interface Mistake {
  readonly name: string;
  readonly in?: ImageTarget;
  readonly caughtBy: ImageCheck;
  readonly plant: (image: BuiltImage) => BuiltImage;
}

const configured =
  (change: Partial<ImageInspection['Config']>) =>
  (image: BuiltImage): BuiltImage => ({
    ...image,
    inspection: { ...image.inspection, Config: { ...image.inspection.Config, ...change } },
  });

const withFile =
  (line: string) =>
  (image: BuiltImage): BuiltImage => ({ ...image, files: [...image.files, ...listed(line)] });

const withoutFile =
  (path: string) =>
  (image: BuiltImage): BuiltImage => ({
    ...image,
    files: image.files.filter((file) => file.path !== path),
  });

const unwanted = (path: string): Mistake => ({
  name: path,
  caughtBy: 'unwanted-file',
  plant: withFile(`f 644 0 0 10 ${path}`),
});

const noHealthCheck = (image: BuiltImage): BuiltImage => {
  const { Healthcheck: removed, ...config } = image.inspection.Config;
  expect(removed).toBeDefined();
  return { ...image, inspection: { ...image.inspection, Config: config } };
};

const labels = goodImage('service').inspection.Config.Labels ?? {};

const mistakes: readonly Mistake[] = [
  {
    name: '100 MB too much',
    caughtBy: 'size',
    plant: (image) => ({ ...image, inspection: { ...image.inspection, Size: 320_000_000 } }),
  },
  { name: 'root', caughtBy: 'user', plant: configured({ User: '' }) },
  { name: 'user by name', caughtBy: 'user', plant: configured({ User: 'node' }) },
  {
    name: 'no init process',
    caughtBy: 'entry-point',
    plant: configured({ Entrypoint: ['node', '/app/dist/image/start.js'] }),
  },
  {
    name: 'entry point of the base',
    caughtBy: 'entry-point',
    plant: configured({ Entrypoint: null }),
  },
  { name: 'no health check', caughtBy: 'health-check', plant: noHealthCheck },
  {
    name: 'health check in a shell',
    caughtBy: 'health-check',
    plant: configured({ Healthcheck: { Test: ['CMD-SHELL', 'node dist/image/start.js health'] } }),
  },
  { name: 'no labels', caughtBy: 'labels', plant: configured({ Labels: null }) },
  {
    name: 'version of the last release',
    caughtBy: 'labels',
    plant: configured({ Labels: { ...labels, 'org.opencontainers.image.version': '1.2.2' } }),
  },
  {
    name: 'no commit',
    caughtBy: 'labels',
    plant: configured({ Labels: { ...labels, 'org.opencontainers.image.revision': 'unknown' } }),
  },
  { name: 'development mode', caughtBy: 'environment', plant: configured({ Env: ['PATH=/bin'] }) },
  {
    name: 'a secret by its name',
    caughtBy: 'environment',
    plant: configured({ Env: ['NODE_ENV=production', 'JWT_SECRET=x'] }),
  },
  {
    name: 'a secret in a URL',
    caughtBy: 'environment',
    plant: configured({ Env: ['NODE_ENV=production', 'MONGO_URL=mongodb://a:b@mongo'] }),
  },
  {
    name: 'a secret as a build argument',
    caughtBy: 'secret-in-history',
    plant: (image) => ({
      ...image,
      history: ['RUN |1 REGISTRY=https://me:word@npm.example npm ci'],
    }),
  },
  ...['NPM_TOKEN=abc', 'JWT_KEY=sarcasm', 'MYSQL_PWD=/word'].map((argument): Mistake => ({
    name: `the build argument ${argument}`,
    caughtBy: 'secret-in-history',
    plant: (image) => ({ ...image, history: [`RUN |1 ${argument} /bin/sh -c npm ci`] }),
  })),
  ...['RABBITMQ_DEFAULT_PASS', 'MYSQL_PWD', 'RABBITMQ_ERLANG_COOKIE', 'JWT_KEY'].map(
    (name): Mistake => ({
      name: `a secret called ${name}`,
      caughtBy: 'environment',
      plant: configured({ Env: ['NODE_ENV=production', `${name}=/word`] }),
    }),
  ),
  { name: 'su is setuid', caughtBy: 'setuid', plant: withFile('f 4755 0 0 90000 /usr/bin/su') },
  { name: 'a setgid file', caughtBy: 'setuid', plant: withFile('f 2755 0 0 90000 /usr/bin/chage') },
  {
    name: 'code owned by node',
    caughtBy: 'writable',
    plant: withFile('f 644 1000 1000 9 /app/dist/a.js'),
  },
  {
    name: 'code for all to write',
    caughtBy: 'writable',
    plant: withFile('d 777 0 0 9 /app/dist/b'),
  },
  {
    name: 'node owned by node',
    caughtBy: 'writable',
    plant: withFile('f 755 1000 1000 9 /usr/local/bin/node'),
  },
  {
    name: 'a library for the group to write',
    caughtBy: 'writable',
    plant: withFile('f 775 0 1000 9 /usr/lib/libc.so.6'),
  },
  {
    name: 'a directory of programs for all to write',
    caughtBy: 'writable',
    plant: withFile('d 777 0 0 9 /usr/local/sbin'),
  },
  ...[
    '/app/.env',
    '/app/.secrets/mongo-url',
    '/app/.git/config',
    '/app/.local/secrets.json',
    '/app/.npmrc',
    '/run/secrets/ca',
    '/app/key.pem',
    '/app/dist/gateway/upload.test.js',
    '/app/dist/gateway/test-bodies.js',
    '/app/dist/local/stack.js',
    '/app/gateway/upload.ts',
    '/app/dist/gateway/upload.js.map',
    '/app/node_modules/express/index.d.ts',
    '/var/lib/apt/lists/mirror_dists_bookworm_Packages.lz4',
    '/var/cache/apt/archives/tini.deb',
    '/var/log/dpkg.log',
    '/home/node/.npm/_cacache',
    '/usr/local/bin/npm',
  ].map(unwanted),
  {
    name: 'a development package',
    caughtBy: 'npm-packages',
    plant: withFile('f 644 0 0 9 /app/node_modules/jest/package.json'),
  },
  {
    name: 'a package that nobody locked',
    caughtBy: 'npm-packages',
    plant: withFile('f 644 0 0 9 /app/node_modules/unknown/package.json'),
  },
  {
    name: 'a package too few',
    caughtBy: 'npm-packages',
    plant: withoutFile('/app/node_modules/express/node_modules/debug/package.json'),
  },
  { name: 'ffmpeg for all', caughtBy: 'ffmpeg', plant: withFile('f 755 0 0 9 /usr/bin/ffmpeg') },
  {
    name: 'no ffprobe',
    in: 'converter',
    caughtBy: 'ffmpeg',
    plant: withoutFile('/usr/bin/ffprobe'),
  },
];

test.each(mistakes)('$caughtBy catches: $name', ({ in: target = 'service', caughtBy, plant }) => {
  const findings = check(plant(goodImage(target)));
  expect(new Set(findings.map((finding) => finding.check))).toEqual(new Set([caughtBy]));
});

/** These look at what a run or a second build did: check-runs.test.ts and check-layers.test.ts. */
const ofRuns: readonly ImageCheck[] = ['same-layers', 'entries', 'stop', 'locked-down'];

test('there is a planted mistake for each check', () => {
  const planted = new Set([...mistakes.map(({ caughtBy }) => caughtBy), ...ofRuns]);
  expect([...planted].sort()).toEqual([...imageChecks].sort());
});
