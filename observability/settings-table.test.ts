import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { integer, optional, text, url } from './config';
import { renderSettingsTables, replaceBetweenMarkers } from './settings-table';

const sections = [
  {
    process: 'gateway',
    settings: {
      port: integer({ env: 'PORT', min: 0, max: 65_535, default: 8080, meaning: 'Public port.' }),
      key: text({
        env: 'JWT_SECRET',
        secret: true,
        meaning: 'Signs | checks tokens, 1, 2, … times.',
      }),
    },
  },
  {
    process: 'notification',
    settings: {
      smtp: optional(
        url({ env: 'SMTP_URL', protocols: ['smtp'], meaning: 'Mail server (`.de`).' }),
      ),
    },
  },
];

const tables = `### gateway

| Variable                        | Default  | Accepted                         | Meaning                                |
| ------------------------------- | -------- | -------------------------------- | -------------------------------------- |
| \`PORT\`                          | \`8080\`   | a whole number from 0 to 65535   | Public port.                           |
| \`JWT_SECRET\`, \`JWT_SECRET_FILE\` | required | text                             | Signs \\| checks tokens, 1, 2, … times. |

### notification

| Variable   | Default | Accepted                     | Meaning              |
| ---------- | ------- | ---------------------------- | -------------------- |
| \`SMTP_URL\` | not set | a URL starting with smtp:// | Mail server (\`.de\`). |`;

describe('renderSettingsTables', () => {
  const squeezed = (markdown: string) => markdown.replace(/ +/g, ' ').replace(/-+/g, '-');

  test('one table for each process, one row for each setting', () => {
    expect(squeezed(renderSettingsTables(sections))).toBe(squeezed(tables));
  });

  test('Prettier leaves the README as it is', () => {
    const readme = replaceBetweenMarkers(
      '# Product\n\n<!-- begin: settings -->\n<!-- end: settings -->\n\nMore.\n',
      'settings',
      renderSettingsTables(sections),
    );
    const prettier = [
      require.resolve('prettier/bin/prettier.cjs'),
      '--stdin-filepath',
      'README.md',
    ];
    const cwd = join(__dirname, '..');
    const formatted = execFileSync(process.execPath, prettier, { cwd, input: readme });
    expect(formatted.toString()).toBe(readme);
  });
});

describe('replaceBetweenMarkers', () => {
  const readme = 'a\n<!-- begin: x -->\nold\n<!-- end: x -->\nb\n';

  test('replaces what is between, keeps the rest, and can be done again', () => {
    const once = replaceBetweenMarkers(readme, 'x', '\nnew $& $1\n');
    expect(once).toBe('a\n<!-- begin: x -->\n\nnew $& $1\n\n<!-- end: x -->\nb\n');
    expect(replaceBetweenMarkers(once, 'x', 'new $& $1')).toBe(once);
  });

  test('leaves other markers alone', () => {
    const two = `${readme}<!-- begin: y -->\nkept\n<!-- end: y -->\n`;
    expect(replaceBetweenMarkers(two, 'x', 'new')).toContain(
      '<!-- begin: y -->\nkept\n<!-- end: y -->',
    );
  });

  test.each([
    ['none', 'a\nb\n'],
    ['no end', 'a\n<!-- begin: x -->\nb\n'],
    ['no begin', 'a\n<!-- end: x -->\nb\n'],
    ['the wrong order', '<!-- end: x -->\n<!-- begin: x -->\n'],
    ['the wrong order, then an end', '<!-- end: x -->\n<!-- begin: x -->\n<!-- end: x -->\n'],
    ['two begins', `<!-- begin: x -->\n${readme}`],
    ['a second begin', `${readme}<!-- begin: x -->\n`],
    ['two ends', `${readme}<!-- end: x -->\n`],
    ['another marker', '<!-- begin: y -->\n<!-- end: y -->\n'],
  ])('refuses a text with %s', (_, text) => {
    expect(() => replaceBetweenMarkers(text, 'x', 'new')).toThrow(
      'expected the lines <!-- begin: x --> and <!-- end: x -->, once each and in this order',
    );
  });
});
