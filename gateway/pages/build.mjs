// Bundles every page into dist/gateway/pages/<page>/: index.html as it is, page.js and page.css
// from page.tsx and what it imports. The browser then needs nothing from anywhere else.
import { cpSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const sources = dirname(fileURLToPath(import.meta.url));
const root = dirname(dirname(sources));

for (const entry of readdirSync(sources, { withFileTypes: true })) {
  if (!entry.isDirectory()) continue;
  const page = join(sources, entry.name);
  const output = join(root, 'dist/gateway/pages', entry.name);
  for (const file of ['index.html', 'page.js', 'page.css'])
    rmSync(join(output, file), { force: true });
  await build({
    entryPoints: [join(page, 'page.tsx')],
    outdir: output,
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    legalComments: 'inline',
    logLevel: 'warning',
  });
  cpSync(join(page, 'index.html'), join(output, 'index.html'));
}
