// Timeouts and delays, and flags that change what queues do.
//
// Nothing timed may come early, which is exact because the time is taken before
// the broker can know of the message. How late is up to the machine.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isCafqd, useBroker, withBroker } from './support/broker.mjs';
import { assertDue, cases, limit, now } from './support/scenario.mjs';
import { dpub, mpub, pub, topicName, withClients } from './support/wire.mjs';

describe('deadlines', { concurrency: 16 }, () => {
  const box = useBroker();
  const test = cases(box);

  test('90: the messages of a vanished client come at their timeout', async ({
    connect,
    topic,
    consumer,
  }) => {
    const identify = { msg_timeout: 1000 };
    const first = await consumer({ identify, rdy: 1 });
    const second = await consumer({ identify });
    const producer = await connect();
    const start = now();
    await producer.publish(topic, 'x');
    const message = await first.message({ attempts: 1 });
    first.destroy();
    second.rdy(1);
    const again = await second.message({ body: 'x', attempts: 2 });
    assertDue(again, start, 1000);
    assert.deepEqual([again.id, again.timestamp], [message.id, message.timestamp]);
  });

  test('91: FIN after the timeout', async ({ connect, topic, consumer }) => {
    const identify = { msg_timeout: 1000 };
    const a = await consumer({ identify, rdy: 1 });
    const producer = await connect();
    await producer.publish(topic, 'first');
    const first = await a.message();
    a.rdy(0);
    const b = await consumer({ identify, rdy: 1 });
    await producer.publish(topic, 'second');
    const second = await b.message();
    // Both time out, and one of them comes to b while the other waits.
    const again = await b.message({ attempts: 2 });
    const mine = again.id === second.id;
    a.fin(first);
    await a.error(
      `E_FIN_FAILED FIN ${first.id} failed ${mine ? 'ID not in flight' : 'client does not own message'}`,
    );
    b.fin(second);
    if (mine) {
      // The same id, in flight here again: this FIN is as good as any.
      b.touch(second);
      await b.error(`E_TOUCH_FAILED TOUCH ${second.id} failed ID not in flight`);
    } else {
      await b.error(`E_FIN_FAILED FIN ${second.id} failed ID not in flight`);
    }
    await a.alive();
  });

  test('a timeout frees credit and counts an attempt', async ({
    connect,
    topic,
    consumer,
  }) => {
    const client = await consumer({ identify: { msg_timeout: 1000 }, rdy: 1 });
    const producer = await connect();
    let start = now();
    await producer.publish(topic, 'x');
    await client.message({ attempts: 1 });
    for (let attempts = 2; attempts <= 3; ++attempts) {
      const again = await client.message({ body: 'x', attempts });
      assertDue(again, start, 1000);
      start += 1000;
    }
  });

  test('TOUCH starts the timeout anew', async ({ connect, topic, consumer }) => {
    const client = await consumer({
      identify: { msg_timeout: 3000, heartbeat_interval: 1000 },
      rdy: 1,
    });
    client.answering = true;
    const producer = await connect();
    await producer.publish(topic, 'x');
    const message = await client.message();
    await client.heartbeat(1);
    const touched = now();
    client.touch(message);
    assertDue(await client.message({ attempts: 2 }), touched, 3000);
  });

  test('a second IDENTIFY counts for TOUCH', async ({ connect, topic }) => {
    const client = await connect();
    await client.identify({ msg_timeout: 1000 });
    await client.identify({ msg_timeout: 4000 });
    await client.subscribe(topic, 'c');
    client.rdy(1);
    const producer = await connect();
    const start = now();
    await producer.publish(topic, 'x');
    await client.message({ attempts: 1 });
    const again = await client.message({ attempts: 2 });
    assertDue(again, start, 1000);
    const touched = now();
    client.touch(again);
    assertDue(await client.message({ attempts: 3 }), touched, 4000);
  });

  test('DPUB delays, and the shorter delay comes first', async ({
    connect,
    topic,
    consumer,
  }) => {
    const client = await consumer({ rdy: 10 });
    const other = await consumer({ channel: 'd', rdy: 10 });
    const producer = await connect();
    const start = now();
    producer.send(
      dpub(topic, 600, 'long'),
      dpub(topic, 300, 'short'),
      dpub(topic, 0, 'none'),
    );
    for (let i = 0; i < 3; ++i) await producer.ok();
    for (const each of [client, other]) {
      await each.message({ body: 'none', timeout: 2000 });
      assertDue(await each.message({ body: 'short', attempts: 1 }), start, 300);
      assertDue(await each.message({ body: 'long', attempts: 1 }), start, 600);
    }
  });

  for (const ms of ['', '18446744073710'])
    test(`41, 42: DPUB '${ms}' is no delay`, async ({ connect, topic, consumer }) => {
      const client = await consumer({ rdy: 1 });
      const producer = await connect();
      producer.send(dpub(topic, ms, 'x'));
      await producer.ok();
      await client.message({ body: 'x', attempts: 1 });
    });

  // cafqd: a delay counts from the publish, not from the first channel.
  test('139: DPUB to a topic without channels', async ({
    connect,
    topic,
    consumer,
  }) => {
    const producer = await connect();
    const clockTopic = topicName('clock');
    const clock = await connect();
    await clock.subscribe(clockTopic, 'c');
    clock.rdy(1);
    const published = now();
    producer.send(dpub(topic, 3000, 'x'), dpub(clockTopic, 3000, 'now'));
    await producer.ok();
    await producer.ok();
    await clock.message({ body: 'now', timeout: 15000 });
    const start = now();
    const client = await consumer({ rdy: 1 });
    const message = await client.message({ body: 'x', attempts: 1, timeout: 15000 });
    if (isCafqd) {
      assertDue(message, published, 3000);
      assert.ok(message.at - start < 2000, `${message.at - start} ms after SUB`);
    } else {
      assertDue(message, start, 3000);
    }
  });

  test('139: DPUB to a topic without channels, while it is due', async ({
    connect,
    topic,
    consumer,
  }) => {
    const producer = await connect();
    const start = now();
    producer.send(dpub(topic, 1000, 'x'), pub(topic, 'y'));
    await producer.ok();
    await producer.ok();
    const client = await consumer({ rdy: 10 });
    await client.message({ body: 'y' });
    assertDue(await client.message({ body: 'x' }), start, 1000);
  });

  // cafqd: output goes out when there is no more of it.
  test('140: output_buffer_timeout -1', async ({ connect, topic, consumer }) => {
    const client = await consumer({
      identify: {
        output_buffer_timeout: -1,
        heartbeat_interval: isCafqd ? 30000 : 1000,
      },
      rdy: 10,
    });
    client.answering = true;
    const producer = await connect();
    await producer.publish(topic, 'x');
    await client.message({ body: 'x', timeout: 5000 });
  });
});

