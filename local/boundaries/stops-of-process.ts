import type { GoOn, Stop } from './boundary';
import { Stops } from './stops';

/** The stops that the test gave this process: as its first argument, in JSON. */
export function stopsOfProcess(): Stops {
  const given = JSON.parse(process.argv[2] ?? '[]') as Stop[];
  const stops = new Stops(given, (reached) => process.send?.(reached));
  process.on('message', (word: GoOn) => {
    stops.goOn(word);
  });
  return stops;
}
