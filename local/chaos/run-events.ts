import { carryOut, type Disturbance, type Hands } from './carry-out';
import { describeEvent } from './events';
import { pause } from './pause';
import { touches, type PlannedEvent } from './schedule';

/**
 * Carries the events out at their times and resolves when the last one is over. What concerns the
 * same thing never happens at once, even where a server takes longer to start than was planned.
 */
export async function runEvents(
  events: readonly PlannedEvent[],
  hands: Hands,
  onEvent: (event: PlannedEvent, text: string) => void,
): Promise<Disturbance[]> {
  const begin = performance.now();
  const busy = new Map<string, Promise<unknown>>();
  const running: Promise<Disturbance | null>[] = [];
  for (const planned of events) {
    await pause(Math.max(0, begin + planned.atMs - performance.now()), hands.signal);
    if (hands.signal.aborted) break;
    onEvent(planned, describeEvent(planned.event));
    const things = touches(planned.event);
    const before = Promise.allSettled(things.flatMap((thing) => busy.get(thing) ?? []));
    const happening = before.then(() => carryOut(planned.event, hands));
    for (const thing of things) busy.set(thing, happening);
    happening.catch(() => undefined); // Thrown below, once the others are over.
    running.push(happening);
  }
  const results = await Promise.allSettled(running);
  const failure = results.find((result) => result.status === 'rejected');
  if (failure !== undefined) throw failure.reason;
  return results.flatMap((result) =>
    result.status === 'fulfilled' && result.value !== null ? [result.value] : [],
  );
}
