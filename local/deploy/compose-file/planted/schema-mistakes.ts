/** Mistakes that docker compose itself refuses, in the text of the file, and a word of its answer. */
export const schemaMistakes = [
  {
    name: 'a key that compose does not have',
    from: 'healthcheck: &ready',
    to: 'helthcheck: &ready',
    says: /helthcheck/,
  },
  {
    name: 'a value of another type',
    from: 'replicas: 2',
    to: 'replicas: two',
    says: /replicas/,
  },
  {
    name: 'a secret that is not defined',
    from: 'secrets: [mongo-url, rabbitmq-url, smtp-url]',
    to: 'secrets: [mongo-url, rabbitmq-url, smtp-uri]',
    says: /smtp-uri/,
  },
  {
    name: 'a volume that is not defined',
    from: '- work:/work',
    to: '- wrok:/work',
    says: /wrok/,
  },
  {
    name: 'a network that is not defined',
    from: 'networks: [front, back, accounts]',
    to: 'networks: [front, bakc, accounts]',
    says: /bakc/,
  },
  {
    name: 'a wait for a service that is not there',
    from: 'mysql: { condition: service_healthy }',
    to: 'mysql8: { condition: service_healthy }',
    says: /mysql8/,
  },
  {
    name: 'a circle of services that wait for each other',
    from: '    secrets: [rabbitmq-url]\n    depends_on:\n      rabbitmq:',
    to: '    secrets: [rabbitmq-url]\n    depends_on:\n      converter:',
    says: /cycle/,
  },
] as const;
