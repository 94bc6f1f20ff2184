// Clients that take all places and do nothing with them: others get in all the
// same, and who works stays.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { withBroker } from './support/broker.mjs';
import { HttpClient, ask } from './support/http.mjs';
import { Lookupd } from './support/lookupd.mjs';
import { Neighbour } from './support/neighbour.mjs';
import { Client, L, bytes, pub, sized, withClients } from './support/wire.mjs';

const limit = { timeout: 60000 };
const MB = 1 << 20;

const attacked = (name, options, body) =>
  it(name, limit, (t) =>
    withBroker(options, (broker) =>
      withClients(broker.port, async (connect) =>
        body({ t, broker, connect, neighbour: await Neighbour.join(connect) }),
      ),
    ),
  );

const files = (count) => ({
  wrapper: ['/bin/sh', '-c', `ulimit -n ${count}; exec "$@"`, '-'],
});

async function metric(broker, name) {
  const { body } = await ask(broker.httpPort, 'GET', '/metrics');
  return Number(body.match(new RegExp(`^${name} (\\S+)`, 'm'))[1]);
}

// -- HTTP ---------------------------------------------------------------------

// An eighth of the files.
const places = 512;

async function fill(broker, each) {
  const clients = [];
  for (let i = 0; i < places; ++i) {
    clients.push(await HttpClient.connect(broker.httpPort));
    await each(clients[i]);
  }
  return clients;
}

const health = ['/livez', '/ping', '/readyz'];

