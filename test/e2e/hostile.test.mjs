// Clients that break the rules, and resources that run out: the broker goes on,
// and so do other clients.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import net from 'node:net';
import { describe, it } from 'node:test';
import { isCafqd, withBroker } from './support/broker.mjs';
import { ask } from './support/http.mjs';
import { Neighbour, inBatches } from './support/neighbour.mjs';
import { generator, seed } from './support/random.mjs';
import {
  Client,
  L,
  bytes,
  identify,
  pub,
  sized,
  topicName,
  withClients,
} from './support/wire.mjs';

const limit = { timeout: 120000 };
const MB = 1 << 20;
const now = () => performance.now();

const hostile = (name, options, body) =>
  it(name, limit, (t) =>
    withBroker(options, (broker) =>
      withClients(broker.port, async (connect) =>
        body({ t, broker, connect, neighbour: await Neighbour.join(connect) }),
      ),
    ),
  );

// How many files this process and its children may open.
function fileLimit() {
  const text = readFileSync('/proc/self/limits', 'utf8');
  const soft = text.match(/^Max open files\s+(\S+)/m)[1];
  return soft === 'unlimited' ? Infinity : Number(soft);
}

// -- random input ---------------------------------------------------------------

// Something like the protocol, so that it gets further than noise does.
function nearlyValid(random) {
  const topic = () => random.pick(['t', 't#ephemeral', '', 'a b', '$', 'x'.repeat(65)]);
  const size = () =>
    random.pick([0, 1, 5, 100, 1048576, 1048577, -1, 0x7fffffff, 0x80000000]);
  const number = () =>
    random.pick(['0', '1', '2500', '2501', '-1', 'x', '', '99999999999999999999']);
  const id = () => random.pick(['0123456789abcdef', 'short', '', '\0'.repeat(16)]);
  const some = () => random.bytes(random.below(30));
  const makers = [
    () => ['NOP\n'],
    () => [pub('t', 'x')],
    () => [`PUB ${topic()}\n`, L(size()), some()],
    () => [`DPUB ${topic()} ${number()}\n`, L(size()), some()],
    () => [`MPUB ${topic()}\n`, L(size()), L(size()), L(size()), some()],
    () => [`SUB ${topic()} ${topic()}\n`],
    () => ['SUB t c#ephemeral\n', `RDY ${number()}\n`],
    () => [`RDY ${number()}\n`],
    () => [`${random.pick(['FIN', 'REQ', 'TOUCH'])} ${id()} ${number()}\n`],
    () => ['IDENTIFY\n', L(size()), some()],
    () => [
      identify({ heartbeat_interval: random.pick([-1, 0, 1, 1000]), sample_rate: 5 }),
    ],
    () => ['CLS\n'],
    () => ['AUTH\n', L(size()), some()],
    () => [some()],
  ];
  return bytes(
    ...Array.from({ length: 1 + random.below(12) }, () => random.pick(makers)()).flat(),
  );
}

