import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { metricsDocumentPath, renderMetricsDocument } from './metrics-document';

test('the document has the metrics that the code has (npm run docs writes it)', async () => {
  const written = readFileSync(join(__dirname, '..', metricsDocumentPath), 'utf8');
  expect(await renderMetricsDocument()).toBe(written);
});
