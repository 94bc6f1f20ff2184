// What topics and channels do with messages, seen from the wire. Numbers are
// those of the case list that wire_cases.mjs follows, too.

import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { useBroker } from './support/broker.mjs';
import { assertDue, cases, now, numbers } from './support/scenario.mjs';
import { L, dpub, mpub, pub, topicName } from './support/wire.mjs';

describe('queue', { concurrency: 16 }, () => {
  const box = useBroker();
  const test = cases(box);

  // -- a message --------------------------------------------------------------

  test('a message has an id, a time, attempts and a body', async ({
    connect,
    topic,
    consumer,
  }) => {
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
    client.send(
      mpub(topic, numbers(1000)),
      numbers(1000).map((n) => pub(topic, n)),
    );
    const ids = new Set();
    let oks = 0;
    while (ids.size < 2000) {
      const frame = await client.next();
      if (frame.type === 2) ids.add(frame.data.toString('latin1', 10, 26));
      else ++oks;
    }
    while (oks < 1001) await client.ok().then(() => ++oks);
  });

  test('a thousand commands in one write, answered and delivered in order', async ({
    connect,
    topic,
    consumer,
  }) => {
    const producer = await connect();
    const bodies = numbers(1000);
    producer.send(bodies.map((body) => pub(topic, body)));
    for (const _ of bodies) await producer.ok();
    const client = await consumer({ rdy: 2500 });
    const received = await client.messages(1000);
    assert.deepEqual(
      received.map((m) => m.body),
      bodies,
    );
    client.send(received.map((m) => `FIN ${m.id}\n`));
    await client.quiet();
    await producer.alive();
  });

  test('what precedes an error counts', async ({ connect, topic, consumer }) => {
    const producer = await connect();
    producer.send(
      pub(topic, 'a'),
      mpub(topic, ['b', 'c']),
      dpub(topic, 0, 'd'),
      'what\n',
    );
    for (let i = 0; i < 3; ++i) await producer.ok();
    await producer.error('E_INVALID invalid command what');
    await producer.eof();
    const client = await consumer({ rdy: 10 });
    for (const body of 'abcd') await client.message({ body });
  });

  test('49: a bad message in an MPUB, and nothing is queued', async ({
    connect,
    topic,
    consumer,
  }) => {
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

  test('132: the first channel gets what waits in the topic', async ({
    connect,
    topic,
    consumer,
  }) => {
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

  test('every channel gets a copy with the same id and time', async ({
    connect,
    topic,
    consumer,
  }) => {
    const clients = [];
    for (const channel of ['a', 'b', 'c'])
      clients.push(await consumer({ channel, rdy: 1 }));
    const producer = await connect();
    await producer.publish(topic, 'x');
    const [a, b, c] = await Promise.all(
      clients.map((client) => client.message({ body: 'x' })),
    );
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
    const frames = [await client.next(), await client.next()].sort(
      (a, b) => a.type - b.type,
    );
    assert.equal(frames[0].data.toString(), 'OK');
    assert.equal(frames[1].data.toString('latin1', 26), 'x');
  });

  test('135: an ephemeral channel goes with its last client', async ({
    connect,
    topic,
    consumer,
  }) => {
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

  test('93: a smaller RDY waits for messages in flight', async ({
    connect,
    topic,
    consumer,
  }) => {
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

  // What nsqjs does to back off: it must not get the next message meanwhile.
  for (const [name, line] of [
    ['FIN', (id) => `FIN ${id}\n`],
    ['REQ 0', (id) => `REQ ${id} 0\n`],
  ])
    test(`RDY 0 and ${name} in one packet bring no message`, async ({
      connect,
      topic,
      consumer,
    }) => {
      const client = await consumer({ rdy: 1 });
      const producer = await connect();
      producer.send(mpub(topic, ['a', 'b']));
      await producer.ok();
      const { id } = await client.message({ body: 'a' });
      client.send(`RDY 0\n${line(id)}`);
      await client.quiet();
      client.rdy(1);
      await client.message();
    });

  test('consumers with the same RDY are all served', async ({
    connect,
    topic,
    consumer,
  }) => {
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

  test('74: the message of another connection', async ({
    connect,
    topic,
    consumer,
  }) => {
    const owner = await consumer({ rdy: 1 });
    const producer = await connect();
    await producer.publish(topic, 'x');
    const message = await owner.message();
    const other = await consumer({ rdy: 1 });
    for (const [command, rest] of [
      ['FIN', ''],
      ['REQ', ' 0'],
      ['TOUCH', ''],
    ]) {
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

  test('79: REQ 0 brings the message back at once', async ({
    connect,
    topic,
    consumer,
  }) => {
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
    await client.error(
      `E_FIN_FAILED FIN ${message.id} failed client does not own message`,
    );
  });

  test('80: REQ for more than the maximum is no error', async ({
    connect,
    topic,
    consumer,
  }) => {
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

  test('commands of one packet count in their order', async ({
    connect,
    topic,
    consumer,
  }) => {
    const producer = await connect();
    producer.send(mpub(topic, ['a', 'b', 'c']));
    await producer.ok();
    const client = await consumer({ rdy: 3 });
    const [a, b, c] = await client.messages(3);
    client.send(
      'RDY 0\n',
      `FIN ${a.id}\nTOUCH ${b.id}\nTOUCH ${a.id}\n`,
      `FIN ${b.id}\nREQ ${b.id} 0\n`,
      `REQ ${c.id} 0\nFIN ${c.id}\n`,
      pub(`${topic}_other`, 'x'),
      `REQ ${a.id} 0\n`,
    );
    const failed = (command, { id }) =>
      client.error(`E_${command}_FAILED ${command} ${id} failed ID not in flight`);
    await failed('TOUCH', a);
    await failed('REQ', b);
    await failed('FIN', c);
    await client.ok();
    await failed('REQ', a);
    client.rdy(3);
    await client.message({ body: 'c', attempts: 2 });
    await client.quiet();
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
});
