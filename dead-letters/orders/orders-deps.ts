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
}
