// What topics and channels do with messages, seen from the wire. Numbers are
// those of the case list that wire_cases.mjs follows, too.
//
// Nothing timed may come early, which is exact because the time is taken before
// the broker can know of the message. How late is up to the machine.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isCafqd, lateness, useBroker, withBroker } from './support/broker.mjs';
import { L, dpub, mpub, pub, topicName, withClients } from './support/wire.mjs';

const limit = { timeout: 60000 };
const now = () => performance.now();

function assertDue(message, start, delay) {
  const elapsed = message.at - start;
  assert.ok(elapsed >= delay - 1, `early: ${elapsed} ms instead of ${delay}`);
  assert.ok(elapsed < delay + lateness, `late: ${elapsed} ms instead of ${delay}`);
}

function numbers(count, prefix = '') {
  return Array.from({ length: count }, (_, i) => `${prefix}${i}`);
}

// Test cases on the broker of `box`. `connect` gives clients, `topic` is new,
// `consumer` is a client subscribed to a channel of it.
function cases(box) {
  return (name, body) =>
    it(name, limit, () =>
      withClients(box.broker.port, async (connect) => {
        const topic = topicName();
        const consumer = async ({ channel = 'c', identify, rdy = 0 } = {}) => {
          const client = await connect();
          if (identify) await client.identify(identify);
          await client.subscribe(topic, channel);
          if (rdy) client.rdy(rdy);
          return client;
        };
        await body({ connect, topic, consumer });
      }),
    );
}

