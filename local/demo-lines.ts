import { demoUser, type DemoResult } from './demo-steps';
import { shortPath } from './stack-addresses';

/** What happened, in six lines. */
export function demoLines({ video, job, mp3, mail, elapsedMs }: DemoResult): string[] {
  const { media } = video;
  const picture = media.video ? `${media.video.width ?? 0}x${media.video.height ?? 0} ` : '';
  const sound = `${media.audio?.codec_name ?? ''} ${hertz(media.audio?.sample_rate)}`;
  const { audio } = mp3.media;
  const channels = audio?.channels === 1 ? 'mono' : 'stereo';
  return [
    `Video     ${shortPath(video.path)}: ${seconds(media.durationS)}, ${picture}${sound}, ${size(video.bytes)}`,
    `Upload    as ${demoUser}: job ${job.id}, accepted after ${milliseconds(elapsedMs.upload)}`,
    `Convert   ${job.state} after ${milliseconds(elapsedMs.convert)}, attempt ${job.attempts ?? 1}`,
    `Mail      "${mail.subject}" to ${mail.to.join(', ')} over ${mail.tls ? 'TLS' : 'plain SMTP'}, ${milliseconds(elapsedMs.mail)} later`,
    `MP3       ${shortPath(mp3.path)}: ${size(mp3.bytes)}, downloaded`,
    `ffprobe   ${audio?.codec_name ?? ''} ${hertz(audio?.sample_rate)} ${channels}, ${seconds(mp3.media.durationS)}: as long as the video's sound`,
  ];
}

const seconds = (value: number): string => `${value.toFixed(2)} s`;
const milliseconds = (value: number): string => `${(value / 1000).toFixed(1)} s`;
const hertz = (value: number | undefined): string => `${(value ?? 0) / 1000} kHz`;

function size(bytes: number): string {
  return bytes < 1_000_000
    ? `${Math.round(bytes / 1_000)} kB`
    : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
