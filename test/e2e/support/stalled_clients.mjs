// Clients that ask by HTTP and do not read.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import readline from 'node:readline';

// Clients that ask one after the other, and take the first byte of the answer.
export async function stall(port, target, count) {
  const script = new URL('stalled_clients.py', import.meta.url).pathname;
  const child = spawn('python3', [script, port, target, count], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [said] = await once(readline.createInterface({ input: child.stdout }), 'line');
  assert.equal(said, 'stalled');
  return child;
}
