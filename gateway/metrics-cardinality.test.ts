import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { createVhost, type TestVhost, testMongoUrl } from '../local/test-stack';
import { metricTable, type MetricDeclaration } from '../observability/metric-table';
import { startTestGateway, type TestGateway, until, whenReady } from './test-gateway';
import { ask, filePart, formBody, formType } from './test-requests';

let vhost: TestVhost;
let gateway: TestGateway;
let token: string;

beforeAll(async () => {
  vhost = await createVhost();
  gateway = await startTestGateway({ mongoUrl: await testMongoUrl(), rabbitmqUrl: vhost.url });
  await whenReady(gateway);
  token = gateway.auth.tokenOf({ sub: '7', username: 'ann@example.com', operator: true });
}, 60_000);

afterAll(async () => {
  await gateway.close();
  await vhost.drop();
});

const bearer = () => ({ authorization: `Bearer ${token}` });

const paths = (name: string) => [
  `/${name}`,
  `/${name.repeat(100)}`,
  `/jobs/${name}`,
  `/jobs/${name}/mp3`,
  `/jobs/${name}/mp3/${name}`,
  `/download?fid=${name}&${name}=1`,
  `/operator/dead-letters/${name}`,
  `/operator/dead-letters/orders/${name}`,
  `/operator/${name}`,
  `/LOGIN?${name}`,
  `/jobs/%ff${name}`,
  `/${encodeURIComponent(`"} 1\nstolen{name="${name}`)}`,
  `/__proto__/${name}`,
  `/constructor`,
  `/jobs/:id`,
  `/none`,
];

const methods = ['PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND', 'M-SEARCH', 'TRACE', 'SUBSCRIBE'];

const oddHeaders = (name: string) => ({
  'x-request-id': name,
  traceparent: `00-${name.replaceAll('-', '')}-0000000000000001-01`,
  'user-agent': `"} 1 ${name}`,
  'x-http-method-override': name,
  'content-type': `${name}/${name}`,
  host: `${name}.example`,
  [`x-${name}`]: name,
});

const fileNames = (name: string) => [
  `../../${name}`,
  `${name}'} 1 stolen{a='`,
  `${name}\\" ${name}`,
  `${name}%0d%0astolen_total 1`,
  `${'\u{1f3b5}'.repeat(50)}${name}`,
  name.repeat(200),
  `${name}\u202egpj.exe`,
];

/** A method that Node's parser does not know: it is answered before there is a request. */
async function askForNonsense(name: string): Promise<void> {
  const socket = connect(gateway.port, '127.0.0.1');
  socket.on('error', () => undefined).resume();
  socket.end(`${name.toUpperCase()} / HTTP/1.1\r\nHost: gateway\r\n\r\n`);
  await new Promise((resolve) => socket.once('close', resolve));
}

/** One of everything, under a name that nobody has used before. */
async function harass(): Promise<string> {
  const name = randomUUID();
  for (const path of paths(name)) {
    await ask(gateway.url + path);
    await ask(gateway.url + path, { headers: { ...oddHeaders(name), ...bearer() } });
  }
  for (const method of methods) {
    await ask(`${gateway.url}/${name}`, { method });
    await ask(`${gateway.url}/jobs/${name}`, { method, headers: bearer() });
  }
  for (const fileName of fileNames(name)) {
    const body = formBody([filePart(fileName, 'a video', name)]);
    const headers = { ...bearer(), ...formType };
    const answer = await ask(`${gateway.url}/upload`, { method: 'POST', headers, body });
    expect(answer.status).toBe(200);
  }
  await askForNonsense(name);
  return name;
}

interface Series {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** Once every request is over: an answer arrives a moment before its request is counted. */
async function scrape(): Promise<{ text: string; product: Series[]; runtime: number }> {
  let text = '';
  await until('every request is over', async () => {
    ({ text } = await ask(`${gateway.adminUrl}/metrics`));
    return text.includes('\nhttp_requests_in_progress 0\n');
  });
  const series = text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => ({
      name: /^\w+/.exec(line)?.[0] ?? line,
      labels: Object.fromEntries(
        [...line.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, label, value]) => [label, value]),
      ) as Record<string, string>,
    }));
  const product = series.filter(({ name }) => !/^(process|nodejs)_/.test(name));
  return { text, product, runtime: series.length - product.length };
}

const table: Readonly<Record<string, MetricDeclaration>> = metricTable;

/** Whether the table has this series. */
function isDeclared({ name, labels }: Series): boolean {
  const { le, ...own } = labels;
  const declared = table[name] ?? table[name.replace(/_(bucket|sum|count)$/, '')];
  if (declared?.services.includes('gateway') !== true) return false;
  const { buckets = [] } = declared;
  if (le !== undefined && le !== '+Inf' && !buckets.includes(Number(le))) return false;
  return (
    Object.keys(own).sort().join() === Object.keys(declared.labels).sort().join() &&
    Object.entries(own).every(([label, value]) => declared.labels[label]?.includes(value))
  );
}

test('hostile clients make no series that the table lacks, and more of them make no more', async () => {
  const names = [await harass()];
  const first = await scrape();
  expect(first.product.filter((series) => !isDeclared(series))).toEqual([]);

  names.push(await harass());
  const last = await scrape();
  expect(last.product).toEqual(first.product);
  expect(last.runtime).toBeLessThanOrEqual(100);

  // All of it was counted, though nobody is named.
  expect(last.text).toContain(`uploads_total{result="accepted"} ${fileNames('').length * 2}\n`);
  expect(last.text).toMatch(/http_requests_total\{route="none",method="other",.*\} [1-9]/);
  for (const name of [...names, 'stolen', 'example.com']) expect(last.text).not.toContain(name);
});