describe('hostile input', { concurrency: 2 }, () => {
  hostile('random bytes', {}, async ({ t, broker, connect, neighbour }) => {
    t.diagnostic(`SEED=${seed}`);
    const random = generator(seed);
    const inputs = Array.from({ length: 1500 }, (_, i) => {
      const noise = random.bytes(random.below(300));
      if (i % 3 === 0) return noise;
      return bytes('  V2', i % 3 === 1 ? noise : nearlyValid(random));
    });
    const attack = inBatches(inputs.length, 50, async (i) => {
      const client = await connect({ magic: false });
      client.send(inputs[i]);
      client.halfClose();
      // Whatever it says, it ends.
      while (await client.next(15000, `the end of input ${i} (SEED=${seed})`));
      client.destroy();
    });
    await neighbour.during(attack);
    assert.ok(broker.memory() < (isCafqd ? 128 : 512) * MB, `${broker.memory()} bytes`);
  });

  hostile('connections reset at any point', {}, async ({ connect, neighbour }) => {
    const openings = [
      [],
      ['  V2'],
      ['  V2', 'PUB t\n', L(1000), 'abc'],
      ['  V2', pub('t', 'x'), pub('t', 'y')],
      ['  V2', 'SUB t c#ephemeral\nRDY 10\n', pub('t', 'z')],
      ['  V2', 'SUB t#ephemeral c#ephemeral\nRDY 10\nCLS\n'],
    ];
    const attack = inBatches(1200, 50, async (i) => {
      const client = await connect({ magic: false });
      const opening = openings[i % openings.length];
      client.send(...opening);
      if (i % 2 && opening.length > 1) await client.next();
      client.socket.resetAndDestroy();
    });
    await neighbour.during(attack);
  });

  hostile(
    'sizes that are promised and not sent',
    {},
    async ({ broker, connect, neighbour }) => {
      const before = broker.memory();
      await inBatches(300, 50, async (i) => {
        const client = await connect();
        const promise =
          i % 3 === 0
            ? ['PUB t\n', L(1048576), 'x']
            : i % 3 === 1
              ? ['MPUB t\n', L(5242880), L(1048575), L(1048576), 'x']
              : ['IDENTIFY\n', L(65536), '{'];
        // The answer to the first command shows that the second was read.
        client.send(pub('t#ephemeral', 'x'), ...promise);
        await client.ok();
      });
      await neighbour.round();
      if (isCafqd) {
        const taken = broker.memory() - before;
        assert.ok(taken < 32 * MB, `${taken} bytes`);
      }
    },
  );

  hostile(
    'connections without a magic',
    {},
    async ({ t, broker, connect, neighbour }) => {
      const files = fileLimit();
      const count = files > 11000 ? 10000 : Math.min(2000, Math.floor(files * 0.7));
      t.diagnostic(`${count} connections`);
      const batch = 100;
      const clients = [];
      const attack = inBatches(count, batch, async (i) => {
        clients[i] = await connect({ magic: false });
      });
      await neighbour.during(attack);
      const isOpen = (client) => !client.ended;
      // Ends that are under way arrive while the neighbour goes on.
      let open = -1;
      for (let calm = 0; calm < 20; ++calm) {
        await neighbour.round();
        const left = clients.filter(isOpen).length;
        if (left !== open) calm = 0;
        open = left;
      }
      t.diagnostic(`${open} still open, ${broker.memory() >> 20} MB`);
      // The oldest went first, if any.
      const firstOpen = clients.findIndex(isOpen);
      assert.ok(
        Math.abs(firstOpen - (count - open)) <= 2 * batch,
        `open from ${firstOpen}`,
      );
      if (!isCafqd) assert.equal(open, count);
      // The newest is as good as any.
      const last = clients[count - 1];
      last.send('  V2', pub('t', 'x'));
      await last.ok();
      await neighbour.round();
      assert.ok(broker.memory() < 256 * MB, `${broker.memory()} bytes`);
      for (const client of clients) client.destroy();
      await neighbour.round();
    },
  );
});

// -- clients that do not read -----------------------------------------------------

