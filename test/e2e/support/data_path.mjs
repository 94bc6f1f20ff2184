// Brokers that come one after the other on the same data path.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { startBroker } from './broker.mjs';

// Runs `body` with a function that starts brokers on one data path, one at a
// time; the last one is left to it, too.
export async function withDataPath(body, files = {}) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'cafq-data-'));
  for (const [name, bytes] of Object.entries(files))
    writeFileSync(path.join(folder, name), bytes);
  const brokers = [];
  const start = async ({ flags = [], ...options } = {}) => {
    const broker = await startBroker({
      flags: [`--data-path=${folder}`, ...flags],
      ...options,
    });
    brokers.push(broker);
    return broker;
  };
  try {
    await body(start, folder);
  } finally {
    for (const broker of brokers) await broker.destroy();
    rmSync(folder, { recursive: true, force: true });
  }
}