describe('queue', { concurrency: 16 }, () => {
  const box = useBroker();
  const test = cases(box);

  // -- a message --------------------------------------------------------------

  test('a message has an id, a time, attempts and a body', async ({ connect, topic, consumer }) => {
    const producer = await connect();
    const body = Array.from({ length: 256 }, (_, i) => String.fromCharCode(i)).join('');
    const start = BigInt(Date.now() - 1) * 1000000n;
    await producer.publish(topic, body);
    const end = BigInt(Date.now() + 1) * 1000000n;
    const client = await consumer({ rdy: 1 });
    const message = await client.message({ body, attempts: 1 });
    assert.match(message.id, /^[0-9a-f]{16}$/);
    assert.ok(message.timestamp >= start && message.timestamp <= end);
  });

  test('ids of a topic differ', async ({ topic, consumer }) => {
    const client = await consumer({ rdy: 2500 });
    client.send(mpub(topic, numbers(1000)), numbers(1000).map((n) => pub(topic, n)));
    const ids = new Set();
    let oks = 0;
    while (ids.size < 2000) {
      const frame = await client.next();
      if (frame.type === 2) ids.add(frame.data.toString('latin1', 10, 26));
      else ++oks;
    }
    while (oks < 1001) await client.ok().then(() => ++oks);
  });

  test('a thousand commands in one write, answered and delivered in order', async ({ connect, topic, consumer }) => {
    const producer = await connect();
    const bodies = numbers(1000);
    producer.send(bodies.map((body) => pub(topic, body)));
    for (const _ of bodies) await producer.ok();
    const client = await consumer({ rdy: 2500 });
    const received = await client.messages(1000);
    assert.deepEqual(received.map((m) => m.body), bodies);
    client.send(received.map((m) => `FIN ${m.id}\n`));
    await client.quiet();
    await producer.alive();
  });

  test('what precedes an error counts', async ({ connect, topic, consumer }) => {
    const producer = await connect();
    producer.send(pub(topic, 'a'), mpub(topic, ['b', 'c']), dpub(topic, 0, 'd'), 'what\n');
    for (let i = 0; i < 3; ++i) await producer.ok();
    await producer.error('E_INVALID invalid command what');
    await producer.eof();
    const client = await consumer({ rdy: 10 });
    for (const body of 'abcd') await client.message({ body });
  });

  test('49: a bad message in an MPUB, and nothing is queued', async ({ connect, topic, consumer }) => {
    const bad = await connect();
    bad.send(`MPUB ${topic}\n`, L(500), L(2), L(3), 'abc', L(0));
    await bad.error('E_BAD_MESSAGE MPUB invalid message(1) body size 0');
    await bad.eof();
    const client = await consumer({ rdy: 10 });
    const producer = await connect();
    await producer.publish(topic, 'next');
    await client.message({ body: 'next' });
    await client.quiet();
  });

  // -- topics and channels ----------------------------------------------------

  test('132: the first channel gets what waits in the topic', async ({ connect, topic, consumer }) => {
    const producer = await connect();
    for (const body of 'xyz') await producer.publish(topic, body);
    const first = await consumer({ channel: 'a', rdy: 10 });
    for (const body of 'xyz') await first.message({ body, attempts: 1 });
    const second = await consumer({ channel: 'b', rdy: 10 });
    await producer.publish(topic, 'later');
    await second.message({ body: 'later' });
    await first.message({ body: 'later' });
    await second.quiet();
  });

  test('every channel gets a copy with the same id and time', async ({ connect, topic, consumer }) => {
    const clients = [];
    for (const channel of ['a', 'b', 'c']) clients.push(await consumer({ channel, rdy: 1 }));
    const producer = await connect();
    await producer.publish(topic, 'x');
    const [a, b, c] = await Promise.all(clients.map((client) => client.message({ body: 'x' })));
    assert.deepEqual([b.id, b.timestamp], [a.id, a.timestamp]);
    assert.deepEqual([c.id, c.timestamp], [a.id, a.timestamp]);
    // Each copy has a life of its own.
    clients[0].req(a, 0);
    await clients[0].message({ attempts: 2 });
    clients[1].fin(b);
    await clients[1].quiet();
    await clients[2].quiet();
  });

  test('SUB answers before the first message comes', async ({ connect, topic }) => {
    const producer = await connect();
    await producer.publish(topic, 'x');
    const client = await connect();
    client.send(`SUB ${topic} c\nRDY 10\n`);
    await client.ok();
    await client.message({ body: 'x' });
  });

  test('a subscriber may publish to its own channel', async ({ topic, consumer }) => {
    const client = await consumer({ rdy: 1 });
    client.send(pub(topic, 'x'));
    // In either order.
    const frames = [await client.next(), await client.next()].sort((a, b) => a.type - b.type);
    assert.equal(frames[0].data.toString(), 'OK');
    assert.equal(frames[1].data.toString('latin1', 26), 'x');
  });

  test('135: an ephemeral channel goes with its last client', async ({ connect, topic, consumer }) => {
    const channel = 'c#ephemeral';
    const producer = await connect();
    const first = await consumer({ channel });
    const second = await consumer({ channel });
    for (const body of ['old', 'old']) await producer.publish(topic, body);
    await first.leave();
    second.rdy(1);
    await second.message({ body: 'old' }); // one user is enough
    await second.leave();
    // The end is asynchronous: an old message may be seen for a moment.
    const deadline = now() + 2000;
    for (;;) {
      const client = await connect();
      client.send(`SUB ${topic} ${channel}\n`);
      const frame = await client.next();
      if (frame.data.toString() === 'OK') {
        client.rdy(10);
        await producer.publish(topic, 'new');
        const { body } = await client.message();
        if (body === 'new') break;
      }
      assert.ok(now() < deadline, 'the channel is still there');
      await client.leave();
    }
  });

  test('135: an ephemeral topic goes with its last channel', async ({ connect }) => {
    const topic = `${topicName('e')}#ephemeral`;
    const producer = await connect();
    const first = await connect();
    await first.subscribe(topic, 'c#ephemeral');
    await producer.publish(topic, 'old');
    await first.leave();
    const deadline = now() + 2000;
    for (;;) {
      const client = await connect();
      client.send(`SUB ${topic} c#ephemeral\n`);
      const frame = await client.next();
      if (frame.data.toString() === 'OK') {
        client.rdy(10);
        // The topic may be going just now, which is fatal for a producer.
        const other = await connect();
        other.send(pub(topic, 'new'));
        const answer = await other.next();
        if (answer.data.toString() === 'OK') {
          const message = await client.message({ timeout: 1000 }).catch(() => null);
          if (message?.body === 'new') break;
        }
      }
      assert.ok(now() < deadline, 'the topic is still there');
      await client.leave();
    }
  });

  // -- RDY --------------------------------------------------------------------

  test('64: RDY without a number is 1', async ({ connect, topic, consumer }) => {
    const client = await consumer();
    const producer = await connect();
    producer.send(mpub(topic, ['a', 'b']));
    await producer.ok();
    client.send('RDY\n');
    await client.message();
    await client.quiet();
  });

  for (const line of ['RDY ', 'RDY 0', 'RDY 18446744073709551616'])
    test(`65, 69: '${line}' is none`, async ({ connect, topic, consumer }) => {
      const client = await consumer();
      const producer = await connect();
      await producer.publish(topic, 'a');
      client.send(`${line}\n`);
      await client.quiet();
      client.rdy(1);
      await client.message({ body: 'a' });
    });

  test('92: RDY 5 is five in flight', async ({ connect, topic, consumer }) => {
    const producer = await connect();
    producer.send(mpub(topic, numbers(10)));
    await producer.ok();
    const client = await consumer({ rdy: 5 });
    const held = await client.messages(5);
    await client.quiet();
    for (let i = 0; i < 5; ++i) {
      client.fin(held.shift());
      held.push(await client.message());
      await client.quiet();
    }
    for (const message of held) client.fin(message);
    await client.quiet();
  });

  test('93: a smaller RDY waits for messages in flight', async ({ connect, topic, consumer }) => {
    const producer = await connect();
    producer.send(mpub(topic, numbers(10)));
    await producer.ok();
    const client = await consumer({ rdy: 5 });
    const held = await client.messages(5);
    client.rdy(2);
    for (let i = 0; i < 3; ++i) client.fin(held.shift());
    await client.quiet();
    client.fin(held.shift());
    await client.message();
    await client.quiet();
  });

  test('RDY 0 stops, and starts again', async ({ connect, topic, consumer }) => {
    const producer = await connect();
    producer.send(mpub(topic, numbers(10)));
    await producer.ok();
    const client = await consumer({ rdy: 2 });
    const held = await client.messages(2);
    client.rdy(0);
    for (const message of held) client.fin(message);
    await client.quiet();
    client.rdy(3);
    await client.messages(3);
    await client.quiet();
  });

  test('consumers with the same RDY are all served', async ({ connect, topic, consumer }) => {
    const clients = [];
    for (let i = 0; i < 5; ++i) clients.push(await consumer({ rdy: 2 }));
    const producer = await connect();
    producer.send(mpub(topic, numbers(10)));
    await producer.ok();
    const bodies = new Set();
    for (const client of clients)
      for (const { body } of await client.messages(2)) bodies.add(body);
    assert.equal(bodies.size, 10);
  });

  // -- FIN, REQ, TOUCH --------------------------------------------------------

  test('73: FIN twice', async ({ connect, topic, consumer }) => {
    const producer = await connect();
    await producer.publish(topic, 'x');
    const client = await consumer({ rdy: 1 });
    const message = await client.message();
    client.fin(message);
    client.fin(message);
    await client.error(`E_FIN_FAILED FIN ${message.id} failed ID not in flight`);
    await client.alive();
  });

  test('74: the message of another connection', async ({ connect, topic, consumer }) => {
    const owner = await consumer({ rdy: 1 });
    const producer = await connect();
    await producer.publish(topic, 'x');
    const message = await owner.message();
    const other = await consumer({ rdy: 1 });
    for (const [command, rest] of [['FIN', ''], ['REQ', ' 0'], ['TOUCH', '']]) {
      other.send(`${command} ${message.id}${rest}\n`);
      await other.error(
        `E_${command}_FAILED ${command} ${message.id} failed client does not own message`,
      );
    }
    owner.fin(message);
    await owner.quiet();
    await other.alive();
  });

  test('75: the message of another channel', async ({ connect, topic, consumer }) => {
    const owner = await consumer({ channel: 'a', rdy: 1 });
    const other = await consumer({ channel: 'b' });
    const producer = await connect();
    await producer.publish(topic, 'x');
    const message = await owner.message();
    other.fin(message);
    await other.error(`E_FIN_FAILED FIN ${message.id} failed ID not in flight`);
    other.rdy(1);
    await other.message({ body: 'x', attempts: 1 });
    // In flight on both channels now, and each connection means its own.
    other.fin(message);
    await other.quiet();
    owner.fin(message);
    await owner.quiet();
  });

  test('79: REQ 0 brings the message back at once', async ({ connect, topic, consumer }) => {
    const producer = await connect();
    await producer.publish(topic, 'x');
    const client = await consumer({ rdy: 1 });
    const first = await client.message({ body: 'x', attempts: 1 });
    for (let attempts = 2; attempts <= 5; ++attempts) {
      client.req(first, 0);
      const again = await client.message({ body: 'x', attempts });
      assert.deepEqual([again.id, again.timestamp], [first.id, first.timestamp]);
    }
  });

  test('79: REQ 0 may go to another consumer', async ({ connect, topic, consumer }) => {
    const client = await consumer({ rdy: 1 });
    const producer = await connect();
    await producer.publish(topic, 'x');
    const message = await client.message();
    client.rdy(0);
    client.req(message, 0);
    await client.quiet();
    const other = await consumer({ rdy: 1 });
    await other.message({ body: 'x', attempts: 2 });
    client.fin(message);
    await client.error(`E_FIN_FAILED FIN ${message.id} failed client does not own message`);
  });

  test('80: REQ for more than the maximum is no error', async ({ connect, topic, consumer }) => {
    const producer = await connect();
    await producer.publish(topic, 'x');
    const client = await consumer({ rdy: 1 });
    const message = await client.message();
    client.req(message, 3600001);
    await client.quiet();
    client.fin(message);
    await client.error(`E_FIN_FAILED FIN ${message.id} failed ID not in flight`);
    await client.alive();
  });

  for (const ms of ['9223372036855', '18446744073709551616', ''])
    test(`81: REQ '${ms}' wraps to none`, async ({ connect, topic, consumer }) => {
      const producer = await connect();
      await producer.publish(topic, 'x');
      const client = await consumer({ rdy: 1 });
      client.req(await client.message(), ms);
      await client.message({ body: 'x', attempts: 2, timeout: 5000 });
    });

  test('82: REQ 300', async ({ connect, topic, consumer }) => {
    const client = await consumer({ rdy: 1 });
    const producer = await connect();
    await producer.publish(topic, 'x');
    const message = await client.message();
    const start = now();
    client.req(message, 300);
    // A deferred message takes no credit.
    await producer.publish(topic, 'y');
    client.fin(await client.message({ body: 'y' }));
    assertDue(await client.message({ body: 'x', attempts: 2 }), start, 300);
  });

  // -- CLS --------------------------------------------------------------------

  test('85: no message after CLS', async ({ connect, topic, consumer }) => {
    const client = await consumer();
    client.send('CLS\n');
    await client.response('CLOSE_WAIT');
    client.rdy(10);
    const producer = await connect();
    await producer.publish(topic, 'x');
    await client.quiet();
    await client.alive();
  });

  test('87: FIN, REQ and TOUCH after CLS', async ({ connect, topic, consumer }) => {
    const producer = await connect();
    producer.send(mpub(topic, ['a', 'b', 'c']));
    await producer.ok();
    const client = await consumer({ rdy: 3 });
    const [a, b, c] = await client.messages(3);
    client.send('CLS\n');
    await client.response('CLOSE_WAIT');
    client.touch(a);
    client.fin(a);
    client.touch(b);
    client.req(c, 0);
    await client.quiet();
    client.fin(a);
    await client.error(`E_FIN_FAILED FIN ${a.id} failed ID not in flight`);
    const other = await consumer({ rdy: 3 });
    await other.message({ body: c.body, attempts: 2 });
    await other.quiet();
    await client.alive();
  });

  // -- deadlines --------------------------------------------------------------

  test('90: the messages of a vanished client come at their timeout', async ({ connect, topic, consumer }) => {
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

  test('a timeout frees credit and counts an attempt', async ({ connect, topic, consumer }) => {
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

  test('DPUB delays, and the shorter delay comes first', async ({ connect, topic, consumer }) => {
    const client = await consumer({ rdy: 10 });
    const other = await consumer({ channel: 'd', rdy: 10 });
    const producer = await connect();
    const start = now();
    producer.send(dpub(topic, 600, 'long'), dpub(topic, 300, 'short'), dpub(topic, 0, 'none'));
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
  test('139: DPUB to a topic without channels', async ({ connect, topic, consumer }) => {
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

  test('139: DPUB to a topic without channels, while it is due', async ({ connect, topic, consumer }) => {
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
      identify: { output_buffer_timeout: -1, heartbeat_interval: isCafqd ? 30000 : 1000 },
      rdy: 10,
    });
    client.answering = true;
    const producer = await connect();
    await producer.publish(topic, 'x');
    await client.message({ body: 'x', timeout: 5000 });
  });
});

describe('queue flags', { concurrency: true }, () => {
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
    ));

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
    ));

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
    ));

  // Until there is a disk.
  it('a full queue refuses', { ...limit, skip: !isCafqd }, () =>
    withBroker({ flags: ['--mem-queue-size=2'] }, (broker) =>
      withClients(broker.port, async (connect) => {
        const producer = await connect();
        for (const body of 'ab') await producer.publish('t', body);
        producer.send(pub('t', 'c'));
        const refusal = await producer.next();
        assert.match(refusal.data.toString(), /^E_PUB_FAILED PUB failed \S/);
        await producer.eof();
        await broker.logged(/E_PUB_FAILED|full/);
        const client = await connect();
        await client.subscribe('t', 'c');
        client.rdy(10);
        for (const body of 'ab') client.fin(await client.message({ body }));
        const other = await connect();
        await other.publish('t', 'd');
        await client.message({ body: 'd' });
      }),
    ));

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
        const other = await connect();
        await other.subscribe('t', 'c');
        client.destroy();
        other.rdy(1);
        await producer.publish('t', 'after');
        let { body } = await other.message();
        assert.notEqual(body, 'x');
      }),
    ));
});

