// Bad HTTP, slow clients and many of them: the documented error, the node
// unharmed, other clients unaffected.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isCafqd, useBroker, withBroker } from './support/broker.mjs';
import { HttpClient, ask, http } from './support/http.mjs';
import { L, topicName, withClients } from './support/wire.mjs';
import { generator, seed } from './support/random.mjs';

const limit = { timeout: 60000 };
const box = useBroker();
const api = http(box);

const HOST = 'Host: x\r\n';

async function raw(bytes) {
  const client = await api.connect();
  try {
    client.send(bytes);
    return await client.answer();
  } finally {
    client.destroy();
  }
}

describe('requests that are none', limit, () => {
  for (const [bytes, first] of [
    ['GARBAGE\r\n\r\n', 'HTTP/1.1 400 Bad Request'],
    ['GET / HTTP/1.1\r\n\r\n', 'HTTP/1.1 400 Bad Request: missing required Host header'],
    [`GET / HTTP/1.1\r\n${HOST}${HOST}\r\n`, 'HTTP/1.1 400 Bad Request'],
    [`GET /%zz HTTP/1.1\r\n${HOST}\r\n`, 'HTTP/1.1 400 Bad Request'],
    [`GET ping HTTP/1.1\r\n${HOST}\r\n`, 'HTTP/1.1 400 Bad Request'],
    [`GET / HTTP/1.1\r\n${HOST}no colon\r\n\r\n`, 'HTTP/1.1 400 Bad Request'],
    [`POST /pub HTTP/1.1\r\n${HOST}Content-Length: x\r\n\r\n`, 'HTTP/1.1 400 Bad Request'],
    [`GET / HTTP/2.5\r\n${HOST}\r\n`, 'HTTP/1.1 505 HTTP Version Not Supported: unsupported protocol version'],
    [`POST /pub HTTP/1.1\r\n${HOST}Transfer-Encoding: gzip\r\n\r\n`, 'HTTP/1.1 501 Not Implemented'],
    [`GET / HTTP/1.1\r\n${HOST}X: ${'y'.repeat(1 << 21)}\r\n\r\n`, 'HTTP/1.1 431 Request Header Fields Too Large'],
  ])
    it(JSON.stringify(bytes.slice(0, 60)), async () => {
      const answer = await raw(bytes);
      assert.equal(answer.first, first);
      assert.equal(answer.headers.Connection, 'close');
      assert.equal(answer.headers['Content-Type'], 'text/plain; charset=utf-8');
    });

  it('chunks in HTTP/1.0', { skip: !isCafqd }, async () => {
    const { first } = await raw('POST /pub?topic=t HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n');
    assert.equal(first, 'HTTP/1.0 400 Bad Request: chunks in HTTP/1.0');
  });

  it('chunks that make no sense', async () => {
    const { status, body } = await raw(`POST /pub?topic=t HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\nzz\r\n`);
    assert.deepEqual([status, body], [500, '{"message":"INTERNAL_ERROR"}']);
  });

  it('one that two servers could read differently', { skip: !isCafqd }, async () => {
    const { status } = await raw(`POST /pub?topic=t HTTP/1.1\r\n${HOST}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`);
    assert.equal(status, 400);
  });

  it('random bytes', async () => {
    const random = generator(seed);
    for (let i = 0; i < 300; ++i) {
      const client = await api.connect();
      const bytes = random.bytes(1 + random.below(200));
      client.send(i % 2 ? `POST /mpub?topic=t&binary=true HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n` : '');
      client.send(bytes);
      client.socket.end();
      await client.end().catch(() => {});
      client.destroy();
    }
    assert.equal((await api.get('/ping')).body, 'OK');
  });
});

