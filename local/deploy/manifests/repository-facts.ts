import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { startAdminServer } from '../../../observability/admin-server';
import { Metrics } from '../../../observability/metrics';
import { Readiness } from '../../../observability/readiness';
import { productVersion } from '../product';
import { workloadsOf } from './model/workload';
import type { Facts, Rendered } from './model/rendered';

const composeSchema = z.object({
  services: z.record(z.string(), z.object({ image: z.string().optional() })),
});

/** @param folders Whose probes and scrapes ask the admin port for paths. */
export async function repositoryFacts(
  repository: string,
  folders: readonly Rendered[],
): Promise<Facts> {
  const read = (file: string) => readFileSync(join(repository, file), 'utf8');
  const { services } = composeSchema.parse(parse(read('docker-compose.yml'), { merge: true }));
  return {
    version: productVersion(repository),
    adminPaths: await answered(pathsAskedFor(folders)),
    composeImages: Object.values(services).flatMap(({ image }) => image ?? []),
  };
}

function pathsAskedFor(folders: readonly Rendered[]): string[] {
  const paths = folders.flatMap(({ objects }) =>
    workloadsOf(objects).flatMap(({ containers }) =>
      containers.flatMap(({ livenessProbe, readinessProbe, startupProbe }) =>
        [livenessProbe, readinessProbe, startupProbe].flatMap(
          (probe) => probe?.httpGet?.path ?? [],
        ),
      ),
    ),
  );
  return [...new Set([...paths, '/metrics'])];
}

/** Which of these the product's admin port has: asked of a real one, and not told by hand. */
async function answered(paths: readonly string[]): Promise<ReadonlySet<string>> {
  const server = await startAdminServer('127.0.0.1', 0, new Metrics('gateway'), new Readiness());
  try {
    const statuses = await Promise.all(
      paths.map(async (path) => (await fetch(`http://127.0.0.1:${server.port}${path}`)).status),
    );
    return new Set(paths.filter((_, index) => statuses[index] !== 404));
  } finally {
    await server.stop();
  }
}
