// The page that is committed, and compiled into the broker, is what its sources
// give. Needs the packages of web/, which `./dev setup test` installs.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

const web = fileURLToPath(new URL('../../web/', import.meta.url));
const skip = !existsSync(path.join(web, 'node_modules')) && 'the packages of web/ are not installed';
const run = (...args) => execFileSync(process.execPath, args, { cwd: web, stdio: 'pipe' });

describe('web/', { skip, timeout: 120000 }, () => {
  it('has no mistake of types', () => {
    run('node_modules/typescript/bin/tsc', '--noEmit');
  });

  it('gives the page that is committed', () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'cafq-page-'));
    try {
      run('build.mjs', folder);
      const committed = path.join(web, 'dist');
      assert.deepEqual(readdirSync(folder).sort(), readdirSync(committed).sort());
      for (const name of readdirSync(folder))
        assert.ok(
          readFileSync(path.join(folder, name)).equals(readFileSync(path.join(committed, name))),
          `web/dist/${name} is old: npm run build --prefix web`,
        );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
