import type { BuiltImage, FileEntry, Product } from './built-image';
import type { ImageCheck, ImageFinding } from './image-check';

/** What nobody may find in an image, by its path. */
const unwanted: readonly (readonly [what: string, path: RegExp])[] = [
  ['settings or secrets of a checkout', /^\/app\/(.*\/)?\.(env|secrets|git|local|npmrc)(\/|$)/],
  ['a secret of the build', /^\/run\/secrets\//],
  ['a key', /^\/(app|root|home)\/(?!node_modules\/).*\.(pem|key|p12)$/],
  ['a test of ours', /^\/app\/dist\/(.*\/)?(test-[^/]*|[^/]*\.(test|long-test))\.js$/],
  ['tools for development', /^\/app\/dist\/local(\/|$)/],
  ['a source or a map', /^\/app\/.*\.(ts|mts|cts|map)$/],
  ['lists or archives of packages', /^\/var\/(lib\/apt\/lists|cache\/apt)\/.+(?<!partial|lock)$/],
  ['a log of the build', /^\/var\/log\/.*\.log$/],
  ['a cache of npm', /\/\.npm(\/|$)/],
  ['npm', /\/bin\/(npm|npx|corepack|yarn)$/],
];

const packageFile =
  /^\/app\/(node_modules\/(?:.*\/node_modules\/)?(?:@[^/]+\/)?[^/]+)\/package\.json$/;
const ffmpegFile = /^\/usr\/(local\/)?bin\/ff(mpeg|probe)$/;

/** What is on its root filesystem. */
export function checkFiles(image: BuiltImage, product: Product): ImageFinding[] {
  const { files, target } = image;
  const found = (check: ImageCheck, path: string, problem: string): ImageFinding => ({
    check,
    where: `${target}: ${path}`,
    problem,
  });
  const ffmpeg = files.filter(({ path }) => ffmpegFile.test(path));
  return [
    ...files
      .filter(({ kind, mode }) => kind === 'file' && (mode & 0o6000) !== 0)
      .map(({ path }) => found('setuid', path, 'runs with the rights of its owner or group')),
    ...files
      .filter(isWritable)
      .map(({ path }) => found('writable', path, 'the process could change what it runs')),
    ...files.flatMap(({ path }) =>
      unwanted
        .filter(([, pattern]) => pattern.test(path))
        .map(([what]) => found('unwanted-file', path, what)),
    ),
    ...checkPackages(image, product),
    ...(target === 'service'
      ? ffmpeg.map(({ path }) => found('ffmpeg', path, 'belongs to the converter only'))
      : ffmpeg.length < 2
        ? [found('ffmpeg', '/usr/bin', 'ffmpeg and ffprobe are missing')]
        : []),
  ];
}

/** `node_modules/…` of every npm package in the image. */
export function npmPackages(files: readonly FileEntry[]): string[] {
  return files.flatMap(({ path }) => packageFile.exec(path)?.[1] ?? []);
}

/** By the lock file: not one too many, not one too few. */
function checkPackages({ files, target }: BuiltImage, product: Product): ImageFinding[] {
  const found = (where: string, problem: string): ImageFinding => ({
    check: 'npm-packages',
    where: `${target}: ${where}`,
    problem,
  });
  const there = npmPackages(files);
  const known = new Set(there);
  const locked = [...product.lockedPackages];
  return [
    ...there.flatMap((path) => {
      const lockedPackage = product.lockedPackages.get(path);
      if (lockedPackage === undefined) return [found(path, 'is not in package-lock.json')];
      return lockedPackage.development ? [found(path, 'is for development only')] : [];
    }),
    ...locked
      .filter(([path, { development, optional }]) => !development && !optional && !known.has(path))
      .map(([path]) => found(path, 'is in package-lock.json, and missing')),
  ];
}

/** Of the user that all processes run as. */
const processId = 1000;
/** Made to be written to; nothing is started from there. */
const writablePlaces = /^\/(work|home\/node)(\/|$)/;

/** Our own code belongs to root alone; elsewhere a directory like /tmp is all that others may write. */
function isWritable({ path, kind, mode, uid, gid }: FileEntry): boolean {
  if (kind === 'link' || writablePlaces.test(path)) return false;
  if (/^\/app(\/|$)/.test(path)) return uid !== 0 || (mode & 0o022) !== 0;
  if (uid === processId || (gid === processId && (mode & 0o020) !== 0)) return true;
  const isShared = kind === 'directory' && (mode & 0o1000) !== 0;
  return (mode & 0o002) !== 0 && !isShared;
}
