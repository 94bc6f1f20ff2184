// GET /debug/stream: a snapshot, then what changes.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import tls from 'node:tls';
import { isCafqd, withBroker } from './support/broker.mjs';
import { Authority, serving } from './support/certificates.mjs';
import { EventReader as Reader } from './support/event_reader.mjs';
import { ask, HttpClient } from './support/http.mjs';
import { stall } from './support/stalled_clients.mjs';
import { mpub, withClients } from './support/wire.mjs';

const server = new Authority('authority').certificate('localhost');
const limit = { timeout: 60000, skip: !isCafqd };

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
        ['first=20001', /1 to 20000/],
        ['last=0', /^INVALID_ARG_LAST/],
        ['first=6&last=5', /not both/],
        ['interval=1', /250 to 10000/],
        ['vew=topics', /parameters are view/],
      ]) {
        const { status, body } = await get(query);
        assert.equal(status, 400, query);
        assert.match(JSON.parse(body).message, message);
      }
      assert.equal((await get('', 'evil.example')).status, 403);
    }));

  it('has 64 at most, 8 of one address, and one more when one has gone', () =>
    withBroker({}, async (broker) => {
      const readers = [];
      const open = (last) => Reader.open(broker.httpPort, '', { last });
      for (let last = 1; last <= 8; ++last)
        for (let i = 0; i < 8; ++i) readers.push(await open(last));
      await Promise.all(readers.map((x) => x.event(0)));
      const refused = async (last) => {
        const reader = await open(last);
        readers.push(reader);
        await reader.until((x) => x.events.length > 0 || x.head?.includes('503'));
        return reader.events.length === 0;
      };
      assert.ok(await refused(9), 'a place beyond 64');
      // Another address leaves a place: not for one that has eight.
      readers[8].close();
      while (await refused(9));
      readers[9].close();
      assert.ok(await refused(1), 'a ninth of one address');
      while (await refused(10));
      // All share what is gathered: a few a second, not one for each.
      const gatherings = async () => {
        const { body } = await ask(broker.httpPort, 'GET', '/debug/actors');
        return JSON.parse(body).actors.find((x) => x.kind === 'collector').counters.gatherings;
      };
      const before = await gatherings();
      const [reader] = readers;
      const seen = reader.events.length;
      await reader.until((x) => x.events.length >= seen + 3);
      const shared = (await gatherings()) - before;
      assert.ok(shared < 40, `${shared}`);
      for (const x of readers) x.close();
    }));

  it('costs little while its client does not read', () =>
    withBroker({}, async (broker) => {
      const topics = 10000;
      const makers = await Promise.all(Array.from({ length: 20 }, () => HttpClient.connect(broker.httpPort)));
      for (let i = 0; i < topics; ++i) makers[i % 20].request('POST', `/topic/create?topic=topic-with-a-long-name-${i}`);
      for (let i = 0; i < topics; ++i) await makers[i % 20].answer();
      for (const x of makers) x.destroy();
      const query = 'first=10000&interval=250';
      const stalled = await stall(broker.httpPort, `/debug/stream?${query}`, 8);
      try {
        const reader = await Reader.open(broker.httpPort, query, { last: 2 });
        await reader.until((x) => x.events.length >= 4);
        assert.equal(reader.events[0].rows.length, topics);
        reader.close();
        const { body } = await ask(broker.httpPort, 'GET', '/debug/actors');
        const pending = JSON.parse(body)
          .actors.filter((x) => x.kind === 'http' && x.state === 'output full')
          .map((x) => x.counters.pending_bytes);
        // A snapshot is over 3 MB.
        assert.equal(pending.length, 8, `${pending}`);
        for (const x of pending) assert.ok(x > 0 && x <= 128 << 10, `${pending}`);
      } finally {
        stalled.kill();
      }
    }));

  it('notices at once that a client of HTTPS has gone', () =>
    withBroker({ flags: [...serving(server), '--https-address=127.0.0.1:0'] }, async (broker) => {
      const port = await broker.portOf('HTTPS');
      const open = async () => {
        const socket = tls.connect({ host: '127.0.0.1', port, rejectUnauthorized: false });
        await once(socket, 'secureConnect');
        return Reader.open(port, 'view=clients&interval=10000', { socket });
      };
      const watch = await Reader.open(broker.httpPort, 'view=clients&interval=250');
      // The next tick of those of ten seconds may be near.
      for (let early = false; !early; ) {
        const [one, other] = [await open(), await open()];
        await Promise.all([one.event(0), other.event(0)]);
        const name = `127.0.0.1:${one.socket.localPort}`;
        const { id } = await watch.until((x) => x.events.flatMap((y) => y.rows).find((y) => y.name === name));
        one.close();
        await watch.until((x) => x.events.some((y) => y.gone.includes(id)));
        early = other.events.length === 1;
        other.close();
      }
      watch.close();
    }));
});
