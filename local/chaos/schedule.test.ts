import fc from 'fast-check';
import { isGood } from './clip-names';
import { describeEvent } from './events';
import { makeSchedule, scheduleLines } from './schedule';

const inputs = fc.record({
  seed: fc.integer({ min: 0, max: 2 ** 31 - 1 }),
  jobs: fc.integer({ min: 1, max: 1_200 }),
  workers: fc.integer({ min: 1, max: 8 }),
});

it('is the same for the same seed, and another for another', () => {
  fc.assert(
    fc.property(inputs, (input) => {
      expect(makeSchedule(input)).toEqual(makeSchedule(input));
      const other = makeSchedule({ ...input, seed: input.seed + 1 });
      expect(other.events).not.toEqual(makeSchedule(input).events);
    }),
  );
});

it('uploads every job within its time, some of which must fail', () => {
  fc.assert(
    fc.property(inputs, (input) => {
      const { uploads, durationMs } = makeSchedule(input);
      expect(uploads).toHaveLength(input.jobs);
      expect(uploads.every(({ atMs }) => atMs >= 0 && atMs < durationMs)).toBe(true);
      expect(uploads.some(({ clip }) => !isGood(clip))).toBe(true);
    }),
  );
});

it('keeps events in order and within its time, and disturbs nothing twice at once', () => {
  fc.assert(
    fc.property(inputs, (input) => {
      const { events, durationMs, slots } = makeSchedule(input);
      const pausedUntil = new Map<string, number>();
      let before = 0;
      for (const { atMs, event } of events) {
        expect(atMs).toBeGreaterThanOrEqual(before);
        expect(atMs).toBeLessThan(durationMs);
        before = atMs;
        if (!('slot' in event) || event.slot === null) continue;
        expect(event.slot.number).toBeLessThanOrEqual(slots[event.slot.role]);
        if (event.kind === 'network') continue;
        const slot = JSON.stringify(event.slot);
        expect(pausedUntil.get(slot) ?? 0).toBeLessThanOrEqual(atMs);
        if (event.kind === 'pause') pausedUntil.set(slot, atMs + event.forMs);
      }
    }),
  );
});

it('brings the worst of all in the shortest run', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 31 - 1 }), (seed) => {
      const { events } = makeSchedule({ seed, jobs: 40, workers: 2 });
      const lines = events.map(({ event }) => describeEvent(event)).join('\n');
      for (const worst of [/SIGKILL converter/, /SIGKILL notification/, /SIGKILL gateway/]) {
        expect(lines).toMatch(worst);
      }
      expect(lines).toMatch(/crash rabbitmq/);
    }),
  );
});

it('brings every kind of event in a run of a thousand jobs', () => {
  const { events } = makeSchedule({ seed: 1, jobs: 1_000, workers: 4 });
  const kinds = new Set(
    events.map(({ event }) => {
      switch (event.kind) {
        case 'server':
          return `${event.kind} ${event.server} ${event.how}`;
        case 'mail':
          return `${event.kind} ${event.trouble}`;
        case 'network':
          return `${event.kind} ${event.dependency} ${event.trouble}`;
        case 'kill':
        case 'pause':
        case 'terminate':
        case 'disk-full':
          return `${event.kind} ${event.slot.role}`;
        default:
          return event satisfies never;
      }
    }),
  );
  // 5 roles x 3 signals, 3 servers x 2, 5 of the mail server, 5 dependencies x 4, 1 disk.
  expect(kinds.size).toBe(15 + 6 + 5 + 20 + 1);
});

it('says one line for each event', () => {
  const schedule = makeSchedule({ seed: 1, jobs: 40, workers: 2 });
  const lines = scheduleLines(schedule);
  expect(lines).toHaveLength(schedule.events.length + 1);
  expect(lines[0]).toMatch(/^40 uploads and \d+ events in 35 s$/);
});
