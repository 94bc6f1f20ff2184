// What each sync mode promises, with real kills.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { isCafqd } from './support/broker.mjs';
import { makeChannel, publishMany, takeInOrder } from './support/bulk.mjs';
import { withDataPath } from './support/data_path.mjs';
import { ask } from './support/http.mjs';
import { dpub, mpub, pub, withClients } from './support/wire.mjs';

const limit = { timeout: 120000, skip: !isCafqd };

async function kill(broker) {
  broker.kill('SIGKILL');
  await broker.ended();
}

// Returns when the topic holds messages of its own, or nobody publishes any more.
async function untilHeld(broker, topic, publishing) {
  let over = false;
  const end = () => (over = true);
  publishing.then(end, end);
  while (!over) {
    const { body } = await ask(broker.httpPort, 'GET', `/stats?format=json&topic=${topic}`);
    if (JSON.parse(body).topics[0].depth > 0) return;
    await sleep(10);
  }
}

// What the channel has left, by body.
function takeAll(broker, topic, channel, count, { past = 0 } = {}) {
  return withClients(broker.port, async (connect) => {
    const client = await connect();
    await client.subscribe(topic, channel);
    client.rdy(1000);
    const found = new Map();
    while (found.size < count) {
      const message = await client.message({ timeout: 10000 });
      assert.ok(!found.has(message.body), `${message.body} came twice`);
      found.set(message.body, message);
      client.fin(message);
    }
    await client.quiet();
    assert.ok(past === 0 || found.size === count);
    return found;
  });
}

