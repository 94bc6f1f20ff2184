// Clients that mean harm to cafqlookupd, or are broken: it stays small, and
// serves the others.

import assert from 'node:assert/strict';
import net from 'node:net';
import { describe, it } from 'node:test';
import { HttpClient } from './support/http.mjs';
import { generator, seed } from './support/random.mjs';
import { L } from './support/wire.mjs';
import { ask, bytes, getJson, identify, self, until, withNodes, withRegistry } from './support/registry.mjs';

const limit = { timeout: 120000 };
const MB = 2 ** 20;

// A node comes, is found, and goes.
async function serves(registry) {
  await withNodes(registry, async ({ registered }) => {
    const node = await registered(['still.there'], { version: 'probe' });
    const { producers } = await getJson(registry, '/lookup?topic=still.there');
    assert.deepEqual(producers.map((x) => x.remote_address), [node.address]);
  });
  await until(registry, '/lookup?topic=still.there', (x) => x.producers.length === 0);
  await ask(registry, 'POST', '/topic/delete?topic=still.there');
}

// Sends `chunk` again and again, as fast as it is taken.
function stuff(socket, chunk) {
  socket.on('error', () => {});
  const more = () => {
    while (socket.write(chunk));
    socket.once('drain', more);
  };
  more();
}

describe('cafqlookupd', limit, () => {
  it('is not filled by nodes that read nothing', () =>
    withRegistry({}, (registry) =>
      withNodes(registry, async ({ connect }) => {
        await serves(registry);
        const before = registry.memory();
        const silent = await Promise.all(Array.from({ length: 20 }, () => connect({ reading: false })));
        const chunk = bytes('PING\n'.repeat(10000));
        for (const x of silent) stuff(x.socket, chunk);
        await until(registry, '/debug/actors', ({ actors }) =>
          actors.filter((x) => x.kind === 'producer').every((x) => x.state === 'output full'),
        );
        const more = registry.memory() - before;
        assert.ok(more < 20 * MB, `${more}`);
        await serves(registry);
      }),
    ));

  it('is not filled by half of many commands', () =>
    withRegistry({}, (registry) =>
      withNodes(registry, async ({ connect }) => {
        const before = registry.memory();
        await Promise.all(
          Array.from({ length: 500 }, async (_, i) => {
            const node = await connect();
            if (i % 2) node.send('IDENTIFY\n', L(16384), ' '.repeat(16383));
            else node.send('x'.repeat(4095));
          }),
        );
        await serves(registry);
        const more = registry.memory() - before;
        assert.ok(more < 40 * MB, `${more}`);
      }),
    ));

  it('lets nodes in beside many that say nothing', () =>
    withRegistry({ flags: ['--max-connections=100'] }, (registry) =>
      withNodes(registry, async ({ connect, registered }) => {
        const node = await registered(['t']);
        for (let i = 0; i < 300; ++i) await connect({ magic: i % 2 ? '' : '  V' });
        await serves(registry);
        assert.equal(await node.command('PING'), 'OK');
        assert.equal((await getJson(registry, '/lookup?topic=t')).producers.length, 1);
      }),
    ));

  it('refuses names that it has no memory for, and keeps those it has', () =>
    withRegistry({ flags: ['--memory-limit=1048576'] }, (registry) =>
      withNodes(registry, async ({ registered }) => {
        const node = await registered(['first']);
        let refused;
        for (let i = 0; !refused; i += 1000) {
          node.send(Array.from({ length: 1000 }, (_, k) => `REGISTER topic-${i + k}\n`));
          for (let k = 0; k < 1000; ++k) {
            const answer = await node.answer();
            if (answer !== 'OK') refused = answer;
          }
        }
        assert.equal(refused, 'E_REGISTER_FAILED REGISTER failed the registry is full');
        // A name takes less than a node with it.
        const create = (i) => ask(registry, 'POST', `/topic/create?topic=name.${i}`);
        let full;
        for (let i = 0; full?.status !== 403; ++i) full = await create(i);
        assert.equal(full.body, '{"message":"TOO_MANY_TOPICS"}');
        assert.equal((await getJson(registry, '/lookup?topic=first')).producers.length, 1);
        const late = await withNodes(registry, async ({ connect }) => {
          const other = await connect();
          other.send(identify(self({ hostname: 'x'.repeat(10000) })));
          return other.answers();
        });
        assert.deepEqual(late, ['E_IDENTIFY_FAILED IDENTIFY failed the registry is full']);
        assert.equal((await ask(registry, 'POST', '/topic/delete?topic=*')).status, 200);
        assert.equal(await node.command('REGISTER again'), 'OK');
        const { body } = await ask(registry, 'GET', '/metrics');
        assert.match(body, /^cafq_lookupd_refused_total [1-9]/m);
      }),
    ));

  it('is not filled by answers that nobody reads', () =>
    withRegistry({}, (registry) =>
      withNodes(registry, async ({ registered }) => {
        const names = Array.from({ length: 5000 }, (_, i) => `${'long.topic.name.'.repeat(3)}${i}`);
        for (let i = 0; i < 20; ++i) await registered(names);
        const before = registry.memory();
        const clients = await Promise.all(Array.from({ length: 50 }, () => HttpClient.connect(registry.httpPort)));
        try {
          for (const client of clients) {
            client.socket.pause();
            client.request('GET', '/nodes');
            client.request('GET', '/debug');
          }
          await serves(registry);
          const more = registry.memory() - before;
          assert.ok(more < 120 * MB, `${more}`);
          for (let i = 0; i < 20; ++i) await registered(names);
          assert.equal((await ask(registry, 'GET', '/debug')).body, '{"message":"ANSWER_TOO_LONG"}');
        } finally {
          for (const client of clients) client.destroy();
        }
      }),
    ));

  it('serves nodes beside those who ask for everything, and go', () =>
    withRegistry({}, (registry) =>
      withNodes(registry, async ({ registered }) => {
        const names = Array.from({ length: 12000 }, (_, i) => `topic-${i}`);
        await registered(names);
        const clients = await Promise.all(Array.from({ length: 40 }, () => HttpClient.connect(registry.httpPort)));
        try {
          const targets = ['/topics', '/nodes', '/lookup?topic=*', '/debug'];
          const asked = clients.map((client, i) => ({ client, i, target: targets[i % 4] }));
          for (const { client, target } of asked) client.request('GET', target);
          for (const { client } of asked.filter(({ i }) => i >= 20)) client.destroy();
          await serves(registry);
          for (const { client, target } of asked.slice(0, 20)) {
            const { status, body } = await client.answer();
            assert.equal(status, 200);
            const told = body.match(/topic-\d+/g);
            assert.equal(new Set(told).size, target.startsWith('/lookup') ? 0 : names.length, target);
          }
        } finally {
          for (const client of clients) client.destroy();
        }
      }),
    ));

  it('gives memory back that names took which are gone', () =>
    withRegistry({}, (registry) =>
      withNodes(registry, async ({ registered }) => {
        const before = registry.memory();
        const node = await registered();
        const many = 20000;
        for (let i = 0; i < 20; ++i)
          await node.register(...Array.from({ length: many }, (_, k) => `${'n'.repeat(50)}-${i * many + k}`));
        assert.ok(registry.memory() - before > 90 * MB);
        assert.equal((await ask(registry, 'POST', '/topic/delete?topic=*')).status, 200);
        await until(registry, '/topics', () => registry.memory() - before < 40 * MB);
      }),
    ));

  it(`takes any bytes, SEED=${seed}`, () =>
    withRegistry({}, async (registry) => {
      const random = generator(seed);
      const words = ['  V1', 'IDENTIFY\n', 'REGISTER t c\n', 'UNREGISTER t\n', 'PING\n', '\n', ' ', '{}', '\0', '\xff'];
      const sockets = [];
      for (let i = 0; i < 300; ++i) {
        const socket = net.connect(registry.port, '127.0.0.1');
        socket.on('error', () => {});
        socket.resume();
        const parts = i % 2 ? ['  V1', identify(self())] : [];
        for (let k = random.below(40); k > 0; --k)
          parts.push(random.below(3) ? random.pick(words) : L(random.below(20000)));
        socket.write(bytes(parts));
        sockets.push(socket);
      }
      await serves(registry);
      for (const socket of sockets) socket.destroy();
      await until(registry, '/nodes', (x) => x.producers.length === 0);
    }));
});
