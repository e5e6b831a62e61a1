import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writtenDashboards } from '../observability/dashboards/written-dashboards';
import { withSettingsTables } from './readme-settings';
import { repositoryDirectory } from './repository-directory';

/** `npm run docs`: writes what is generated: parts of the README, and the dashboards. */
const readme = join(repositoryDirectory(), 'README.md');
writeFileSync(readme, withSettingsTables(readFileSync(readme, 'utf8')));
for (const { path, text } of writtenDashboards())
  writeFileSync(join(repositoryDirectory(), path), text);
