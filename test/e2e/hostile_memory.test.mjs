// The memory that clients make the node hold, all of them together: with a small
// limit it stays within it and a stated overhead, whatever they do, and those
// that behave go on.

import assert from 'node:assert/strict';
import net from 'node:net';
import { describe, it } from 'node:test';
import { Attackers } from './support/attackers.mjs';
import { withBroker } from './support/broker.mjs';
import { Authority, serving } from './support/certificates.mjs';
import { ask } from './support/http.mjs';
import { Neighbour, inBatches } from './support/neighbour.mjs';
import { L, MAGIC, bytes, identify, mpub, pub, sized, withClients } from './support/wire.mjs';

const limit = { timeout: 120000 };
const KB = 1 << 10;
const MB = 1 << 20;

const memoryLimit = 64 * MB;
// The code's own, malloc's, reports, and what is counted twice on its way.
const overhead = 64 * MB;
// What a connection costs that does nothing (docs/SECURITY-MODEL.md).
const costs = { plain: 8 * KB, tls: 40 * KB, deflate: 320 * KB };

const server = new Authority('authority').certificate('server');
const flags = [`--memory-limit=${memoryLimit}`, ...serving(server)];

const fill = (size) => Buffer.alloc(size, 'x');
const repeated = (what, size) => Buffer.alloc(size - (size % what.length), what);
const http = (head, ...body) => bytes(`${head}\r\nHost: localhost\r\n`, ...body);
const silent = { heartbeat_interval: -1 };
const quiet = bytes(MAGIC, identify(silent));

// Publishes to it wait: its messages cannot go to the disk.
const full = 'full#ephemeral';

async function fillTopic(connect) {
  const client = await connect();
  const body = fill(900 * KB);
  for (let i = 0; i < 19; ++i) await client.publish(full, body);
}

const names = Array.from({ length: 256 }, (_, i) => `${i}_`.padEnd(60, 'n'));

const attacks = {
  'publishes of 5 MB that wait for room': async (broker, attackers) => {
    const command = mpub(full, Array.from({ length: 5 }, () => fill(MB - 8)));
    await inBatches(150, 50, () => attackers.add(broker.port, quiet, command));
  },
  'small publishes that wait for room': async (broker, attackers) => {
    const command = pub(full, fill(KB));
    const many = repeated(command, 64 * KB);
    await inBatches(200, 50, () => attackers.add(broker.port, quiet, many, 10));
  },
  'tiny messages that wait for room': async (broker, attackers) => {
    const lines = repeated(bytes('x\n'), 4 * MB);
    const head = http(`POST /mpub?topic=${encodeURIComponent(full)} HTTP/1.1`, `Content-Length: ${lines.length}\r\n\r\n`);
    await inBatches(30, 10, () => attackers.add(broker.httpPort, head, lines));
    const few = repeated(sized('x'), 60000);
    const command = bytes(`MPUB ${full}\n`, L(few.length + 4), L(few.length / 5), few);
    await inBatches(300, 50, () => attackers.add(broker.port, quiet, command));
  },
  'publishes of clients that go': async (broker) => {
    const command = bytes(quiet, pub(full, fill(60 * KB)));
    const leave = () =>
      new Promise((resolve) => {
        const socket = net.connect(broker.port, '127.0.0.1', () => socket.write(command, () => socket.destroy()));
        socket.on('error', () => {}).on('close', resolve);
      });
    await inBatches(4000, 50, leave);
  },
  'answers behind a publish that waits': async (broker, attackers) => {
    const many = repeated(bytes('TOUCH zzzzzzzzzzzzzzzz\n'), 64 * KB);
    await inBatches(60, 20, () =>
      attackers.add(
        broker.port,
        bytes(MAGIC, 'SUB own#ephemeral c#ephemeral\n', pub(full, 'x')),
        many,
        100,
      ),
    );
  },
  'half bodies of 157 KB': async (broker, attackers) => {
    const half = fill(157 * KB);
    const first = bytes(quiet, 'PUB half\n', L(200 * KB));
    await inBatches(400, 50, () => attackers.add(broker.port, first, half));
  },
  'half bodies of 60 KB': async (broker, attackers) => {
    const half = fill(60 * KB);
    const first = bytes(quiet, 'PUB half\n', L(61 * KB));
    await inBatches(1500, 50, () => attackers.add(broker.port, first, half));
  },
  'output that is not taken': async (broker, attackers) => {
    const again = identify({ ...silent, feature_negotiation: true });
    const many = repeated(again, 64 * KB);
    await inBatches(60, 20, () => attackers.add(broker.port, quiet, many, 15));
  },
  'deliveries that are not taken': async (broker, attackers) => {
    await inBatches(150, 50, (i) =>
      attackers.add(broker.port, bytes(MAGIC, `SUB big c${i}#ephemeral\nRDY 2500\n`)),
    );
    for (;;) {
      const { body } = await ask(broker.httpPort, 'GET', '/stats?format=json&topic=big');
      const { channels } = JSON.parse(body).topics?.[0] ?? { channels: [] };
      if (channels.filter((x) => x.client_count === 1).length === 150) break;
    }
    await withClients(broker.port, async (connect) => {
      const client = await connect();
      const count = 250;
      for (let i = 0; i < count; ++i) client.send(pub('big', fill(60 * KB)));
      for (let i = 0; i < count; ++i) await client.next(60000);
    });
  },
  'tales about themselves': async (broker, attackers) => {
    const tale = { ...silent, user_agent: '\xff'.repeat(20 * KB), hostname: 'h'.repeat(20 * KB) };
    const command = identify(tale);
    await inBatches(150, 50, () => attackers.add(broker.port, MAGIC, command, 2));
  },
  'names of topics': async (broker, attackers) => {
    const all = bytes(...names.map((name) => pub(name, 'x')));
    await inBatches(100, 50, () => attackers.add(broker.port, quiet, all));
  },
  'long reads, then silence': async (broker, attackers) => {
    const nops = repeated(bytes('NOP\n'), 200 * KB);
    await inBatches(600, 50, () => attackers.add(broker.port, quiet, nops));
  },
  'answers over HTTP that are not taken': async (broker, attackers) => {
    const many = repeated(http('GET /stats?format=json HTTP/1.1', '\r\n'), 64 * KB);
    await inBatches(150, 50, () => attackers.add(broker.httpPort, many));
  },
  'half bodies over HTTP': async (broker, attackers) => {
    const size = http('POST /pub?topic=half HTTP/1.1', 'Content-Length: 61440\r\n\r\n');
    const chunk = http('POST /pub?topic=half HTTP/1.1', 'Transfer-Encoding: chunked\r\n\r\nf000\r\n');
    const half = fill(59 * KB);
    await inBatches(400, 50, (i) => attackers.add(broker.httpPort, i % 2 ? size : chunk, half));
  },
  'heads that do not end': async (broker, attackers) => {
    const head = http('GET / HTTP/1.1', 'X: ', fill(15 * KB));
    await inBatches(400, 50, () => attackers.add(broker.httpPort, head));
  },
  'half a record of TLS': async (broker, attackers) => {
    const record = bytes('\x17\x03\x03\x40\x00', fill(16 * KB - 100));
    await inBatches(150, 10, () =>
      attackers.addSecure(broker.port, { ...silent, tls_v1: true }, { wire: record }),
    );
  },
  'compressed input': async (broker, attackers) => {
    const nops = repeated(bytes('NOP\n'), 256 * KB);
    await inBatches(100, 10, () =>
      attackers.addSecure(broker.port, { ...silent, deflate: true }, { plain: nops }),
    );
  },
};

