import { badClips, goodClips, type ClipName } from './clip-names';
import { makeDeck, type Slots } from './deck';
import { describeEvent, slotName, type ChaosEvent, type RestartedServer } from './events';
import { createRandom, type Random } from './random';

export interface ScheduleInput {
  readonly seed: number;
  readonly jobs: number;
  /** Converters. */
  readonly workers: number;
}

export interface PlannedUpload {
  /** After the start of the schedule. */
  readonly atMs: number;
  readonly clip: ClipName;
  /** Index of the listener who uploads it. */
  readonly listener: number;
}

export interface PlannedEvent {
  readonly atMs: number;
  readonly event: ChaosEvent;
}

export interface Schedule {
  readonly slots: Slots;
  readonly listeners: number;
  readonly durationMs: number;
  readonly uploads: readonly PlannedUpload[];
  readonly events: readonly PlannedEvent[];
}

const listeners = 5;
const millisecondsPerJob = 400;
const shortestMs = 35_000;
/** Nothing happens in the first moment, so that there is something to disturb. */
const quietStartMs = 1_500;
const gapMs = [400, 2_200] as const;
/** Of a hundred uploads so many cannot be converted. */
const badPercent = 8;
/** Stopping and starting a server takes so long besides the time it is away. */
const serverTurnMs: Readonly<Record<RestartedServer, number>> = {
  rabbitmq: 12_000,
  mongodb: 4_000,
  mysql: 4_000,
};

/** What will happen: a function of the seed and the sizes, and of nothing else. */
export function makeSchedule({ seed, jobs, workers }: ScheduleInput): Schedule {
  const random = createRandom(seed);
  const slots: Slots = { auth: 1, gateway: 1, converter: workers, notification: 2, relay: 2 };
  const durationMs = Math.max(shortestMs, jobs * millisecondsPerJob);
  return {
    slots,
    listeners,
    durationMs,
    uploads: planUploads(random, jobs, durationMs),
    events: planEvents(random, slots, durationMs),
  };
}

function planUploads(random: Random, jobs: number, durationMs: number): PlannedUpload[] {
  return Array.from({ length: jobs }, (_, index) => ({
    atMs: Math.floor((index * durationMs) / jobs),
    // The last of a small run, so that there is always one.
    clip:
      index === jobs - 1 || random.integer(1, 100) <= badPercent
        ? random.pick(badClips)
        : random.pick(goodClips),
    listener: random.integer(0, listeners - 1),
  }));
}

function planEvents(random: Random, slots: Slots, durationMs: number): PlannedEvent[] {
  const deck = makeDeck(slots);
  const events: PlannedEvent[] = [];
  const freeFrom = new Map<string, number>();
  let waiting = [
    ...random.shuffle(deck.filter(({ first }) => first)),
    ...random.shuffle(deck.filter(({ first }) => !first)),
  ];
  for (let atMs = quietStartMs; atMs < durationMs; atMs += random.integer(...gapMs)) {
    if (waiting.length === 0) waiting = random.shuffle(deck);
    const drawn = waiting.map(({ draw }) => draw(random));
    const now = atMs;
    // What is being disturbed already is left for later; the rest keeps its turn.
    const turn = drawn.findIndex((event) =>
      touches(event).every((thing) => (freeFrom.get(thing) ?? 0) <= now),
    );
    const event = drawn[turn];
    if (event === undefined) continue;
    waiting = waiting.filter((_, index) => index !== turn);
    for (const thing of touches(event)) freeFrom.set(thing, atMs + lengthMs(event));
    events.push({ atMs, event });
  }
  return events;
}

/** What an event has for itself while it lasts. */
export function touches(event: ChaosEvent): string[] {
  switch (event.kind) {
    case 'kill':
    case 'pause':
    case 'terminate':
    case 'disk-full':
      return [slotName(event.slot)];
    case 'server':
      // One server at a time; coming back would be measured wrongly otherwise.
      return ['server', `network ${event.server}`];
    case 'mail':
      return ['network smtp'];
    case 'network':
      return [`network ${event.dependency}`];
    default:
      return event satisfies never;
  }
}

function lengthMs(event: ChaosEvent): number {
  switch (event.kind) {
    case 'kill':
    case 'terminate':
      return 2_000;
    case 'pause':
      return event.forMs + 2_000;
    case 'server':
      return event.forMs + serverTurnMs[event.server];
    case 'mail':
    case 'network':
    case 'disk-full':
      return event.forMs;
    default:
      return event satisfies never;
  }
}

/** The schedule for people, one line an event. */
export function scheduleLines({ events, durationMs, uploads }: Schedule): string[] {
  const seconds = (ms: number) => (ms / 1_000).toFixed(1).padStart(7);
  return [
    `${uploads.length} uploads and ${events.length} events in ${durationMs / 1_000} s`,
    ...events.map(({ atMs, event }) => `${seconds(atMs)} s  ${describeEvent(event)}`),
  ];
}
