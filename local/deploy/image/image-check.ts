import type { Finding } from '../finding';

export type ImageCheck =
  | 'size'
  | 'user'
  | 'entry-point'
  | 'health-check'
  | 'labels'
  | 'environment'
  | 'secret-in-history'
  | 'setuid'
  | 'writable'
  | 'unwanted-file'
  | 'npm-packages'
  | 'ffmpeg'
  | 'same-layers'
  | 'entries'
  | 'stop'
  | 'locked-down';

export type ImageFinding = Finding<ImageCheck>;
