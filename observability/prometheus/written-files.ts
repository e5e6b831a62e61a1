import { alertmanagerConfig } from './alertmanager-config';
import { prometheusConfig, type Place } from './prometheus-config';
import { scrapePods, scrapeServices } from './scrapes';

const generated = 'Written by `npm run docs` from observability/prometheus/*.ts: change it there.';

/** Where the containers find the rules. Listed: their folder also holds the rules' tests. */
const mountedRules = ['recording', 'alerts'].map((name) => `/etc/prometheus/rules/${name}.yml`);

const compose: Place = {
  comment: `Prometheus beside the servers of docker-compose.yml.\n${generated}`,
  everySeconds: 15,
  ruleFiles: mountedRules,
  alertmanager: 'alertmanager:9093',
  scrapes: scrapeServices('compose', {
    gateway: 'gateway:9090',
    auth: 'auth:9090',
    converter: 'converter:9090',
    notification: 'notification:9090',
    relay: 'relay:9090',
    rabbitmq: 'rabbitmq:15692',
    prometheus: 'localhost:9090',
    alertmanager: 'alertmanager:9093',
  }),
};

const kubernetes: Place = {
  comment: `Prometheus in a cluster: pods of its own namespace that carry the annotation
prometheus.io/scrape: 'true' and say where by prometheus.io/port and prometheus.io/path.
It needs a Role that may get, list and watch pods.
${generated}`,
  everySeconds: 15,
  ruleFiles: mountedRules,
  alertmanager: 'alertmanager:9093',
  scrapes: scrapePods(),
};

const composeMails = alertmanagerConfig({
  comment: `Alertmanager beside the servers of docker-compose.yml: mails go to its inbox.\n${generated}`,
  smarthost: 'inbox:1025',
  from: 'alerts@localhost.localdomain',
  to: 'operator@localhost.localdomain',
  groupWaitSeconds: 30,
});

export interface WrittenFile {
  /** From the top of the checkout. */
  readonly path: string;
  readonly text: string;
}

/** Every configuration file that is committed. */
export function writtenPrometheusFiles(): WrittenFile[] {
  return [
    { path: 'observability/prometheus/compose.yml', text: prometheusConfig(compose) },
    { path: 'observability/prometheus/kubernetes.yml', text: prometheusConfig(kubernetes) },
    { path: 'observability/prometheus/alertmanager-compose.yml', text: composeMails },
  ];
}
