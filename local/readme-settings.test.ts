import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { withSettingsTables } from './readme-settings';
import { repositoryDirectory } from './repository-directory';

it('finds in the README the settings that the code has (npm run docs writes them)', () => {
  const readme = readFileSync(join(repositoryDirectory(), 'README.md'), 'utf8');
  expect(withSettingsTables(readme)).toBe(readme);
});
