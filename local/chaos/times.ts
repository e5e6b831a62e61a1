import type { Disturbance } from './carry-out';
import type { Slot } from './events';
import type { Interval, ServerReturn } from './evidence';
import type { DisturbedConnection } from './tcp-proxy';

/** When RabbitMQ or MongoDB came back; jobs can wait for nothing else. */
export function returns(disturbances: readonly Disturbance[]): ServerReturn[] {
  return disturbances.flatMap(({ event, toMs }) =>
    event.kind === 'server' && event.server !== 'mysql'
      ? [{ server: event.server, atMs: toMs }]
      : [],
  );
}

/** When no converter could start a job for another reason than the server that came back. */
export function hindrances(
  disturbances: readonly Disturbance[],
  slots: readonly Slot[],
): Interval[] {
  const alone = slots.filter(({ role }) => role === 'converter').length === 1;
  return disturbances.filter(({ event }) => {
    switch (event.kind) {
      case 'server':
        return event.server !== 'mysql';
      case 'network':
        if (event.dependency !== 'rabbitmq' && event.dependency !== 'mongodb') return false;
        return event.slot === null || (alone && event.slot.role === 'converter');
      case 'kill':
      case 'pause':
      case 'terminate':
      case 'disk-full':
        return alone && event.slot.role === 'converter';
      case 'mail':
        return false;
      default:
        return event satisfies never;
    }
  });
}

/** When the mail server may have taken a mail and its client did not hear of it. */
export function unheard(
  disturbances: readonly Disturbance[],
  connections: readonly DisturbedConnection[],
): Interval[] {
  return [
    ...disturbances.filter(
      ({ event }) => event.kind === 'mail' && event.trouble === 'keep-and-drop',
    ),
    ...connections.map(({ fromMs, toMs }) => ({ fromMs, toMs: toMs ?? Date.now() })),
  ];
}
