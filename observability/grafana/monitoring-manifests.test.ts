import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, normalize } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { z } from 'zod';

const root = join(__dirname, '../..');

const kustomizationSchema = z.object({
  resources: z.array(z.string()).default([]),
  configMapGenerator: z
    .array(z.object({ name: z.string(), files: z.array(z.string()) }))
    .default([]),
});

interface Kustomized {
  /** Object files, from the root. */
  readonly files: readonly string[];
  readonly configMaps: readonly { readonly name: string; readonly files: readonly string[] }[];
}

/** What kustomize would read from a folder, its resources included. */
function kustomized(folder: string): Kustomized {
  const path = join(root, folder, 'kustomization.yaml');
  const { resources, configMapGenerator } = kustomizationSchema.parse(
    parse(readFileSync(path, 'utf8')),
  );
  const own: Kustomized = {
    files: resources.filter((name) => name.endsWith('.yaml')).map((name) => join(folder, name)),
    configMaps: configMapGenerator.map(({ name, files }) => ({
      name,
      files: files.map((file) => join(folder, file)),
    })),
  };
  const others = resources
    .filter((name) => !name.endsWith('.yaml'))
    .map((name) => kustomized(normalize(join(folder, name))));
  return {
    files: [own, ...others].flatMap(({ files }) => files),
    configMaps: [own, ...others].flatMap(({ configMaps }) => configMaps),
  };
}

const containerSchema = z.object({
  name: z.string(),
  image: z.string(),
  args: z.array(z.string()).default([]),
  env: z
    .array(
      z.object({
        name: z.string(),
        value: z.string().optional(),
        valueFrom: z.object({ secretKeyRef: z.object({ name: z.string() }) }).optional(),
      }),
    )
    .default([]),
  ports: z.array(z.object({ name: z.string(), containerPort: z.int() })),
  resources: z.object({
    requests: z.object({ cpu: z.string(), memory: z.string() }),
    limits: z.object({ cpu: z.string(), memory: z.string() }),
  }),
  securityContext: z.unknown(),
  volumeMounts: z.array(z.object({ name: z.string(), mountPath: z.string() })),
});
const workloadSchema = z.object({
  kind: z.enum(['Deployment', 'StatefulSet']),
  metadata: z.object({ name: z.string() }),
  spec: z.object({
    selector: z.object({ matchLabels: z.record(z.string(), z.string()) }),
    template: z.object({
      metadata: z.object({ labels: z.record(z.string(), z.string()) }),
      spec: z.object({
        enableServiceLinks: z.boolean(),
        securityContext: z.unknown(),
        containers: z.tuple([containerSchema]),
        volumes: z.array(
          z.object({
            name: z.string(),
            configMap: z
              .object({
                name: z.string(),
                items: z.array(z.object({ key: z.string(), path: z.string() })).optional(),
              })
              .optional(),
            secret: z.object({ secretName: z.string() }).optional(),
          }),
        ),
      }),
    }),
    volumeClaimTemplates: z
      .array(z.object({ metadata: z.object({ name: z.string() }) }))
      .default([]),
  }),
});
type Workload = z.infer<typeof workloadSchema>;
const serviceSchema = z.object({
  kind: z.literal('Service'),
  metadata: z.object({ name: z.string() }),
  spec: z.object({
    selector: z.record(z.string(), z.string()),
    ports: z.array(z.object({ port: z.int(), targetPort: z.string() })),
  }),
});
const composeSchema = z.object({
  services: z.record(
    z.string(),
    z.object({ image: z.string(), environment: z.record(z.string(), z.string()).default({}) }),
  ),
});

const { files, configMaps } = kustomized('manifests/monitoring');
const objects = files.flatMap((file) =>
  parseAllDocuments(readFileSync(join(root, file), 'utf8')).map(
    (document) => document.toJS() as unknown,
  ),
);
const workloads = objects.flatMap((one) => workloadSchema.safeParse(one).data ?? []);
const services = objects.flatMap((one) => serviceSchema.safeParse(one).data ?? []);
const compose = composeSchema.parse(
  parse(readFileSync(join(root, 'docker-compose.yml'), 'utf8'), { merge: true }),
);

it('runs Prometheus, Alertmanager and Grafana, each behind a Service of its name', () => {
  const names = ['prometheus', 'alertmanager', 'grafana'];
  expect(workloads.map(({ metadata }) => metadata.name).sort()).toEqual(names.sort());
  expect(services.map(({ metadata }) => metadata.name).sort()).toEqual(names.sort());
});

