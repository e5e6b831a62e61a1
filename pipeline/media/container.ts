/**
 * The containers we convert, each named as ffmpeg's demuxer for it. A file is read by exactly the
 * demuxer that its first bytes call for; none of these opens another file or a socket.
 */
export const containers = [
  'mov',
  'matroska',
  'avi',
  'flv',
  'mpegts',
  'mpeg',
  'asf',
  'ogg',
  'wav',
  'w64',
  'mp3',
  'aac',
  'flac',
  'aiff',
  'caf',
  'amr',
] as const;

export type Container = (typeof containers)[number];
