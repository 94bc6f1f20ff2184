// A copy of a store put in place of one, and a store made small.

import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, rmSync, statSync, truncateSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, it } from 'node:test';
import { publishMany, takeMany } from './support/bulk.mjs';
import { withDataPath } from './support/data_path.mjs';
import { cafq } from './support/tool.mjs';
import { withClients } from './support/wire.mjs';

const limit = { timeout: 120000 };
const storeIn = (folder) => path.join(folder, 'cafq.mdb');

async function good(...args) {
  const { code, out, err } = await cafq(...args);
  assert.deepEqual({ code, err }, { code: 0, err: '' }, args.join(' '));
  return out;
}

async function withCopy(body) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'cafq-copy-'));
  try {
    await body(path.join(folder, 'copy'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe('cafq restore', limit, () => {
  it('ids that were given out behind the copy do not come again', () =>
    withCopy((copy) =>
      withDataPath(async (startBroker, folder) => {
        const ids = new Set();
        const look = (broker) =>
          withClients(broker.port, async (connect) => {
            const publisher = await connect();
            const client = await connect();
            await client.subscribe('t', 'c');
            client.rdy(100);
            for (let i = 0; i < 100; ++i) await publisher.publish('t', 'x');
            for (const x of await client.messages(100)) {
              assert.ok(!ids.has(x.id), x.id);
              ids.add(x.id);
              client.fin(x);
            }
          });
        const broker = await startBroker();
        await look(broker);
        await broker.stop();
        copyFileSync(storeIn(folder), copy);
        const again = await startBroker();
        await look(again);
        await withDataPath(async (startOther, other) => {
          await good('restore', copy, '--data-path', other);
          assert.match((await cafq('restore', copy, '--data-path', other)).err, /is there already/);
          await look(await startOther());
          assert.match((await cafq('restore', copy, '--data-path', other)).err, /in use by cafqd/);
        });
      }),
    ));

  it('refuses a copy that is cut', () =>
    withCopy((copy) =>
      withDataPath(async (startBroker, folder) => {
        const broker = await startBroker({ flags: ['--sync=always'] });
        await publishMany(broker.port, 't', 0, 1000);
        await broker.stop();
        copyFileSync(storeIn(folder), copy);
        truncateSync(copy, statSync(copy).size / 2);
        await withDataPath(async (_, other) => {
          const { code, err } = await cafq('restore', copy, '--data-path', other);
          assert.equal(code, 2);
          assert.match(err, /cut short/);
        });
      }),
    ));
});

describe('cafq store compact', limit, () => {
  it('makes a store small that is mostly free pages', () =>
    withDataPath(async (startBroker, folder) => {
      const broker = await startBroker({ flags: ['--sync=always'] });
      await publishMany(broker.port, 't', 0, 50000);
      await publishMany(broker.port, 'kept', 0, 10);
      let taken = 0;
      await takeMany(broker.port, 't', 'c', () => ++taken === 50000);
      assert.equal((await cafq('store', 'compact', folder)).code, 2);
      await broker.stop();
      const before = statSync(storeIn(folder)).size;
      await good('store', 'compact', folder);
      assert.ok(statSync(storeIn(folder)).size < before / 4);
      await good('store', 'check', folder);
      const kept = [];
      await takeMany((await startBroker()).port, 'kept', 'c', (number) => kept.push(number) === 10);
      assert.deepEqual(kept, Array.from({ length: 10 }, (_, i) => i));
    }));
});
