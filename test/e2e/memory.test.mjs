// The memory that messages take: whatever lies idle, publishing goes on, and
// what was on disk meanwhile comes as it was. CAFQ_LONG=1 for all combinations.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { withBroker } from './support/broker.mjs';
import { HttpClient, ask } from './support/http.mjs';
import { mpub, pub, topicName, withClients } from './support/wire.mjs';

const limit = { timeout: 240000 };
const MB = 1 << 20;
const long = process.env.CAFQ_LONG === '1';

// What is one block of a queue being read, requests and answers on their way,
// and malloc's share, whatever the limit.
const overhead = 24 * MB;

async function metric(broker, name) {
  const { body } = await ask(broker.httpPort, 'GET', '/metrics');
  return Number(body.match(new RegExp(`^${name}(?:{[^}]*})? (\\S+)`, 'm'))[1]);
}

// Asks again and again until the figure is as wanted: it comes by itself.
async function until(what, wanted) {
  const patience = AbortSignal.timeout(30000);
  for (;;) {
    const value = await what();
    if (wanted(value)) return value;
    assert.ok(!patience.aborted, `still ${value}`);
    await new Promise(setImmediate);
  }
}

const body = (number, size) => {
  const head = `${number} `;
  return head + 'x'.repeat(Math.max(0, size - head.length));
};
const numberOf = (message) => Number(message.body.toString().split(' ')[0]);

async function createChannels(broker, topic, count) {
  await ask(broker.httpPort, 'POST', `/topic/create?topic=${topic}`);
  for (let i = 0; i < count; ++i)
    await ask(broker.httpPort, 'POST', `/channel/create?topic=${topic}&channel=c${i}`);
}

// Publishes `total` bodies of `size` bytes; each answer is awaited and is OK.
async function publish(client, topic, total, size, batch) {
  client.answering = true;
  for (let i = 0; i < total; i += batch) {
    const bodies = [];
    for (let k = i; k < Math.min(total, i + batch); ++k) bodies.push(body(k, size));
    client.send(bodies.length === 1 ? pub(topic, bodies[0]) : mpub(topic, bodies));
    await client.ok();
  }
}

// Takes and finishes `total` messages: each once, in publish order.
async function drain(client, total) {
  client.answering = true;
  client.rdy(50);
  for (let i = 0; i < total; ++i) {
    const message = await client.message();
    assert.equal(numberOf(message), i);
    client.fin(message);
  }
}

describe('messages that nobody takes', () => {
  it('300 idle channels share the bodies, and others publish', limit, () =>
    withBroker({}, (broker) =>
      withClients(broker.port, async (connect) => {
        const topic = topicName('idle');
        await createChannels(broker, topic, 300);
        const producer = await connect();
        await publish(producer, topic, 1000, 1000, 20);
        // What is published now is packed for the disk behind all that.
        const other = topicName('other');
        await createChannels(broker, other, 1);
        const commits = await metric(broker, 'cafq_store_commit_seconds_count');
        await until(
          async () => {
            await publish(producer, other, 1, 1000, 1);
            return metric(broker, 'cafq_store_commit_seconds_count');
          },
          (now) => now >= commits + 5,
        );
        const memory = await metric(broker, 'cafq_message_memory_bytes');
        assert.ok(memory < 30 * MB, `${memory} bytes`);
        const consumer = await connect();
        await consumer.subscribe(topic, 'c299');
        await drain(consumer, 1000);
      }),
    ),
  );
});

const kinds = {
  none: async () => {},
  // Has one message and keeps it.
  slow: async (client) => client.rdy(1),
  idle: async (client) => client.rdy(0),
};

const all = [];
for (const megabytes of [16, 64, 256])
  for (const sync of ['overflow', 'interval', 'always'])
    for (const channels of [1, 30])
      for (const size of [200, 20_000, 500_000])
        for (const consumers of Object.keys(kinds))
          all.push({ megabytes, sync, channels, size, consumers });
// Those that found something, and one of each value.
const everyday = [
  { megabytes: 16, sync: 'interval', channels: 30, size: 20_000, consumers: 'none' },
  { megabytes: 16, sync: 'overflow', channels: 1, size: 500_000, consumers: 'slow' },
  { megabytes: 16, sync: 'always', channels: 30, size: 20_000, consumers: 'idle' },
  { megabytes: 16, sync: 'interval', channels: 1, size: 200, consumers: 'slow' },
];

