// GET /message/list, /message/get and `cafq peek`: messages one by one, without
// taking them.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { isCafqd, withBroker } from './support/broker.mjs';
import { ask } from './support/http.mjs';
import { dpub, mpub, pub, withClients } from './support/wire.mjs';

const limit = { timeout: 120000, skip: !isCafqd };
const headers = { Host: 'localhost' };

async function get(broker, what, query) {
  const { status, body } = await ask(broker.httpPort, 'GET', `/message/${what}?${query}`, { headers });
  return { status, ...JSON.parse(Buffer.from(body, 'latin1')) };
}

const list = (broker, query) => get(broker, 'list', `topic=t&channel=c&${query}`);

// All pages of a walk.
async function walk(broker, query) {
  const result = [];
  for (let next = ''; next !== undefined; ) {
    const page = await list(broker, query + (next && `&after=${next}`));
    assert.equal(page.status, 200, JSON.stringify(page));
    result.push(...page.messages);
    next = page.next;
  }
  return result;
}

async function create(broker) {
  await ask(broker.httpPort, 'POST', '/topic/create?topic=t');
  await ask(broker.httpPort, 'POST', '/channel/create?topic=t&channel=c');
}

async function countsOf(broker) {
  const { body } = await ask(broker.httpPort, 'GET', '/stats?format=json&topic=t');
  const [x] = JSON.parse(body).topics[0].channels;
  return [x.depth, x.in_flight_count, x.deferred_count, x.requeue_count, x.timeout_count];
}

const bodies = (messages) => messages.map((x) => x.body);

describe('GET /message/list', limit, () => {
  it('shows each message in its state, and changes nothing', () =>
    withBroker({}, (broker) =>
      withClients(broker.port, async (connect) => {
        await create(broker);
        const producer = await connect();
        producer.send(mpub('t', ['a', 'b', 'c', 'd']), dpub('t', 600000, 'late'), dpub('t', 300000, 'soon'));
        for (let i = 0; i < 3; ++i) await producer.ok();
        const consumer = await connect();
        await consumer.subscribe('t', 'c');
        consumer.rdy(1);
        const taken = await consumer.message();
        const before = await countsOf(broker);
        assert.deepEqual(before, [3, 1, 2, 0, 0]);

        const ready = await walk(broker, 'state=ready');
        assert.deepEqual(bodies(ready), ['b', 'c', 'd']);
        assert.ok(ready.every((x) => x.attempts === 0 && x.size === 1 && x.state === 'ready'));
        const [flying] = await walk(broker, 'state=in_flight');
        assert.equal(flying.id, taken.id);
        assert.equal(flying.attempts, 1);
        assert.equal(flying.timestamp, Number(taken.timestamp));
        assert.match(flying.consumer, /^127\.0\.0\.1:\d+/);
        const left = flying.deadline / 1e6 - Date.now();
        assert.ok(left > 30000 && left < 61000, `${left}`);
        const deferred = await walk(broker, 'state=deferred');
        assert.deepEqual(bodies(deferred), ['soon', 'late']);
        assert.ok(deferred[0].due / 1e6 > Date.now() + 200000);

        const one = await get(broker, 'get', `topic=t&channel=c&id=${taken.id}`);
        assert.deepEqual(one.messages.map((x) => [x.id, x.state, x.body]), [[taken.id, 'in_flight', 'a']]);
        const other = await get(broker, 'get', `topic=t&channel=c&id=${deferred[1].id}`);
        assert.equal(other.messages[0].body, 'late');
        const none = await get(broker, 'get', `topic=t&channel=c&id=${'f'.repeat(16)}`);
        assert.deepEqual([none.status, none.message], [404, 'MESSAGE_NOT_FOUND']);

        assert.deepEqual(await countsOf(broker), before);
        consumer.fin(taken);
        consumer.rdy(10);
        for (const body of ['b', 'c', 'd']) await consumer.message({ body, attempts: 1 });
      }),
    ));

  for (const sync of ['overflow', 'interval', 'always'])
    it(`goes through a backlog on disk, each message once: ${sync}`, () =>
      withBroker({ flags: [`--sync=${sync}`, '--mem-queue-size=100'] }, (broker) =>
        withClients(broker.port, async (connect) => {
          await create(broker);
          const producer = await connect();
          const total = 20_000;
          for (let i = 0; i < total; i += 1000) {
            producer.send(mpub('t', Array.from({ length: 1000 }, (_, k) => `message ${i + k}`)));
            await producer.ok();
          }
          for (let i = 0; i < 300; ++i) producer.send(dpub('t', 600000 + i * 1000, `deferred ${i}`));
          for (let i = 0; i < 300; ++i) await producer.ok();
          const all = await walk(broker, 'limit=1000');
          assert.deepEqual(bodies(all), Array.from({ length: total }, (_, i) => `message ${i}`));
          assert.equal(all.at(-1).place, 'disk');
          const later = await walk(broker, 'state=deferred&limit=7');
          assert.deepEqual(bodies(later), Array.from({ length: 300 }, (_, i) => `deferred ${i}`));
          // A rare word: pages without a message, and then one.
          const rare = await walk(broker, 'contains=ssage%2019999');
          assert.deepEqual(bodies(rare), ['message 19999']);
          const first = await list(broker, 'contains=nowhere');
          assert.deepEqual([first.messages, first.examined], [[], 10_000]);
          assert.ok(first.next);
        }),
      ));

  it('misses nothing that stays while others take and put back', () =>
    withBroker({ flags: ['--mem-queue-size=50', '--msg-timeout=1s'] }, (broker) =>
      withClients(broker.port, async (connect) => {
        await create(broker);
        const producer = await connect();
        producer.send(mpub('t', Array.from({ length: 2000 }, (_, i) => `${i}`)));
        await producer.ok();
        const consumer = await connect();
        await consumer.subscribe('t', 'c');
        consumer.rdy(20);
        // Takes a hundred of the first, and puts half of them back.
        const gone = new Set();
        const busy = (async () => {
          for (let i = 0; i < 100; ++i) {
            const message = await consumer.message();
            if (i % 2) {
              consumer.fin(message);
              gone.add(message.body.toString());
            } else consumer.req(message, 0);
          }
        })();
        const seen = bodies(await walk(broker, 'limit=50'));
        await busy;
        assert.equal(new Set(seen).size, seen.length, 'one was seen twice');
        // Those that nobody touched are all there.
        const untouched = Array.from({ length: 1800 }, (_, i) => `${i + 200}`);
        const found = new Set(seen);
        assert.deepEqual(untouched.filter((x) => !found.has(x)), []);
      }),
    ));

  it('shows what a topic holds itself', () =>
    withBroker({}, async (broker) => {
      await ask(broker.httpPort, 'POST', '/pub?topic=t', { body: 'alone' });
      const { messages } = await get(broker, 'list', 'topic=t');
      assert.deepEqual(bodies(messages), ['alone']);
    }));

  it('cuts bodies, and shows bytes as base64', () =>
    withBroker({}, (broker) =>
      withClients(broker.port, async (connect) => {
        await create(broker);
        const producer = await connect();
        producer.send(pub('t', Buffer.from('ä'.repeat(100))), pub('t', Buffer.from([0xff, 0, 1])));
        await producer.ok();
        await producer.ok();
        const { messages } = await list(broker, 'bytes=5');
        assert.deepEqual([messages[0].body, messages[0].truncated, messages[0].size], ['ää', true, 200]);
        assert.equal(messages[1].body_base64, '/wAB');
      }),
    ));

  it('refuses what makes no sense, and strangers', () =>
    withBroker({}, async (broker) => {
      await create(broker);
      for (const [query, status, message] of [
        ['channel=c', 400, 'MISSING_ARG_TOPIC'],
        ['topic=$', 400, 'INVALID_ARG_TOPIC'],
        ['topic=t&channel=$', 400, 'INVALID_ARG_CHANNEL'],
        ['topic=none', 404, 'TOPIC_NOT_FOUND'],
        ['topic=t&channel=none', 404, 'CHANNEL_NOT_FOUND'],
        ['topic=t&state=gone', 400, 'INVALID_ARG_STATE - ready, in_flight or deferred'],
        ['topic=t&limit=0', 400, 'INVALID_ARG_LIMIT - 1 to 1000'],
        ['topic=t&limit=1001', 400, 'INVALID_ARG_LIMIT - 1 to 1000'],
        ['topic=t&after=x', 400, 'INVALID_ARG_AFTER - what an answer calls next'],
        ['topic=t&bytes=-1', 400, 'INVALID_ARG_BYTES - 0 to 1048576'],
        ['topic=t&colour=red', 400, 'INVALID_REQUEST - parameters are topic, channel, state, after, limit, contains and bytes'],
      ]) {
        const found = await get(broker, 'list', query);
        assert.deepEqual([found.status, found.message], [status, message], query);
      }
      const { status } = await ask(broker.httpPort, 'GET', '/message/list?topic=t', { headers: { Host: 'evil.example' } });
      assert.equal(status, 403);
    }));
});

