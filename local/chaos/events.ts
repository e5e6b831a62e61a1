/** The product's processes, by what they do. */
export const roles = ['auth', 'gateway', 'converter', 'notification', 'relay'] as const;
export type Role = (typeof roles)[number];

/** One process of the product: the first converter, the second one, … counted from 1. */
export interface Slot {
  readonly role: Role;
  readonly number: number;
}

export const dependencies = ['rabbitmq', 'mongodb', 'mysql', 'smtp', 'auth'] as const;
export type Dependency = (typeof dependencies)[number];

export const restartedServers = ['rabbitmq', 'mongodb', 'mysql'] as const;
export type RestartedServer = (typeof restartedServers)[number];

/** Who depends on what: whose connections a disturbed network disturbs. */
export const clientsOf: Readonly<Record<Dependency, readonly Role[]>> = {
  rabbitmq: ['gateway', 'converter', 'notification', 'relay'],
  mongodb: ['gateway', 'converter', 'notification', 'relay'],
  mysql: ['auth'],
  smtp: ['notification'],
  auth: ['gateway'],
};

export const signals = ['kill', 'pause', 'terminate'] as const;

export const mailTroubles = ['refuse', 'later', 'hang', 'drop', 'keep-and-drop'] as const;
/**
 * `refuse`: nobody listens. `later`: 451. `hang`: no answer. `drop`: the connection is reset after
 * the mail, which is not kept. `keep-and-drop`: it is kept, and the client cannot know.
 */
export type MailTrouble = (typeof mailTroubles)[number];

export const networkTroubles = ['latency', 'stall', 'half-open', 'reset'] as const;
/**
 * `latency`: every byte comes late. `stall`: bytes come when it is over, as over a network that
 * heals. `half-open`: the other side is gone and nobody says so. `reset`: connections are cut.
 */
export type NetworkTrouble = (typeof networkTroubles)[number];

/** At once, or so long after the process next begins an upload, an attempt or a mail. */
export type Moment = 'at once' | { readonly afterBeginMs: number };

/** One thing that happens to the product. */
export type ChaosEvent =
  /** SIGKILL. */
  | { readonly kind: 'kill'; readonly slot: Slot; readonly when: Moment }
  /** SIGSTOP, and SIGCONT after a time longer than a claim. */
  | {
      readonly kind: 'pause';
      readonly slot: Slot;
      readonly when: Moment;
      readonly forMs: number;
    }
  /** SIGTERM. */
  | { readonly kind: 'terminate'; readonly slot: Slot }
  | {
      readonly kind: 'server';
      readonly server: RestartedServer;
      readonly how: 'crash' | 'stop';
      /** Away for at least so long; coming back takes its own time. */
      readonly forMs: number;
    }
  | { readonly kind: 'mail'; readonly trouble: MailTrouble; readonly forMs: number }
  | {
      readonly kind: 'network';
      readonly dependency: Dependency;
      readonly trouble: NetworkTrouble;
      /** One process, or all that use the dependency. */
      readonly slot: Slot | null;
      readonly forMs: number;
    }
  | { readonly kind: 'disk-full'; readonly slot: Slot; readonly forMs: number };

export function slotName({ role, number }: Slot): string {
  return `${role} ${number}`;
}

/** One line for people. */
export function describeEvent(event: ChaosEvent): string {
  switch (event.kind) {
    case 'kill':
      return `SIGKILL ${slotName(event.slot)}${describeMoment(event.when)}`;
    case 'pause':
      return `SIGSTOP ${slotName(event.slot)}${describeMoment(event.when)} for ${event.forMs} ms`;
    case 'terminate':
      return `SIGTERM ${slotName(event.slot)}`;
    case 'server':
      return `${event.how} ${event.server} for ${event.forMs} ms`;
    case 'mail':
      return `mail server: ${event.trouble} for ${event.forMs} ms`;
    case 'network': {
      const whose = event.slot === null ? 'everybody' : slotName(event.slot);
      return `network to ${event.dependency}: ${event.trouble} for ${whose} for ${event.forMs} ms`;
    }
    case 'disk-full':
      return `disk full for ${slotName(event.slot)} for ${event.forMs} ms`;
    default:
      return event satisfies never;
  }
}

function describeMoment(when: Moment): string {
  return when === 'at once' ? '' : `, ${when.afterBeginMs} ms into its work,`;
}
