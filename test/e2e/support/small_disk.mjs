// A disk that can be full.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

// A file system of its own where mounting is allowed, else a limit on files.
export class SmallDisk {
  constructor(size) {
    this.folder = mkdtempSync(path.join(os.tmpdir(), 'cafq-full-'));
    const mount = ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', this.folder];
    this.mounted = spawnSync('mount', mount).status === 0;
    // In blocks of 512 bytes.
    const limited = `ulimit -f ${size / 512}; exec "$@"`;
    this.wrapper = this.mounted ? [] : ['/bin/sh', '-c', limited, 'sh'];
    this.other = path.join(this.folder, 'other');
  }

  // Somebody else writes until there is no room at all.
  eat() {
    const bytes = Buffer.alloc(65536, 'x');
    try {
      for (;;) writeFileSync(this.other, bytes, { flag: 'a' });
    } catch (error) {
      assert.equal(error.code, 'ENOSPC');
    }
  }

  giveBack() {
    rmSync(this.other, { force: true });
  }

  destroy() {
    if (this.mounted) spawnSync('umount', [this.folder]);
    rmSync(this.folder, { recursive: true, force: true });
  }
}
