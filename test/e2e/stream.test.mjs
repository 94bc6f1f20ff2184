// GET /debug/stream: a snapshot, then what changes.

import assert from 'node:assert/strict';
import net from 'node:net';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { isCafqd, withBroker } from './support/broker.mjs';
import { ask } from './support/http.mjs';
import { mpub, withClients } from './support/wire.mjs';

const limit = { timeout: 60000, skip: !isCafqd };

// A client that reads events, unless told not to.
class Reader {
  #text = '';
  #waiting = new Set();
  events = [];
  ended = false;

  static async open(port, query = '', { reading = true } = {}) {
    const reader = new Reader();
    reader.socket = net.connect(port, '127.0.0.1');
    reader.socket.on('error', () => {});
    reader.socket.on('close', () => reader.#wake((reader.ended = true)));
    await once(reader.socket, 'connect');
    reader.socket.write(`GET /debug/stream?${query} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    if (reading) reader.socket.setEncoding('utf8').on('data', (x) => reader.#take(x));
    return reader;
  }

  #take(text) {
    this.#text += text;
    if (!this.head) {
      const end = this.#text.indexOf('\r\n\r\n');
      if (end < 0) return;
      this.head = this.#text.slice(0, end);
      this.#text = this.#text.slice(end + 4);
    }
    const parts = this.#text.split('\n\n');
    this.#text = parts.pop();
    for (const part of parts) {
      const [, id, event, data] = part.match(/^id: (\d+)\nevent: (\w+)\ndata: (.*)$/);
      this.events.push({ id: Number(id), event, ...JSON.parse(data) });
    }
    this.#wake();
  }

  #wake() {
    for (const look of [...this.#waiting]) look();
  }

  // Waits until `test` gives something.
  until(test) {
    return new Promise((resolve, reject) => {
      const look = () => {
        const result = test(this);
        if (!result) return;
        clearTimeout(timer);
        this.#waiting.delete(look);
        resolve(result);
      };
      const timer = setTimeout(() => reject(new Error(`nothing came of ${test}: ${this.head} ${JSON.stringify(this.events)}`)), 20000);
      this.#waiting.add(look);
      look();
    });
  }

  event(number) {
    return this.until((x) => x.events[number]);
  }

  close() {
    this.socket.destroy();
  }
}

const create = async (broker, topic, channel) => {
  await ask(broker.httpPort, 'POST', `/topic/create?topic=${topic}`);
  await ask(broker.httpPort, 'POST', `/channel/create?topic=${topic}&channel=${channel}`);
};

describe('GET /debug/stream', limit, () => {
  it('tells all, then what changed, and what went', () =>
    withBroker({}, (broker) =>
      withClients(broker.port, async (connect) => {
        await create(broker, 'a', 'c');
        await create(broker, 'b', 'c');
        const reader = await Reader.open(broker.httpPort, 'interval=250');
        const first = await reader.event(0);
        assert.match(reader.head, /^HTTP\/1\.1 200 OK\r\nContent-Type: text\/event-stream\r\n/);
        assert.deepEqual([first.id, first.event, first.total], [1, 'snapshot', 4]);
        assert.deepEqual(first.rows.map((x) => x.name).sort(), ['a', 'b', 'c', 'c']);
        // Nothing changes, and that is told.
        await reader.until((x) => x.events.find((e) => e.event === 'delta' && e.rows.length === 0));
        const client = await connect();
        client.send(mpub('a', ['x', 'y']));
        await client.ok();
        const isStuck = (x) => x.kind === 'channel' && x.counters.depth === 2 && x.state === 'no consumer';
        await reader.until((x) => x.events.slice(1).some((e) => e.rows.some(isStuck)));
        const { id } = first.rows.find((x) => x.name === 'b');
        await ask(broker.httpPort, 'POST', '/topic/delete?topic=b');
        await reader.until((x) => x.events.some((e) => e.gone.includes(id)));
        assert.deepEqual(reader.events.map((x) => x.id), reader.events.map((_, i) => i + 1));
        reader.close();
      }),
    ));

  it('shows a window of a view', () =>
    withBroker({}, async (broker) => {
      for (const topic of ['a', 'b', 'ab']) await create(broker, topic, 'c');
      for (const [query, names] of [
        ['filter=a', ['a', 'ab']],
        ['topic=b', ['b', 'c']],
        ['first=1&sort=name', ['a']],
        ['view=node&filter=node', ['node']],
      ]) {
        const reader = await Reader.open(broker.httpPort, query);
        const { rows } = await reader.event(0);
        assert.deepEqual(rows.map((x) => x.name), names, query);
        reader.close();
      }
      const reader = await Reader.open(broker.httpPort, 'view=clients');
      const { rows } = await reader.event(0);
      assert.ok(rows.some((x) => x.name === `127.0.0.1:${reader.socket.localPort}`));
      reader.close();
    }));

  it('refuses what makes no sense, says what would, and knows its own name', () =>
    withBroker({}, async (broker) => {
      const get = (query, Host = 'localhost') => ask(broker.httpPort, 'GET', `/debug/stream?${query}`, { headers: { Host } });
      for (const [query, message] of [
        ['view=all', /topics, actors, clients or node/],
        ['sort=age', /mailbox/],
        ['first=1001', /1 to 1000/],
        ['interval=1', /250 to 10000/],
        ['vew=topics', /parameters are view/],
      ]) {
        const { status, body } = await get(query);
        assert.equal(status, 400, query);
        assert.match(JSON.parse(body).message, message);
      }
      assert.equal((await get('', 'evil.example')).status, 403);
    }));

  it('has 64 at most, and one more when one has gone', () =>
    withBroker({}, async (broker) => {
      const readers = [];
      for (let i = 0; i < 64; ++i) readers.push(await Reader.open(broker.httpPort));
      await Promise.all(readers.map((x) => x.event(0)));
      const refused = await ask(broker.httpPort, 'GET', '/debug/stream', { headers: { Host: 'localhost' } });
      assert.equal(refused.status, 503);
      assert.match(refused.body, /TOO_MANY_STREAMS/);
      readers.pop().close();
      const again = async () => {
        const reader = await Reader.open(broker.httpPort);
        readers.push(reader);
        await reader.until((x) => x.events.length > 0 || x.ended || x.head?.includes('503'));
        return reader.events.length > 0;
      };
      while (!(await again()));
      // All share what is gathered: a few a second, not one for each.
      const gatherings = async () => {
        const { body } = await ask(broker.httpPort, 'GET', '/debug/actors');
        return JSON.parse(body).actors.find((x) => x.kind === 'collector').counters.gatherings;
      };
      const before = await gatherings();
      const [reader] = readers;
      const seen = reader.events.length;
      await reader.until((x) => x.events.length >= seen + 3);
      assert.ok((await gatherings()) - before < 40);
      for (const x of readers) x.close();
    }));

  it('costs little while its client does not read', () =>
    withBroker({}, async (broker) => {
      for (let i = 0; i < 50; ++i) await create(broker, `topic-with-a-long-name-${i}`, 'channel');
      const lazy = await Promise.all(Array.from({ length: 30 }, () => Reader.open(broker.httpPort, 'view=actors&interval=250', { reading: false })));
      const reader = await Reader.open(broker.httpPort, 'interval=250');
      await reader.until((x) => x.events.length >= 8);
      const { body } = await ask(broker.httpPort, 'GET', '/debug/actors');
      const clients = JSON.parse(body).actors.filter((x) => x.kind === 'http');
      for (const x of clients) assert.ok(x.counters.pending_bytes < 1 << 20, JSON.stringify(x));
      for (const x of [...lazy, reader]) x.close();
    }));
});
