// Messages of a hundred megabytes and more: what the limits allow works, what
// they never can is refused at once.

import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import { describe, it } from 'node:test';
import { withBroker } from './support/broker.mjs';
import { L, MAGIC, bytes, topicName, withClients } from './support/wire.mjs';

const limit = { timeout: 120000 };
const MB = 1 << 20;

const flags = [
  `--memory-limit=${256 * MB}`,
  `--max-msg-size=${1000 * MB}`,
  `--max-body-size=${1000 * MB}`,
];

const hash = (body) => createHash('sha1').update(body).digest('hex');

// Reads frames of any length, a few at a time.
class Reader {
  #chunks = [];
  #have = 0;

  static async connect(port) {
    const socket = net.connect({ host: '127.0.0.1', port });
    await once(socket, 'connect');
    const self = new Reader();
    self.socket = socket;
    socket.on('data', (chunk) => {
      self.#chunks.push(chunk);
      self.#have += chunk.length;
    });
    socket.write(MAGIC);
    return self;
  }

  async #take(size) {
    while (this.#have < size) await once(this.socket, 'data');
    const all = Buffer.concat(this.#chunks);
    this.#chunks = [all.subarray(size)];
    this.#have -= size;
    return all.subarray(0, size);
  }

  // The next frame but heartbeats.
  async frame() {
    for (;;) {
      const size = (await this.#take(4)).readUInt32BE(0);
      const data = (await this.#take(size)).subarray(4);
      if (data.toString('latin1', 0, 20) !== '_heartbeat_') return data;
      this.socket.write('NOP\n');
    }
  }

  async ok() {
    assert.equal((await this.frame()).toString('latin1'), 'OK');
  }
}

// Subscribes, publishes by `publish` and gets all of it.
const carries = (publish, bodies) => () =>
  withBroker({ flags }, async (broker) => {
    const topic = topicName('large');
    const consumer = await Reader.connect(broker.port);
    consumer.socket.write(`SUB ${topic} c\nRDY 1\n`);
    await consumer.ok();
    await publish(broker, topic, bodies);
    for (const body of bodies) {
      const data = await consumer.frame();
      assert.equal(data.length - 26, body.length);
      assert.equal(hash(data.subarray(26)), hash(body));
      consumer.socket.write(`FIN ${data.toString('latin1', 10, 26)}\n`);
    }
    consumer.socket.destroy();
  });

async function send(broker, ...parts) {
  const producer = await Reader.connect(broker.port);
  for (const part of parts) producer.socket.write(part);
  await producer.ok();
  producer.socket.destroy();
}

function post(broker, target, body) {
  const request = http.request({
    ...{ host: '127.0.0.1', port: broker.httpPort, path: target, method: 'POST' },
    headers: { 'Content-Length': body.length },
  });
  request.end(body);
  return once(request, 'response').then(([answer]) => {
    answer.resume();
    return answer.statusCode;
  });
}

describe('large messages', () => {
  const one = [randomBytes(130 * MB)];
  const three = [40, 50, 60].map((size) => randomBytes(size * MB));

  it(
    'PUB: 130 MiB with a memory limit of 256 MiB',
    limit,
    carries((broker, topic, [body]) => send(broker, `PUB ${topic}\n`, L(body.length), body), one),
  );

  it(
    'MPUB',
    limit,
    carries((broker, topic, bodies) => {
      const size = bodies.reduce((sum, body) => sum + 4 + body.length, 4);
      const records = bodies.flatMap((body) => [L(body.length), body]);
      return send(broker, `MPUB ${topic}\n`, L(size), L(bodies.length), ...records);
    }, three),
  );

  it(
    'POST /pub',
    limit,
    carries(async (broker, topic, [body]) => {
      assert.equal(await post(broker, `/pub?topic=${topic}`, body), 200);
    }, one),
  );

  it('says at the start what cannot be carried', limit, () =>
    withBroker({ flags }, async (broker) => {
      const line = await broker.logged(/WARNING: --max-msg-size/);
      assert.match(
        line,
        /is 1000 MiB, but with --memory-limit at 256 MiB messages beyond 192 MiB may .* a limit of 1334 MiB /,
      );
    }),
  );

  it('refuses at once what never fits', limit, () =>
    withBroker({ flags }, (broker) =>
      withClients(broker.port, async (connect) => {
        const most = 256 * MB;
        const larger = L(most + 1);
        const client = await connect();
        client.send('PUB t\n', larger);
        await client.error(
          `E_BAD_MESSAGE PUB message too big ${most + 1} > ${most} (--memory-limit)`,
        );
        await client.eof();
        const other = await connect();
        other.send('MPUB t\n', larger);
        await other.error(
          `E_BAD_BODY MPUB body too big ${most + 1} > ${most} (--memory-limit)`,
        );
        await other.eof();
        const socket = net.connect({ host: '127.0.0.1', port: broker.httpPort });
        socket.write(
          bytes(`POST /pub?topic=t HTTP/1.1\r\nHost: x\r\nContent-Length: ${most + 1}\r\n\r\n`),
        );
        const [answer] = await once(socket, 'data');
        assert.match(answer.toString(), /^HTTP\/1\.1 413 .*MSG_TOO_BIG/s);
        socket.destroy();
      }),
    ),
  );
});
