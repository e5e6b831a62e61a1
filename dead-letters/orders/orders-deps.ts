import type { Publisher } from '../../contracts/broker/confirmed-publisher';
import type { Topology } from '../../contracts/topology';
import type { OrderAction } from '../order';
import type { DeadLetterStores } from '../stores';

/** What carrying orders out needs from outside. */
export interface OrdersDeps {
  readonly stores: DeadLetterStores;
  readonly publisher: Publisher;
  readonly topology: Topology;
  /** Asked before each step; throws to end it. */
  readonly proceed: () => void;
  readonly onActed: (action: OrderAction, letters: number) => void;
  /** Told of dead jobs that end as failed because their letters are discarded. */
  readonly onGivenUp: (jobs: number) => void;
  /** Told of letters that are open again, because the order that began with them is not on record. */
  readonly onOrderMissing: (order: string | null, letters: readonly string[]) => void;
}
