import { all, type PlantedMistake, set } from './mistake';

const pod = ['spec', 'template', 'spec'] as const;
const container = [...pod, 'containers', 0] as const;

/** Mistakes in how processes are started, asked and stopped. */
export const processMistakes: readonly PlantedMistake[] = [
  {
    name: 'a rollout that may neither add nor remove a pod',
    check: 'api-rules',
    plant: set('Deployment/relay', ['spec', 'strategy'], {
      type: 'RollingUpdate',
      rollingUpdate: { maxSurge: 0, maxUnavailable: 0 },
    }),
  },
  {
    name: 'one pod after the other, and all at once',
    check: 'api-rules',
    plant: set('Deployment/gateway', ['spec', 'strategy', 'type'], 'Recreate'),
  },
  {
    name: 'a probe that asks in two ways',
    check: 'api-rules',
    plant: set('Deployment/gateway', [...container, 'livenessProbe', 'tcpSocket'], { port: 9090 }),
  },
  {
    name: 'a liveness probe that must succeed twice',
    check: 'api-rules',
    plant: set('Deployment/relay', [...container, 'livenessProbe', 'successThreshold'], 2),
  },
  {
    name: 'a variable with a value, and from somewhere',
    check: 'api-rules',
    plant: set(
      'Deployment/relay',
      [...container, 'env'],
      [
        {
          name: 'LOG_LEVEL',
          value: 'info',
          valueFrom: { fieldRef: { fieldPath: 'metadata.name' } },
        },
      ],
    ),
  },
  {
    name: 'a container with a name that is no label',
    check: 'api-rules',
    plant: set('Deployment/relay', [...container, 'name'], 're_lay'),
  },
  {
    name: 'a budget with both bounds',
    check: 'api-rules',
    plant: set('PodDisruptionBudget/gateway', ['spec', 'minAvailable'], 1),
  },
  {
    name: 'a setting that is required and missing',
    check: 'environment',
    plant: set('ConfigMap/auth-configmap', ['data', 'MYSQL_USER'], undefined),
  },
  {
    name: 'a misspelt setting',
    check: 'environment',
    plant: set('ConfigMap/converter-configmap', ['data', 'STOP_TIMEOUT_SM'], '600000'),
  },
  {
    name: 'a value that the process refuses',
    check: 'environment',
    plant: set('ConfigMap/converter-configmap', ['data', 'CONCURRENCY'], 'all'),
  },
  {
    name: 'two settings that do not go together',
    check: 'environment',
    plant: set('ConfigMap/gateway-configmap', ['data', 'VIDEO_QUEUE'], 'mp3'),
  },
  {
    name: 'a weak setting in production',
    check: 'environment',
    plant: set('ConfigMap/auth-configmap', ['data', 'BCRYPT_COST'], '4'),
  },
  {
    name: "the tutorial's short key, and an image for production",
    overlay: 'overlays/minikube',
    check: 'environment',
    plant: set('ConfigMap/auth-configmap', ['data', 'NODE_ENV'], undefined),
  },
  {
    name: "a database that is left at the tutorial's address",
    check: 'environment',
    plant: set(
      'ExternalSecret/relay-secret',
      ['spec', 'target', 'template', 'data', 'MONGO_URL'],
      undefined,
    ),
  },
  {
    name: 'an entry that the image has not',
    check: 'environment',
    plant: set('Deployment/gateway', [...container, 'args'], ['gatway']),
  },
  {
    name: 'a URL of another kind of server',
    check: 'environment',
    plant: set(
      'ExternalSecret/relay-secret',
      ['spec', 'target', 'template', 'data', 'RABBITMQ_URL'],
      'http://{{ .brokerUser }}@rabbitmq:15672',
    ),
  },
  {
    name: 'a queue that only its reader calls so',
    check: 'shared-settings',
    plant: set('ConfigMap/notification-configmap', ['data', 'MP3_QUEUE'], 'mp3s'),
  },
  {
    name: 'a share of the queue that only the gateway knows',
    check: 'shared-settings',
    plant: set('ConfigMap/gateway-configmap', ['data', 'MAX_QUEUED_PER_OWNER'], '100'),
  },
  {
    name: 'a migration of another database',
    check: 'shared-settings',
    plant: set(
      'Job/migrate-*',
      [...container, 'env'],
      [
        { name: 'MYSQL_HOST', value: 'other.example.internal' },
        { name: 'MYSQL_USER', value: 'auth_user' },
      ],
    ),
  },
  {
    name: 'a probe for a page that is not there',
    check: 'probes',
    plant: set(
      'Deployment/gateway',
      [...container, 'readinessProbe', 'httpGet', 'path'],
      '/healthz',
    ),
  },
  {
    name: 'a probe at the port of the listeners',
    check: 'probes',
    plant: set('Deployment/gateway', [...container, 'livenessProbe', 'httpGet', 'port'], 'http'),
  },
  {
    name: 'a probe at no port',
    check: 'probes',
    plant: set('Deployment/relay', [...container, 'livenessProbe', 'httpGet', 'port'], 'metrics'),
  },
  {
    name: 'a restart for an outage elsewhere',
    check: 'probes',
    plant: set('Deployment/auth', [...container, 'livenessProbe', 'httpGet', 'path'], '/readyz'),
  },
  {
    name: 'no probe at all',
    check: 'probes',
    plant: set('Deployment/notification', [...container, 'readinessProbe'], undefined),
  },
  {
    name: 'a pod that is killed before its work is handed back',
    check: 'stopping',
    plant: set('Deployment/converter', [...pod, 'terminationGracePeriodSeconds'], 30),
  },
  {
    name: 'no time to close connections after the work',
    check: 'stopping',
    plant: all(
      set('ConfigMap/notification-configmap', ['data', 'STOP_TIMEOUT_MS'], '30000'),
      set('Deployment/notification', [...pod, 'terminationGracePeriodSeconds'], 35),
    ),
  },
  {
    name: 'a stop that takes longer than it may',
    check: 'stopping',
    plant: set('ConfigMap/notification-configmap', ['data', 'STOP_TIMEOUT_MS'], '3600000'),
  },
  {
    name: 'a gateway that ends while requests still come',
    check: 'stopping',
    plant: set('Deployment/gateway', [...container, 'lifecycle'], undefined),
  },
  {
    name: 'deliveries that RabbitMQ takes back too soon',
    check: 'time-limits',
    plant: set(
      'ConfigMap/rabbitmq-conf-*',
      ['data', 'rabbitmq.conf'],
      'consumer_timeout = 3600000\n',
    ),
  },
  {
    name: 'deliveries that RabbitMQ takes back when it likes',
    check: 'time-limits',
    plant: set(
      'ConfigMap/rabbitmq-conf-*',
      ['data', 'rabbitmq.conf'],
      'vm_memory_high_watermark.absolute = 1GB\n',
    ),
  },
  {
    name: 'a transcode that may take a day',
    check: 'time-limits',
    plant: set('ConfigMap/converter-configmap', ['data', 'TRANSCODE_TIMEOUT_MS'], '86400000'),
  },
  {
    name: 'metrics at a port where none are',
    check: 'scraping',
    plant: set(
      'Deployment/relay',
      ['spec', 'template', 'metadata', 'annotations', 'prometheus.io/port'],
      '9091',
    ),
  },
  {
    name: 'a monitor of a page that is not there',
    check: 'scraping',
    plant: set('ServiceMonitor/gateway', ['spec', 'endpoints', 0, 'path'], '/stats'),
  },
  {
    name: 'labels of queues that dashboards do not read',
    check: 'scraping',
    plant: set(
      'ServiceMonitor/rabbitmq',
      ['spec', 'endpoints', 1, 'metricRelabelings', 4],
      undefined,
    ),
  },
  {
    name: 'a process that nobody measures',
    overlay: 'overlays/minikube',
    check: 'scraping',
    plant: set(
      'Deployment/converter',
      ['spec', 'template', 'metadata', 'annotations', 'prometheus.io/scrape'],
      'false',
    ),
  },
  {
    name: 'a Job that stands in the way of the next version',
    check: 'jobs',
    plant: all(
      set('Job/queues-*', ['spec', 'ttlSecondsAfterFinished'], undefined),
      set('Job/queues-*', ['metadata', 'name'], 'queues'),
    ),
  },
];
