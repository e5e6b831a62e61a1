import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withSettingsTables } from './readme-settings';
import { repositoryDirectory } from './repository-directory';

/** `npm run docs`: writes what is generated into the README. */
const path = join(repositoryDirectory(), 'README.md');
writeFileSync(path, withSettingsTables(readFileSync(path, 'utf8')));
