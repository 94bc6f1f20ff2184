// Real nodes register with the registry, and a real client finds them by it.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { describe, it } from 'node:test';
import nsqjs from 'nsqjs';
import { freePort, withBroker } from './support/broker.mjs';
import { http } from './support/http.mjs';
import { Collector } from './support/nsqjs.mjs';
import { ask, getJson, isCafqlookupd, until, withNodes, withRegistry } from './support/registry.mjs';

const limit = { timeout: 60000 };

// Runs `body` with a node that registers at these registries.
const withNode = (registries, body, flags = []) =>
  withBroker(
    {
      flags: [
        ...registries.map((x) => `--lookupd-tcp-address=127.0.0.1:${x.port}`),
        '--broadcast-address=127.0.0.1',
        ...flags,
      ],
    },
    (broker) => body({ broker, ...http({ broker }) }),
  );

async function create(node) {
  for (const path of ['/topic/create?topic=t', '/channel/create?topic=t&channel=c'])
    assert.equal((await node.post(path)).status, 200, path);
}

const registered = (registry, topic, count = 1) =>
  until(registry, `/lookup?topic=${topic}`, (x) => x.producers?.length === count);

describe('a node of cafqd', limit, () => {
  it('is told of with its topics and channels', () =>
    withRegistry({}, (registry) =>
      withNode([registry], async (node) => {
        await create(node);
        await registered(registry, 't');
        const { channels, producers } = await getJson(registry, '/lookup?topic=t');
        assert.deepEqual(channels, ['c']);
        assert.equal(producers[0].broadcast_address, '127.0.0.1');
        assert.equal(producers[0].tcp_port, node.broker.port);
        assert.equal(producers[0].http_port, node.broker.httpPort);
        await node.post('/topic/delete?topic=t');
        await registered(registry, 't', 0);
        const { producers: nodes } = await getJson(registry, '/nodes');
        assert.deepEqual(nodes.map((x) => x.topics), [[]]);
      }),
    ));

  it('is told of no more when it is killed', () =>
    withRegistry({}, async (registry) => {
      await withNode([registry], async (node) => {
        await node.post('/topic/create?topic=t');
        await registered(registry, 't');
      });
      await registered(registry, 't', 0);
      assert.deepEqual((await getJson(registry, '/nodes')).producers, []);
    }));

  it('takes over the channels that another one registered', () =>
    withRegistry({}, (registry) =>
      withNode([registry], (one) =>
        withNode([registry], async (two) => {
          await create(one);
          await until(registry, '/lookup?topic=t', (x) => x.channels?.includes('c'));
          await two.broker.logged(/peer info/);
          assert.equal((await two.post('/pub?topic=t', 'x')).status, 200);
          await registered(registry, 't', 2);
          assert.equal((await two.channel('t', 'c')).depth, 1);
        }),
      ),
    ));

  it('comes back to a registry that was started again', async () => {
    const ports = { port: await freePort(), httpPort: await freePort() };
    await withNode([ports], async (node) => {
      await withRegistry(ports, async (registry) => {
        await create(node);
        await registered(registry, 't');
      });
      await withRegistry(ports, async (registry) => {
        await registered(registry, 't');
        assert.deepEqual((await getJson(registry, '/channels?topic=t')).channels, ['c']);
      });
    });
  });
});

describe('nsqjs', limit, () => {
  it('finds a topic on two nodes by two registries', () =>
    withRegistry({}, (east) =>
      withRegistry({}, (west) =>
        withNode([east], (one) =>
          withNode([west], async (two) => {
            await one.post('/pub?topic=t', 'one');
            await two.post('/pub?topic=t', 'two');
            await registered(east, 't');
            await registered(west, 't');
            const got = new Collector();
            const reader = new nsqjs.Reader('t', 'c', {
              lookupdHTTPAddresses: [east, west].map((x) => `127.0.0.1:${x.httpPort}`),
              lookupdPollInterval: 1,
              lookupdPollJitter: 0.1,
            });
            reader.on('error', () => {});
            reader.on('message', (message) => {
              got.add(message.body.toString());
              message.finish();
            });
            reader.connect();
            try {
              assert.deepEqual((await got.count(2)).sort(), ['one', 'two']);
              // The reader's channel is known to both by now, or soon.
              for (const registry of [east, west])
                await until(registry, '/lookup?topic=t', (x) => x.channels.includes('c'));
            } finally {
              reader.close();
            }
          }),
        ),
      ),
    ));
});

