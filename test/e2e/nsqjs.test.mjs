// A real client: nsqjs from npm, which knows nothing of cafq.

import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import { describe, it } from 'node:test';
import { setInterval as ticks } from 'node:timers/promises';
import { freePort, lateness, startBroker, useBroker } from './support/broker.mjs';
import { Collector, openReader, openWriter } from './support/nsqjs.mjs';
import { topicName, withClients } from './support/wire.mjs';

const limit = { timeout: 60000 };
const now = () => performance.now();

describe('nsqjs', { concurrency: 8 }, () => {
  const box = useBroker();

  // Gives `body` a writer and a way to open readers, and closes all of them.
  const test = (name, body) =>
    it(name, limit, async () => {
      const { port } = box.broker;
      const topic = topicName('nsqjs');
      const open = [];
      try {
        const writer = await openWriter(port);
        open.push(writer);
        const reader = async (channel, onMessage, options) => {
          const result = await openReader(port, topic, channel, onMessage, options);
          open.push(result);
          return result;
        };
        await body({ topic, writer, reader, port });
        for (const each of open) assert.deepEqual(each.errors, []);
      } finally {
        for (const each of open) each.close();
      }
    });

  // A reader that finishes whatever it gets and keeps the bodies.
  const keeper = async (reader, channel, options) => {
    const kept = new Collector();
    await reader(
      channel,
      (message) => {
        kept.add(message.body.toString());
        message.finish();
      },
      options,
    );
    return kept;
  };

  test('publish and consume', async ({ topic, writer, reader }) => {
    const got = new Collector();
    await reader('c', (message) => {
      got.add(message);
      message.finish();
    });
    await writer.publish(topic, 'hello');
    const [message] = await got.count(1);
    assert.equal(message.body.toString(), 'hello');
    assert.equal(message.attempts, 1);
    assert.match(message.id, /^[0-9a-f]{16}$/);
  });

  test('publish first, consume later', async ({ topic, writer, reader }) => {
    for (const body of ['one', 'two', 'three']) await writer.publish(topic, body);
    const kept = await keeper(reader, 'c');
    assert.deepEqual(await kept.count(3), ['one', 'two', 'three']);
  });

  test('multi-publish', async ({ topic, writer, reader }) => {
    const kept = await keeper(reader, 'c');
    await writer.publish(topic, ['one', 'two', 'three']);
    assert.deepEqual(await kept.count(3), ['one', 'two', 'three']);
  });

  test('JSON bodies', async ({ topic, writer, reader }) => {
    const got = new Collector();
    await reader('c', (message) => {
      got.add(message.json());
      message.finish();
    });
    await writer.publish(topic, { a: [1, 'zwölf', null] });
    assert.deepEqual(await got.count(1), [{ a: [1, 'zwölf', null] }]);
  });

  test('binary body', async ({ topic, writer, reader }) => {
    const body = Buffer.from(Array.from({ length: 1024 }, (_, i) => i & 255));
    const got = new Collector();
    await reader('c', (message) => {
      got.add(Buffer.from(message.body));
      message.finish();
    });
    await writer.publish(topic, body);
    assert.deepEqual((await got.count(1))[0], body);
  });

  test('a message of 1 MB', async ({ topic, writer, reader }) => {
    const body = crypto.randomBytes(1048576);
    const got = new Collector();
    await reader('c', (message) => {
      got.add(Buffer.from(message.body));
      message.finish();
    });
    await writer.publish(topic, body);
    assert.ok((await got.count(1))[0].equals(body));
  });

  test('deferred publish', async ({ topic, writer, reader }) => {
    const got = new Collector();
    await reader('c', (message) => {
      got.add({ body: message.body.toString(), attempts: message.attempts, at: now() });
      message.finish();
    });
    const start = now();
    await writer.deferPublish(topic, ['later'], 500);
    const [{ body, attempts, at }] = await got.count(1);
    assert.deepEqual({ body, attempts }, { body: 'later', attempts: 1 });
    assert.ok(at - start >= 499 && at - start < 500 + lateness, `${at - start} ms`);
  });

  test('requeue with a delay', async ({ topic, writer, reader }) => {
    const got = new Collector();
    let requeued;
    await reader('c', (message) => {
      got.add({ attempts: message.attempts, at: now(), id: message.id });
      if (message.attempts === 1) {
        requeued = now();
        message.requeue(400, false);
      } else message.finish();
    });
    await writer.publish(topic, 'x');
    const [first, second] = await got.count(2);
    assert.equal(second.attempts, 2);
    assert.equal(second.id, first.id);
    const elapsed = second.at - requeued;
    assert.ok(elapsed >= 399 && elapsed < 400 + lateness, `${elapsed} ms`);
  });

  test('a message that is not answered comes again', async ({
    topic,
    writer,
    reader,
  }) => {
    const got = new Collector();
    await reader(
      'c',
      (message) => {
        got.add({ attempts: message.attempts, at: now() });
        if (message.attempts > 1) message.finish();
      },
      { messageTimeout: 1000 },
    );
    const start = now();
    await writer.publish(topic, 'x');
    const [, second] = await got.count(2);
    assert.equal(second.attempts, 2);
    const elapsed = second.at - start;
    assert.ok(elapsed >= 999 && elapsed < 1000 + lateness, `${elapsed} ms`);
  });

  test('touch keeps a message', async ({ topic, writer, reader }) => {
    const got = new Collector();
    await reader('c', (message) => got.add(message), { messageTimeout: 2000 });
    await writer.publish(topic, 'long work');
    const [message] = await got.count(1);
    let touches = 0;
    // Twice the timeout.
    for await (const _ of ticks(500)) {
      message.touch();
      if (++touches === 8) break;
    }
    message.finish();
    // The next message shows that the first was finished and came once.
    await writer.publish(topic, 'next');
    const messages = await got.count(2);
    assert.equal(messages[1].body.toString(), 'next');
    messages[1].finish();
  });

  test('backoff, and recovery from it', async ({ topic, writer, reader }) => {
    const finished = new Collector();
    const gaps = [];
    let failed = null;
    await reader(
      'c',
      (message) => {
        if (failed) gaps.push(now() - failed);
        failed = null;
        if (message.body.toString() === 'bad' && message.attempts <= 3) {
          failed = now();
          message.requeue(0);
        } else {
          finished.add(message.body.toString());
          message.finish();
        }
      },
      { maxBackoffDuration: 5, maxInFlight: 1 },
    );
    await writer.publish(topic, ['bad', ...Array(10).fill('good')]);
    const bodies = await finished.count(11);
    assert.equal(bodies.filter((body) => body === 'good').length, 10);
    // The client said RDY 0 for a while each time.
    assert.equal(gaps.length, 3);
    assert.ok(Math.min(...gaps) > 50, `gaps ${gaps}`);
  });

  test('readers on one channel share', async ({ topic, writer, reader }) => {
    const got = new Collector();
    const share = [0, 0, 0];
    for (const i of share.keys())
      await reader(
        'c',
        (message) => {
          ++share[i];
          got.add(message.body.toString());
          setImmediate(() => message.finish());
        },
        { maxInFlight: 5 },
      );
    const bodies = Array.from({ length: 300 }, (_, i) => `m${i}`);
    await writer.publish(topic, bodies);
    await got.count(300);
    assert.deepEqual([...got.items].sort(), [...bodies].sort());
    assert.ok(Math.min(...share) > 0, `shares ${share}`);
  });

  test('channels get everything each', async ({ topic, writer, reader }) => {
    const first = await keeper(reader, 'a', { maxInFlight: 10 });
    const second = await keeper(reader, 'b', { maxInFlight: 10 });
    const bodies = Array.from({ length: 100 }, (_, i) => `m${i}`);
    await writer.publish(topic, bodies);
    assert.deepEqual(await first.count(100), bodies);
    assert.deepEqual(await second.count(100), bodies);
  });

  test('10,000 messages, complete and in order', async ({ topic, writer, reader }) => {
    const kept = await keeper(reader, 'c', { maxInFlight: 200 });
    const bodies = Array.from({ length: 10000 }, (_, i) => `${i}`);
    for (let i = 0; i < bodies.length; i += 500) {
      await Promise.all(
        bodies.slice(i, i + 400).map((body) => writer.publish(topic, body)),
      );
      await writer.publish(topic, bodies.slice(i + 400, i + 500));
    }
    assert.deepEqual(await kept.count(10000), bodies);
  });

  test('an ephemeral channel', async ({ topic, writer, reader }) => {
    const kept = await keeper(reader, 'c#ephemeral');
    await writer.publish(topic, 'x');
    assert.deepEqual(await kept.count(1), ['x']);
  });

  test('heartbeats are answered, and keep an idle client', async ({
    topic,
    writer,
    reader,
    port,
  }) => {
    const kept = await keeper(reader, 'c', { heartbeatInterval: 1 });
    // The end of a client that does not answer shows that 2 s have passed.
    await withClients(port, async (connect) => {
      for (let i = 0; i < 2; ++i) {
        const silent = await connect();
        await silent.identify({ heartbeat_interval: 1000 });
        await silent.eof();
      }
    });
    await writer.publish(topic, 'x');
    assert.deepEqual(await kept.count(1), ['x']);
  });

  // Where the broker has no such thing, the client does without.
  for (const option of ['snappy', 'deflate', 'tls'])
    test(`a client that asks for ${option}`, async ({ topic, writer, reader }) => {
      const kept = await keeper(reader, 'c', { [option]: true });
      await writer.publish(topic, ['one', 'two']);
      assert.deepEqual(await kept.count(2), ['one', 'two']);
    });

  it('an error reaches the publisher', limit, async () => {
    const writer = await openWriter(box.broker.port);
    await assert.rejects(writer.publish('no$topic', 'x'), (error) =>
      String(error).includes('E_BAD_TOPIC PUB topic name "no$topic" is not valid'),
    );
    writer.close();
  });
});

describe('restart', () => {
  it('a reader comes back when the broker does', limit, async () => {
    const port = await freePort();
    const topic = topicName('restart');
    let broker = await startBroker({ port });
    const got = new Collector();
    let reader;
    try {
      reader = await openReader(
        port,
        topic,
        'c',
        (message) => {
          got.add(message.body.toString());
          message.finish();
        },
        { lookupdPollInterval: 1 },
      );
      let writer = await openWriter(port);
      await writer.publish(topic, 'before');
      await got.count(1);
      writer.close();
      // `once` of node:events would fail at the errors that belong to this.
      const closed = new Promise((resolve) => reader.once('nsqd_closed', resolve));
      await broker.stop();
      await closed;
      const back = new Promise((resolve) => reader.once('ready', resolve));
      broker = await startBroker({ port });
      await back;
      writer = await openWriter(port);
      await writer.publish(topic, 'after');
      assert.deepEqual(await got.count(2), ['before', 'after']);
      writer.close();
      reader.close();
      await broker.stop();
    } finally {
      reader?.close();
      await broker.destroy();
    }
  });
});
