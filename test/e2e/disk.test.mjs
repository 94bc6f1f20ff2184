// What does not fit the memory, and what a restart finds.
//
// CAFQ_LONG=1 uses the numbers of the requirements where the everyday run uses
// smaller ones.

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Broker, freePort, isCafqd } from './support/broker.mjs';
import { makeChannel, publishMany, takeInOrder, takeMany } from './support/bulk.mjs';
import { withDataPath } from './support/data_path.mjs';
import { Collector, openReader, openWriter } from './support/nsqjs.mjs';
import { generator, seed } from './support/random.mjs';
import { dpub, mpub, pub, withClients } from './support/wire.mjs';

const long = process.env.CAFQ_LONG === '1';
const limit = { timeout: long ? 300000 : 120000, skip: !isCafqd };
const megabyte = 1 << 20;

// Anonymous memory at its highest until `work` is done.
async function peakMemory(broker, work) {
  let peak = 0;
  const look = () => (peak = Math.max(peak, broker.memory()));
  const timer = setInterval(look, 20);
  try {
    await work;
    look();
  } finally {
    clearInterval(timer);
  }
  return peak;
}

function judgeMemory(t, what, bytes, bound) {
  t.diagnostic(`${what}: ${(bytes / megabyte).toFixed(1)} MB (bound ${bound})`);
  assert.ok(bytes < bound * megabyte, `${what}: ${bytes} bytes`);
}

// What a broker that cannot start says, in one line.
async function refusal(args) {
  const broker = new Broker(['--tcp-address=127.0.0.1:0', ...args]);
  try {
    const { code, signal } = await broker.ended();
    assert.equal(signal, null);
    assert.notEqual(code, 0);
    return broker.log.at(-1);
  } finally {
    await broker.destroy();
  }
}

