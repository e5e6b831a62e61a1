/** Settings that two processes must have alike to find each other's messages, records and files. */
export const settingsAlike = [
  'VIDEO_QUEUE',
  'MP3_QUEUE',
  'RETRY_DELAYS_MS',
  'MAX_QUEUED_PER_OWNER',
  'JOBS_DATABASE',
  'VIDEOS_DATABASE',
  'MP3S_DATABASE',
  'MYSQL_HOST',
  'MYSQL_PORT',
  'MYSQL_DB',
  'BCRYPT_COST',
] as const;
