import {
  clientsOf,
  dependencies,
  mailTroubles,
  networkTroubles,
  restartedServers,
  signals,
  type ChaosEvent,
  type Moment,
  type Role,
  type Slot,
} from './events';
import type { Random } from './random';

/** How many processes there are of each kind. */
export type Slots = Readonly<Record<Role, number>>;

export interface Card {
  /** Dealt before others, so that the shortest run has it. */
  readonly first: boolean;
  /** One event of its kind, with a target and a length of its own. */
  readonly draw: (random: Random) => ChaosEvent;
}

/**
 * Longer than a claim and than the broker waits for a sign of life (settings.ts), so that somebody
 * else takes the job.
 */
const pauseMs = [5_500, 9_000] as const;

/** How long a process works on one thing, more or less; 0: nobody sees it begin. */
const workMs: Readonly<Record<Role, number>> = {
  auth: 0,
  gateway: 80,
  converter: 500,
  notification: 80,
  relay: 0,
};

/**
 * One card for each kind of event. Dealing from a shuffled deck brings every kind in turn, where
 * free choice would leave some of them out of a short run.
 */
export function makeDeck(slots: Slots): Card[] {
  return [
    ...signalCards(slots),
    ...serverCards(),
    ...mailCards(),
    ...networkCards(slots),
    ...diskCards(slots),
  ];
}

/** The workers twice: what they do is what can be lost or done double. */
const signalled: readonly Role[] = [
  ...(['auth', 'gateway', 'relay'] as const),
  ...(['converter', 'notification', 'converter', 'notification'] as const),
];

function signalCards(slots: Slots): Card[] {
  return signalled.flatMap((role, index) =>
    signals.map((kind): Card => {
      const first = index < 5 && (kind === 'kill' || (kind === 'pause' && index > 2));
      const draw: Card['draw'] = (random) => {
        const slot = pickSlot(slots, random, role);
        if (kind === 'terminate') return { kind, slot };
        const when = pickMoment(random, role);
        return kind === 'kill'
          ? { kind, slot, when }
          : { kind, slot, when, forMs: random.integer(...pauseMs) };
      };
      return { first, draw };
    }),
  );
}

function serverCards(): Card[] {
  return restartedServers.flatMap((server) =>
    (['crash', 'stop'] as const).map((how): Card => {
      const first = how === 'crash' && server !== 'mysql';
      return {
        first,
        draw: (random) => ({ kind: 'server', server, how, forMs: random.integer(500, 4_000) }),
      };
    }),
  );
}

/**
 * Shorter than all retries of a mail together: a mail server that says "later" for longer ends in
 * a dead letter, and rightly so.
 */
function mailCards(): Card[] {
  return mailTroubles.map((trouble): Card => {
    const first = trouble === 'later' || trouble === 'hang';
    return {
      first,
      draw: (random) => ({ kind: 'mail', trouble, forMs: random.integer(800, 2_500) }),
    };
  });
}

function networkCards(slots: Slots): Card[] {
  return dependencies.flatMap((dependency) =>
    networkTroubles.map((trouble): Card => {
      const first = trouble === 'reset' && (dependency === 'rabbitmq' || dependency === 'mongodb');
      const draw: Card['draw'] = (random) => {
        const one = pickSlot(slots, random, random.pick(clientsOf[dependency]));
        // Half open for everybody, nobody would be left to notice that the others work.
        const everybody = trouble !== 'half-open' && random.integer(0, 1) === 1;
        const forMs = random.integer(500, trouble === 'reset' ? 1_500 : 5_000);
        return { kind: 'network', dependency, trouble, slot: everybody ? null : one, forMs };
      };
      return { first, draw };
    }),
  );
}

function diskCards(slots: Slots): Card[] {
  const draw: Card['draw'] = (random) => ({
    kind: 'disk-full',
    slot: pickSlot(slots, random, 'converter'),
    forMs: random.integer(1_000, 4_000),
  });
  return [
    { first: true, draw },
    { first: false, draw },
  ];
}

/** Half of the time in the middle of something, where most can go wrong. */
function pickMoment(random: Random, role: Role): Moment {
  if (workMs[role] === 0 || random.integer(0, 1) === 0) return 'at once';
  return { afterBeginMs: random.integer(0, workMs[role]) };
}

function pickSlot(slots: Slots, random: Random, role: Role): Slot {
  return { role, number: random.integer(1, slots[role]) };
}
