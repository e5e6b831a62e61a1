import { PublishFailed } from '../../contracts/broker/confirmed-publisher';
import { DependencyUnavailable } from '../../observability/breaker';
import { TransientError } from '../../pipeline/deliveries/failure';
import type { Boundary, GoOn, Reached, Stop, Thrown } from './boundary';

/** The stops of one process: at each it waits once, for one job, until the test says how to go on. */
export class Stops {
  readonly #left: Set<Stop>;
  readonly #waiting = new Map<Stop, (goOn: GoOn) => void>();

  /** @param say Sends a word to the test. */
  constructor(
    stops: readonly Stop[],
    private readonly say: (reached: Reached) => void,
  ) {
    this.#left = new Set(stops);
  }

  /** Called at every boundary by everybody who comes by. */
  async at(boundary: Boundary, who: string): Promise<void> {
    const stop = [...this.#left].find((one) => one.boundary === boundary && one.who === who);
    if (stop === undefined) return;
    this.#left.delete(stop);
    if (stop.throws !== undefined) throw errorOf(stop.throws, boundary);
    const { throws } = await new Promise<GoOn>((resolve) => {
      this.#waiting.set(stop, resolve);
      this.say({ kind: 'reached', boundary, who });
    });
    if (throws !== null) throw errorOf(throws, boundary);
  }

  goOn(word: GoOn): void {
    for (const [stop, resolve] of this.#waiting) {
      if (stop.boundary === word.boundary && stop.who === word.who) resolve(word);
    }
  }
}

function errorOf(thrown: Thrown, boundary: Boundary): Error {
  const text = `thrown by the test: ${boundary}`;
  switch (thrown) {
    case 'transient':
      return new TransientError(text);
    case 'outage':
      return new DependencyUnavailable('jobs', new Error(text));
    case 'not confirmed':
      return new PublishFailed('any', 'unknown', new Error(text));
    case 'unforeseen':
      return new Error(text);
    default:
      return thrown satisfies never;
  }
}
