// A small disk that is full, again and again: publishes are refused, all that
// was acknowledged is taken, publishing goes on by itself.
//
// CAFQ_LONG=1 does so 50 times.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { isCafqd, startBroker } from './support/broker.mjs';
import { makeChannel, takeMany } from './support/bulk.mjs';
import { ask } from './support/http.mjs';
import { SmallDisk } from './support/small_disk.mjs';
import { mpub, withClients } from './support/wire.mjs';

const cycles = process.env.CAFQ_LONG === '1' ? 50 : 4;
const size = 32 << 20;
const perBatch = 50;

// Publishes until something is refused; `left` receives what is acknowledged.
async function publishUntilRefused(broker, numbers, left, beforeBatch) {
  await withClients(broker.port, async (connect) => {
    const client = await connect();
    for (let batches = 0; ; ++batches) {
      assert.ok(batches * perBatch * 1000 < 2 * size, 'the disk never was full');
      beforeBatch(batches);
      const mine = Array.from({ length: perBatch }, () => numbers.next++);
      const body = (n) => String(n).padStart(10, '0').padEnd(1000, '.');
      client.send(mpub('t', mine.map(body)));
      const frame = await client.next(30000);
      assert.ok(frame, broker.logTail());
      const text = frame.data.toString('latin1');
      if (text !== 'OK') {
        assert.match(text, /^E_MPUB_FAILED /);
        return;
      }
      mine.forEach((n) => left.add(n));
    }
  });
}

async function untilWelcome(broker) {
  while ((await ask(broker.httpPort, 'GET', '/ping')).status !== 200) await sleep(20);
}

const limit = { timeout: 30000 + cycles * 20000, skip: !isCafqd };

describe('full disk', () => {
  for (const mode of ['overflow', 'interval', 'always'])
    it(`--sync=${mode}, full ${cycles} times`, limit, async (t) => {
      const disk = new SmallDisk(size);
      t.diagnostic(disk.mounted ? 'a tmpfs of 32 MB' : 'files of 32 MB at most');
      const flags = [`--data-path=${disk.folder}`, `--sync=${mode}`, '--mem-queue-size=100'];
      const start = () => startBroker({ flags, wrapper: disk.wrapper });
      let broker = await start();
      try {
        await makeChannel(broker.port, 't', 'c');
        const numbers = { next: 0 };
        const left = new Set();
        let taken = 0;
        let most = 0;
        for (let cycle = 0; cycle < cycles; ++cycle) {
          // Every second time somebody else takes the room.
          const eaten = disk.mounted && cycle % 2 ? 100 : Infinity;
          await publishUntilRefused(broker, numbers, left, (batch) => {
            if (batch === eaten) disk.eat();
          });
          assert.ok(left.size > 0);
          most = Math.max(most, left.size);
          const said = await ask(broker.httpPort, 'GET', '/ping');
          assert.equal(said.status, 500);
          assert.match(said.body.toString(), /disk full/);
          // A crash meanwhile takes nothing away.
          if (mode === 'always' && cycle % 4 >= 2) {
            broker.kill('SIGKILL');
            await broker.ended();
            broker = await start();
          }
          await takeMany(broker.port, 't', 'c', (n) => {
            left.delete(n);
            ++taken;
            return left.size === 0;
          });
          disk.giveBack();
          await untilWelcome(broker);
        }
        t.diagnostic(`${taken} taken, at most ${most} at a time`);
        await broker.stop();
      } finally {
        await broker.destroy();
        disk.destroy();
      }
    });
});
