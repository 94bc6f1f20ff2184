// One thread has all sockets, so what it does for one client keeps all others
// waiting: no input keeps it busy for long. In its CPU time, as other processes
// may keep it waiting as well.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import tls from 'node:tls';
import { once } from 'node:events';
import zlib from 'node:zlib';
import { useBroker } from './support/broker.mjs';
import { Authority, serving } from './support/certificates.mjs';
import { EventReader } from './support/event_reader.mjs';
import { HttpClient, http } from './support/http.mjs';
import { withSecureClients } from './support/secure.mjs';
import { mpub, pub, sized, withClients } from './support/wire.mjs';

const limit = { timeout: 60000 };
const MB = 1 << 20;
const KB = 1 << 10;

// What takes 5 ms on an idle machine. Memory and caches are shared.
const most = 20;

const server = new Authority('authority').certificate('localhost', { bits: 4096 });

describe('the longest turn', () => {
  const box = useBroker({ flags: [...serving(server), '--https-address=127.0.0.1:0'] });
  const api = http(box);

  const longest = async () => {
    const { body } = await api.get('/debug/actors');
    const listener = JSON.parse(body).actors.find((x) => x.kind === 'listener');
    return listener.counters.longest_turn_us / 1000;
  };

  const attack = (name, body) =>
    it(name, limit, async (t) => {
      await withClients(box.broker.port, body);
      const turn = await longest();
      t.diagnostic(`${turn} ms`);
      assert.ok(turn < most, `a turn took ${turn} ms`);
    });

  const nested = ['['.repeat(64 * KB), '{"a":'.repeat(13000), `{"a":[${'1,'.repeat(32000)}1]}`];

  attack('JSON', async (connect) => {
    for (const json of nested)
      for (let i = 0; i < 5; ++i) {
        for (const command of ['IDENTIFY', 'AUTH']) {
          const client = await connect();
          client.send(`${command}\n`, sized(json));
          assert.equal((await client.next()).type, command === 'AUTH' || json !== nested[2] ? 1 : 0);
        }
        const { status } = await api.put('/config/nsqlookupd_tcp_addresses', json);
        assert.equal(status, 400);
      }
  });

  attack('handshakes with a long key', async () => {
    const port = await box.broker.portOf('HTTPS');
    const overHttps = async () => {
      const socket = tls.connect({ host: '127.0.0.1', port, rejectUnauthorized: false });
      await once(socket, 'secureConnect');
      const client = HttpClient.over(socket);
      client.request('GET', '/ping');
      assert.equal((await client.answer()).status, 200);
      client.destroy();
    };
    await withSecureClients(box.broker.port, async (connect) => {
      for (let i = 0; i < 10; ++i)
        await Promise.all([1, 2, 3, 4, 5].flatMap(() => [overHttps(), connect({ tls_v1: true })]));
    });
  });

  // Each costs some 40 ns, 5 MB of them have to be handled in parts.
  const tiny = mpub('tiny#ephemeral', Array.from({ length: 1000000 }, () => 'x'));

  attack('many messages at once', async (connect) => {
    const client = await connect();
    client.send(tiny);
    await client.ok();
    const { status } = await api.post('/mpub?topic=tiny%23ephemeral', 'x\n'.repeat(2500000));
    assert.equal(status, 200);
  });

  attack('what is small only on the wire', async () => {
    await withSecureClients(box.broker.port, async (connect) => {
      const client = await connect({ deflate: true });
      client.send(tiny);
      await client.ok();
      // Its end is that of the stream.
      client.wire.write(zlib.deflateRawSync(Buffer.alloc(64 * MB, 'NOP\n'), { level: 9 }));
      await client.eof();
    });
  });

  attack('a large message for one that wants it compressed', async () => {
    await withSecureClients(box.broker.port, async (connect) => {
      const digits = randomBytes(MB / 2).toString('hex');
      const consumer = await connect({ deflate: true });
      await consumer.subscribe('large#ephemeral', 'c#ephemeral');
      consumer.rdy(2);
      const producer = await connect({});
      for (let i = 0; i < 3; ++i) {
        producer.send(pub('large#ephemeral', digits));
        await producer.ok();
        const message = await consumer.message();
        assert.equal(message.body.toString(), digits);
        consumer.fin(message);
      }
    });
  });

  attack('reports of many topics', async () => {
    const makers = await Promise.all(Array.from({ length: 50 }, () => api.connect()));
    const topics = 5000;
    for (let i = 0; i < topics; ++i) makers[i % 50].request('POST', `/topic/create?topic=topic${i}`);
    for (let i = 0; i < topics; ++i) await makers[i % 50].answer();
    for (const target of ['/stats', '/stats?format=json', '/metrics', '/debug/actors'])
      for (let i = 0; i < 5; ++i) assert.equal((await api.get(target)).status, 200);
    for (const x of makers) x.destroy();
  });

  // All look at the same times, as all streams do.
  attack('64 streams of many topics', async (connect) => {
    const publisher = await connect();
    const readers = await Promise.all(
      Array.from({ length: 64 }, (_, i) => EventReader.open(box.broker.httpPort, 'view=actors&first=10000&interval=250', { last: 1 + (i >> 3) })),
    );
    await Promise.all(readers.map((x) => x.event(0)));
    for (let i = 0; i < 1000; ++i) publisher.send(pub(`topic${i}`, 'x'));
    for (let i = 0; i < 1000; ++i) await publisher.ok();
    await Promise.all(readers.map((x) => x.event(x.events.length + 3)));
    for (const x of readers) x.close();
  });
});