describe('dial-back', { ...limit, skip: !isCafqlookupd }, () => {
  // Runs `body` with an address where somebody listens, and what came there.
  async function withListener(body) {
    const seen = { connections: 0, bytes: 0 };
    const server = net.createServer((socket) => {
      seen.connections += 1;
      socket.on('data', (chunk) => (seen.bytes += chunk.length));
      socket.on('error', () => {});
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      await body({ broadcast_address: '127.0.0.1', tcp_port: server.address().port }, seen);
    } finally {
      server.close();
    }
  }
  const findings = async (registry) => (await getJson(registry, '/nodes')).producers.map((x) => x.dial_back);

  it('tells of a node that nobody reaches where it says it is', () =>
    withRegistry({ dialBack: true }, (registry) =>
      withNodes(registry, async ({ registered }) => {
        const tcp_port = await freePort();
        await registered(['t'], { broadcast_address: '127.0.0.1', tcp_port });
        await registry.logged(new RegExp(`DIAL-BACK\\(127.0.0.1:${tcp_port}\\): .* - Connection refused`));
        await until(registry, '/nodes', (x) => x.producers[0].dial_back === 'Connection refused');
        await registered(['t'], { broadcast_address: 'a b', tcp_port });
        assert.deepEqual(await findings(registry), ['Connection refused', 'no host and port']);
        const { body } = await ask(registry, 'GET', '/metrics');
        assert.match(body, /^cafq_lookupd_unreachable 2$/m);
        assert.equal((await getJson(registry, '/lookup?topic=t')).producers.length, 2);
      }),
    ));

  it('connects once, whoever announces it, and sends nothing', () =>
    withListener((address, seen) =>
      withRegistry({ dialBack: true }, (registry) =>
        withNodes(registry, async ({ registered }) => {
          for (let i = 0; i < 5; ++i) {
            const node = await registered(['t'], address);
            assert.equal(await node.command('PING'), 'OK');
          }
          // Another one behind it: those before have been tried by then.
          await registered([], { ...address, broadcast_address: 'localhost', tcp_port: await freePort() });
          await registry.logged(/DIAL-BACK\(localhost/);
          assert.deepEqual((await findings(registry)).slice(0, 5), Array(5).fill(undefined));
          assert.deepEqual(seen, { connections: 1, bytes: 0 });
        }),
      ),
    ));

  it('can be switched off', () =>
    withListener((address, seen) =>
      withRegistry({}, (registry) =>
        withNodes(registry, async ({ registered }) => {
          await registered(['t'], address);
          await registered(['t'], { ...address, broadcast_address: 'a b' });
          assert.deepEqual(await findings(registry), [undefined, undefined]);
          const { actors } = await getJson(registry, '/debug/actors');
          assert.ok(!actors.some((x) => x.kind === 'dialer'));
          assert.deepEqual(seen, { connections: 0, bytes: 0 });
        }),
      ),
    ));
});

describe('what only cafqlookupd has', { ...limit, skip: !isCafqlookupd }, () => {
  it('an address that is taken ends it, with the reason', () =>
    withRegistry({}, async (registry) => {
      const port = registry.port;
      await assert.rejects(
        withRegistry({ port }, () => {}),
        new RegExp(`FATAL: failed to instantiate cafqlookupd - listen \\(127.0.0.1:${port}\\) failed - `),
      );
    }));

  it('/metrics and /debug/actors tell of it', () =>
    withRegistry({ dialBack: true }, (registry) =>
      withNode([registry], async (node) => {
        await create(node);
        await registered(registry, 't');
        const { body } = await ask(registry, 'GET', '/metrics');
        for (const line of [
          'cafq_lookupd_topics 1',
          'cafq_lookupd_channels 1',
          'cafq_lookupd_producers 1',
          'cafq_lookupd_registrations 2',
          'cafq_actors{kind="producer"} 1',
        ])
          assert.ok(body.includes(`\n${line}\n`), `${line}\n${body}`);
        assert.ok(!body.includes('nsq_topic_depth'), body);
        const { actors } = await getJson(registry, '/debug/actors');
        const kinds = new Set(actors.map((x) => x.kind));
        assert.deepEqual(kinds, new Set(['listener', 'producer', 'http', 'collector', 'dialer', 'registry']));
        for (const path of ['/livez', '/readyz', '/ping'])
          assert.equal((await ask(registry, 'GET', path)).body, 'OK', path);
      }),
    ));
});
