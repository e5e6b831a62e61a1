/**
 * Every port of a stack is its base plus an offset from this table, so that one number moves the
 * whole stack and two stacks run side by side. All of them are bound to the loopback only.
 */
const portOffsets = {
  gateway: 0,
  auth: 1,
  gatewayAdmin: 2,
  authAdmin: 3,
  converterAdmin: 4,
  notificationAdmin: 5,
  amqp: 6,
  rabbitmqConsole: 7,
  rabbitmqMetrics: 8,
  rabbitmqDistribution: 9,
  epmd: 10,
  mariadb: 11,
  mongodb: 12,
  smtp: 13,
  inbox: 14,
  relayAdmin: 15,
  prometheus: 16,
  alertmanager: 17,
} as const;

export type PortName = keyof typeof portOffsets;
export type StackPorts = Readonly<Record<PortName, number>>;

/** Ports a stack takes from its base on, rounded up so that there is room for more. */
export const portsPerStack = 20;

/** The ports of the stack whose first port is `base`. */
export function portsFrom(base: number): StackPorts {
  const entries = Object.entries(portOffsets).map(([name, offset]) => [name, base + offset]);
  return Object.fromEntries(entries) as StackPorts;
}
