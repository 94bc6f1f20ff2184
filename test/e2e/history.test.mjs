// GET /debug/history: what topics, channels and the node did.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isCafqd, withBroker } from './support/broker.mjs';
import { ask } from './support/http.mjs';
import { mpub, withClients } from './support/wire.mjs';

const limit = { timeout: 60000, skip: !isCafqd };

describe('GET /debug/history', limit, () => {
  it('tells what was published and delivered', () =>
    withBroker({}, (broker) =>
      withClients(broker.port, async (connect) => {
        const past = async (query = '') => {
          const { status, body } = await ask(broker.httpPort, 'GET', `/debug/history?${query}`, { headers: { Host: 'localhost' } });
          assert.equal(status, 200);
          const { fields, points } = JSON.parse(body);
          return points.map((x) => Object.fromEntries(x.map((y, i) => [fields[i], y])));
        };
        const consumer = await connect();
        await consumer.subscribe('t', 'c');
        const publisher = await connect();
        assert.deepEqual(await past(), []);
        let published = 0;
        let last;
        // A report every ten seconds; the second says what moved.
        for (const end = Date.now() + 30000; !last && Date.now() < end; ) {
          publisher.send(mpub('t', ['a', 'b', 'c']));
          await publisher.ok();
          published += 3;
          await new Promise((resolve) => setTimeout(resolve, 200));
          last = (await past('topic=t')).find((x) => x.in > 0);
        }
        assert.ok(last, 'nothing was remembered');
        assert.ok(last.in > 1 && last.in * last.seconds <= published, JSON.stringify(last));
        assert.ok(Math.abs(last.at - Date.now() / 1000) < 30);
        const channel = (await past('topic=t&channel=c')).at(-1);
        assert.ok(channel.in > 0 && channel.depth > 0 && channel.oldest_ms > 0, JSON.stringify(channel));
        assert.equal(channel.out, 0);
        const node = (await past()).at(-1);
        assert.equal(node.in, last.in);
        assert.equal(node.depth, channel.depth);
        assert.deepEqual(await past('topic=other'), []);
      }),
    ));

  it('refuses what makes no sense, and strangers', () =>
    withBroker({}, async (broker) => {
      const get = (query, Host = 'localhost') => ask(broker.httpPort, 'GET', `/debug/history?${query}`, { headers: { Host } });
      for (const query of ['channel=c', 'topic=$', 'of=t']) assert.equal((await get(query)).status, 400, query);
      assert.equal((await get('', 'evil.example')).status, 403);
    }));

  it('is not there without memory for it', () =>
    withBroker({ flags: ['--history-memory=0'] }, async (broker) => {
      const { status } = await ask(broker.httpPort, 'GET', '/debug/history', { headers: { Host: 'localhost' } });
      assert.equal(status, 404);
    }));
});