it('makes ConfigMaps of files that exist, small enough for kubectl apply to keep a copy', () => {
  for (const { files: held } of configMaps) {
    expect(held.filter((file) => !existsSync(join(root, file)))).toEqual([]);
    // The copy is an annotation, of 256 kB at most (kubernetes.io/docs, "Annotations"), escaped.
    const bytes = held.reduce((sum, file) => sum + statSync(join(root, file)).size, 0);
    expect(bytes).toBeLessThan(200_000);
  }
});

it('puts every dashboard into the cluster', () => {
  const held = configMaps.find(({ name }) => name === 'grafana-dashboards')?.files ?? [];
  const folder = 'observability/grafana/dashboards';
  expect(held.every((file) => dirname(file) === folder)).toBe(true);
  expect(held.map((file) => basename(file, '.json'))).toEqual([
    'service',
    'queues',
    'workers',
    'gateway-and-auth',
  ]);
});

describe.each(workloads)('$metadata.name', (workload) => {
  const { spec } = workload.spec.template;
  const [container] = spec.containers;

  it('mounts ConfigMaps that are made, and of these all files', () => {
    for (const { configMap } of spec.volumes) {
      if (configMap === undefined) continue;
      const made = configMaps.find(({ name }) => name === configMap.name);
      expect(made?.name).toBe(configMap.name);
      if (configMap.items === undefined) continue;
      expect(configMap.items.map(({ key }) => key).sort()).toEqual(
        made?.files.map((file) => basename(file)).sort(),
      );
    }
  });

  it('has every volume it mounts, and no other', () => {
    const volumes = [
      ...spec.volumes.map(({ name }) => name),
      ...workload.spec.volumeClaimTemplates.map(({ metadata }) => metadata.name),
    ];
    expect(container.volumeMounts.map(({ name }) => name).sort()).toEqual(volumes.sort());
  });

  it('is reached by its Service', () => {
    const { selector, ports } = serviceOf(workload).spec;
    const { labels } = workload.spec.template.metadata;
    expect(labels).toMatchObject(selector);
    expect(labels).toMatchObject(workload.spec.selector.matchLabels);
    for (const { port, targetPort } of ports) {
      expect(container.ports).toContainEqual({ name: targetPort, containerPort: port });
    }
  });

  it('runs restricted (kubernetes.io/docs, "Pod Security Standards")', () => {
    expect(spec.securityContext).toMatchObject({
      runAsNonRoot: true,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    expect(spec.enableServiceLinks).toBe(false);
  });

  it('has no secret written out', () => {
    for (const { name, value, valueFrom } of container.env) {
      if (/PASSWORD|USER$|TOKEN|SECRET/.test(name)) {
        expect({ name, value, from: valueFrom?.secretKeyRef.name }).toEqual({
          name,
          value: undefined,
          from: 'grafana-admin',
        });
      }
    }
  });

  it('is the version that compose runs', () => {
    expect(container.image).toBe(compose.services[workload.metadata.name]?.image);
    expect(container.image).toMatch(/:v?\d+\.\d+\.\d+$/);
  });
});

it('finds the rules where the configuration for a cluster says they are', () => {
  const config = z
    .object({ rule_files: z.array(z.string()) })
    .parse(parse(readFileSync(join(root, 'observability/prometheus/kubernetes.yml'), 'utf8')));
  const prometheus = workloads.find(({ metadata }) => metadata.name === 'prometheus');
  const items = prometheus?.spec.template.spec.volumes[0]?.configMap?.items ?? [];
  expect(items.map(({ path }) => `/etc/prometheus/${path}`)).toEqual(
    expect.arrayContaining(config.rule_files),
  );
});

it('sets Grafana up as compose does', () => {
  const grafana = workloads.find(({ metadata }) => metadata.name === 'grafana');
  const [container] = grafana?.spec.template.spec.containers ?? [];
  const settings = Object.fromEntries(
    container?.env.map(({ name, value }) => [name, value ?? 'secret']) ?? [],
  );
  const inCompose = Object.entries(compose.services['grafana']?.environment ?? {}).map(
    // Compose mounts a secret as a file, the cluster hands it over.
    ([name, value]) => [
      name.replace(/__FILE$/, ''),
      /^\$\{|^\/run\/secrets\//.test(value) ? 'secret' : value,
    ],
  );
  expect(settings).toEqual(Object.fromEntries(inCompose));
  expect(settings).toMatchObject({ GF_AUTH_ANONYMOUS_ENABLED: 'false' });
});

function serviceOf({ metadata }: Workload) {
  const found = services.find((service) => service.metadata.name === metadata.name);
  if (found === undefined) throw new Error(`${metadata.name} has no Service`);
  return found;
}
