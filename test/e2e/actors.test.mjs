// /debug/actors has every actor of the node, whichever listener is asked.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import https from 'node:https';
import { describe, it } from 'node:test';
import { withBroker } from './support/broker.mjs';
import { Authority, serving } from './support/certificates.mjs';
import { HttpClient, ask } from './support/http.mjs';
import { withLookupd } from './support/lookupd.mjs';
import { pub, withClients } from './support/wire.mjs';

const limit = { timeout: 60000 };
const authority = new Authority('authority');
const server = authority.certificate('localhost');

function askHttps(port, path) {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, path, agent: false, ca: authority.pem };
    https
      .get({ ...options, checkServerIdentity: () => undefined }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk) => (text += chunk));
        response.on('end', () => resolve(text));
      })
      .on('error', reject);
  });
}

describe('/debug/actors', limit, () => {
  it('is complete by HTTP and by HTTPS', () =>
    withLookupd({}, (lookupd) =>
      withBroker(
        {
          flags: [
            '--https-address=127.0.0.1:0',
            ...serving(server),
            '--statsd-address=127.0.0.1:9',
            '--auth-http-address=127.0.0.1:9',
            `--lookupd-tcp-address=127.0.0.1:${lookupd.port}`,
          ],
        },
        (broker) =>
          withClients(broker.port, async (connect) => {
            const httpsPort = await broker.portOf('HTTPS');
            const call = (method, target) => ask(broker.httpPort, method, target);
            await call('POST', '/topic/create?topic=t');
            await call('POST', '/channel/create?topic=t&channel=c');
            await connect();
            const idle = await HttpClient.connect(broker.httpPort);
            idle.request('GET', '/ping');
            await idle.answer();
            const asked = {
              HTTP: async (path) => (await call('GET', path)).body,
              HTTPS: (path) => askHttps(httpsPort, path),
            };
            for (const [protocol, get] of Object.entries(asked)) {
              const { actors } = JSON.parse(await get('/debug/actors'));
              const ids = new Set(actors.map((x) => x.id));
              assert.equal(ids.size, actors.length, 'nobody twice');
              const kinds = [...new Set(actors.map((x) => x.kind))].sort();
              const all = 'authorizer backup channel collector connection discovery fetcher handshaker http listener lookup_peer node peeker statsd store topic';
              assert.deepEqual(kinds, all.split(' '), protocol);
              for (const x of actors) {
                assert.ok(x.state && x.mood, `${x.kind} has no state`);
                assert.ok(x.handled > 0, `${x.kind} does not count`);
              }
              const listeners = actors.filter((x) => x.kind === 'listener').map((x) => x.name.split(' ')[0]);
              assert.deepEqual(listeners.sort(), ['HTTP', 'HTTPS', 'TCP'], protocol);
              const web = actors.find((x) => x.name === `127.0.0.1:${idle.socket.localPort}`);
              assert.ok(actors.find((x) => x.id === web.parent).name.startsWith('HTTP '));
              const one = (kind) => actors.find((x) => x.kind === kind);
              for (const [from, to] of [
                ['node', 'store'],
                ['topic', 'channel'],
                ['topic', 'store'],
                ['channel', 'store'],
                ['discovery', 'lookup_peer'],
                ['authorizer', 'fetcher'],
              ])
                assert.ok(one(from).peers.includes(one(to).id), `${from} -> ${to}`);
              assert.equal(one('lookup_peer').parent, one('discovery').id);
              const dot = await get('/debug/actors?format=dot');
              for (const kind of kinds) assert.match(dot, new RegExp(` a\\d+ \\[fillcolor="#[0-9a-f]{6}", color="#[0-9a-f]{6}", label="${kind}`));
            }
            idle.destroy();
          }),
      ),
    ));

  it('counts the messages that an actor has handled', () =>
    withBroker({}, (broker) =>
      withClients(broker.port, async (connect) => {
        const client = await connect();
        const handled = async () => {
          const { actors } = JSON.parse((await ask(broker.httpPort, 'GET', '/debug/actors')).body);
          return Object.fromEntries(actors.map((x) => [x.kind, x.handled]));
        };
        client.send(pub('t', 'x'));
        await client.ok();
        const before = await handled();
        for (let i = 0; i < 10; ++i) {
          client.send(pub('t', 'x'));
          await client.ok();
        }
        const now = await handled();
        assert.ok(now.topic >= before.topic + 10, `${before.topic} ${now.topic}`);
        assert.ok(now.connection >= before.connection + 10, `${before.connection} ${now.connection}`);
      }),
    ));

  it('tells who is busy, as soon as somebody has looked for a while', () =>
    withBroker({}, (broker) =>
      withClients(broker.port, async (connect) => {
        const look = async () => JSON.parse((await ask(broker.httpPort, 'GET', '/debug/actors')).body).actors;
        const client = await connect();
        await client.publish('t', 'x');
        // Nobody has looked yet.
        assert.deepEqual((await look()).filter((x) => 'busy' in x), []);
        let actors = [];
        const isBusy = (kind) => actors.find((x) => x.kind === kind)?.busy > 0;
        for (const end = Date.now() + 30000; !(isBusy('topic') && isBusy('connection')); ) {
          assert.ok(Date.now() < end, JSON.stringify(actors));
          client.send(...Array.from({ length: 500 }, () => pub('t', 'x')));
          for (let i = 0; i < 500; ++i) await client.ok();
          actors = await look();
        }
        for (const x of actors) assert.ok(!('busy' in x) || (x.busy >= 0 && x.busy <= 1), JSON.stringify(x));
      }),
    ));
});

describe('the graph', limit, () => {
  const drawn = (body) => execFileSync('dot', ['-Tsvg'], { input: body }).toString();
  let skip = false;
  try {
    drawn('digraph {}');
  } catch {
    skip = 'no Graphviz';
  }

  it('is one that Graphviz draws', { skip }, () =>
    withBroker({}, async (broker) => {
      await ask(broker.httpPort, 'POST', '/topic/create?topic=t');
      const { body } = await ask(broker.httpPort, 'GET', '/debug/actors?format=dot');
      assert.match(drawn(body), /<svg[^]*>topic<[^]*<\/svg>/);
    }));
});
