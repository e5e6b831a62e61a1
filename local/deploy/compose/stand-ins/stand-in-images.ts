/** The compose file's services whose images cannot be had without a registry. */
export const standInNames = [
  'rabbitmq',
  'mongo',
  'mysql',
  'inbox',
  'proxy',
  'prometheus',
  'alertmanager',
  'grafana',
] as const;

export type StandInName = (typeof standInNames)[number];

interface StandIn {
  /** Below `images/`. */
  readonly directory: string;
  /** What is in it. */
  readonly of: string;
  /** Files of the bundled programs that its Dockerfile copies. */
  readonly programs: readonly string[];
}

/**
 * What each is made of. The official images' own entrypoints are not proved by them: these only
 * honour the same variables, directories and users.
 */
export const standIns: Record<StandInName, StandIn> = {
  rabbitmq: { directory: 'rabbitmq', of: "Debian's RabbitMQ 4.0", programs: [] },
  mongo: {
    directory: 'mongo',
    of: 'the embedded MongoDB engine behind logins of our own',
    programs: ['mongo-main.js', 'mongosh-main.js', 'node_modules'],
  },
  mysql: { directory: 'mysql', of: "Debian's MariaDB 11.8", programs: [] },
  inbox: { directory: 'mailpit', of: "this repository's inbox", programs: ['mailpit-main.js'] },
  proxy: { directory: 'nginx', of: "Debian's nginx 1.26", programs: [] },
  prometheus: { directory: 'prometheus', of: "Debian's Prometheus 2.53", programs: [] },
  alertmanager: { directory: 'alertmanager', of: "Debian's Alertmanager 0.28", programs: [] },
  grafana: {
    directory: 'grafana',
    of: 'an answer to its health check and nothing else',
    programs: [],
  },
};
