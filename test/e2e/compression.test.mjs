// Snappy and deflate, alone and inside TLS: a real client, and bytes.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import zlib from 'node:zlib';
import { isCafqd, useBroker, withBroker } from './support/broker.mjs';
import { Authority, serving } from './support/certificates.mjs';
import { Collector, openReader, openWriter } from './support/nsqjs.mjs';
import { generator, seed } from './support/random.mjs';
import { withSecureClients } from './support/secure.mjs';
import { L, bytes, identify, pub, topicName, withClients } from './support/wire.mjs';

const limit = { timeout: 120000 };
const MB = 1 << 20;
const now = () => performance.now();
const certificate = new Authority('authority').certificate('localhost');

const kinds = [
  { tls: true },
  { snappy: true },
  { deflate: true },
  { tls: true, snappy: true },
  { tls: true, deflate: true },
];
const title = (kind) => Object.keys(kind).join(' and ');
const features = ({ tls, ...rest }) => ({ tls_v1: !!tls, ...rest });

describe('nsqjs', { concurrency: 4 }, () => {
  const box = useBroker({ flags: serving(certificate) });
  for (const kind of kinds) {
    const options = { ...kind, tlsVerification: false };
    it(`with ${title(kind)}`, limit, async () => {
      const { port } = box.broker;
      const topic = topicName('nsqjs');
      const random = generator(seed);
      const writer = await openWriter(port, options);
      const got = new Collector();
      const take = (message) => {
        got.add(Buffer.from(message.body));
        message.finish();
      };
      const reader = await openReader(port, topic, 'c', take, {
        ...options,
        maxInFlight: 100,
      });
      try {
        const bodies = [
          Buffer.from('hello'),
          ...Array.from({ length: 300 }, (_, i) => Buffer.from(`message ${i}`)),
          random.bytes(MB),
          Buffer.alloc(MB, 'all the same'),
          ...Array.from({ length: 20 }, () => random.bytes(random.below(5000) + 1)),
        ];
        await writer.publish(topic, bodies[0]);
        await writer.publish(topic, bodies.slice(1, 301));
        for (const body of bodies.slice(301)) await writer.publish(topic, body);
        const items = await got.count(bodies.length, 60000);
        for (const [i, item] of items.entries())
          assert.ok(item.equals(bodies[i]), `message ${i}, seed ${seed}`);
        assert.deepEqual([writer.errors, reader.errors], [[], []]);
      } finally {
        writer.close();
        reader.close();
      }
    });
  }
});

describe('commands', { concurrency: 4 }, () => {
  const box = useBroker({ flags: serving(certificate) });
  for (const kind of kinds) {
    const test = (name, body) =>
      it(`${title(kind)}: ${name}`, limit, () =>
        withSecureClients(box.broker.port, (connect) =>
          body((more) => connect({ ...features(kind), ...more })),
        ),
      );

    test('publish, consume, fail', async (connect) => {
      const topic = topicName();
      const client = await connect();
      for (const option of ['snappy', 'deflate'])
        assert.equal(client.reply[option], !!kind[option]);
      assert.equal(client.reply.tls_v1, !!kind.tls);
      await client.publish(topic, 'one');
      await client.subscribe(topic, 'c');
      client.rdy(2);
      const message = await client.message({ body: 'one', attempts: 1 });
      client.fin(message);
      client.fin(message);
      await client.error(`E_FIN_FAILED FIN ${message.id} failed ID not in flight`);
      await client.alive();
    });

    test('many commands of one write, in order', async (connect) => {
      const topic = topicName();
      const client = await connect();
      client.send(...Array.from({ length: 500 }, (_, i) => pub(topic, `${i}`)));
      client.halfClose();
      for (let i = 0; i < 500; ++i) await client.ok();
      await client.eof();
      const consumer = await connect();
      await consumer.subscribe(topic, 'c');
      consumer.rdy(500);
      const got = await consumer.messages(500);
      assert.deepEqual(
        got.map((m) => m.body),
        Array.from({ length: 500 }, (_, i) => `${i}`),
      );
    });

    test('a consumer that reads slowly gets everything', async (connect) => {
      const topic = topicName();
      const consumer = await connect();
      await consumer.subscribe(topic, 'c');
      consumer.wire.pause();
      consumer.rdy(2000);
      const producer = await connect();
      const random = generator(seed);
      const bodies = Array.from({ length: 20 }, () => random.bytes(20000));
      for (let i = 0; i < 1000; ++i)
        producer.send(pub(topic, bytes(`${i} `, bodies[i % 20])));
      for (let i = 0; i < 1000; ++i) await producer.ok();
      consumer.wire.resume();
      const got = await consumer.messages(1000, { timeout: 60000 });
      for (const [i, m] of got.entries()) {
        assert.ok(m.body.startsWith(`${i} `));
        consumer.fin(m);
      }
      await consumer.quiet();
    });

    test('heartbeats', async (connect) => {
      const client = await connect({ heartbeat_interval: 1000 });
      for (let i = 1; i <= 3; ++i) {
        await client.heartbeat(i);
        client.send('NOP\n');
      }
      await client.alive();
    });

    test('a second IDENTIFY without upgrades', async (connect) => {
      const client = await connect();
      await client.identify({ msg_timeout: 1000 });
      await client.alive();
    });
  }
});