describe('a memory limit', () => {
  for (const x of long ? all : everyday)
    it(`of ${x.megabytes} MB: ${x.sync}, ${x.channels} channels, ${x.size} bytes, consumers: ${x.consumers}`, limit, () =>
      withBroker({ flags: [`--memory-limit=${x.megabytes * MB}`, `--sync=${x.sync}`, '--msg-timeout=15m'] }, (broker) =>
        withClients(broker.port, async (connect) => {
          const topic = topicName('soak');
          await createChannels(broker, topic, x.channels);
          const consumers = [];
          if (x.consumers !== 'none')
            for (let i = 0; i < x.channels; ++i) {
              const client = await connect();
              client.answering = true;
              await client.subscribe(topic, `c${i}`);
              await kinds[x.consumers](client);
              consumers.push(client);
            }
          const producer = await connect();
          // More than the limit, however many channels share it.
          const total = Math.min(20_000, Math.ceil((1.5 * x.megabytes * MB) / x.size));
          await publish(producer, topic, total, x.size, x.size > 100_000 ? 1 : 20);
          await publish(producer, topicName('other'), 20, 1000, 1);
          // Each channel that is read has a block of its own, and its consumer.
          const blocks = 2 * x.channels * x.size;
          const most = x.megabytes * MB + overhead;
          const used = await metric(broker, 'cafq_message_memory_bytes');
          assert.ok(used <= most, `${used} bytes of messages`);
          const anonymous = broker.memory();
          assert.ok(anonymous <= 2 * (x.megabytes * MB + overhead) + blocks, `${anonymous} bytes`);
          // What the slow ones have is theirs; the others take the rest.
          if (x.consumers === 'slow') {
            for (const client of consumers) {
              const message = await client.message();
              assert.equal(numberOf(message), 0);
              client.fin(message);
            }
            consumers[0].rdy(50);
            for (let i = 1; i < total; ++i) {
              const message = await consumers[0].message();
              assert.equal(numberOf(message), i);
              consumers[0].fin(message);
            }
            return;
          }
          const reader = consumers[0] ?? (await connect());
          if (x.consumers === 'none') await reader.subscribe(topic, 'c0');
          await drain(reader, total);
        }),
      ),
    );

  it('is not used up by one that takes and never finishes', limit, () =>
    withBroker({ flags: ['--memory-limit=33554432', '--msg-timeout=15m'] }, (broker) =>
      withClients(broker.port, async (connect) => {
        const topic = topicName('flight');
        const hog = await connect();
        await hog.subscribe(topic, 'c');
        hog.rdy(2500);
        const producer = await connect();
        const total = 100;
        await publish(producer, topic, total, 900_000, 1);
        const taken = await hog.messages(total);
        await publish(producer, topicName('other'), 20, 1000, 1);
        const used = await metric(broker, 'cafq_message_memory_bytes');
        assert.ok(used <= 32 * MB + overhead, `${used} bytes of messages`);
        // They come again whole, with a delay or without.
        hog.rdy(0);
        for (const [i, message] of taken.entries()) hog.req(message, i % 2 ? 0 : 1);
        hog.rdy(100);
        const again = new Set();
        for (let i = 0; i < total; ++i) {
          const message = await hog.message({ attempts: 2 });
          assert.equal(message.body.length, 900_000);
          again.add(numberOf(message));
          hog.fin(message);
        }
        assert.equal(again.size, total);
      }),
    ),
  );

  it('is not used up by what knows who has which message', limit, (t) =>
    withBroker({ flags: ['--memory-limit=16777216', '--msg-timeout=15m'] }, (broker) =>
      withClients(broker.port, async (connect) => {
        const topic = topicName('small');
        const before = broker.memory();
        const hogs = await Promise.all(Array.from({ length: 60 }, () => connect()));
        await Promise.all(hogs.map((x) => x.subscribe(topic, 'c')));
        for (const x of hogs) x.rdy(2500);
        const producer = await connect();
        for (let i = 0; i < 30; ++i) {
          producer.send(mpub(topic, Array(5000).fill('x')));
          await producer.ok();
        }
        const channel = async () => {
          const { body: text } = await ask(broker.httpPort, 'GET', '/debug/actors');
          return JSON.parse(text).actors.find((x) => x.kind === 'channel' && x.name === 'c');
        };
        await until(async () => (await channel()).state, (x) => x === 'memory limit');
        const { body: text } = await ask(broker.httpPort, 'GET', `/stats?format=json&topic=${topic}`);
        const [{ in_flight_count: inFlight, depth }] = JSON.parse(text).topics[0].channels;
        t.diagnostic(`${inFlight} in flight, ${(broker.memory() - before) >> 20} MB`);
        assert.equal(inFlight + depth, 150_000);
        assert.ok(inFlight > 40_000 && inFlight < 100_000, `${inFlight}`);
        // Others do as before, and so does this one when they are gone.
        const other = await connect();
        await publish(producer, topicName('other'), 20, 1000, 1);
        await other.subscribe(topic, 'd');
        other.rdy(1);
        await publish(producer, topic, 1, 10, 1);
        await other.message();
        await ask(broker.httpPort, 'POST', `/channel/empty?topic=${topic}&channel=c`);
        await publish(producer, topic, 10, 10, 1);
        await until(
          async () => (await channel()).counters.in_flight,
          (x) => x === 10,
        );
      }),
    ),
  );

  it('is not used up by what is requeued for later', limit, (t) =>
    withBroker({ flags: ['--memory-limit=33554432'] }, (broker) =>
      withClients(broker.port, async (connect) => {
        const topic = topicName('later');
        const channels = 40;
        await createChannels(broker, topic, channels);
        const producer = await connect();
        for (let i = 0; i < 3; ++i) await publish(producer, topic, 5000, 1, 5000);
        const before = broker.memory();
        let most = 0;
        // Each message comes once: it is due in an hour.
        const requeue = async (i) => {
          const client = await connect();
          client.answering = true;
          await client.subscribe(topic, `c${i}`);
          client.rdy(2500);
          for (let n = 0; n < 15_000; ++n) {
            client.req(await client.message(), 3_000_000);
            if (n % 500 === 0) most = Math.max(most, broker.memory() - before);
          }
        };
        await Promise.all(Array.from({ length: channels }, (_, i) => requeue(i)));
        t.diagnostic(`${most >> 20} MB at most`);
        assert.ok(most < 64 * MB, `${most}`);
        const { body: text } = await ask(broker.httpPort, 'GET', `/stats?format=json&topic=${topic}`);
        for (const x of JSON.parse(text).topics[0].channels) assert.equal(x.deferred_count, 15_000);
      }),
    ),
  );

  for (const paused of [false, true])
    it(`is not used up by copies for many channels, ${paused ? 'unpaused' : 'always'}`, limit, (t) =>
      withBroker({ flags: ['--memory-limit=67108864', '--sync=always'] }, (broker) =>
        withClients(broker.port, async (connect) => {
          const topic = topicName('wide');
          await createChannels(broker, topic, 100);
          if (paused) await ask(broker.httpPort, 'POST', `/topic/pause?topic=${topic}`);
          const producer = await connect();
          await publish(producer, topic, 20, 100_000, 20);
          if (paused) await ask(broker.httpPort, 'POST', `/topic/unpause?topic=${topic}`);
          const depth = async () => {
            const { body: text } = await ask(broker.httpPort, 'GET', `/stats?format=json&topic=${topic}&channel=c99`);
            return JSON.parse(text).topics[0].channels[0].depth;
          };
          await until(depth, (x) => x === 20);
          // What the allocator got for a transaction, it keeps.
          t.diagnostic(`${broker.memory() >> 20} MB`);
          assert.ok(broker.memory() < 100 * MB, `${broker.memory()}`);
        }),
      ),
    );

  it('is not used up by many large bodies of tiny messages', limit, (t) =>
    withBroker({ flags: ['--memory-limit=67108864'] }, async (broker) => {
      const count = 1_000_000;
      const lines = Buffer.from('abcd\n'.repeat(count));
      const before = broker.memory();
      let most = 0;
      const publish = async () => {
        const client = await HttpClient.connect(broker.httpPort);
        client.send(
          `POST /mpub?topic=tiny HTTP/1.1\r\nHost: x\r\nContent-Length: ${lines.length}\r\n\r\n`,
        );
        client.send(lines);
        const { status, body: text } = await client.answer();
        assert.equal(status, 200, text);
        most = Math.max(most, broker.memory() - before);
      };
      await Promise.all(Array.from({ length: 24 }, publish));
      const { body: text } = await ask(broker.httpPort, 'GET', '/stats?format=json&topic=tiny');
      assert.equal(JSON.parse(text).topics[0].message_count, 24 * count);
      t.diagnostic(`${most >> 20} MB at most`);
      assert.ok(most < 128 << 20, `${most}`);
    }),
  );

  it('is not used up by what cannot be stored', limit, () =>
    withBroker({ flags: ['--memory-limit=33554432'] }, (broker) =>
      withClients(broker.port, async (connect) => {
        const producer = await connect();
        const name = `${topicName('short')}#ephemeral`;
        let refusal;
        for (let i = 0; i < 64 && !refusal; ++i) {
          producer.send(pub(name, body(i, 900_000)));
          const answer = await producer.next();
          if (answer.data.toString() !== 'OK') refusal = answer.data.toString();
        }
        assert.match(
          refusal,
          new RegExp(`^E_PUB_FAILED PUB failed memory for messages that cannot be stored is full: topic ${name} \\d+ MiB`),
        );
        const ready = await ask(broker.httpPort, 'GET', '/readyz');
        assert.equal(ready.status, 503);
        assert.match(ready.body, /^NOK - memory for messages that cannot be stored is full/);
        const other = await connect();
        await publish(other, topicName('other'), 100, 900_000, 1);
      }),
    ),
  );

  it('makes an ephemeral channel drop, not its topic refuse', limit, () =>
    withBroker({ flags: ['--memory-limit=33554432'] }, (broker) =>
      withClients(broker.port, async (connect) => {
        const topic = topicName('mixed');
        const idle = await connect();
        await idle.subscribe(topic, 'tail#ephemeral');
        const durable = await connect();
        await durable.subscribe(topic, 'c');
        const producer = await connect();
        await publish(producer, topic, 60, 900_000, 1);
        await drain(durable, 60);
        const { body: text } = await ask(broker.httpPort, 'GET', '/stats?format=json');
        const channel = JSON.parse(text)
          .topics.find((x) => x.topic_name === topic)
          .channels.find((x) => x.channel_name === 'tail#ephemeral');
        assert.ok(channel.depth > 0 && channel.depth < 20, `${channel.depth}`);
      }),
    ),
  );
});

