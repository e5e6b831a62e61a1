import { listAudit } from '../../dead-letters/audit/list-audit';
import { listGroups } from '../../dead-letters/looking/list-groups';
import { listLetters } from '../../dead-letters/looking/list-letters';
import { showLetter } from '../../dead-letters/looking/show-letter';
import type { DeadLetterStores } from '../../dead-letters/stores';
import { exportLetters } from '../../dead-letters/transfer/export-letters';
import { Listener } from '../e2e/listener';
import type { Product } from '../e2e/product';
import { uniqueName } from '../test-stack';
import type { Measurement } from './measurement';
import { medianMs, timed } from './median-ms';

const page = { limit: 50 };
const longPage = { limit: 200 };

/** By the module that every face uses, and over HTTP. */
export async function lookAtDeadLetters(
  product: Product,
  stores: DeadLetterStores,
): Promise<Measurement[]> {
  const newest = (await listLetters(stores, {}, page)).dead_letters[0]?.id ?? '';
  const operator = await newOperator(product);
  const get = (path: string) => async () => {
    const response = await operator.call(`/operator/dead-letters${path}`);
    const text = await response.text();
    if (response.status !== 200) throw new Error(`GET ${path}: ${response.status} ${text}`);
  };
  const firstPageMs = await medianMs(() => listLetters(stores, {}, page));
  const looks: [string, () => Promise<unknown>][] = [
    ['groups', () => listGroups(stores, {})],
    ['groups over HTTP', get('/groups')],
    ['showing one', () => showLetter(stores, newest)],
    ['showing one over HTTP', get(`/${newest}`)],
  ];
  const measurements: Measurement[] = [
    { name: 'first page', value: firstPageMs, unit: 'ms', aim: 300 },
    { name: 'first page over HTTP', value: await medianMs(get('')), unit: 'ms', aim: 300 },
  ];
  for (const [name, run] of looks) {
    measurements.push({ name, value: await medianMs(run), unit: 'ms', aim: null });
  }
  return measurements;
}

async function newOperator(product: Product): Promise<Listener> {
  const [email, password] = [`${uniqueName('operator')}@example.com`, uniqueName('password')];
  await product.users(['add', email, '--operator'], `${password}\n`);
  return Listener.logIn(product.url, email, password);
}

/** Everything that is on file. @throws Error unless the audit has an entry for each letter */
export async function readAll(
  stores: DeadLetterStores,
  count: number,
): Promise<{ auditMs: number; exportMs: number; exportBytes: number }> {
  const { ms: auditMs, answer: entries } = await timed(async () => {
    let read = 0;
    let after: string | null | undefined;
    while (after !== null) {
      const page = await listAudit(
        stores,
        {},
        after === undefined ? longPage : { ...longPage, after },
      );
      read += page.entries.length;
      after = page.next;
    }
    return read;
  });
  if (entries !== count) throw new Error(`expected ${count} entries in the audit, got ${entries}`);
  const { ms: exportMs, answer: exportBytes } = await timed(async () => {
    let bytes = 0;
    for await (const line of exportLetters(stores, { filter: { state: 'any' } })) {
      bytes += Buffer.byteLength(line);
    }
    return bytes;
  });
  return { auditMs, exportMs, exportBytes };
}