describe('resources', { ...limit, skip: !isCafqd }, () => {
  for (const [name, begin, rest] of [
    ['a chunk extension', '1;', 'x'],
    ['a trailer', '0\r\n', 'X: y\r\n'],
    ['chunk extensions', '', `1;${'x'.repeat(100)}\r\na\r\n`],
  ])
    it(`${name} without end`, async () => {
      const before = box.broker.memory();
      const client = await api.connect();
      client.request('POST', '/pub?topic=t', { headers: { 'Transfer-Encoding': 'chunked' } });
      client.send(begin);
      const piece = rest.repeat(Math.ceil(65536 / rest.length));
      let sent = 0;
      const written = () => new Promise((resolve) => client.socket.write(piece, (error) => resolve(!error)));
      while (!client.ended && sent < 64 << 20 && (await written())) sent += piece.length;
      const { status } = await client.answer();
      assert.equal(status, 500);
      client.destroy();
      // What is thrown away behind the answer, and what the kernel holds.
      assert.ok(sent < 32 << 20, `${sent} bytes taken`);
      assert.ok(box.broker.memory() - before < 8 << 20);
    });

  it('PUT /config takes no more than a setting', async () => {
    const target = '/config/nsqlookupd_tcp_addresses';
    assert.equal((await api.put(target, '['.repeat(65537))).status, 413);
    assert.equal((await api.put(target, '['.repeat(65536))).status, 400);
    assert.equal((await api.get(target)).body, '[]');
  });

  it('a count that claims a billion messages takes no memory', async () => {
    const before = box.broker.memory();
    const body = Buffer.concat([L(1048575), L(1), Buffer.from('x')]).toString('latin1');
    for (let i = 0; i < 50; ++i) {
      const { status } = await api.post(`/mpub?topic=${topicName()}&binary=true`, body);
      assert.equal(status, 413);
    }
    assert.ok(box.broker.memory() - before < 10 << 20);
  });

  it('a chunked binary body is bounded', async () => {
    const client = await api.connect();
    client.request('POST', '/mpub?topic=t&binary=true', { headers: { 'Transfer-Encoding': 'chunked' } });
    client.send(`500001\r\n${'\0'.repeat(0x500001)}\r\n0\r\n\r\n`);
    const { status, body } = await client.answer();
    assert.deepEqual([status, body], [413, '{"message":"BODY_TOO_BIG"}']);
    client.destroy();
  });

  it('a thousand slow clients', () =>
    withClients(box.broker.port, async (connect) => {
      const slow = [];
      for (let i = 0; i < 1000; ++i) slow.push(await api.connect());
      for (const [i, x] of slow.entries()) x.send(i % 2 ? 'POST /pub?topic=t HTT' : `POST /pub?topic=t HTTP/1.1\r\n${HOST}Content-Length: 9\r\n\r\nx`);
      const topic = topicName();
      const consumer = await connect();
      await consumer.subscribe(topic, 'c');
      consumer.rdy(100);
      for (let i = 0; i < 50; ++i) {
        assert.equal((await api.post(`/pub?topic=${topic}`, `${i}`)).status, 200);
        await consumer.message({ body: `${i}` });
      }
      // The heads that do not come are answered and closed.
      const { status } = await slow[999].answer();
      assert.equal(status, 408);
      for (const x of slow) x.destroy();
    }));

  it('half-open clients cannot lock out others', () =>
    withBroker({ wrapper: ['/bin/sh', '-c', 'ulimit -n 256; exec "$@"', '-'] }, async (broker) => {
      const silent = [];
      for (let i = 0; i < 100; ++i) silent.push(await HttpClient.connect(broker.httpPort));
      for (let i = 0; i < 5; ++i) assert.equal((await ask(broker.httpPort, 'GET', '/ping')).status, 200);
      await withClients(broker.port, async (connect) => {
        const producer = await connect();
        await producer.publish('t', 'x');
      });
      for (const x of silent) x.destroy();
    }));

  it('ends while clients are connected, one of them stuck', () =>
    withBroker({}, async (broker) => {
      // Many at a time share a commit, which takes a while on a slow disk.
      const makers = await Promise.all(
        Array.from({ length: 50 }, () => HttpClient.connect(broker.httpPort)),
      );
      for (let i = 0; i < 2000; ++i)
        makers[i % 50].request('POST', `/topic/create?topic=topic${i}`);
      for (let i = 0; i < 2000; ++i) await makers[i % 50].answer();
      const stuck = await HttpClient.connect(broker.httpPort);
      stuck.socket.pause();
      for (let i = 0; i < 100; ++i) stuck.request('GET', '/stats?format=json');
      const half = await HttpClient.connect(broker.httpPort);
      half.send('POST /pub');
      await ask(broker.httpPort, 'GET', '/ping');
      await broker.stop();
      for (const x of [...makers, stuck, half]) x.destroy();
    }));

  it('pipelining without reading is bounded', async () => {
    const client = await api.connect();
    client.socket.pause();
    const before = box.broker.memory();
    const request = `GET /stats HTTP/1.1\r\n${HOST}\r\n`.repeat(2000);
    for (let i = 0; i < 100; ++i) client.send(request); // answers of 60 MB
    const address = `127.0.0.1:${client.socket.localPort}`;
    const answered = async () => {
      const { actors } = JSON.parse((await api.get('/debug/actors')).body);
      return actors.find((x) => x.name === address).counters.requests;
    };
    // Until it answers others and this one no more.
    let last = -1;
    for (let same = 0; same < 50; ++same) {
      const now = await answered();
      if (now !== last) same = 0;
      last = now;
      const grown = box.broker.memory() - before;
      assert.ok(grown < 32 << 20, `${grown} bytes`);
    }
    assert.ok(last < 200000, 'everything was answered');
    client.destroy();
  });
});
