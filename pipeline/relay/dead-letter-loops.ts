import type { Db } from 'mongodb';
import type { Publisher } from '../../contracts/broker/confirmed-publisher';
import type { Topology } from '../../contracts/topology';
import { collectDeadLetters } from '../../dead-letters/filing/collect';
import { countOpen } from '../../dead-letters/looking/count-open';
import { Orders } from '../../dead-letters/orders/carry-out';
import { noteOutcomes } from '../../dead-letters/orders/note-outcomes';
import { openStores } from '../../dead-letters/stores';
import type { BrokerConnection } from '../../observability/broker-connection';
import type { Logger } from '../../observability/logger';
import type { Metrics } from '../../observability/metrics';
import { Loop } from './loop';
import { fileLostLetters } from './lost-letters';
import { unhurriedMs } from './unhurried';

export interface DeadLetterDeps {
  readonly database: Db;
  readonly broker: BrokerConnection;
  readonly publisher: Publisher;
  readonly topology: Topology;
  /** Asked before each step; throws LeaseLost to end it. */
  readonly proceed: () => void;
  /** Lets a tick run only while the lease is ours. */
  readonly active: (tick: () => Promise<void>) => () => Promise<void>;
  readonly metrics: Metrics;
  readonly log: Logger;
  /** Pause between two looks, in milliseconds. */
  readonly everyMs: number;
  /** How long a dead job or mail may be without a letter, in milliseconds. */
  readonly lostAfterMs: number;
}

/** Pause between two looks for lost letters, at most: each asks for the letter of every dead job. */
const mostMs = 60_000;

/** What the relay does for dead letters: files them, carries orders out, notes how they ended. */
export function deadLetterLoops(deps: DeadLetterDeps): Loop[] {
  const { database, broker, publisher, topology, proceed, active, metrics, log } = deps;
  const { everyMs, lostAfterMs } = deps;
  const stores = openStores(database);
  const lostEveryMs = Math.min(lostAfterMs, mostMs);
  let lostDueMs = performance.now() + lostEveryMs;
  const collect = async () => {
    if (!broker.condition().ok) return; // It has said so itself.
    await collectDeadLetters({
      stores,
      broker,
      topology,
      proceed,
      onFiled(queue, messages) {
        metrics.count('dead_letters_filed_total', { queue }, messages);
        log.warn({ queue, messages }, 'dead letters filed; see them with the dead-letters command');
      },
      onFoundDead(queue, reason) {
        metrics.count('dead_lettered_total', { queue, reason });
      },
      onJobsEnded(jobs) {
        metrics.count('jobs_finished_total', { state: 'dead' }, jobs);
      },
    });
    if (performance.now() < lostDueMs) return;
    await fileLostLetters({
      stores,
      broker,
      topology,
      lostAfterMs,
      proceed,
      onFound(queue, letters) {
        metrics.count('dead_letters_filed_total', { queue }, letters);
        log.warn(
          { queue, letters },
          'the broker lost dead letters; they are made from the records',
        );
      },
    });
    lostDueMs = performance.now() + lostEveryMs;
  };
  const orders = new Orders({
    stores,
    publisher,
    topology,
    proceed,
    onActed(action, letters) {
      metrics.count('dead_letters_acted_total', { action }, letters);
    },
    onGivenUp(jobs) {
      metrics.count('jobs_finished_total', { state: 'failed' }, jobs);
      metrics.count('refusals_total', { reason: 'given-up' }, jobs);
    },
    onOrderMissing(order, letters) {
      log.error(
        { order, letters },
        'the order that began with these dead letters is not on record, perhaps after a restore; they are open again: look at them, and order anew',
      );
    },
  });
  const carryOut = async () => {
    while ((await orders.advance()) > 0) proceed();
  };
  const watch = async () => {
    await noteOutcomes(stores, proceed);
    for (const [queue, letters] of await countOpen(stores)) {
      metrics.set('dead_letters', { queue }, letters);
    }
  };
  return [
    new Loop('dead letters', everyMs, active(collect), log),
    new Loop('orders', everyMs, active(carryOut), log),
    new Loop('outcomes', unhurriedMs(everyMs), active(watch), log),
  ];
}
