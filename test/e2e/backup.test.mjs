// Backup of a node that runs; restore.test.mjs has what else is done with copies.

import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, it } from 'node:test';
import { publishMany, takeMany } from './support/bulk.mjs';
import { withBroker } from './support/broker.mjs';
import { withDataPath } from './support/data_path.mjs';
import { ask, HttpClient } from './support/http.mjs';
import { cafq, startCafq } from './support/tool.mjs';
import { withClients } from './support/wire.mjs';

const limit = { timeout: 120000 };

const web = (broker) => ['--http-address', `127.0.0.1:${broker.httpPort}`];

async function good(...args) {
  const { code, out, err } = await cafq(...args);
  assert.deepEqual({ code, err }, { code: 0, err: '' }, args.join(' '));
  return out;
}

async function withFolder(body) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'cafq-backup-'));
  try {
    await body(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const stats = async (broker) => JSON.parse((await ask(broker.httpPort, 'GET', '/stats?format=json')).body);

async function numbers(broker, topic, channel, count) {
  const got = [];
  await takeMany(broker.port, topic, channel, (number) => got.push(number) === count);
  return got;
}

const sequence = (first, count) => Array.from({ length: count }, (_, i) => first + i);

describe('backup', limit, () => {
  it('of a node under load is one moment of it, and another node goes on from there', () =>
    withFolder((folder) =>
      withDataPath(async (startBroker) => {
        const broker = await startBroker({ flags: ['--sync=always'] });
        await withClients(broker.port, async (connect) => {
          const maker = await connect();
          await maker.subscribe('t', 'c');
        });
        await publishMany(broker.port, 't', 0, 20000);
        const file = path.join(folder, 'backup');
        const loading = publishMany(broker.port, 't', 20000, 40000);
        await good('backup', '--output', file, ...web(broker));
        await loading;
        await good('store', 'check', file);
        assert.deepEqual(readdirSync(folder).filter((x) => x.endsWith('.part')), []);

        await withDataPath(async (startOther, other) => {
          await good('restore', file, '--data-path', other);
          assert.match((await cafq('restore', file, '--data-path', other)).err, /is there already/);
          const node = await startOther();
          // All that was acknowledged before it, and a part of what came meanwhile.
          const { depth } = (await stats(node)).topics[0].channels[0];
          assert.ok(depth >= 20000 && depth <= 60000, `${depth}`);
          assert.deepEqual(await numbers(node, 't', 'c', depth), sequence(0, depth));
        });
      }),
    ));

  it('ids that were given out behind it do not come again', () =>
    withFolder((folder) =>
      withDataPath(async (startBroker) => {
        const file = path.join(folder, 'backup');
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
        await good('backup', '--output', file, ...web(broker));
        await look(broker);
        await withDataPath(async (startOther, other) => {
          await good('restore', file, '--data-path', other);
          await look(await startOther());
        });
      }),
    ));

  it('goes to standard output as well', () =>
    withBroker({}, async (broker) => {
      assert.ok((await good('backup', '-o', '-', ...web(broker))).length > 4096);
    }));

  it('is broken off, with the reason, when the file grows too much', () =>
    withFolder((folder) =>
      withDataPath(async (startBroker) => {
        const broker = await startBroker({ flags: ['--sync=always'] });
        await publishMany(broker.port, 't', 0, 100000);
        // Somebody who does not read on.
        const slow = startCafq('backup', '-o', '-', '--max-growth', 1000000, ...web(broker));
        slow.stdout.pause();
        await broker.logged(/BACKUP: begins/);
        const file = path.join(folder, 'backup');
        const second = await cafq('backup', '--output', file, ...web(broker));
        assert.equal(second.code, 1);
        assert.match(second.err, /BACKUP_RUNS/);
        assert.deepEqual(readdirSync(folder), []);
        await publishMany(broker.port, 't', 100000, 100000);
        slow.stdout.resume();
        const { code, err } = await slow.ended;
        assert.equal(code, 1);
        assert.match(err, /^cafq: the broker broke off: the store's file has grown by \d+ bytes meanwhile, more than 1000000$/m);
        await broker.logged(/BACKUP: broken off after \d+ bytes - the store's file has grown by/);
        await good('backup', '--output', file, ...web(broker));
      }),
    ));

  it('ends with its client', () =>
    withDataPath(async (startBroker) => {
      const broker = await startBroker({ flags: ['--sync=always'] });
      await publishMany(broker.port, 't', 0, 100000);
      const client = await HttpClient.connect(broker.httpPort);
      client.request('POST', '/backup', { headers: { Host: 'localhost' } });
      await broker.logged(/BACKUP: begins/);
      client.destroy();
      await broker.logged(/BACKUP: broken off .* the client is gone/);
    }));
});
