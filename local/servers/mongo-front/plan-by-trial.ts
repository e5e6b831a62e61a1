import { BSON } from 'mongodb';
import type { RoundTripEngine } from './front';
import { frameReply } from './wire-messages';

/**
 * Lets the engine choose among indexes by trying them. Where the trial finds no document, it would
 * otherwise estimate by sampling, with a part of the server that the embedded build lacks: a query
 * that several indexes fit and nothing matches then fails.
 */
export async function planByTrial(engine: RoundTripEngine): Promise<void> {
  const command = { setParameter: 1, internalQueryPlanRanker: 'multiPlanning', $db: 'admin' };
  // A request of one document is framed as a reply of one is.
  const request = frameReply(
    Buffer.from(BSON.serialize(command)),
    { requestId: 1, responseTo: 0 },
    false,
  );
  const { response } = await engine.roundTrip(request);
  const answer = BSON.deserialize(response);
  if (answer['ok'] !== 1) throw new Error(`setParameter answered ${JSON.stringify(answer)}`);
}
