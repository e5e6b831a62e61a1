import type { Deployment } from '../model/deployment';
import { inCompose, inFile, inService, type PlantedMistake } from './mistake';

/** Mistakes in what a container is, may, has and leaves behind. */
export const containerMistakes: readonly PlantedMistake[] = [
  {
    name: 'whatever is the latest',
    check: 'images',
    plant: inService('mysql', (service) => (service.image = 'mysql:latest')),
  },
  {
    name: 'no version at all',
    check: 'images',
    plant: inService('inbox', (service) => (service.image = 'axllent/mailpit')),
  },
  {
    name: 'an older version of ours',
    check: 'images',
    plant: inService('relay', (service) => (service.image = 'video-to-mp3:0.0.9')),
  },
  {
    name: 'two services that build one image',
    check: 'images',
    plant: inService('auth', (service) => (service.build = { target: 'service' })),
  },
  {
    name: 'a target without ffmpeg under the name of the one with it',
    check: 'images',
    plant: inService('converter', (service) => (service.build = { target: 'service' })),
  },
  {
    name: 'passwords that are sent to the builder',
    check: 'images',
    plant: ignoring(['node_modules', '.git', '.env']),
  },
  {
    name: 'passwords that are let through to the builder again',
    check: 'images',
    plant: ignoring(['*', '!.secrets']),
  },
  {
    name: 'a configuration that does not exist',
    check: 'mounts',
    plant: inService('proxy', ({ volumes }) => {
      if (volumes[0]) volumes[0].source = '/nowhere/nginx.conf';
    }),
  },
  {
    name: 'a configuration that the container may change',
    check: 'mounts',
    plant: inService('prometheus', ({ volumes }) => delete volumes[0]?.read_only),
  },
  {
    name: 'users that end with their container',
    check: 'mounts',
    plant: inService('mysql', (service) => (service.volumes = [])),
  },
  {
    name: 'a volume without a name',
    check: 'mounts',
    plant: inService('mongo', ({ volumes }) => {
      for (const volume of volumes) if (volume.type === 'volume') delete volume.source;
    }),
  },
  {
    name: 'a server that cannot write its socket',
    check: 'mounts',
    plant: inService('mysql', (service) => (service.tmpfs = ['/tmp:size=64m'])),
  },
  {
    name: 'videos in memory',
    check: 'mounts',
    plant: inService('converter', (service) => {
      service.volumes = [];
      service.tmpfs.push('/work');
    }),
  },
  {
    name: 'no health check',
    check: 'health',
    plant: inService('gateway', (service) => delete service.healthcheck),
  },
  {
    name: 'a health check of another program',
    check: 'health',
    plant: inService('relay', ({ healthcheck }) => {
      if (healthcheck) healthcheck.test = ['CMD', 'curl', 'http://127.0.0.1:9090/livez'];
    }),
  },
  ...(
    [
      ['rabbitmq', ['CMD', 'true']],
      ['mysql', ['CMD', 'mysql', '--version']],
      ['inbox', ['CMD', '/mailpit', 'version']],
    ] as const
  ).map(([name, test]): PlantedMistake => ({
    name: `a health check of ${name} that asks nobody`,
    check: 'health',
    plant: inService(name, ({ healthcheck }) => {
      if (healthcheck) healthcheck.test = [...test];
    }),
  })),
  {
    name: 'a health check of a port that is not there',
    check: 'health',
    plant: inFile('nginx.conf', 'listen 127.0.0.1:8081', 'listen 127.0.0.1:8082'),
  },
  {
    name: 'a health check that is slower than its interval',
    check: 'health',
    plant: inService('mongo', ({ healthcheck }) => {
      if (healthcheck) healthcheck.timeout = '1m0s';
    }),
  },
  {
    name: 'memory without a limit',
    check: 'limits',
    plant: inService('relay', (service) => delete service.deploy?.resources?.limits?.memory),
  },
  {
    name: 'more cores than a small machine has',
    check: 'limits',
    plant: inService('mongo', ({ deploy }) => {
      if (deploy?.resources?.limits) deploy.resources.limits.cpus = 2;
    }),
  },
  {
    name: 'more conversions than memory',
    check: 'limits',
    plant: inService('converter', ({ environment }) => (environment['CONCURRENCY'] = '2')),
  },
  {
    name: 'a broker that holds publishers back after the kernel has ended it',
    check: 'limits',
    plant: inFile('rabbitmq.conf', '= 600MB', '= 1200MB'),
  },
  {
    name: 'a log that fills the disk',
    check: 'limits',
    plant: inService('proxy', (service) => delete service.logging),
  },
  {
    name: 'a root filesystem that can be written to',
    check: 'hardening',
    plant: inService('auth', (service) => delete service.read_only),
  },
  {
    name: 'capabilities that are kept',
    check: 'hardening',
    plant: inService('rabbitmq', (service) => (service.cap_drop = [])),
  },
  {
    name: 'a capability that is given',
    check: 'hardening',
    plant: inService('converter', (service) => (service.cap_add = ['SYS_ADMIN'])),
  },
  {
    name: 'a server that runs as root',
    check: 'hardening',
    plant: inService('mysql', (service) => delete service.user),
  },
  {
    name: 'a process of ours that runs as root',
    check: 'hardening',
    plant: inService('gateway', (service) => (service.user = '0:0')),
  },
  {
    name: 'the way to become root',
    check: 'hardening',
    plant: inService('notification', (service) => (service.security_opt = [])),
  },
  {
    name: 'the Docker daemon in a container',
    check: 'hardening',
    plant: inService('prometheus', ({ volumes }) => {
      volumes.push({
        type: 'bind',
        source: '/var/run/docker.sock',
        target: '/var/run/docker.sock',
        read_only: true,
      });
    }),
  },
  {
    name: 'a conversion that is killed before it may end',
    check: 'stopping',
    plant: inService('converter', ({ environment }) => (environment['STOP_TIMEOUT_MS'] = '660000')),
  },
  {
    name: 'no time to close connections after the work',
    check: 'stopping',
    plant: inService('notification', (service) => (service.stop_grace_period = '35s')),
  },
  {
    name: 'Docker’s ten seconds to stop',
    check: 'stopping',
    plant: inService('gateway', (service) => delete service.stop_grace_period),
  },
  {
    name: 'a proxy that ends before its gateways',
    check: 'stopping',
    plant: inService('proxy', (service) => (service.stop_grace_period = '10s')),
  },
  {
    name: 'a migration that is run for ever',
    check: 'stopping',
    plant: inService('migrate', (service) => (service.restart = 'unless-stopped')),
  },
  {
    name: 'a process that stays down',
    check: 'stopping',
    plant: inService('notification', (service) => (service.restart = 'no')),
  },
  {
    name: 'a broker that takes long conversions back',
    check: 'time-limits',
    plant: inFile('rabbitmq.conf', 'consumer_timeout = 10800000', 'consumer_timeout = 7200000'),
  },
  {
    name: 'conversions that are allowed more than the broker waits',
    check: 'time-limits',
    plant: inService('converter', ({ environment }) => {
      environment['TRANSCODE_TIMEOUT_MS'] = '14400000';
    }),
  },
  {
    name: 'the broker’s own half hour',
    check: 'time-limits',
    plant: inCompose(({ services: { rabbitmq } }) => {
      if (rabbitmq) rabbitmq.volumes = rabbitmq.volumes.filter(({ type }) => type !== 'bind');
    }),
  },
];

function ignoring(lines: readonly string[]) {
  return (deployment: Deployment): Deployment => ({
    ...deployment,
    image: { ...deployment.image, ignored: lines },
  });
}
