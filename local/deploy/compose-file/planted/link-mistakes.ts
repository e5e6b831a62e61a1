import { inCompose, inFile, inSecret, inService, type PlantedMistake } from './mistake';

/** Mistakes in how one container finds, waits for and reaches another. */
export const linkMistakes: readonly PlantedMistake[] = [
  {
    name: 'a port that auth does not listen on',
    check: 'addresses',
    plant: inService('gateway', ({ environment }) => {
      environment['AUTH_SVC_ADDRESS'] = 'auth:5001';
    }),
  },
  {
    name: 'auth on another port than the gateway asks',
    check: 'addresses',
    plant: inService('auth', ({ environment }) => (environment['PORT'] = '5050')),
  },
  {
    name: 'MongoDB left at its default, which is minikube’s',
    check: 'addresses',
    plant: inService('relay', ({ environment }) => delete environment['MONGO_URL_FILE']),
  },
  {
    name: 'a URL in a secret with a host that is no service',
    check: 'addresses',
    plant: inSecret('rabbitmq-url', 'amqp://product:0123456789abcdef@broker:5672'),
  },
  {
    name: 'a URL in a secret with a wrong port',
    check: 'addresses',
    plant: inSecret('smtp-url', 'smtp://inbox:25'),
  },
  {
    name: 'Prometheus scrapes a port that nobody has',
    check: 'addresses',
    plant: inFile(
      'compose.yml',
      'rabbitmq:15692',
      'rabbitmq:15672/metrics'.replace('/metrics', '1'),
    ),
  },
  {
    name: 'an admin port that Prometheus does not know',
    check: 'addresses',
    plant: inService('converter', ({ environment }) => (environment['ADMIN_PORT'] = '9191')),
  },
  {
    name: 'Alertmanager mails to a server that is not there',
    check: 'addresses',
    plant: inFile('alertmanager-compose.yml', 'inbox:1025', 'mailhog:1025'),
  },
  {
    name: 'nginx in front of a port that the gateway has not',
    check: 'addresses',
    plant: inFile('nginx.conf', 'gateway:8080', 'gateway:8000'),
  },
  {
    name: 'two services without a network in common',
    check: 'addresses',
    plant: inService('auth', (service) => (service.networks = { front: null })),
  },
  {
    name: 'a wait for health that is never told',
    check: 'order',
    plant: inService('mysql', (service) => (service.healthcheck = { disable: true })),
  },
  {
    name: 'a wait for the end of something that stays',
    check: 'order',
    plant: inService('converter', (service) => {
      service.depends_on['relay'] = { condition: 'service_completed_successfully' };
    }),
  },
  {
    name: 'a wait for something that up does not start',
    check: 'order',
    plant: inService('gateway', (service) => {
      service.depends_on['users'] = { condition: 'service_started' };
    }),
  },
  {
    name: 'a migration that does not wait for its server',
    check: 'order',
    plant: inService('migrate', (service) => (service.depends_on = {})),
  },
  {
    name: 'a migration for whose end nobody waits',
    check: 'order',
    plant: inService('auth', (service) => (service.depends_on = {})),
  },
  {
    name: 'a port on every address of the machine',
    check: 'ports',
    plant: inService('grafana', ({ ports }) => delete ports[0]?.host_ip),
  },
  {
    name: 'a database that is published',
    check: 'ports',
    plant: inService('mongo', (service) => {
      service.ports = [{ host_ip: '127.0.0.1', published: '27017', target: 27017 }];
    }),
  },
  {
    name: 'a published port that nothing listens on',
    check: 'ports',
    plant: inFile('nginx.conf', 'listen 8080', 'listen 80'),
  },
  {
    name: 'one port for two',
    check: 'ports',
    plant: inService('prometheus', ({ ports }) => {
      if (ports[0]) ports[0].published = '3000';
    }),
  },
  {
    name: 'mails with a link to a port that is not published',
    check: 'ports',
    plant: inService('notification', ({ environment }) => {
      environment['PUBLIC_URL'] = 'http://127.0.0.1:8081';
    }),
  },
  {
    name: 'uploads of a megabyte at most',
    check: 'proxy',
    plant: inFile('nginx.conf', 'client_max_body_size 0;', ''),
  },
  {
    name: 'videos that are collected on the disk of nginx',
    check: 'proxy',
    plant: inFile('nginx.conf', 'proxy_request_buffering off', 'proxy_request_buffering on'),
  },
  {
    name: 'an upload that is sent twice',
    check: 'proxy',
    plant: inFile('nginx.conf', 'error timeout;', 'error timeout non_idempotent;'),
  },
  {
    name: 'gateways that are looked up once and for all',
    check: 'proxy',
    plant: inFile('nginx.conf', 'proxy_pass http://$gateway;', 'proxy_pass http://gateway:8080;'),
  },
  {
    name: 'answers of Docker’s DNS that are kept',
    check: 'proxy',
    plant: inFile('nginx.conf', ' valid=1s', ''),
  },
  {
    name: 'nginx less patient than the gateway',
    check: 'proxy',
    plant: inFile('nginx.conf', 'client_body_timeout 1h', 'client_body_timeout 30s'),
  },
  {
    name: 'a converter with a way to the Internet',
    check: 'networks',
    plant: inService('converter', ({ networks }) => (networks['outside'] = null)),
  },
  {
    name: 'a converter beside MySQL',
    check: 'networks',
    plant: inService('converter', ({ networks }) => (networks['accounts'] = null)),
  },
  {
    name: 'auth beside the converter',
    check: 'networks',
    plant: inService('auth', ({ networks }) => (networks['back'] = null)),
  },
  {
    name: 'a network of servers that is open',
    check: 'networks',
    plant: inCompose(({ networks }) => (networks['back'] = {})),
  },
  {
    name: 'a port of a container that has internal networks only',
    check: 'networks',
    plant: inService('inbox', (service) => (service.networks = { back: null })),
  },
  {
    name: 'nginx among the databases',
    check: 'networks',
    plant: inService('proxy', ({ networks }) => (networks['back'] = null)),
  },
];