describe('clients that flood', () => {
  // Each turn of the loop takes long then: nobody may need many of them.
  attacked('do not keep probes of health waiting', {}, async ({ broker, neighbour }) => {
    const flood = spawn(process.execPath, [fileURLToPath(new URL('support/flood.mjs', import.meta.url)), broker.port, 120], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(flood.stdout, 'data');
    // As a prober does that gives each of them 5 s.
    const probe = async (_, i) => {
      const client = await HttpClient.connect(broker.httpPort);
      const late = AbortSignal.timeout(5000);
      const { status } = await client.request('GET', health[i % 3]).answer();
      assert.ok(!late.aborted, `probe ${i} was late`);
      assert.equal(status, 200);
      client.destroy();
    };
    await neighbour.during(Promise.all(Array.from({ length: 300 }, probe)));
    flood.kill();
    await once(flood, 'close');
  });
});

describe('HTTP clients', () => {
  attacked('that are idle make room', files(places * 8), async ({ broker, neighbour }) => {
    const attack = (async () => {
      const clients = await fill(broker, (x) => x.request('GET', '/ping').answer());
      const late = [];
      for (const [i, target] of [...health, '/stats'].entries()) {
        late.push(await HttpClient.connect(broker.httpPort));
        assert.equal((await late[i].request('GET', target).answer()).status, 200);
      }
      // Those that were idle longest went, and nobody else.
      for (const x of clients.slice(0, 4)) await x.end();
      assert.equal(await metric(broker, 'cafq_clients_ended_total'), 5);
      assert.equal((await clients[5].request('GET', '/ping').answer()).status, 200);
      for (const x of late) x.destroy();
      for (const x of clients) x.destroy();
    })();
    await neighbour.during(attack);
  });

  attacked('that are busy leave room for health', files(places * 8), async ({ broker, neighbour }) => {
    const attack = (async () => {
      const headers = { Expect: '100-continue', 'Content-Length': 9 };
      const clients = await fill(broker, (x) => x.request('POST', '/pub?topic=t', { headers }).answer());
      for (const x of clients) x.send('x');
      // A reserve whose places are taken by those who say nothing is none.
      const mute = [];
      for (let i = 0; i < 100; ++i) mute.push(await HttpClient.connect(broker.httpPort));
      for (const target of health) {
        const answer = await ask(broker.httpPort, 'GET', target);
        assert.deepEqual([answer.status, answer.headers.Connection], [200, 'close']);
      }
      for (const [method, target] of [['GET', '/stats'], ['POST', '/pub?topic=t']]) {
        const answer = await ask(broker.httpPort, method, target);
        assert.deepEqual([answer.status, answer.body], [503, '{"message":"TOO_MANY_CLIENTS"}']);
      }
      // Not a long time for those.
      await mute[99].end();
      clients[0].send('y'.repeat(8));
      assert.equal((await clients[0].answer()).status, 200);
      for (const x of [...clients, ...mute]) x.destroy();
    })();
    await neighbour.during(attack);
  });
});

// -- NSQ ----------------------------------------------------------------------

const SILENT = { heartbeat_interval: -1 };

describe('NSQ clients', () => {
  attacked('without heartbeats make room', { flags: ['--max-connections=40'] }, async ({ broker, connect, neighbour }) => {
    const attack = (async () => {
      const idle = [];
      for (let i = 0; i < 38; ++i) {
        idle.push(await connect());
        await idle[i].identify(SILENT);
      }
      const late = await connect();
      late.answering = true;
      await late.publish('t', 'x');
      await idle[0].eof();
      assert.equal(await metric(broker, 'cafq_clients_ended_total'), 1);
      await late.publish('t', 'y');
    })();
    await neighbour.during(attack);
  });

  attacked('that never sent a command go first', { flags: ['--max-connections=10'] }, async ({ connect, neighbour }) => {
    const attack = (async () => {
      const mute = [];
      for (let i = 0; i < 5; ++i) mute.push(await connect());
      const working = [];
      for (let i = 0; i < 8; ++i) {
        working.push(await connect());
        await working[i].identify({});
      }
      for (const x of mute) await x.eof();
      for (const x of working) await x.publish('t', 'x');
    })();
    await neighbour.during(attack);
  });

  it('who is owed an answer stays', limit, async () => {
    const lookupd = await Lookupd.start({ onHttp: ({ url }) => url.includes('waits') });
    const flags = ['--max-connections=6', `--lookupd-tcp-address=${lookupd.address}`];
    await withBroker({ flags }, (broker) =>
      withClients(broker.port, async (connect) => {
        const neighbour = await Neighbour.join(connect);
        const [publisher, ...idle] = [await connect(), await connect(), await connect()];
        for (const x of [publisher, ...idle]) await x.identify(SILENT);
        // Waits for that nsqlookupd.
        publisher.send(pub('waits', 'x'));
        await lookupd.until((x) => x.asked.some(({ url }) => url.includes('waits')));
        const late = [];
        for (let i = 0; i < 4; ++i) {
          late.push(await connect());
          late[i].answering = true;
          late[i].send(pub('t', 'x'));
        }
        for (const x of late.slice(0, 3)) await x.ok();
        for (const x of idle) await x.eof();
        assert.ok(await publisher.next(), 'it was ended without an answer');
        publisher.destroy();
        await late[3].ok();
        await neighbour.round();
      }),
    );
    await lookupd.stop();
  });
});

// -- bodies that come slowly --------------------------------------------------

describe('large bodies', () => {
  attacked('that come slowly do not hold up others', {}, async ({ t, broker, connect, neighbour }) => {
    const body = bytes(L(5), ...Array.from({ length: 5 }, () => sized(Buffer.alloc(MB - 100, 'x'))));
    const pace = 18 * 1024;
    let over = false;
    const slow = async () => {
      while (!over) {
        const client = await Client.connect(broker.port).catch(() => null);
        if (!client) return;
        client.send('MPUB slow\n', L(body.length), body.subarray(0, 160 * 1024));
        const timer = setInterval(() => client.send(body.subarray(0, pace / 4)), 250);
        await client.gone();
        clearInterval(timer);
        client.destroy();
      }
    };
    const attack = (async () => {
      const clients = Array.from({ length: 100 }, slow);
      while ((await metric(broker, 'cafq_bodies_waiting')) < 80);
      const honest = await connect();
      honest.answering = true;
      const began = performance.now();
      honest.send('PUB honest\n', sized(Buffer.alloc(200 * 1024)));
      await honest.ok(20000);
      t.diagnostic(`${Math.round(performance.now() - began)} ms`);
      over = true;
      return clients;
    })();
    await neighbour.during(attack);
  });
});

// -- one address --------------------------------------------------------------

describe('--max-connections-per-address', () => {
  const from = (port, localAddress) => {
    const socket = net.connect({ host: '127.0.0.1', port, localAddress, allowHalfOpen: true });
    return HttpClient.over(socket);
  };

  it('counts NSQ and HTTP together', limit, () =>
    withBroker({ flags: ['--max-connections-per-address=3'] }, async (broker) => {
      const kept = [from(broker.port, '127.0.0.2'), from(broker.httpPort, '127.0.0.2'), from(broker.port, '127.0.0.2')];
      kept[1].request('GET', '/ping');
      assert.equal((await kept[1].answer()).status, 200);
      for (const port of [broker.port, broker.httpPort]) await from(port, '127.0.0.2').end();
      await broker.logged(/refused a connection from 127\.0\.0\.2: .*--max-connections-per-address/);
      // Others do not notice; who goes makes room.
      assert.equal(await metric(broker, 'cafq_clients_refused_total'), 2);
      kept[0].destroy();
      for (let status = 0; status !== 200; ) {
        const again = from(broker.httpPort, '127.0.0.2').request('GET', '/ping');
        ({ status } = await again.answer().catch(() => ({ status: 0 })));
        again.destroy();
      }
      for (const x of kept) x.destroy();
    }));
});
