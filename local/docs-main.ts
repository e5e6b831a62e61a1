import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { metricsDocumentPath, renderMetricsDocument } from '../observability/metrics-document';
import { writtenPrometheusFiles } from '../observability/prometheus/written-files';
import { withSettingsTables } from './readme-settings';
import { repositoryDirectory } from './repository-directory';
import { runMain } from './run-main';

/** `npm run docs`: writes what is generated into the README and beside the code. */
runMain(async () => {
  const root = repositoryDirectory();
  const readme = join(root, 'README.md');
  writeFileSync(readme, withSettingsTables(readFileSync(readme, 'utf8')));
  writeFileSync(join(root, metricsDocumentPath), await renderMetricsDocument());
  return 0;
});