describe('hostile consumers and producers', { concurrency: 2 }, () => {
  // nsqd keeps every message in memory.
  const budget = (isCafqd ? 256 + 96 : 2048) * MB;

  hostile(
    'a consumer that does not read 1 MB messages',
    {},
    async ({ t, broker, connect, neighbour }) => {
      const stuck = await connect({ reading: false });
      stuck.send('SUB big stuck#ephemeral\nRDY 2500\n');
      const waiting = topicName('waiting');
      await neighbour.producer.publish(waiting, 'was here before');
      const body = Buffer.alloc(MB, 'x');
      let producer = await connect();
      let accepted = 0;
      let refused = 0;
      let most = 0;
      for (let i = 0; i < 500 && refused === 0; ++i) {
        producer.send(pub('big', body));
        const answer = await producer.next(20000);
        const text = answer.data.toString();
        if (text === 'OK') ++accepted;
        else {
          assert.match(text, /^E_PUB_FAILED PUB failed \S/);
          await producer.eof();
          ++refused;
        }
        most = Math.max(most, broker.memory());
      }
      t.diagnostic(
        `${accepted} accepted, ${refused} refused, ${most >> 20} MB at most`,
      );
      assert.ok(accepted >= 100, `only ${accepted} accepted`);
      assert.ok(most < budget, `${most} bytes`);
      // Consumers go on.
      const other = await connect();
      await other.subscribe(waiting, 'c');
      other.rdy(1);
      other.fin(await other.message({ body: 'was here before' }));
      // Once it is gone, so is its channel, and there is room again.
      stuck.destroy();
      const deadline = now() + 20000;
      for (;;) {
        producer = await connect();
        producer.send(pub(waiting, 'room'));
        const answer = await producer.next(20000);
        if (answer.data.toString() === 'OK') break;
        assert.ok(now() < deadline, answer.data.toString());
      }
      await other.message({ body: 'room' });
      if (isCafqd) await neighbour.round();
    },
  );

  hostile('a consumer that reads again', {}, async ({ connect }) => {
    const slow = await connect({ reading: false });
    slow.send('SUB big c\nRDY 2500\n');
    const producer = await connect();
    for (let i = 0; i < 40; ++i)
      await producer.publish('big', bytes(L(i), Buffer.alloc(MB - 4, 'x')));
    slow.startReading();
    await slow.ok();
    for (let i = 0; i < 40; ++i) {
      const message = await slow.message({ attempts: 1 });
      assert.equal(Buffer.from(message.body.slice(0, 4), 'latin1').readInt32BE(), i);
      slow.fin(message);
    }
    await slow.quiet();
  });

  for (const [name, command] of [
    ['publishes', pub('a#ephemeral', 'x')],
    ['identifies', identify({ feature_negotiation: true, heartbeat_interval: 60000 })],
  ])
    hostile(
      `a client that ${name} and reads no answer`,
      { flags: ['--mem-queue-size=10'] },
      async ({ t, broker, connect, neighbour }) => {
        const before = broker.memory();
        const deaf = await connect({ reading: false });
        const chunk = Buffer.alloc(
          command.length * Math.floor(65536 / command.length),
          command,
        );
        const all = 24 * MB;
        let sent = 0;
        let moved = now();
        const attack = (async () => {
          while (sent < all && (await deaf.written(chunk))) {
            sent += chunk.length;
            moved = now();
          }
        })();
        // Until all is taken, or nothing moves any more for a second.
        let most = 0;
        await neighbour.until(() => {
          most = Math.max(most, broker.memory() - before);
          return sent >= all || deaf.ended || now() - moved > 1000;
        });
        t.diagnostic(`${sent} bytes sent, ${most >> 20} MB more memory at most`);
        assert.ok(most < 64 * MB, `${most} bytes`);
        deaf.destroy();
        await attack;
        await neighbour.round();
      },
    );
});

// -- large bodies that do not come to their end ------------------------------------

