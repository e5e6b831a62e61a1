import type { Finding } from '../finding';

export const imageChecks = [
  'size',
  'user',
  'entry-point',
  'health-check',
  'labels',
  'environment',
  'secret-in-history',
  'setuid',
  'writable',
  'unwanted-file',
  'npm-packages',
  'ffmpeg',
  'same-layers',
  'entries',
  'stop',
  'locked-down',
] as const;

export type ImageCheck = (typeof imageChecks)[number];

export type ImageFinding = Finding<ImageCheck>;
