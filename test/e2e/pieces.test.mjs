// Clients that write in pieces and leave Nagle's algorithm on: the kernel keeps
// their next bytes back until the first are acknowledged, which it does 40 ms
// later unless told otherwise. That is the fault itself, and every round has it:
// half of it is the bound, for the better quarter of many rounds.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isCafqd, withBroker } from './support/broker.mjs';
import { Authority, serving } from './support/certificates.mjs';
import { HttpClient } from './support/http.mjs';
import { connectRaw, startTls, withSecureClients } from './support/secure.mjs';
import { L, mpub, topicName, withClients } from './support/wire.mjs';

const limit = { timeout: 60000, skip: !isCafqd };
const rounds = 21;
const bound = 20;
const certificate = new Authority('authority').certificate('localhost');

async function judge(t, what, round) {
  const times = [];
  for (let i = 0; i < rounds; ++i) {
    const start = performance.now();
    await round(i);
    times.push(performance.now() - start);
  }
  const time = times.sort((x, y) => x - y)[rounds >> 2];
  t.diagnostic(`${what}: ${time.toFixed(2)} ms`);
  assert.ok(time < bound, `${what}: ${time} ms`);
}

// Takes 20 messages a round, and finishes each with a write of its own. The last
// FIN is of none, so its answer says that all have come.
async function finishing(t, what, connect, nagle) {
  const topic = topicName('pieces');
  const client = await connect();
  await client.subscribe(topic, 'c');
  client.rdy(20 * rounds);
  nagle(client);
  const held = [];
  for (let i = 0; i < rounds; ++i) {
    client.send(mpub(topic, Array.from({ length: 20 }, (_, k) => `m${k}`)));
    await client.ok();
    const ids = [];
    while (ids.length < 20) ids.push((await client.message()).id);
    held.push(ids);
  }
  await judge(t, what, async (i) => {
    for (const id of held[i]) client.send(`FIN ${id}\n`);
    client.send(`FIN ${'x'.repeat(16)}\n`);
    const frame = await client.next();
    assert.match(frame.data.toString('latin1'), /^E_FIN_FAILED FIN x+ failed/);
  });
}

describe('pieces', () => {
  it('20 FINs', limit, (t) =>
    withBroker({}, (broker) =>
      withClients(broker.port, (connect) =>
        finishing(t, '20 FINs', connect, (client) => client.socket.setNoDelay(false)),
      ),
    ),
  );

  it('20 FINs inside TLS', limit, (t) =>
    withBroker({ flags: serving(certificate) }, (broker) =>
      withSecureClients(broker.port, (connect) =>
        finishing(
          t,
          '20 FINs inside TLS',
          () => connect({ tls_v1: true }),
          (client) => client.wire.setNoDelay(false),
        ),
      ),
    ),
  );

  it('a PUB in three writes', limit, (t) =>
    withBroker({}, (broker) =>
      withClients(broker.port, async (connect) => {
        const client = await connect();
        client.socket.setNoDelay(false);
        await judge(t, 'PUB', async () => {
          client.send('PUB pieces\n');
          client.send(L(4));
          client.send('body');
          await client.ok();
        });
      }),
    ),
  );

  const publish = async (client) => {
    client.send('POST /pub?topic=pieces HTTP/1.1\r\nHost: localhost\r\n');
    client.send('Content-Length: 4\r\n\r\n');
    client.send('body');
    assert.equal((await client.answer()).status, 200);
  };

  it('an HTTP request in three writes', limit, (t) =>
    withBroker({}, async (broker) => {
      const client = await HttpClient.connect(broker.httpPort);
      client.socket.setNoDelay(false);
      await judge(t, 'POST /pub', () => publish(client));
      client.destroy();
    }),
  );

  it('an HTTPS request in three writes', limit, (t) =>
    withBroker(
      { flags: ['--https-address=127.0.0.1:0', ...serving(certificate)] },
      async (broker) => {
        const below = await connectRaw(await broker.portOf('HTTPS'));
        const client = HttpClient.over(await startTls(below));
        below.setNoDelay(false);
        await judge(t, 'POST /pub inside TLS', () => publish(client));
        client.destroy();
      },
    ),
  );
});
