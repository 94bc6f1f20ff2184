// Builds the page into the folder named: the same sources give the same bytes.

import { build } from 'esbuild';
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const here = import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname);
const to = path.resolve(process.argv[2] ?? path.join(here, 'dist'));

// What the licences of the packages in it ask for.
const licences = new Set(
  ['preact', '@preact/signals', '@preact/signals-core'].map((name) =>
    readFileSync(path.join(here, 'node_modules', name, 'LICENSE'), 'utf8').trim(),
  ),
);

mkdirSync(to, { recursive: true });
await build({
  absWorkingDir: here,
  entryPoints: [
    { in: 'src/main.tsx', out: 'app' },
    { in: 'src/style.css', out: 'app' },
  ],
  outdir: to,
  bundle: true,
  minify: true,
  format: 'iife',
  target: ['chrome123', 'firefox120', 'safari17.5'],
  jsx: 'automatic',
  jsxImportSource: 'preact',
  banner: { js: `/*\n${[...licences].join('\n\n')}\n*/` },
  legalComments: 'none',
  logLevel: 'warning',
});
copyFileSync(path.join(here, 'src/index.html'), path.join(to, 'index.html'));
