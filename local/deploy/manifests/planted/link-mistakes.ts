import { all, type PlantedMistake, set, without } from './mistake';

const pod = ['spec', 'template', 'spec'] as const;
const container = [...pod, 'containers', 0] as const;
const minikube = 'overlays/minikube';

/** Mistakes in what one object says of another one. */
export const linkMistakes: readonly PlantedMistake[] = [
  {
    name: 'a Service that chooses no pod',
    check: 'selectors',
    plant: set('Service/gateway', ['spec', 'selector', 'app'], 'gatway'),
  },
  {
    name: 'a Job whose pods get the requests for auth',
    check: 'selectors',
    plant: set('Job/migrate-*', ['spec', 'template', 'metadata', 'labels', 'app'], 'auth'),
  },
  {
    name: 'a budget for nobody',
    check: 'selectors',
    plant: set('PodDisruptionBudget/auth', ['spec', 'selector', 'matchLabels', 'app'], 'author'),
  },
  {
    name: 'replicas that are kept apart from those of another service',
    check: 'selectors',
    plant: set(
      'Deployment/converter',
      [...pod, 'topologySpreadConstraints', 0, 'labelSelector', 'matchLabels', 'app'],
      'gateway',
    ),
  },
  {
    name: 'replicas that are spread over what nodes do not have',
    check: 'selectors',
    plant: set(
      'Deployment/gateway',
      [...pod, 'topologySpreadConstraints', 0, 'topologyKey'],
      'failure-domain/zone',
    ),
  },
  {
    name: 'a monitor of no Service',
    check: 'selectors',
    plant: set('ServiceMonitor/gateway', ['spec', 'selector', 'matchLabels'], { app: 'gatway' }),
  },
  {
    name: 'a port that the pod has not',
    check: 'ports',
    plant: set('Service/gateway', ['spec', 'ports', 0, 'targetPort'], 8081),
  },
  {
    name: 'an Ingress to a port that the Service has not',
    check: 'ports',
    plant: set(
      'Ingress/gateway-ingress',
      ['spec', 'rules', 0, 'http', 'paths', 0, 'backend', 'service', 'port', 'number'],
      80,
    ),
  },
  {
    name: 'a process that listens elsewhere',
    check: 'ports',
    plant: set('ConfigMap/gateway-configmap', ['data', 'PORT'], '8000'),
  },
  {
    name: 'an address with the wrong port',
    check: 'addresses',
    plant: set('ConfigMap/gateway-configmap', ['data', 'AUTH_SVC_ADDRESS'], 'auth:80'),
  },
  {
    name: 'an address of no Service',
    overlay: 'overlays/minikube-inside',
    check: 'addresses',
    plant: set('ConfigMap/auth-configmap', ['data', 'MYSQL_HOST'], 'mysql-server'),
  },
  {
    name: 'an address in another namespace',
    overlay: 'overlays/minikube-inside',
    check: 'addresses',
    plant: set('ConfigMap/auth-configmap', ['data', 'MYSQL_HOST'], 'mysql.other.svc'),
  },
  {
    name: 'mails with links to nowhere',
    check: 'addresses',
    plant: set(
      'ConfigMap/notification-configmap',
      ['data', 'PUBLIC_URL'],
      'https://mp3.example.com',
    ),
  },
  {
    name: 'mails with links that are not encrypted',
    check: 'addresses',
    plant: set(
      'ConfigMap/notification-configmap',
      ['data', 'PUBLIC_URL'],
      'http://mp3converter.com',
    ),
  },
  {
    name: 'alerts that reach nobody',
    check: 'addresses',
    plant: without('Service/alertmanager'),
  },
  {
    name: 'a scaler that asks in another namespace',
    check: 'addresses',
    plant: set(
      'ScaledObject/converter',
      ['spec', 'triggers', 0, 'metadata', 'host'],
      'http://rabbitmq.default.svc:15672/',
    ),
  },
  {
    name: 'a path to the port of the Service, where the pod has another',
    check: 'ports',
    plant: set('NetworkPolicy/gateway-to-auth', ['spec', 'egress', 0, 'ports', 0, 'port'], 80),
  },
  {
    name: 'a ConfigMap by a name that it has not',
    check: 'references',
    plant: set(
      'Deployment/relay',
      [...container, 'envFrom', 0, 'configMapRef', 'name'],
      'relay-config',
    ),
  },
  {
    name: 'a command that reads a setting which is not there',
    overlay: minikube,
    check: 'references',
    plant: set(
      'Job/queues-migrate-*',
      [...container, 'env', 0, 'valueFrom', 'configMapKeyRef', 'key'],
      'QUEUE',
    ),
  },
  {
    name: 'a Secret that nobody fetches',
    check: 'references',
    plant: without('ExternalSecret/rabbitmq-cookie'),
  },
  {
    name: 'a Secret that somebody without a store makes by hand',
    check: 'references',
    plant: without('ExternalSecret/grafana-admin'),
  },
  {
    name: 'a key that the Secret has not',
    check: 'references',
    plant: set('ExternalSecret/auth-secret', ['spec', 'data', 0, 'secretKey'], 'PASSWORD'),
  },
  {
    name: 'a part of a URL that is not fetched',
    check: 'references',
    plant: set('ExternalSecret/relay-secret', ['spec', 'data', 0, 'secretKey'], 'mongoAddress'),
  },
  {
    name: 'a mount of no volume',
    check: 'references',
    plant: set('Deployment/converter', [...container, 'volumeMounts', 0, 'name'], 'scratch'),
  },
  {
    name: 'an account that is not there',
    check: 'references',
    plant: without('ServiceAccount/converter'),
  },
  {
    name: 'a Role for the account of another namespace',
    check: 'references',
    plant: set('RoleBinding/prometheus', ['subjects', 0, 'namespace'], 'default'),
  },
  {
    name: 'a claim by another name',
    overlay: minikube,
    check: 'references',
    plant: set('PersistentVolumeClaim/rabbitmq-pvc', ['metadata', 'name'], 'rabbitmq-data'),
  },
  {
    name: 'a scaler of nothing',
    check: 'references',
    plant: set('ScaledObject/converter', ['spec', 'scaleTargetRef', 'name'], 'converters'),
  },
  {
    name: 'a scaler of another kind of Deployment',
    check: 'references',
    plant: set(
      'HorizontalPodAutoscaler/auth',
      ['spec', 'scaleTargetRef', 'apiVersion'],
      'apps/v1beta1',
    ),
  },
  {
    name: 'an end that is told of another container',
    check: 'references',
    plant: set(
      'Job/migrate-*',
      ['spec', 'podFailurePolicy', 'rules', 0, 'onExitCodes', 'containerName'],
      'main',
    ),
  },
  {
    name: 'a key that KEDA does not find',
    check: 'references',
    plant: set(
      'TriggerAuthentication/rabbitmq-scaler',
      ['spec', 'secretTargetRef', 0, 'key'],
      'HOST',
    ),
  },
  {
    name: 'a misspelt queue',
    check: 'queues',
    plant: set(
      'ScaledObject/converter',
      ['spec', 'triggers', 0, 'metadata', 'queueName'],
      'videos',
    ),
  },
  {
    name: 'a queue that nobody scales by',
    check: 'queues',
    plant: set('ScaledObject/notification', ['spec', 'triggers', 1], undefined),
  },
  {
    name: 'a label more in a selector that cannot be changed',
    overlay: minikube,
    check: 'tutorial',
    plant: set('Deployment/gateway', ['spec', 'selector', 'matchLabels', 'tier'], 'front'),
  },
  {
    name: 'fewer replicas than the tutorial has',
    overlay: minikube,
    check: 'tutorial',
    plant: set('Deployment/converter', ['spec', 'replicas'], 2),
  },
  {
    name: 'an Ingress that takes small uploads only',
    overlay: minikube,
    check: 'tutorial',
    plant: set(
      'Ingress/gateway-ingress',
      ['metadata', 'annotations', 'nginx.ingress.kubernetes.io/proxy-body-size'],
      undefined,
    ),
  },
  {
    name: 'another host',
    overlay: minikube,
    check: 'tutorial',
    plant: set('Ingress/rabbitmq-ingress', ['spec', 'rules', 0, 'host'], 'rabbitmq.local'),
  },
  {
    name: 'no Service of the tutorial any more',
    overlay: minikube,
    check: 'tutorial',
    plant: all(without('Service/auth'), without('ConfigMap/auth-configmap')),
  },
];
