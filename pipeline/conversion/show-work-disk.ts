import type { Logger } from '../../observability/logger';
import type { Metrics } from '../../observability/metrics';
import type { WorkDisk } from './work-disk';

/** Keeps the room on the work disk in the metrics, as it is at each scrape. */
export function showWorkDisk(disk: Pick<WorkDisk, 'room'>, metrics: Metrics, log: Logger): void {
  metrics.onScrape(async () => {
    try {
      const { availableBytes, sizeBytes } = await disk.room();
      metrics.set('work_disk_available_bytes', {}, availableBytes);
      metrics.set('work_disk_size_bytes', {}, sizeBytes);
    } catch (error) {
      // A disk that cannot be asked has no room; the other metrics are worth showing.
      metrics.set('work_disk_available_bytes', {}, 0);
      log.warn({ err: error }, 'the work disk cannot be asked for its room');
    }
  });
}