describe('memory that is not needed any more', () => {
  it('goes back to the system', limit, (t) =>
    withBroker({ flags: ['--sync=overflow', '--mem-queue-size=1000000'] }, (broker) =>
      withClients(broker.port, async (connect) => {
        const topic = topicName('burst');
        await createChannels(broker, topic, 1);
        // Some stay, between those that go.
        await createChannels(broker, 'stays', 1);
        const producer = await connect();
        for (let i = 0; i < 300; ++i) {
          await publish(producer, topic, 1000, 400, 500);
          await publish(producer, 'stays', 1, 400, 1);
        }
        const most = broker.memory();
        assert.ok(most > 110 * MB, `${most}`);
        await ask(broker.httpPort, 'POST', `/channel/empty?topic=${topic}&channel=c0`);
        const left = await until(async () => broker.memory(), (x) => x < 40 * MB);
        t.diagnostic(`${most >> 20} MB, then ${left >> 20}`);
      }),
    ),
  );

  it('goes back when topics are deleted', limit, (t) =>
    withBroker({}, async (broker) => {
      const client = await HttpClient.connect(broker.httpPort);
      const each = async (path) => {
        for (let i = 0; i < 8000; ++i)
          assert.equal((await client.request('POST', path(i)).answer()).status, 200);
      };
      await each((i) => `/topic/create?topic=t${i}`);
      await each((i) => `/channel/create?topic=t${i}&channel=c`);
      const most = broker.memory();
      assert.ok(most > 80 * MB, `${most}`);
      await each((i) => `/topic/delete?topic=t${i}`);
      const left = await until(async () => broker.memory(), (x) => x < 60 * MB);
      t.diagnostic(`${most >> 20} MB, then ${left >> 20}`);
    }),
  );
});

