import type { BuiltImage, FileEntry, Product } from './built-image';
import type { ImageTarget } from './image-target';
import { parseFiles } from './parse-files';

export const product: Product = {
  version: '1.2.3',
  revision: 'a'.repeat(40),
  lockedPackages: new Map([
    ['node_modules/express', { development: false, optional: false }],
    ['node_modules/express/node_modules/debug', { development: false, optional: false }],
    ['node_modules/@scope/part', { development: false, optional: false }],
    ['node_modules/of-another-platform', { development: false, optional: true }],
    ['node_modules/jest', { development: true, optional: false }],
  ]),
};

/** As find(1) prints them in an image that is as it should be. */
const files = `d 755 0 0 4096 /app
d 755 0 0 4096 /app/dist
f 644 0 0 900 /app/dist/image/start.js
f 644 0 0 900 /app/node_modules/express/package.json
f 644 0 0 900 /app/node_modules/express/node_modules/debug/package.json
f 644 0 0 900 /app/node_modules/@scope/part/package.json
f 644 0 0 900 /app/node_modules/@scope/part/deep/package.json
d 755 1000 1000 4096 /work
d 1777 0 0 4096 /tmp
f 644 1000 1000 807 /home/node/.profile
d 755 0 0 4096 /var/lib/apt/lists
l 777 0 0 4 /usr/bin/sh
f 755 0 0 90000 /usr/bin/su
`;

const ofConverter = 'f 755 0 0 300000 /usr/bin/ffmpeg\nf 755 0 0 200000 /usr/bin/ffprobe\n';

export function listed(text: string): FileEntry[] {
  return parseFiles(text.replaceAll('\n', '\0'));
}

/** An image with nothing to find. */
export function goodImage(target: ImageTarget): BuiltImage {
  return {
    target,
    baseBytes: 200_000_000,
    history: ['COPY /image / # buildkit', 'USER 1000:1000'],
    files: listed(target === 'converter' ? files + ofConverter : files),
    debianPackages: ['tini 0.19.0-1'],
    inspection: {
      Size: 220_000_000,
      RootFS: { Layers: ['sha256:1', 'sha256:2'] },
      Config: {
        User: '1000:1000',
        Env: ['PATH=/usr/bin', 'NODE_ENV=production'],
        Entrypoint: [
          ...['/usr/bin/tini', '--', 'node', '--max-semi-space-size=1', '/app/dist/image/start.js'],
        ],
        WorkingDir: '/app',
        Labels: {
          'org.opencontainers.image.title': 'a title',
          'org.opencontainers.image.description': 'a description',
          'org.opencontainers.image.licenses': 'MIT',
          'org.opencontainers.image.version': '1.2.3',
          'org.opencontainers.image.revision': product.revision,
        },
        Healthcheck: { Test: ['CMD', 'node', '/app/dist/image/start.js', 'health'] },
      },
    },
  };
}
