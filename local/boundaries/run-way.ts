import { readdir } from 'node:fs/promises';
import { ObjectId } from 'mongodb';
import { strayDirectories } from '../stray-directories';
import { eventually } from '../test-broker';
import type { Boundary, Stop, Thrown, Way } from './boundary';
import { countDeadLetters, takeDeadLetters } from './dead-letters';
import type { ProcessUnderTest } from './process-under-test';
import { lookAtRemains, type Remains } from './remains';
import { addressOf, endingOf, type BoundaryCase, type Scenario } from './scenario';
import { sweepAll } from './sweep-all';
import type { System } from './system';
import type { Videos } from './videos';

/** What is left when all is over. */
export interface WayReport {
  readonly remains: ReadonlyMap<Boundary, Remains>;
  /** Messages outside of the dead-letter queues. */
  readonly leftMessages: Readonly<Record<string, number>>;
  readonly leftDirectories: readonly string[];
}

/** A case with its job. */
interface Placed {
  readonly one: BoundaryCase;
  readonly key: string;
}

const settleTimeoutMs = 45_000;

/**
 * Brings a job to every boundary of a process, lets one thing happen to the process while it
 * stands at all of them, and lets the product come to rest.
 *
 * @throws Error when it did not stand at each of them.
 */
export async function runWay(
  system: System,
  scenario: Scenario,
  way: Way,
  videos: Videos,
): Promise<WayReport> {
  const { role, entry, cases, looksOnce = false } = scenario;
  const placed: Placed[] = cases.map((one) => ({ one, key: new ObjectId().toHexString() }));
  const stops = placed.map(({ one, key }): Stop => ({ boundary: one.boundary, who: key }));
  const failures = placed.flatMap(({ one, key }): Stop[] =>
    one.before === undefined ? [] : [{ ...one.before, who: key }],
  );
  const begin = (started: Readonly<Record<string, unknown>>) =>
    placed.map(({ one, key }) => scenario.begin(system, key, one, videos, started));
  const early = looksOnce ? begin({}) : [];
  await Promise.all(early);
  const orders = [...failures, ...stops];
  const held = await system.start(role, { entry, label: way, proxied: true, orders });
  const started = await held.ready();
  const answers = looksOnce ? early : begin(started);
  for (const answer of answers) answer.catch(() => undefined); // Thrown below.
  try {
    await held.reached(stops);
  } catch (error) {
    await held.kill(); // The next one is not to stand in its shadow.
    throw error;
  }
  for (const { one, key } of placed) {
    await eventually(`copy of ${one.boundary}`, async () => {
      return (await scenario.copyIsDone?.(system, key, one)) === false ? undefined : true;
    });
  }
  const lives = await happen(way, held, placed, system, role);
  for (const answer of await Promise.allSettled(answers)) {
    // A killed gateway answers nobody, and has promised nothing.
    if (answer.status === 'rejected' && way !== 'SIGKILL') throw answer.reason;
  }
  await eventually(
    'end of every job',
    async () => (await isOver(system, placed, way)) || undefined,
    settleTimeoutMs,
  ).catch(() => undefined); // What is missing, the tests say, each for its boundary.
  await lives.stop();
  if (way === 'SIGKILL') await removeLeftovers(system);
  return await look(system, placed);
}

/**
 * The directories of killed attempts go when a converter starts, and every few minutes. The one
 * that took over started while the dead one's claims were still on the records.
 */
async function removeLeftovers(system: System): Promise<void> {
  const left = () => leftDirectories(system);
  if ((await left()).length === 0) return;
  const next = await system.start('converter');
  await next.ready();
  await eventually('empty directory', async () => (await left()).length === 0 || undefined).catch(
    () => undefined, // The test says so.
  );
  await next.stop();
}

const leftDirectories = async ({ workDirectory, jobs }: System): Promise<string[]> =>
  strayDirectories(await readdir(workDirectory), jobs);

/** @returns the process that lives on. */
async function happen(
  way: Way,
  held: ProcessUnderTest,
  placed: readonly Placed[],
  system: System,
  role: Scenario['role'],
): Promise<ProcessUnderTest> {
  const goOn = (throws: (one: BoundaryCase) => Thrown | null) => {
    for (const { one, key } of placed) {
      held.goOn({ boundary: one.boundary, who: key }, throws(one));
    }
  };
  switch (way) {
    case 'SIGKILL': {
      await held.kill();
      const clean = await system.start(role);
      await clean.ready();
      return clean;
    }
    case 'connection cut':
      await held.cut(() => {
        goOn(() => null);
      });
      return held;
    case 'exception':
      goOn(({ exception }) => exception);
      return held;
    case 'unforeseen exception':
      goOn(() => 'unforeseen');
      return held;
    default:
      return way satisfies never;
  }
}

/** Whether everything that must come has come, and nothing is on its way. */
async function isOver(system: System, placed: readonly Placed[], way: Way): Promise<boolean> {
  for (const { one, key } of placed) {
    const ending = endingOf(one, way);
    const job = await system.jobs.findOne({ 'owner.address': addressOf(key) });
    if (job?.state !== ending.state) return false;
    const mails = await system.inbox.mails(addressOf(key));
    if (mails.length === 0 && ending.mails !== 0) return false;
  }
  const expected = placed.reduce((sum, { one }) => sum + endingOf(one, way).deadLetters, 0);
  const { letters, others } = await countDeadLetters(system);
  return others === 0 && letters >= expected;
}

/** Looks at the servers once nothing runs any more. */
async function look(system: System, placed: readonly Placed[]): Promise<WayReport> {
  const letters = await takeDeadLetters(system);
  await sweepAll(system);
  const remains = new Map<Boundary, Remains>();
  for (const { one, key } of placed) {
    remains.set(one.boundary, await lookAtRemains(system, key, letters));
  }
  return {
    remains,
    leftMessages: await system.waiting(),
    leftDirectories: await leftDirectories(system),
  };
}