describe('odd streams', { concurrency: 4 }, () => {
  const box = useBroker();
  const test = (name, body) =>
    it(name, limit, () => withClients(box.broker.port, body));

  // Connects in clear, asks for compression and reads the reply.
  const upgraded = async (connect, option, ...behind) => {
    const client = await connect({ frames: 1 });
    client.send(
      identify({ feature_negotiation: true, [option]: true }),
      ...behind,
    );
    assert.equal(JSON.parse((await client.next()).data)[option], true);
    return client;
  };
  const snappyOk = 'ff060000734e61507059010e000026982bcf00000006000000004f4b';
  const isGone = async (client) => {
    await client.gone();
    assert.notEqual(client.ended, null);
  };

  for (const option of ['snappy', 'deflate'])
    test(`117: clear text behind IDENTIFY ${option} is never executed`, async (connect) => {
      const topic = topicName();
      const client = await upgraded(connect, option, pub(topic, 'clear'));
      await isGone(client);
      const consumer = await connect();
      await consumer.subscribe(topic, 'c');
      consumer.rdy(1);
      await consumer.quiet();
    });

  test('the OK is the first chunk', async (connect) => {
    const client = await upgraded(connect, 'snappy');
    await client.raw(Buffer.from(snappyOk, 'hex'));
  });

  test('a corrupt chunk ends the connection', async (connect) => {
    const client = await upgraded(connect, 'snappy');
    await client.raw(Buffer.from(snappyOk, 'hex'));
    client.send('\xff\x06\0\0sNaPpY', '\x01\x08\0\0', L(0), 'NOP\n');
    await isGone(client);
    await box.broker.logged(/snappy: bad checksum/);
  });

  test('a corrupt stream within a body', async (connect) => {
    const client = await upgraded(connect, 'deflate');
    const deflate = zlib.createDeflateRaw();
    deflate.write(bytes('PUB t\n', L(100), 'abc'));
    await new Promise((done) => deflate.flush(zlib.constants.Z_SYNC_FLUSH, done));
    client.send(deflate.read(), '\x06');
    const all = await client.gone();
    const text = zlib
      .inflateRawSync(all, { finishFlush: zlib.constants.Z_SYNC_FLUSH })
      .toString('latin1');
    assert.match(text, /E_BAD_MESSAGE PUB failed to read message body$/);
  });

  test('the end of the stream is the end of the client', async (connect) => {
    const topic = topicName();
    const client = await upgraded(connect, 'deflate');
    client.send(zlib.deflateRawSync(pub(topic, 'last')));
    const all = await client.gone();
    const text = zlib
      .inflateRawSync(all, { finishFlush: zlib.constants.Z_SYNC_FLUSH })
      .toString('latin1');
    assert.equal(text, '\0\0\0\x06\0\0\0\0OK'.repeat(2));
  });

  it('bombs take little memory and little of the time of others', limit, () =>
    withBroker({}, (broker) =>
      withClients(broker.port, async (connect) => {
        const nops = zlib.deflateRawSync(Buffer.alloc(64 * MB, 'NOP\n'), { level: 9 });
        const body = zlib.deflateRawSync(
          bytes('PUB t\n', L(0x7fffffff), Buffer.alloc(64 * MB)),
        );
        const mpub = zlib.deflateRawSync(
          bytes('MPUB t\n', L(5 * MB), L(1), L(MB), Buffer.alloc(MB - 1)),
          { finishFlush: zlib.constants.Z_SYNC_FLUSH },
        );
        await (await connect()).publish('t', 'warm');
        const before = broker.memory();
        const bombers = [];
        for (const bomb of [nops, body, mpub, nops]) {
          const client = await upgraded(connect, 'deflate');
          client.send(bomb);
          bombers.push(client);
        }
        const neighbour = await connect();
        let slowest = 0;
        let most = 0;
        const over = () =>
          [0, 1, 3].every((i) => bombers[i].ended !== null);
        while (!over()) {
          const start = now();
          await neighbour.publish('u#ephemeral', 'x');
          slowest = Math.max(slowest, now() - start);
          most = Math.max(most, broker.memory() - before);
        }
        if (!isCafqd) return;
        assert.ok(slowest < 5000, `a publish took ${slowest} ms`);
        assert.ok(most < 12 * MB, `${most} bytes`);
      }),
    ),
  );
});

describe('flags', () => {
  it('snappy and deflate can be switched off', limit, () =>
    withBroker({ flags: ['--snappy=false', '--deflate=false'] }, ({ port }) =>
      withSecureClients(port, async (connect) => {
        const client = await connect({ snappy: true, deflate: true });
        assert.equal(client.reply.snappy, false);
        assert.equal(client.reply.deflate, false);
        await client.publish('t', 'x');
      }),
    ),
  );

  it('max-deflate-level', limit, () =>
    withBroker({ flags: ['--max-deflate-level=3'] }, ({ port }) =>
      withSecureClients(port, async (connect) => {
        const client = await connect({ deflate: true, deflate_level: 9 });
        assert.equal(client.reply.deflate_level, 3);
        assert.equal(client.reply.max_deflate_level, 3);
        await client.publish('t', 'x');
      }),
    ),
  );
});

describe('footprint', { skip: !isCafqd }, () => {
  for (const [kind, bound] of [
    [{ tls: true }, 40 << 10],
    [{ snappy: true }, 8 << 10],
    [{ deflate: true }, 200 << 10],
  ])
    it(`idle connections with ${title(kind)}`, limit, (t) =>
      withBroker({ flags: serving(certificate) }, (broker) =>
        withSecureClients(broker.port, async (connect) => {
          const open = async (count) => {
            for (let i = 0; i < count; i += 20)
              await Promise.all(
                Array.from({ length: 20 }, async () =>
                  (await connect(features(kind))).subscribe('t', 'c'),
                ),
              );
          };
          await open(40);
          const before = broker.memory();
          await open(400);
          const each = (broker.memory() - before) / 400;
          t.diagnostic(`${Math.round(each)} bytes (bound ${bound})`);
          assert.ok(each < bound, `${each} bytes`);
        }),
      ),
    );
});
