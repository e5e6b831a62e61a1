import type { Arrival } from './arrivals';
import { EventHeap } from './event-heap';
import { OwnerLimit } from './owner-limit';
import { Replicas, type Slot } from './replicas';
import { Scaler, type Scaling } from './scaler';

export interface Simulation {
  /** In the order they arrive. */
  readonly arrivals: Iterable<Arrival>;
  /** Conversions at a time on one replica. */
  readonly slotsPerReplica: number;
  readonly replicas: number;
  /** Arrivals that fill the system first, and do not count. */
  readonly warmUp?: number;
  /** Jobs of one owner on the broker at a time (`MAX_QUEUED_PER_OWNER`); left out, any number. */
  readonly ownerLimit?: {
    readonly maxQueuedPerOwner: number;
    /** The relay looks so often for what may be released (`RELAY_EVERY_MS`). */
    readonly relayEverySeconds: number;
  };
  /** `replicas` is then only where it begins. */
  readonly scaling?: Scaling;
}

export interface Simulated {
  readonly meanWaitSeconds: number;
  readonly p95WaitSeconds: number;
  readonly longestWaitSeconds: number;
  /** Busy time of all slots over the time they were there. */
  readonly utilization: number;
  /** Most jobs on the broker at once, those at work included. */
  readonly peakDepth: number;
  readonly peakHeld: number;
  readonly peakReplicas: number;
  /** On average over the time. */
  readonly meanReplicas: number;
  readonly endedAtSeconds: number;
  /** By the number of the arrival, in seconds. */
  readonly waitsSeconds: Float64Array;
}

type Event =
  | { readonly kind: 'arrives'; readonly job: Job }
  | { readonly kind: 'released'; readonly job: Job }
  | { readonly kind: 'ends'; readonly job: Job; readonly slot: Slot }
  | { readonly kind: 'ready'; readonly slots: readonly Slot[] }
  | { readonly kind: 'scales' };

interface Job extends Arrival {
  readonly number: number;
}

/**
 * Plays arrivals through a first-come-first-served queue, event by event. Nothing is drawn in here:
 * the same arrivals give the same result.
 */
export function simulate(simulation: Simulation): Simulated {
  const { arrivals, slotsPerReplica, warmUp = 0, ownerLimit, scaling } = simulation;
  const events = new EventHeap<Event>();
  const replicas = new Replicas(slotsPerReplica);
  const owners = new OwnerLimit<Job>(ownerLimit?.maxQueuedPerOwner ?? Infinity);
  const scaler = scaling === undefined ? undefined : new Scaler(scaling);
  const coming = arrivals[Symbol.iterator]();
  const waits: number[] = [];
  const queue: Job[] = [];
  let queueHead = 0;
  let working = 0;
  let arrived = 0;
  let comingEnded = false;
  let nowSeconds = 0;
  const peak = { depth: 0, held: 0, replicas: simulation.replicas };
  const area = { busy: 0, slots: 0, replicas: 0 };

  const expectNext = () => {
    const next = coming.next();
    if (next.done === true) comingEnded = true;
    else {
      const job = { ...next.value, number: arrived++ };
      events.add(job.atSeconds, { kind: 'arrives', job });
    }
  };
  const start = () => {
    while (queueHead < queue.length) {
      const slot = replicas.take();
      const job = queue[queueHead];
      if (slot === undefined || job === undefined) return;
      queueHead += 1;
      // What was served is let go now and then: shifting one by one would copy the rest each time.
      if (queueHead > 10_000) {
        queue.splice(0, queueHead);
        queueHead = 0;
      }
      working += 1;
      waits[job.number] = nowSeconds - job.atSeconds;
      events.add(nowSeconds + job.serviceSeconds, { kind: 'ends', job, slot });
    }
  };
  const enqueue = (job: Job) => {
    queue.push(job);
    peak.depth = Math.max(peak.depth, queue.length - queueHead + working);
    start();
  };
  const handle = (event: Event) => {
    switch (event.kind) {
      case 'arrives':
        expectNext();
        if (owners.admit(event.job)) enqueue(event.job);
        peak.held = Math.max(peak.held, owners.held);
        return;
      case 'released':
        enqueue(event.job);
        return;
      case 'ends': {
        working -= 1;
        replicas.giveBack(event.slot);
        const next = owners.ended(event.job);
        if (next !== undefined) {
          const every = ownerLimit?.relayEverySeconds ?? 0;
          const at = every === 0 ? nowSeconds : Math.ceil(nowSeconds / every) * every;
          events.add(at, { kind: 'released', job: next });
        }
        start();
        return;
      }
      case 'ready':
        replicas.open(event.slots);
        start();
        return;
      case 'scales': {
        if (scaler === undefined || scaling === undefined) return;
        const depth = queue.length - queueHead + working;
        if (comingEnded && depth + owners.held === 0) return;
        const wanted = scaler.wanted(nowSeconds, depth, replicas.wanted);
        for (let more = replicas.wanted; more < wanted; more += 1) {
          const readyAt = nowSeconds + scaling.startSeconds;
          events.add(readyAt, { kind: 'ready', slots: replicas.add() });
        }
        for (let less = replicas.wanted; less > wanted; less -= 1) replicas.removeOne();
        peak.replicas = Math.max(peak.replicas, replicas.wanted);
        events.add(nowSeconds + scaling.everySeconds, event);
        return;
      }
      default:
        event satisfies never;
    }
  };

  for (let made = 0; made < simulation.replicas; made += 1) replicas.open(replicas.add());
  if (scaler !== undefined) events.add(0, { kind: 'scales' });
  expectNext();
  let endedAtSeconds = 0;
  for (let next = events.take(); next !== undefined; next = events.take()) {
    const passed = next.atSeconds - nowSeconds;
    if (passed > 0) {
      area.busy += working * passed;
      area.slots += replicas.slots * passed;
      area.replicas += replicas.wanted * passed;
    }
    nowSeconds = next.atSeconds;
    if (next.event.kind === 'ends') endedAtSeconds = nowSeconds;
    handle(next.event);
  }
  const waitsSeconds = Float64Array.from(waits);
  const sorted = waitsSeconds.slice(warmUp).sort();
  return {
    meanWaitSeconds: sorted.reduce((sum, wait) => sum + wait, 0) / sorted.length,
    p95WaitSeconds: sorted[Math.floor(sorted.length * 0.95)] ?? NaN,
    longestWaitSeconds: sorted.at(-1) ?? NaN,
    utilization: area.busy / area.slots,
    peakDepth: peak.depth,
    peakHeld: peak.held,
    peakReplicas: peak.replicas,
    meanReplicas: area.replicas / nowSeconds,
    endedAtSeconds,
    waitsSeconds,
  };
}
