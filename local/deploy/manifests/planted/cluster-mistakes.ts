import { adding, all, type PlantedMistake, set, without } from './mistake';

const pod = ['spec', 'template', 'spec'] as const;
const container = [...pod, 'containers', 0] as const;

/** Mistakes in what the cluster must allow, forbid and keep. */
export const clusterMistakes: readonly PlantedMistake[] = [
  {
    name: 'a process that may be root',
    check: 'pod-security',
    plant: set('Deployment/gateway', [...pod, 'securityContext', 'runAsNonRoot'], undefined),
  },
  {
    name: 'a capability',
    check: 'pod-security',
    plant: set(
      'Deployment/converter',
      [...container, 'securityContext', 'capabilities', 'add'],
      ['SYS_ADMIN'],
    ),
  },
  {
    name: 'a directory of the node',
    check: 'pod-security',
    plant: set('Deployment/converter', [...pod, 'volumes', 0], {
      name: 'tmp',
      hostPath: { path: '/tmp' },
    }),
  },
  {
    name: 'system calls of every kind',
    check: 'pod-security',
    plant: set(
      'Deployment/auth',
      [...pod, 'securityContext', 'seccompProfile', 'type'],
      'Unconfined',
    ),
  },
  {
    name: 'a root filesystem that can be written to',
    check: 'pod-security',
    plant: set(
      'Deployment/gateway',
      [...container, 'securityContext', 'readOnlyRootFilesystem'],
      undefined,
    ),
  },
  {
    name: 'a work directory on the read-only root',
    check: 'pod-security',
    plant: set('ConfigMap/converter-configmap', ['data', 'WORK_DIR'], '/var/work'),
  },
  {
    name: 'no limit of memory',
    check: 'resources',
    plant: set('Deployment/converter', [...container, 'resources', 'limits', 'memory'], undefined),
  },
  {
    name: 'a request that is more than the limit',
    check: 'resources',
    plant: set('Deployment/converter', [...container, 'resources', 'requests', 'cpu'], '4000m'),
  },
  {
    name: 'a volume that may fill the node',
    check: 'resources',
    plant: set('Deployment/gateway', [...pod, 'volumes', 0, 'emptyDir'], {}),
  },
  {
    name: 'a budget that lets no node be drained',
    check: 'disruption',
    plant: set('PodDisruptionBudget/auth', ['spec'], {
      minAvailable: 2,
      selector: { matchLabels: { app: 'auth' } },
    }),
  },
  {
    name: 'no budget',
    check: 'disruption',
    plant: without('PodDisruptionBudget/gateway'),
  },
  {
    name: 'no budget for the brokers',
    check: 'disruption',
    plant: without('PodDisruptionBudget/rabbitmq'),
  },
  {
    name: 'a broker more than its configuration knows',
    check: 'broker-nodes',
    plant: set('StatefulSet/rabbitmq', ['spec', 'replicas'], 5),
  },
  {
    name: 'brokers that have no names',
    check: 'broker-nodes',
    plant: set('Service/rabbitmq-nodes', ['spec', 'clusterIP'], undefined),
  },
  {
    name: 'brokers that call themselves otherwise',
    check: 'broker-nodes',
    plant: set('StatefulSet/rabbitmq', ['spec', 'serviceName'], 'rabbitmq'),
  },
  {
    name: 'a number of replicas that fights with the autoscaler',
    check: 'scaling',
    plant: set('Deployment/converter', ['spec', 'replicas'], 4),
  },
  {
    name: 'at least more than at most',
    check: 'scaling',
    plant: set('HorizontalPodAutoscaler/auth', ['spec', 'minReplicas'], 20),
  },
  {
    name: 'two autoscalers of one Deployment',
    check: 'scaling',
    plant: set('HorizontalPodAutoscaler/auth', ['spec', 'scaleTargetRef', 'name'], 'gateway'),
  },
  {
    name: 'scaling in while everything is being worked on',
    check: 'scaling',
    plant: set('ScaledObject/converter', ['spec', 'triggers', 0, 'metadata', 'protocol'], 'amqp'),
  },
  {
    name: 'the newest image of the day',
    check: 'images',
    plant: set('Deployment/gateway', [...container, 'image'], 'registry.example.com/video-to-mp3'),
  },
  {
    name: 'one process of another version',
    check: 'images',
    plant: set(
      'Deployment/relay',
      [...container, 'image'],
      'registry.example.com/video-to-mp3:0.1.7',
    ),
  },
  {
    name: 'a command of another version',
    check: 'images',
    plant: set('Job/queues-migrate-*', [...container, 'image'], 'video-to-mp3:0.1.7'),
  },
  {
    name: 'a converter without ffmpeg',
    check: 'images',
    plant: set('Deployment/converter', [...container, 'image'], (image: string) =>
      image.replace('video-to-mp3-converter', 'video-to-mp3'),
    ),
  },
  {
    name: 'a server of another version than compose has',
    check: 'images',
    plant: set('Deployment/grafana', [...container, 'image'], 'grafana/grafana:12.0.0'),
  },
  {
    name: 'a token that nobody needs',
    check: 'account-tokens',
    plant: set('Deployment/converter', [...pod, 'automountServiceAccountToken'], true),
  },
  {
    name: 'no token for Prometheus',
    check: 'account-tokens',
    plant: set('StatefulSet/prometheus', [...pod, 'automountServiceAccountToken'], false),
  },
  {
    name: 'AUTH_PORT=tcp://… in the environment',
    check: 'account-tokens',
    plant: set('Deployment/gateway', [...pod, 'enableServiceLinks'], undefined),
  },
  {
    name: 'nothing that denies',
    check: 'network',
    plant: without('NetworkPolicy/default-deny'),
  },
  {
    name: 'a path that is open at one end only',
    check: 'network',
    plant: without('NetworkPolicy/rabbitmq-from-relay'),
  },
  {
    name: 'names that nobody may look up',
    check: 'network',
    plant: without('NetworkPolicy/any-to-dns'),
  },
  {
    name: 'listeners who are let in nowhere',
    check: 'network',
    plant: without('NetworkPolicy/ingress-controller-to-gateway'),
  },
  {
    name: 'a path to the management API for the gateway',
    check: 'network',
    plant: all(
      set('NetworkPolicy/gateway-to-rabbitmq', ['spec', 'egress', 0, 'ports', 1], { port: 15672 }),
      set('NetworkPolicy/rabbitmq-from-gateway', ['spec', 'ingress', 0, 'ports', 1], {
        port: 15672,
      }),
    ),
  },
  {
    name: 'a converter that may speak to the internet',
    check: 'network',
    plant: adding({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'converter-to-anywhere' },
      spec: {
        podSelector: { matchLabels: { app: 'converter' } },
        policyTypes: ['Egress'],
        egress: [{ to: [{ ipBlock: { cidr: '0.0.0.0/0' } }], ports: [{ port: 443 }] }],
      },
    }),
  },
  {
    name: 'a path for everybody',
    check: 'network',
    plant: set('NetworkPolicy/auth-from-gateway', ['spec', 'ingress', 0, 'from'], undefined),
  },
  {
    name: 'a Secret in git',
    check: 'secrets-in-git',
    plant: adding({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'auth-secret' },
      stringData: { JWT_SECRET: 'sarcasm' },
    }),
  },
  {
    name: 'a password in a ConfigMap',
    check: 'secrets-in-git',
    plant: set('ConfigMap/auth-configmap', ['data', 'MYSQL_PASSWORD'], 'Auth123'),
  },
  ...(
    [
      ['auth-configmap', 'JWT_KEY'],
      ['auth-configmap', 'MYSQL_PWD'],
      ['relay-configmap', 'RABBITMQ_DEFAULT_PASS'],
      ['relay-configmap', 'RABBITMQ_ERLANG_COOKIE'],
    ] as const
  ).map(([map, variable]): PlantedMistake => ({
    name: `a secret called ${variable} that begins like a path`,
    check: 'secrets-in-git',
    plant: set(`ConfigMap/${map}`, ['data', variable], '/Auth123'),
  })),
  {
    name: 'a password in the configuration of RabbitMQ',
    check: 'secrets-in-git',
    plant: set(
      'ConfigMap/rabbitmq-conf*',
      ['data', 'rabbitmq.conf'],
      (text: string) => `${text}default_pass = x\n`,
    ),
  },
  {
    name: 'a password in the configuration of a mail sender',
    check: 'secrets-in-git',
    plant: set(
      'ConfigMap/relay-configmap',
      ['data', 'alertmanager.yml'],
      'global:\n  smtp_auth_password: x\n',
    ),
  },
  {
    name: 'a password as an argument',
    check: 'secrets-in-git',
    plant: set('Deployment/relay', [...container, 'args'], ['relay', '--password=x']),
  },
  {
    name: 'a password in a URL',
    check: 'secrets-in-git',
    plant: set(
      'ConfigMap/relay-configmap',
      ['data', 'RABBITMQ_URL'],
      'amqp://relay:hunter2@rabbitmq:5672',
    ),
  },
  {
    name: 'a password among the variables',
    check: 'secrets-in-git',
    plant: set('Deployment/grafana', [...container, 'env', 1], {
      name: 'GF_SECURITY_ADMIN_PASSWORD',
      value: 'admin',
    }),
  },
];
