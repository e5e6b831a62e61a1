import type { Metrics } from '../../observability/metrics';
import type { LocalMp3 } from './hand-offs';

/** Counts what an encode took; nothing where there was none, or ffmpeg did not say. */
export function countEncode(
  { times, durationMs }: Pick<LocalMp3, 'times' | 'durationMs'>,
  metrics: Metrics,
): void {
  if (times === undefined) return;
  metrics.count('ffmpeg_cpu_seconds_total', { mode: 'user' }, times.userS);
  metrics.count('ffmpeg_cpu_seconds_total', { mode: 'system' }, times.systemS);
  // Too short for ffmpeg's clock: it has no speed.
  if (times.wallS === 0) return;
  metrics.observe('transcode_speed_ratio', {}, durationMs / 1_000 / times.wallS);
}