describe('a memory queue of 0', () => {
  it('gives an ephemeral channel what a ready consumer takes', limit, () =>
    withBroker({ flags: ['--mem-queue-size=0'] }, (broker) =>
      withClients(broker.port, async (connect) => {
        const topic = topicName('none');
        const consumer = await connect();
        await consumer.subscribe(topic, 'c#ephemeral');
        consumer.rdy(20);
        await consumer.quiet();
        const producer = await connect();
        await publish(producer, topic, 20, 10, 1);
        const got = await consumer.messages(20);
        assert.equal(got.length, 20);
        // What nobody takes is dropped.
        await publish(producer, topic, 20, 10, 1);
        const { body: text } = await ask(broker.httpPort, 'GET', '/stats?format=json');
        const channel = JSON.parse(text).topics.find((x) => x.topic_name === topic).channels[0];
        assert.equal(channel.depth, 0);
      }),
    ),
  );

  it('takes publishes of an ephemeral topic', limit, () =>
    withBroker({ flags: ['--mem-queue-size=0'] }, (broker) =>
      withClients(broker.port, async (connect) => {
        const topic = `${topicName('none')}#ephemeral`;
        const consumer = await connect();
        await consumer.subscribe(topic, 'c');
        consumer.rdy(20);
        const producer = await connect();
        await publish(producer, topic, 20, 10, 1);
        await consumer.messages(20);
      }),
    ),
  );
});
