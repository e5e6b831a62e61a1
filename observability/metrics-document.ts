import { markdownTable } from './markdown-table';
import { metricTable, runtimeMetrics, type MetricDeclaration } from './metric-table';
import { Metrics } from './metrics';

/** Where it is written to, from the root of the repository. */
export const metricsDocumentPath = 'observability/METRICS.md';

/** Labels whose values say less than what they are. */
const words: Readonly<Record<string, string>> = {
  route: 'path as it is registered, or none',
  version: 'of the product',
};

/** Every metric of the product as Markdown, from the declarations that the code is held to. */
export async function renderMetricsDocument(): Promise<string> {
  const table: [string, MetricDeclaration][] = Object.entries(metricTable);
  const own = markdownTable(
    ['Metric', 'Type', 'Unit', 'Labels', 'Set by', 'Meaning'],
    table.map(([name, { type, unit, labels, services, help }]) => [
      `\`${name}\``,
      type,
      unit ?? '',
      Object.entries(labels).map(labelText).join('; '),
      services.join(', '),
      help,
    ]),
  );
  return `# Metrics

Written by \`npm run docs\` from \`metric-table.ts\`; a change belongs there.

Each process answers these on \`/metrics\` of its admin port. A label takes the values given here and
no other. Counters and histograms without a route start at zero. Prometheus adds \`namespace\`, \`job\`
(the process) and \`instance\`.

${own}

## Of the runtime

These come from prom-client, in every process, with many more. Rules and dashboards read no other of
them.

${await renderRuntime()}
`;
}

function labelText([label, values]: [string, readonly string[]]): string {
  return `\`${label}\`: ${words[label] ?? values.join(', ')}`;
}

/** @throws Error when prom-client no longer has one of them. */
async function renderRuntime(): Promise<string> {
  const metrics = new Metrics('gateway');
  metrics.collectRuntime();
  const known = await metrics.registry.getMetricsAsJSON();
  const rows = runtimeMetrics.map((name) => {
    const metric = known.find((one) => one.name === name);
    if (metric === undefined) throw new Error(`expected prom-client to have ${name}`);
    return [`\`${name}\``, String(metric.type), metric.help];
  });
  return markdownTable(['Metric', 'Type', 'Meaning'], rows);
}
