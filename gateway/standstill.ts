import type { IncomingMessage } from 'node:http';

/**
 * Calls back when a body stands still for `idleMs` although we are ready to read it. A big file on
 * a slow line may take hours, so there is no limit on the whole time.
 */
export function watchForStandstill(
  request: IncomingMessage,
  idleMs: number,
  onStandstill: () => void,
): { stop(): void } {
  const timer = setTimeout(() => {
    // Paused means that the store is behind, which is not the client's fault.
    if (request.isPaused() || request.readableFlowing === false) timer.refresh();
    else onStandstill();
  }, idleMs);
  const moved = () => {
    timer.refresh();
  };
  request.on('data', moved);
  return {
    stop: () => {
      clearTimeout(timer);
      request.off('data', moved);
    },
  };
}
