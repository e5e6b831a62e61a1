import { metricTable, services, type MetricDeclaration, type Service } from './metric-table';
import { Metrics, seriesOf } from './metrics';

/**
 * Series that one process may ever show, whatever it meets. Who adds a label raises this on purpose or
 * finds another way. Gateway and auth share the list of routes, of which auth serves two.
 */
const most: Readonly<Record<Service, number>> = {
  gateway: 3_200,
  auth: 3_200,
  converter: 400,
  notification: 150,
  relay: 100,
};
/** prom-client's own, with room for another version's. */
const mostOfRuntime = 100;

const table: MetricDeclaration[] = Object.values(metricTable);

/** The lines of one combination of labels: a histogram has its buckets, +Inf, sum and count. */
function linesEach({ type, buckets = [] }: MetricDeclaration): number {
  return type === 'histogram' ? buckets.length + 3 : 1;
}

const bound = (service: Service) =>
  table
    .filter((declaration) => declaration.services.includes(service))
    .reduce((sum, declaration) => sum + seriesOf(declaration).length * linesEach(declaration), 0);

const linesOf = async (metrics: Metrics) =>
  (await metrics.text()).split('\n').filter((line) => /^[a-z]/.test(line));

test.each(services)('the series of %s have a bound, and it is low', (service) => {
  expect(bound(service)).toBeLessThanOrEqual(most[service]);
});

test.each(services)(
  '%s shows no more than its bound when everything has happened',
  async (name) => {
    const metrics = new Metrics(name);
    const set = metrics as unknown as Record<'count' | 'set' | 'observe', Setter>;
    const way = { counter: 'count', gauge: 'set', histogram: 'observe' } as const;
    for (const [metric, declaration] of Object.entries(metricTable)) {
      if (!(declaration.services as readonly Service[]).includes(name)) continue;
      for (const labels of seriesOf(declaration)) set[way[declaration.type]](metric, labels, 1);
    }
    expect(await linesOf(metrics)).toHaveLength(bound(name));
  },
);
type Setter = (name: string, labels: object, value: number) => void;

test('the runtime adds few', async () => {
  const metrics = new Metrics('relay');
  const before = (await linesOf(metrics)).length;
  metrics.collectRuntime();
  expect((await linesOf(metrics)).length - before).toBeLessThanOrEqual(mostOfRuntime);
});
