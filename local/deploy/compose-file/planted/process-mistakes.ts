import { inCompose, inFile, inSecret, inService, type PlantedMistake } from './mistake';

/** Mistakes in what processes are started with. */
export const processMistakes: readonly PlantedMistake[] = [
  {
    name: 'a required variable is missing',
    check: 'environment',
    plant: inService('auth', ({ environment }) => delete environment['MYSQL_HOST']),
  },
  {
    name: 'a variable that no process reads',
    check: 'environment',
    plant: inService('converter', ({ environment }) => (environment['CONCURENCY'] = '2')),
  },
  {
    name: 'a value that the setting refuses',
    check: 'environment',
    plant: inService('relay', ({ environment }) => (environment['LOG_LEVEL'] = 'verbose')),
  },
  {
    name: 'two settings that do not fit each other',
    check: 'environment',
    plant: inService('gateway', ({ environment }) => (environment['PORT'] = '9090')),
  },
  {
    name: 'videos and MP3s in one database',
    check: 'environment',
    plant: inService('converter', ({ environment }) => (environment['VIDEOS_DATABASE'] = 'mp3s')),
  },
  {
    name: 'a queue that only the gateway calls so',
    check: 'shared-settings',
    plant: inService('gateway', ({ environment }) => (environment['VIDEO_QUEUE'] = 'vids')),
  },
  {
    name: 'a share of the queue that only the relay knows',
    check: 'shared-settings',
    plant: inService('relay', ({ environment }) => (environment['MAX_QUEUED_PER_OWNER'] = '100')),
  },
  {
    name: 'a mail server and no sender',
    check: 'environment',
    plant: inService('notification', ({ environment }) => delete environment['MAIL_FROM']),
  },
  {
    name: 'a key of the tokens that is too short for production',
    check: 'environment',
    plant: inSecret('jwt-secret', 'sarcasm'),
  },
  {
    name: 'a variable that MySQL has not',
    check: 'environment',
    plant: inService('mysql', ({ environment }) => (environment['MYSQL_DB'] = 'auth')),
  },
  {
    name: 'a variable that RabbitMQ refuses since 3.9',
    check: 'environment',
    plant: inService('rabbitmq', (service) => {
      service.environment['RABBITMQ_DEFAULT_PASS_FILE'] = '/run/secrets/rabbitmq-user';
    }),
  },
  {
    name: 'a password in an environment',
    check: 'secrets',
    plant: inService('mysql', ({ environment }) => (environment['MYSQL_PASSWORD'] = 'auth123')),
  },
  {
    name: 'a password in a URL',
    check: 'secrets',
    plant: inService('relay', ({ environment }) => {
      environment['RABBITMQ_URL'] = 'amqp://guest:guest@rabbitmq:5672';
    }),
  },
  ...(
    [
      ['rabbitmq', 'RABBITMQ_DEFAULT_PASS'],
      ['rabbitmq', 'RABBITMQ_ERLANG_COOKIE'],
      ['mysql', 'MYSQL_PWD'],
      ['auth', 'JWT_KEY'],
    ] as const
  ).map(([service, variable]): PlantedMistake => ({
    name: `a secret called ${variable} that begins like a path`,
    check: 'secrets',
    plant: inService(service, ({ environment }) => (environment[variable] = '/auth123')),
  })),
  {
    name: 'a password in RabbitMQ’s configuration',
    check: 'secrets',
    plant: inFile('rabbitmq.conf', 'consumer_timeout', 'default_pass = x\nconsumer_timeout'),
  },
  {
    name: 'a password in Alertmanager’s configuration',
    check: 'secrets',
    plant: inFile('alertmanager-compose.yml', 'global:', 'global:\n  smtp_auth_password: x'),
  },
  {
    name: 'a password as an argument',
    check: 'secrets',
    plant: inService('mongo', (service) => {
      service.command = [...(service.command ?? []), '--password=x'];
    }),
  },
  {
    name: 'a secret that is not mounted',
    check: 'secrets',
    plant: inService('gateway', (service) => (service.secrets = service.secrets.slice(1))),
  },
  {
    name: 'a path of a secret that is misspelt',
    check: 'secrets',
    plant: inService('auth', ({ environment }) => {
      environment['JWT_SECRET_FILE'] = '/run/secrets/jwt_secret';
    }),
  },
  {
    name: 'a secret that a health check reads and does not have',
    check: 'secrets',
    plant: inService('mysql', ({ healthcheck }) => {
      healthcheck?.test?.push('cat /run/secrets/mysql-health');
    }),
  },
  {
    name: 'a secret that the init script reads and does not have',
    check: 'secrets',
    plant: inFile('mongo-init.js', '/run/secrets/mongo-url', '/run/secrets/mongo-uri'),
  },
  {
    name: 'a secret that the script does not make',
    check: 'secrets',
    plant: inSecret('grafana-password', undefined),
  },
  {
    name: 'a secret outside the directory that git ignores',
    check: 'secrets',
    plant: inCompose(({ secrets }) => (secrets['smtp-url'] = { file: '/x/compose/smtp-url' })),
  },
  {
    name: 'passwords that git does not ignore',
    check: 'secrets',
    plant: (deployment) => ({ ...deployment, gitIgnored: ['node_modules/', '.env'] }),
  },
  {
    name: 'a secret that nobody uses any more',
    check: 'secrets',
    plant: inService('notification', (service) => {
      service.secrets = service.secrets.filter(({ source }) => source !== 'smtp-url');
      delete service.environment['SMTP_URL_FILE'];
    }),
  },
  {
    name: 'an entry that the image has not',
    check: 'commands',
    plant: inService('relay', (service) => (service.command = ['relais'])),
  },
  {
    name: 'the converter on the image without ffmpeg',
    check: 'commands',
    plant: inCompose(({ services: { converter, relay } }) => {
      if (converter && relay) converter.image = relay.image;
    }),
  },
  {
    name: 'an entrypoint without the image’s init process',
    check: 'commands',
    plant: inService('migrate', (service) => (service.entrypoint = service.entrypoint?.slice(2))),
  },
  {
    name: 'no relay',
    check: 'commands',
    plant: inCompose(({ services }) => delete services['relay']),
  },
];
