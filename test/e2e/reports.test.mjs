// Reports of many topics, to clients that ask for many and read none.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { describe, it } from 'node:test';
import { isCafqd, withBroker } from './support/broker.mjs';
import { HttpClient, ask } from './support/http.mjs';
import { stall } from './support/stalled_clients.mjs';
import { withClients } from './support/wire.mjs';

const topics = 4000;
const clients = 60;
const limit = { timeout: 180000, skip: !isCafqd };

// They live in memory, so none has to wait for the disk.
const nameOf = (i) => `${String(i).padStart(50, 't')}#ephemeral`;

async function createTopics(broker) {
  let next = 0;
  const worker = async () => {
    const client = await HttpClient.connect(broker.httpPort);
    while (next < topics) {
      const topic = encodeURIComponent(nameOf(next++));
      for (const target of [`/topic/create?topic=${topic}`, `/channel/create?topic=${topic}&channel=c`])
        assert.equal((await client.request('POST', target, { body: '' }).answer()).status, 200);
    }
    client.destroy();
  };
  await Promise.all(Array.from({ length: 8 }, worker));
}

describe('reports', () => {
  it('of clients that do not read them are bounded', limit, (t) =>
    withBroker({}, async (broker) => {
      await createTopics(broker);
      const whole = await ask(broker.httpPort, 'GET', '/stats?format=json');
      t.diagnostic(`${whole.body.length} bytes each`);
      const before = broker.memory();
      const askers = [];
      const stalled = await stall(broker.httpPort, '/stats?format=json', clients);
      try {
        const grown = broker.memory() - before;
        t.diagnostic(`${Math.round(grown / 1e6)} MB for ${clients} of them`);
        assert.ok(grown < 64 << 20, `${grown} bytes`);
        // Others get theirs, and messages their way.
        const again = await ask(broker.httpPort, 'GET', '/stats?format=json');
        assert.equal(JSON.parse(again.body).topics.length, topics);
        await withClients(broker.port, async (connect) => {
          const client = await connect();
          await client.subscribe('canary', 'c');
          client.rdy(1);
          await client.publish('canary', 'x');
          client.fin(await client.message());
        });
        // With some under way.
        for (let i = 0; i < 20; ++i) {
          const socket = net.connect({ host: '127.0.0.1', port: broker.httpPort });
          socket.on('error', () => {});
          askers.push(socket);
          await once(socket, 'connect');
          socket.write('GET /debug/actors HTTP/1.1\r\nHost: localhost\r\n\r\n');
        }
        await broker.stop({ timeout: 20000 });
      } finally {
        stalled.stdin.end();
        for (const socket of askers) socket.destroy();
      }
    }),
  );
});