describe('deadlines and flags', { concurrency: true }, () => {
  it('83: TOUCH up to max-msg-timeout', limit, () =>
    withBroker({ flags: ['--max-msg-timeout=4s'] }, ({ port }) =>
      withClients(port, async (connect) => {
        const client = await connect();
        await client.identify({ msg_timeout: 2000, heartbeat_interval: 1000 });
        await client.subscribe('t', 'c');
        client.rdy(1);
        const producer = await connect();
        const start = now();
        await producer.publish('t', 'x');
        const message = await client.message({ attempts: 1 });
        let again = null;
        const redelivered = client.message({ timeout: 20000 }).then((m) => (again = m));
        for (let i = 1; !again; ++i) {
          client.touch(message);
          await Promise.race([redelivered, client.heartbeat(i, 20000)]);
        }
        assert.equal(again.attempts, 2);
        assertDue(again, start, 4000);
      }),
    ),
  );

  it('the default msg-timeout', limit, () =>
    withBroker({ flags: ['--msg-timeout=500ms'] }, ({ port }) =>
      withClients(port, async (connect) => {
        const client = await connect();
        await client.subscribe('t', 'c');
        client.rdy(1);
        const producer = await connect();
        const start = now();
        await producer.publish('t', 'x');
        await client.message({ attempts: 1 });
        assertDue(await client.message({ attempts: 2 }), start, 500);
      }),
    ),
  );

  it('136: an ephemeral topic drops what does not fit, and says OK', limit, () =>
    withBroker({ flags: ['--mem-queue-size=2'] }, ({ port }) =>
      withClients(port, async (connect) => {
        const producer = await connect();
        for (const body of 'abcde') await producer.publish('t#ephemeral', body);
        const client = await connect();
        await client.subscribe('t#ephemeral', 'c');
        client.rdy(10);
        await client.message({ body: 'a' });
        await client.message({ body: 'b' });
        await producer.publish('t#ephemeral', 'f');
        await client.message({ body: 'f' });
      }),
    ),
  );

  it('141: a sample_rate of 1 delivers 2 %, and the rest is gone', limit, () =>
    withBroker({ flags: ['--mem-queue-size=20000'] }, ({ port }) =>
      withClients(port, async (connect) => {
        const client = await connect();
        await client.identify({ sample_rate: 1 });
        await client.subscribe('t', 'c');
        client.rdy(2500);
        const producer = await connect();
        const count = 10000;
        for (let i = 0; i < count; i += 1000) {
          producer.send(mpub('t', Array(1000).fill('x')));
          await producer.ok();
        }
        // One of these will come through, and shows that all others passed.
        producer.send(mpub('t', Array(1000).fill('end')));
        await producer.ok();
        let delivered = 0;
        while ((await client.message()).body === 'x') ++delivered;
        // Mean 200, standard deviation 14.
        assert.ok(delivered > 100 && delivered < 300, `${delivered} delivered`);
        // What is left are the rest of the last batch, if anything.
        await client.leave();
        const other = await connect();
        await other.subscribe('t', 'c');
        other.rdy(2500);
        await producer.publish('t', 'after');
        for (let body; body !== 'after';) {
          ({ body } = await other.message());
          assert.notEqual(body, 'x');
        }
      }),
    ),
  );
});
