import type { MongoClient } from 'mongodb';
import { Breaker, type Dependency } from '../../observability/breaker';
import { isMongoOutage } from '../../observability/mongo-outage';

/** A breaker around calls to MongoDB that asks the server itself whether it is back. */
export function mongoBreaker(dependency: Dependency, client: MongoClient): Breaker {
  return new Breaker(dependency, isMongoOutage, {
    probe: () => client.db('admin').command({ ping: 1 }),
  });
}
