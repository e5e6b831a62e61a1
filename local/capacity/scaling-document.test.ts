import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { Settings } from '../../observability/config';
import { entrySettings } from '../deploy/entry-settings';
import { repositoryDirectory } from '../repository-directory';
import { readMeasured } from './measured';
import { converterScaling, ownerLimit } from './reference';
import { scalingDocumentPath, withScalingTables } from './scaling-document';

const read = (path: string): string => readFileSync(join(repositoryDirectory(), path), 'utf8');
const document = readFileSync(scalingDocumentPath(), 'utf8');
const tables: readonly Settings[] = Object.values(entrySettings);
const settings = tables.flatMap((table) => Object.values(table));

it('has the tables that the model makes of local/capacity/measured.json', () => {
  // `npm run bench -- capacity --document` writes them.
  expect(withScalingTables(document, readMeasured())).toBe(document);
});

it('notices a measurement that is not the kept one', () => {
  const measured = readMeasured();
  const { converter } = measured.rates;
  const slower = { ...converter, transcodeSpeed: converter.transcodeSpeed / 2 };
  const other = { ...measured, rates: { ...measured.rates, converter: slower } };
  expect(withScalingTables(document, other)).not.toBe(document);
});

it('names panels that a dashboard has', () => {
  const named = [...document.matchAll(/_([A-Z][\w ]+) › ([^_]+)_/g)];
  const files = {
    Queues: 'queues',
    Workers: 'workers',
    Service: 'service',
    'Gateway and auth': 'gateway-and-auth',
  };
  const missing = named.filter(([, dashboard = '', panel = '']) => {
    const file = files[dashboard as keyof typeof files];
    return !read(`observability/grafana/dashboards/${file}.json`).includes(`"title": "${panel}"`);
  });
  expect(named.length).toBeGreaterThan(10);
  expect(missing.map(([text]) => text)).toEqual([]);
});

it('names alerts and settings that there are', () => {
  const alerts = new Set(
    [...read('observability/prometheus/rules/alerts.yml').matchAll(/alert: (\w+)/g)].map(
      ([, name]) => name,
    ),
  );
  const environment = new Set<string | undefined>(settings.map(({ env }) => env));
  const names = [...document.matchAll(/`(\w+)`/g)].map(([, name = '']) => name);
  const isSetting = (name: string) => /^[A-Z][A-Z0-9]*(_[A-Z0-9]+)+$|^CONCURRENCY$/.test(name);
  const isAlert = (name: string) => /^([A-Z][a-z]+){2,}$/.test(name);
  expect(names.filter(isSetting).length).toBeGreaterThan(10);
  expect(names.filter(isAlert).length).toBeGreaterThan(5);
  expect(names.filter((name) => isSetting(name) && !environment.has(name))).toEqual([]);
  expect(names.filter((name) => isAlert(name) && !alerts.has(name))).toEqual([]);
});

it('simulates the rule that the manifests give KEDA, and the limits that are the defaults', () => {
  const objects = parseAllDocuments(read('manifests/components/autoscaling/workers.yaml')).map(
    (one) => one.toJS() as ScaledObject,
  );
  const converter = objects.find(
    ({ kind, metadata }) => kind === 'ScaledObject' && metadata.name === 'converter',
  );
  const { scaleDown } = converter?.spec.advanced.horizontalPodAutoscalerConfig.behavior ?? {};
  expect({
    leastReplicas: converter?.spec.minReplicaCount,
    everySeconds: converter?.spec.pollingInterval,
    messagesPerReplica: Number(converter?.spec.triggers[0]?.metadata['value']),
    stabilizationSeconds: scaleDown?.stabilizationWindowSeconds,
    secondsPerFewerReplica: scaleDown?.policies[0]?.periodSeconds,
    startSeconds: converterScaling.startSeconds,
  }).toEqual(converterScaling);
  const { maxQueuedPerOwner, relayEveryMs } = entrySettings.relay;
  expect({
    maxQueuedPerOwner: Number(maxQueuedPerOwner.default),
    relayEverySeconds: Number(relayEveryMs.default) / 1_000,
  }).toEqual(ownerLimit);
});

interface ScaledObject {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly minReplicaCount: number;
    readonly pollingInterval: number;
    readonly advanced: {
      readonly horizontalPodAutoscalerConfig: {
        readonly behavior: {
          readonly scaleDown: {
            readonly stabilizationWindowSeconds: number;
            readonly policies: readonly {
              readonly value: number;
              readonly periodSeconds: number;
            }[];
          };
        };
      };
    };
    readonly triggers: readonly { readonly metadata: Readonly<Record<string, string>> }[];
  };
}