describe('disk', () => {
  // -- a large backlog --------------------------------------------------------

  it('many messages without a channel, then taken by the first', limit, (t) =>
    withDataPath(async (start) => {
      const count = long ? 2000000 : 200000;
      const broker = await start();
      const published = publishMany(broker.port, 't', 0, count);
      judgeMemory(t, 'publishing', await peakMemory(broker, published), 64);
      const taken = takeInOrder(broker.port, 't', 'c', 0, count);
      judgeMemory(t, 'taking', await peakMemory(broker, taken), 64);
      await broker.stop();
    }),
  );

  it('messages of a channel nobody reads, and a restart', limit, (t) =>
    withDataPath(async (start) => {
      const count = long ? 2000000 : 200000;
      let broker = await start();
      await makeChannel(broker.port, 't', 'c');
      const published = publishMany(broker.port, 't', 0, count);
      judgeMemory(t, 'publishing', await peakMemory(broker, published), 64);
      const stopping = performance.now();
      await broker.stop();
      const starting = performance.now();
      broker = await start();
      t.diagnostic(
        `stop ${Math.round(starting - stopping)} ms, ` +
          `start ${Math.round(performance.now() - starting)} ms`,
      );
      assert.ok(performance.now() - starting < 5000);
      judgeMemory(t, 'started', broker.memory(), 64);
      await publishMany(broker.port, 't', count, 1000);
      const taken = takeInOrder(broker.port, 't', 'c', 0, count + 1000);
      judgeMemory(t, 'taking', await peakMemory(broker, taken), 64);
      await broker.stop();
    }),
  );

  it('without memory, everything goes through the disk', limit, () =>
    withDataPath(async (start) => {
      const flags = ['--mem-queue-size=0'];
      let broker = await start({ flags });
      await makeChannel(broker.port, 't', 'c');
      await publishMany(broker.port, 't', 0, 5000);
      await broker.stop();
      broker = await start({ flags });
      await publishMany(broker.port, 't', 5000, 5000);
      await takeInOrder(broker.port, 't', 'c', 0, 10000);
      await broker.stop();
    }),
  );

  it('messages deferred for long stay out of memory', limit, (t) =>
    withDataPath(async (start) => {
      const count = long ? 1000000 : 20000;
      let broker = await start();
      await makeChannel(broker.port, 't', 'c');
      const publish = withClients(broker.port, async (connect) => {
        const client = await connect();
        for (let i = 0; i < count; i += 1000) {
          const one = (_, k) => dpub('t', 3600000 - (k % 7), `${i + k}`);
          client.send(Array.from({ length: 1000 }, one));
          for (let k = 0; k < 1000; ++k) await client.ok();
        }
      });
      judgeMemory(t, 'publishing', await peakMemory(broker, publish), long ? 128 : 64);
      await broker.stop();
      broker = await start();
      judgeMemory(t, 'started', broker.memory(), 64);
      await withClients(broker.port, async (connect) => {
        const client = await connect();
        await client.subscribe('t', 'c');
        client.rdy(10);
        await client.quiet();
        // One that is due goes past all of them.
        client.send(dpub('t', 500, 'soon'));
        await client.ok();
        await client.message({ body: 'soon' });
      });
      await broker.stop();
    }),
  );

  // -- restarts ---------------------------------------------------------------

  it('a restart keeps what is ready, in flight and deferred', limit, () =>
    withDataPath(async (start) => {
      let broker = await start();
      let since;
      await withClients(broker.port, async (connect) => {
        const client = await connect();
        await client.subscribe('t', 'c');
        since = performance.now();
        client.send(mpub('t', ['a', 'b', 'c', 'd']), dpub('t', 3000, 'later'));
        await client.ok();
        await client.ok();
        client.rdy(3);
        const [a, b, c] = await client.messages(3);
        client.rdy(0);
        client.fin(a);
        client.req(b, 4000);
        assert.equal(c.body, 'c');
        await client.quiet();
        for (const name of ['c#ephemeral', 'd']) {
          const other = await connect();
          await other.subscribe('t', name);
        }
        const producer = await connect();
        await producer.publish('t#ephemeral', 'x');
        await producer.publish('t', 'e');
      });
      await broker.stop();
      broker = await start();
      await withClients(broker.port, async (connect) => {
        const client = await connect();
        await client.subscribe('t', 'c');
        client.rdy(10);
        await client.message({ body: 'c', attempts: 2 });
        await client.message({ body: 'd', attempts: 1 });
        await client.message({ body: 'e', attempts: 1 });
        const later = await client.message({ body: 'later', attempts: 1 });
        const b = await client.message({ body: 'b', attempts: 2 });
        assert.ok(later.at - since >= 2990, `early: ${later.at - since} ms`);
        assert.ok(b.at - since >= 3990, `early: ${b.at - since} ms`);
        assert.ok(b.at - since < 10000, `late: ${b.at - since} ms`);
        await client.quiet();
        // A channel that lives on disk has its copy, one that does not has none.
        const other = await connect();
        await other.subscribe('t', 'd');
        other.rdy(10);
        await other.message({ body: 'e', attempts: 1 });
        const ephemeral = await connect();
        await ephemeral.subscribe('t', 'c#ephemeral');
        ephemeral.rdy(10);
        await ephemeral.quiet();
        const none = await connect();
        await none.subscribe('t#ephemeral', 'c');
        none.rdy(10);
        await none.quiet();
      });
      await broker.stop();
    }),
  );

  it('restarts under load lose nothing that was acknowledged', limit, (t) =>
    withDataPath(async (start) => {
      const random = generator(seed);
      t.diagnostic(`SEED=${seed}`);
      const port = await freePort();
      const flags = ['--mem-queue-size=50'];
      const acknowledged = new Set();
      const finished = new Set();
      let next = 0;
      for (let round = 0; round < (long ? 20 : 6); ++round) {
        const broker = await start({ port, flags });
        const writer = await openWriter(port);
        const reader = await openReader(
          port,
          't',
          'c',
          (message) => {
            const body = message.body.toString();
            if (random.below(20) === 0) message.requeue(random.below(100), false);
            else if (random.below(50) > 0) {
              message.finish();
              finished.add(body);
            }
          },
          { maxInFlight: 20 },
        );
        let stopping = false;
        const publishers = Array.from({ length: 20 }, async () => {
          while (!stopping) {
            const body = `${next++}`;
            try {
              await writer.publish('t', body);
              acknowledged.add(body);
              await sleep(1); // consumers keep up, almost
            } catch {
              return;
            }
          }
        });
        await sleep(50 + random.below(100));
        stopping = true;
        await Promise.race([Promise.all(publishers), sleep(1000)]);
        await broker.stop();
        writer.close();
        reader.close();
      }
      const broker = await start({ port, flags });
      const missing = new Set([...acknowledged].filter((x) => !finished.has(x)));
      t.diagnostic(`${acknowledged.size} acknowledged, ${missing.size} left`);
      const all = new Collector();
      const reader = await openReader(
        port,
        't',
        'c',
        (message) => {
          missing.delete(message.body.toString());
          message.finish();
          if (missing.size === 0) all.add(true);
        },
        { maxInFlight: 100 },
      );
      if (missing.size > 0)
        await all.count(1, 15000).catch(() => {
          assert.fail(`${missing.size} lost, ${[...missing].slice(0, 5)} among them`);
        });
      reader.close();
      await broker.stop();
    }),
  );

  it('a killed broker loses at most what was in memory', limit, (t) =>
    withDataPath(async (start) => {
      const memory = 1000;
      const count = 50000;
      const flags = [`--mem-queue-size=${memory}`];
      let broker = await start({ flags });
      await makeChannel(broker.port, 't', 'c');
      await publishMany(broker.port, 't', 0, count);
      await sleep(1000); // a block that is not full is written after 100 ms
      broker.kill('SIGKILL');
      await broker.ended();
      broker = await start({ flags });
      let last = -1;
      let taken = 0;
      await takeMany(broker.port, 't', 'c', (n) => {
        assert.ok(n > last, `${n} after ${last}`);
        last = n;
        ++taken;
        return n === count - 1;
      });
      t.diagnostic(`${count - taken} lost`);
      assert.ok(count - taken <= memory + 256);
      await broker.stop();
    }),
  );

  it('brokers killed at any time can be started again', limit, (t) =>
    withDataPath(async (start) => {
      const random = generator(seed);
      t.diagnostic(`SEED=${seed}`);
      const flags = ['--mem-queue-size=100'];
      let next = 0;
      for (let round = 0; round < 10; ++round) {
        const broker = await start({ flags });
        const work = [publishMany(broker.port, 't', next, 100000)];
        next += 100000;
        if (round % 2) work.push(takeMany(broker.port, 't', 'c', () => false));
        for (const x of work) x.catch(() => {});
        await sleep(random.below(300));
        broker.kill('SIGKILL');
        await broker.ended();
        await Promise.allSettled(work);
      }
      const broker = await start({ flags });
      await publishMany(broker.port, 't', next, 1000);
      let last = -1;
      await takeMany(broker.port, 't', 'c', (n, attempts) => {
        if (attempts === 1 && n >= next) {
          assert.ok(n > last, `${n} after ${last}`);
          last = n;
        }
        return n === next + 999;
      });
      assert.ok(!broker.log.some((line) => /damaged|set aside/.test(line)));
      await broker.stop();
    }),
  );

  // -- whose data path --------------------------------------------------------

  it('a second broker on the data path is refused', limit, () =>
    withDataPath(async (start, folder) => {
      const broker = await start();
      const line = await refusal([`--data-path=${folder}`]);
      assert.match(line, new RegExp(`\\b${broker.pid}\\b`));
      assert.ok(line.includes(folder), line);
      await withClients(broker.port, async (connect) => {
        await (await connect()).publish('t', 'x');
      });
      await broker.stop();
    }),
  );

  for (const name of ['nsqd.dat', 't.diskqueue.meta.dat', 'cafq.mdb'])
    it(`a data path with another's ${name} is refused and left alone`, limit, () => {
      const bytes = Buffer.alloc(20000, 'not ours');
      return withDataPath(
        async (start, folder) => {
          const line = await refusal([`--data-path=${folder}`]);
          assert.ok(line.includes(folder), line);
          assert.deepEqual(readFileSync(path.join(folder, name)), bytes);
          const others = readdirSync(folder).filter(
            (x) => x !== name && !/\.lock$|-lock$/.test(x),
          );
          assert.deepEqual(others, []);
        },
        { [name]: bytes },
      );
    });

  // -- no room ----------------------------------------------------------------

  it('a full disk refuses publishes, and nothing else', limit, (t) =>
    withDataPath(async (start) => {
      // A file may have 8 MB, in blocks of 512 bytes.
      const wrapper = ['/bin/sh', '-c', 'ulimit -f 16384; exec "$@"', 'sh'];
      const flags = ['--mem-queue-size=100'];
      let broker = await start({ flags, wrapper });
      await makeChannel(broker.port, 't', 'c');
      let acknowledged = 0;
      await withClients(broker.port, async (connect) => {
        const client = await connect();
        let waited;
        for (;;) {
          const number = String(acknowledged).padStart(10, '0');
          client.send(mpub('t', [number.padEnd(1000, '.')]));
          const sent = performance.now();
          const frame = await client.next(15000);
          assert.ok(frame, broker.logTail());
          waited = performance.now() - sent;
          const text = frame.data.toString('latin1');
          if (text !== 'OK') {
            assert.match(text, /^E_MPUB_FAILED /);
            break;
          }
          ++acknowledged;
          assert.ok(acknowledged < 100000, 'the disk never was full');
        }
        t.diagnostic(`${acknowledged} accepted, refused after ${Math.round(waited)} ms`);
        assert.ok(waited > 3000 && waited < 15000, `${waited} ms`);
        await broker.logged(/STORE: cannot write/);
        // A topic whose name has no room on disk is no reason to hang.
        const other = await connect();
        other.send(pub('other', 'x'));
        const answer = await other.next(15000);
        assert.match(answer?.data.toString('latin1') ?? 'none', /^(OK|E_PUB_FAILED )/);
      });
      // Who takes messages goes on.
      await takeInOrder(broker.port, 't', 'c', 0, acknowledged);
      broker.kill('SIGKILL');
      await broker.ended();
      broker = await start({ flags });
      await broker.stop();
    }),
  );
});
