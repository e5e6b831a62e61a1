/**
 * Why there will be no MP3 of a listener's file. A refusal is final: the same bytes will be refused
 * again, so it becomes the job state `failed` and a mail, never a retry and never a dead letter. The
 * one reason that does not lie with the file is `given-up`: an operator discarded its dead letter.
 */
export const refusalReasons = [
  'empty-file',
  'not-a-video',
  'no-audio',
  'damaged',
  'encrypted',
  'too-long',
  'source-missing',
  'given-up',
] as const;

export type RefusalReason = (typeof refusalReasons)[number];

/** One sentence for the listener: what happened and what to do. Used by the mail and the API. */
export const refusalSentences: Record<RefusalReason, string> = {
  'empty-file': 'The file is empty. Upload it again from the original.',
  'not-a-video':
    'The file is not a video or audio file of a known format. Upload MP4, MKV, WebM, AVI, MOV, FLV, MPEG-TS, 3GP, WMV or OGV.',
  'no-audio': 'The video has no sound, so there is nothing to convert.',
  damaged:
    'The file is damaged or ends too early. Check that it plays to its end, then upload it again.',
  encrypted: 'The sound is encrypted (DRM) and cannot be converted.',
  'too-long': 'The file is longer than this service converts. Upload a shorter part.',
  'source-missing': 'The uploaded file is no longer there. Upload it again.',
  'given-up':
    'The conversion failed on our side and was given up. Upload the file again if you still want the MP3.',
};