describe('half-sent bodies', () => {
  const body = bytes(L(5), ...Array.from({ length: 5 }, () => sized(Buffer.alloc(MB - 100, 'x'))));
  const half = body.subarray(0, body.length - 1000);
  const overTcp = ['MPUB half\n', L(body.length)];
  const overHttp = [
    'POST /mpub?topic=half&binary=true HTTP/1.1\r\nHost: x\r\n',
    `Content-Length: ${body.length}\r\n\r\n`,
  ];
  const chunked = [
    'POST /mpub?topic=half&binary=true HTTP/1.1\r\nHost: x\r\n',
    `Transfer-Encoding: chunked\r\n\r\n${body.length.toString(16)}\r\n`,
  ];

  hostile('take a part of the memory limit', {}, async ({ t, broker, connect, neighbour }) => {
    if (!isCafqd) return;
    const gauge = async (name) => {
      const { body: text } = await ask(broker.httpPort, 'GET', '/metrics');
      return Number(text.match(new RegExp(`^${name} (\\S+)`, 'm'))[1]);
    };
    const before = broker.memory();
    const slow = [];
    const attack = async (count) => {
      for (let i = 0; i < count; ++i) {
        const port = i % 2 ? broker.httpPort : broker.port;
        const client = await Client.connect(port, { magic: i % 2 ? null : '  V2', reading: i % 2 === 0 });
        slow.push(client);
        client.send(...[overTcp, overHttp, overTcp, chunked][i % 4]);
        client.socket.write(half);
      }
    };
    await neighbour.during(attack(32));
    // Those over HTTP count twice, as they become messages when they are here.
    await neighbour.until(async () => (await gauge('cafq_bodies_waiting')) >= 20);
    assert.ok((await gauge('cafq_body_memory_bytes')) <= 64 * MB);
    // Small ones go on, and one that comes whole when it is its turn.
    const honest = await connect();
    honest.answering = true;
    honest.send(...overTcp, body);
    let done = false;
    const answered = honest.ok(100000).then(() => (done = true));
    await neighbour.during(attack(40));
    let most = 0;
    await neighbour.until(() => {
      most = Math.max(most, broker.memory() - before);
      return done;
    });
    await answered;
    t.diagnostic(`${most >> 20} MB more memory at most`);
    assert.ok(most < 128 * MB, `${most} bytes`);
    // Those that kept others waiting have gone.
    const first = await slow[0].next();
    assert.match(first.data.toString(), /^E_BAD_MESSAGE MPUB failed to read message body/);
    const [answer] = await once(slow[1].socket, 'data');
    assert.match(answer.toString(), /^HTTP\/1\.1 408 /);
    for (const client of slow) client.destroy();
    await neighbour.until(async () => (await gauge('cafq_body_memory_bytes')) === 0);
    assert.equal(await gauge('cafq_bodies_waiting'), 0);
  });
});

// -- file descriptors -----------------------------------------------------------

describe('file descriptors', () => {
  const few = { wrapper: ['/bin/sh', '-c', 'ulimit -n 64 && exec "$@"', 'sh'] };

  hostile('run out, and come back', few, async ({ t, broker, connect, neighbour }) => {
    const ticking = await connect();
    ticking.answering = true;
    await ticking.identify({ heartbeat_interval: 1000 });
    const from = broker.log.length;
    const clients = [];
    for (let i = 0; i < 100; ++i) {
      const client = await connect();
      client.send(pub('t', 'x'));
      client.served = client.ok(60000);
      client.served.then(
        () => (client.isServed = true),
        () => {},
      );
      clients.push(client);
    }
    const exhausted = /open files|file descriptors|EMFILE/i;
    await broker.logged(exhausted, { from });
    await neighbour.round();
    // A second of being exhausted, from heartbeat to heartbeat.
    await ticking.heartbeat(ticking.heartbeats.length + 1);
    const cpu = broker.cpuTime();
    await ticking.heartbeat(ticking.heartbeats.length + 1);
    const used = broker.cpuTime() - cpu;
    const lines = broker.log.slice(from).filter((line) => exhausted.test(line)).length;
    const served = clients.filter((client) => client.isServed);
    t.diagnostic(`${served.length} of 100 served, ${used} ms CPU, ${lines} log lines`);
    assert.ok(served.length > 20 && served.length < 64, `${served.length} served`);
    if (isCafqd) {
      // One that asks again and again uses all of it.
      assert.ok(used < 600, `${used} ms of CPU time in a second`);
      assert.ok(lines < 30, `${lines} log lines`);
    }
    await neighbour.round();
    // Each that leaves makes room for one that waits.
    for (const client of clients) {
      await client.served;
      client.destroy();
    }
    await neighbour.round();
    const late = await connect();
    await late.publish('t', 'x');
  });
});
