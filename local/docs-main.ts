import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writtenDashboards } from '../observability/dashboards/written-dashboards';
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
  for (const { path, text } of [...writtenDashboards(), ...writtenPrometheusFiles()])
    writeFileSync(join(root, path), text);
  return 0;
});