describe('sync', () => {
  // -- always -----------------------------------------------------------------

  it('always: a kill right behind OK loses nothing', limit, () =>
    withDataPath(async (start) => {
      const flags = ['--sync=always'];
      let broker = await start({ flags });
      for (const name of ['c', 'd']) await makeChannel(broker.port, 't', name);
      await withClients(broker.port, async (connect) => {
        const consumer = await connect();
        await consumer.subscribe('t', 'c');
        const client = await connect();
        client.send(mpub('t', ['finished', 'held', 'again', 'later']));
        await client.ok();
        consumer.rdy(4);
        const [finished, , again, later] = await consumer.messages(4);
        consumer.rdy(0);
        consumer.fin(finished);
        consumer.req(again, 0);
        consumer.req(later, 600);
        await consumer.quiet();
        await sleep(500); // the promise: these are told an interval and a commit later
        client.send(dpub('t', 700, 'deferred'), pub('t', 'one'), mpub('t', ['two', 'three']));
        for (let i = 0; i < 3; ++i) await client.ok();
        await kill(broker);
      });
      broker = await start({ flags });
      const c = await takeAll(broker, 't', 'c', 7);
      assert.deepEqual([...c.keys()].sort(), [
        'again',
        'deferred',
        'held',
        'later',
        'one',
        'three',
        'two',
      ]);
      for (const body of ['held', 'again', 'later'])
        assert.equal(c.get(body).attempts, 2, body);
      await takeAll(broker, 't', 'd', 8);
      await broker.stop();
    }),
  );

  it('always: what a topic holds for its first channel', limit, () =>
    withDataPath(async (start) => {
      const flags = ['--sync=always', '--mem-queue-size=10'];
      let broker = await start({ flags });
      await publishMany(broker.port, 't', 0, 5000);
      await kill(broker);
      broker = await start({ flags });
      await publishMany(broker.port, 't', 5000, 1000);
      await takeInOrder(broker.port, 't', 'c', 0, 6000);
      await broker.stop();
    }),
  );

  it('always: HTTP waits for the disk, too', limit, () =>
    withDataPath(async (start) => {
      const flags = ['--sync=always'];
      let broker = await start({ flags });
      await makeChannel(broker.port, 't', 'c');
      const one = await ask(broker.httpPort, 'POST', '/pub?topic=t', { body: 'one' });
      assert.equal(one.status, 200);
      const more = await ask(broker.httpPort, 'POST', '/mpub?topic=t', { body: 'two\nthree' });
      assert.equal(more.status, 200);
      await kill(broker);
      broker = await start({ flags });
      await takeAll(broker, 't', 'c', 3);
      await broker.stop();
    }),
  );

  it('always: many publishers, several kills, in order and complete', limit, (t) =>
    withDataPath(async (start) => {
      const flags = ['--sync=always', '--mem-queue-size=100'];
      const acknowledged = new Set();
      for (let round = 0; round < 4; ++round) {
        const broker = await start({ flags });
        await makeChannel(broker.port, 't', 'c');
        await withClients(broker.port, async (connect) => {
          const clients = await Promise.all(Array.from({ length: 10 }, () => connect()));
          let stop = false;
          let left = 500 * (round + 1);
          let haveEnough;
          const enough = new Promise((resolve) => (haveEnough = resolve));
          const all = clients.map(async (client, who) => {
            for (let i = 0; !stop; ++i) {
              const body = `${round}-${who}-${i}`;
              client.send(pub('t', body));
              try {
                await client.ok();
              } catch {
                return;
              }
              acknowledged.add(body);
              if (--left === 0) haveEnough();
            }
          });
          await enough;
          await kill(broker);
          stop = true;
          await Promise.all(all);
        });
      }
      t.diagnostic(`${acknowledged.size} acknowledged`);
      const broker = await start({ flags });
      const last = new Map();
      await withClients(broker.port, async (connect) => {
        const client = await connect();
        await client.subscribe('t', 'c');
        client.rdy(200);
        while (acknowledged.size > 0) {
          const message = await client.message({ timeout: 10000 });
          const [round, who, i] = message.body.split('-').map(Number);
          const key = `${round}-${who}`;
          assert.ok(i > (last.get(key) ?? -1), `${message.body} out of order`);
          last.set(key, i);
          acknowledged.delete(message.body);
          client.fin(message);
        }
      });
      await broker.stop();
    }),
  );

  it('always: pausing and unpausing keeps order and messages', limit, () =>
    withDataPath(async (start) => {
      const flags = ['--sync=always', '--mem-queue-size=100'];
      let broker = await start({ flags });
      for (const name of ['c', 'd']) await makeChannel(broker.port, 't', name);
      const post = async (what) =>
        assert.equal((await ask(broker.httpPort, 'POST', what)).status, 200);
      await publishMany(broker.port, 't', 0, 1000);
      const publishing = publishMany(broker.port, 't', 1000, 20000);
      await post('/topic/pause?topic=t');
      await untilHeld(broker, 't', publishing);
      await post('/topic/unpause?topic=t');
      await post('/topic/pause?topic=t');
      await post('/topic/unpause?topic=t');
      await publishing;
      await kill(broker);
      broker = await start({ flags });
      await takeInOrder(broker.port, 't', 'c', 0, 21000);
      await takeInOrder(broker.port, 't', 'd', 0, 21000);
      await broker.stop();
    }),
  );

  // -- interval ---------------------------------------------------------------

  it('interval: a kill loses nothing older than the interval', limit, () =>
    withDataPath(async (start) => {
      let broker = await start();
      await makeChannel(broker.port, 't', 'd');
      await withClients(broker.port, async (connect) => {
        const consumer = await connect();
        await consumer.subscribe('t', 'c');
        const client = await connect();
        client.send(
          mpub('t', ['finished', 'held', 'again', 'later', 'ready']),
          dpub('t', 1200, 'deferred'),
        );
        await client.ok();
        await client.ok();
        await client.publish('lonely', 'x');
        consumer.rdy(4);
        const [finished, , again, later] = await consumer.messages(4);
        consumer.rdy(0);
        consumer.fin(finished);
        consumer.req(again, 0);
        consumer.req(later, 1500);
        await sleep(1000); // the promise: an interval and a commit
        await kill(broker);
      });
      broker = await start();
      const c = await takeAll(broker, 't', 'c', 5);
      for (const body of ['held', 'again', 'later'])
        assert.equal(c.get(body).attempts, 2, body);
      assert.equal(c.get('ready').attempts, 1);
      await takeAll(broker, 't', 'd', 6);
      await takeAll(broker, 'lonely', 'c', 1);
      await broker.stop();
    }),
  );

  it('interval: a large backlog in memory, in order, then more', limit, () =>
    withDataPath(async (start) => {
      let broker = await start();
      await makeChannel(broker.port, 't', 'c');
      await publishMany(broker.port, 't', 0, 15000);
      await sleep(1000);
      await kill(broker);
      broker = await start();
      await publishMany(broker.port, 't', 15000, 5000);
      await takeInOrder(broker.port, 't', 'c', 0, 20000);
      await broker.stop();
    }),
  );

  // -- which mode -------------------------------------------------------------

  it('each topic has the mode of its first rule, and shows it', limit, () =>
    withDataPath(async (start) => {
      const flags = [
        '--sync=overflow',
        '--topic-sync=orders.*=always',
        '--topic-sync=o*=interval',
      ];
      let broker = await start({ flags });
      await broker.logged(/SYNC: mode overflow, interval 100ms, orders\.\*=always, o\*=interval/);
      for (const topic of ['orders.new', 'other', 'metrics'])
        await makeChannel(broker.port, topic, 'c');
      await withClients(broker.port, async (connect) => {
        const client = await connect();
        await client.publish('metrics', 'x');
        await client.publish('other', 'x');
        await sleep(1000);
        await client.publish('orders.new', 'x');
        const info = JSON.parse((await ask(broker.httpPort, 'GET', '/info')).body);
        assert.equal(info.sync, 'overflow');
        assert.deepEqual(info.topic_sync, ['orders.*=always', 'o*=interval']);
        const stats = JSON.parse((await ask(broker.httpPort, 'GET', '/stats?format=json')).body);
        const modes = Object.fromEntries(stats.topics.map((x) => [x.topic_name, x.sync]));
        const expected = { 'orders.new': 'always', other: 'interval', metrics: 'overflow' };
        assert.deepEqual(modes, expected);
        const actors = JSON.parse((await ask(broker.httpPort, 'GET', '/debug/actors')).body);
        const topics = actors.actors.filter((x) => x.kind === 'topic');
        assert.deepEqual(Object.fromEntries(topics.map((x) => [x.name, x.sync])), expected);
        await kill(broker);
      });
      broker = await start({ flags });
      await takeAll(broker, 'orders.new', 'c', 1);
      await takeAll(broker, 'other', 'c', 1);
      await takeAll(broker, 'metrics', 'c', 0);
      await broker.stop();
    }),
  );

  // -- no room ----------------------------------------------------------------

  // Publishes until it is refused.
  async function fill(connect, broker, topic, from, size) {
    const client = await connect();
    for (let n = from; ; ++n) {
      assert.ok(n < 200000, 'there was always room');
      client.send(mpub(topic, [String(n).padStart(10, '0').padEnd(size, '.')]));
      const sent = performance.now();
      const frame = await client.next(15000);
      assert.ok(frame, broker.logTail());
      const text = frame.data.toString('latin1');
      if (text === 'OK') continue;
      assert.match(text, /^E_MPUB_FAILED .*(disk full|backlog of)/);
      return { next: n, waited: performance.now() - sent };
    }
  }

  const small = ['/bin/sh', '-c', 'ulimit -f 16384; exec "$@"', 'sh']; // 8 MB

  // In `always` each message waits for the disk, so they are larger. In the other
  // modes no more may come within an interval than there is room for.
  for (const [name, flags, wrapper, size] of [
    ['a full disk, overflow', ['--sync=overflow', '--mem-queue-size=100'], small, 1000],
    ['a full disk, interval', ['--sync=interval'], small, 1000],
    ['a full disk, always', ['--sync=always'], small, 20_000],
    ['a quota, interval', ['--max-backlog-bytes=3000000'], [], 1000],
    ['a quota, always', ['--sync=always', '--max-backlog-bytes=3000000'], [], 20_000],
  ])
    it(`${name}: refuses, and goes on by itself`, limit, (t) =>
      withDataPath(async (start) => {
        let broker = await start({ flags, wrapper });
        await makeChannel(broker.port, 't', 'c');
        let next = 0;
        for (let round = 0; round < 3; ++round) {
          const first = next;
          await withClients(broker.port, async (connect) => {
            const { next: end, waited } = await fill(connect, broker, 't', next, size);
            next = end;
            t.diagnostic(`${next - first} accepted, refused in ${Math.round(waited)} ms`);
            assert.ok(waited < 1000 || round === 0, `${waited} ms`);
            const said = await ask(broker.httpPort, 'GET', '/ping');
            assert.equal(said.status, 500);
            assert.match(said.body.toString(), /^NOK - (disk full|backlog of)/);
            assert.equal((await ask(broker.httpPort, 'GET', '/readyz')).status, 503);
            assert.equal((await ask(broker.httpPort, 'GET', '/livez')).status, 200);
            const pub = await ask(broker.httpPort, 'POST', '/pub?topic=t', { body: 'x' });
            assert.equal(pub.status, 503);
          });
          await takeInOrder(broker.port, 't', 'c', first, next - first);
          const until = performance.now() + 10000;
          while ((await ask(broker.httpPort, 'GET', '/ping')).status !== 200) {
            assert.ok(performance.now() < until, `still full\n${broker.logTail()}`);
            await sleep(50);
          }
        }
        const first = next;
        await withClients(broker.port, async (connect) => {
          next = (await fill(connect, broker, 't', next, size)).next;
        });
        await broker.stop({ timeout: 8000 });
        broker = await start({ flags });
        await takeInOrder(broker.port, 't', 'c', first, next - first);
        await broker.stop();
      }),
    );
});
