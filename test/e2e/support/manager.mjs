// Stands for a service manager: receives what brokers tell a NOTIFY_SOCKET.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import readline from 'node:readline';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('notify_socket.py', import.meta.url));

// Calls `body(next, options)` with a socket that listens: `next()` is the next
// notification as an object, `options` makes a broker notify there.
export async function withManager(body) {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'cafq-notify-'));
  const socket = path.join(directory, 'socket');
  const receiver = spawn('python3', [script, socket], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const reader = readline.createInterface({ input: receiver.stdout });
  const lines = reader[Symbol.asyncIterator]();
  const line = async () => {
    const { value, done } = await lines.next();
    assert.ok(!done, 'the receiver ended');
    return value;
  };
  try {
    assert.equal(await line(), 'bound');
    const next = async () =>
      Object.fromEntries(
        JSON.parse(await line())
          .split('\n')
          .map((x) => x.split(/=(.*)/s, 2)),
      );
    await body(next, { wrapper: ['/usr/bin/env', `NOTIFY_SOCKET=${socket}`] });
  } finally {
    receiver.kill('SIGKILL');
    rmSync(directory, { recursive: true, force: true });
  }
}