describe('cafq peek', limit, () => {
  const cafq = (...args) => spawnSync(process.env.CAFQ, args.map(String), { encoding: 'utf8' });

  it('shows messages as lines, and as JSON', () =>
    withBroker({}, (broker) =>
      withClients(broker.port, async (connect) => {
        await create(broker);
        const producer = await connect();
        producer.send(mpub('t', ['plain', 'with\u001b[31m colour', 'third']));
        await producer.ok();
        const at = `--http-address=127.0.0.1:${broker.httpPort}`;
        const lines = cafq('peek', at, 't', 'c');
        assert.equal(lines.status, 0, lines.stderr);
        assert.match(lines.stdout, /^[0-9a-f]{16} \d{4}-\d\d-\d\d .* attempts 0, 5 bytes: plain$/m);
        assert.ok(lines.stdout.includes('with\\x1b[31m colour') && !lines.stdout.includes('\u001b'));
        const json = cafq('peek', at, '--json', '--limit', 2, 't', 'c');
        const found = json.stdout.trim().split('\n').map((x) => JSON.parse(x));
        assert.deepEqual(bodies(found), ['plain', 'with\u001b[31m colour']);
        const place = json.stderr.match(/^there are more: --after=(\S+)$/m)[1];
        const rest = cafq('peek', at, '--json', '--after', place, 't', 'c');
        assert.deepEqual(bodies(rest.stdout.trim().split('\n').map((x) => JSON.parse(x))), ['third']);
        const one = cafq('peek', at, '--json', '--id', found[1].id, 't', 'c');
        assert.equal(JSON.parse(one.stdout).id, found[1].id);
        const none = cafq('peek', at, 'u');
        assert.deepEqual([none.status, none.stderr], [1, 'cafq: there is no topic u\n']);
      }),
    ));
});
