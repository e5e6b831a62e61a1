import type { ConfirmedPublisher } from '../../contracts/broker/confirmed-publisher';

/** A ConfirmedPublisher without its inside, for whoever only publishes. */
export type Publisher = Pick<ConfirmedPublisher, 'publish'>;
