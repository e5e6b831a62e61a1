/** What a container of the product can be started as: `docker run video-to-mp3 <entry>`. */
export const entryNames = [
  'gateway',
  'auth',
  'converter',
  'notification',
  'relay',
  'migrate',
  'queues',
  'users',
  'dead-letters',
  'health',
] as const;

export type EntryName = (typeof entryNames)[number];