// Runs `work` on a node with a client that behaves, and looks at the memory all
// the time.
const under = (work) => (t) =>
  withBroker({ flags }, (broker) =>
    withClients(broker.port, async (connect) => {
      await fillTopic(connect);
      const neighbour = await Neighbour.join(connect);
      const attackers = new Attackers();
      let most = 0;
      const look = () => {
        most = Math.max(most, broker.memory());
      };
      try {
        let begun = false;
        let calm = 0;
        const attack = work(broker, attackers).then(() => (begun = true));
        await neighbour.until(() => {
          look();
          calm = begun && attackers.stand ? calm + 1 : 0;
          return calm === 20;
        });
        await attack;
      } finally {
        attackers.leave();
      }
      const { plain, tls, deflate } = attackers;
      const connections = plain * costs.plain + tls * costs.tls + deflate * costs.deflate;
      const bound = memoryLimit + overhead + connections;
      t.diagnostic(
        `${plain + tls + deflate} clients, ${most >> 20} of ${bound >> 20} MB, ` +
          `${neighbour.rounds} messages, ${Math.round(neighbour.slowest)} ms at most`,
      );
      assert.ok(most < bound, `${most} bytes`);
      // All of it comes back, and the node works.
      const client = await connect();
      const gauge = async (name) => {
        const { body } = await ask(broker.httpPort, 'GET', '/metrics');
        return Number(body.match(new RegExp(`^${name} (\\S+)`, 'm'))[1]);
      };
      await neighbour.until(async () => (await gauge('cafq_client_memory_bytes')) < 2 * MB);
      await neighbour.until(async () => (await gauge('cafq_body_memory_bytes')) === 0);
      await client.publish('behind', sized(fill(100 * KB)));
      t.diagnostic(`${broker.memory() >> 20} MB behind it`);
    }),
  );

describe('memory of clients', () => {
  for (const [name, attack] of Object.entries(attacks)) it(name, limit, under(attack));

  it(
    'all of that at once',
    limit,
    under((broker, attackers) =>
      Promise.all(Object.values(attacks).map((attack) => attack(broker, attackers))),
    ),
  );
});
