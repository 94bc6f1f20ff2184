// A refusal is a state: behind a fatal answer nothing of that client is done,
// whatever it has sent, however it arrives, whether it reads its answers or not.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { AuthServer } from './support/auth_server.mjs';
import { isCafqd, startBroker } from './support/broker.mjs';
import { Authority, serving } from './support/certificates.mjs';
import { HttpClient, http } from './support/http.mjs';
import { L, bytes, dpub, identify, mpub, pub, sized, topicName, withClients } from './support/wire.mjs';

const limit = { timeout: 120000 };
const auth = (secret) => bytes('AUTH\n', sized(secret));
const ID = '0123456789abcdef';
const allowed = '^allowed';

const server = new AuthServer();
before(() => server.start());
after(() => server.stop());

const certificate = new Authority('refusals').certificate('localhost');
const brokers = {
  plain: () => [],
  auth: () => [`--auth-http-address=127.0.0.1:${server.port}`],
  tls: () => [...serving(certificate), '--tls-required=tcp-https'],
};

// What a client could do, to a topic that only this case names.
const acts = (topic) => [
  pub(topic, 'x'),
  mpub(topic, ['x', 'y']),
  dpub(topic, 1, 'x'),
  `SUB ${topic} c\n`,
  `FIN ${ID}\nREQ ${ID} 0\n`,
];

// -- the refusals ---------------------------------------------------------------

const publishes = (topic) => ({
  PUB: pub(topic, 'x'),
  DPUB: dpub(topic, 1, 'x'),
  MPUB: mpub(topic, ['x', 'y']),
});
const commands = (topic) => ({ ...publishes(topic), SUB: `SUB ${topic} c\n` });

// Rows of a name, the broker, what comes first (each part answered by a frame), and
// the command that is refused, the topic of the case given. (An MPUB makes its topic
// before its body is looked at, as with nsqd, so those that are refused by their body
// have another.)
function* refusals() {
  const own = topicName('own');
  for (const name of ['RDY 1', `FIN ${ID}`, `REQ ${ID} 0`, `TOUCH ${ID}`, 'CLS'])
    yield [`state: ${name}`, 'plain', [], () => `${name}\n`];
  yield ['no such command', 'plain', [], () => 'NONSENSE\n'];
  yield ['a line without end', 'plain', [], () => `PUB ${'x'.repeat(20000)}`];
  yield ['AUTH disabled', 'plain', [], () => auth('x')];
  yield ['AUTH with parameters', 'auth', [], () => 'AUTH x\n'];
  yield ['SUB without heartbeats', 'plain', [identify({ heartbeat_interval: -1 })], (t) => `SUB ${t} c\n`];
  yield ['IDENTIFY: not JSON', 'plain', [], () => identify('rubbish')];
  yield ['IDENTIFY: out of range', 'plain', [], () => identify({ heartbeat_interval: 1 })];
  const bad = 'bad$name';
  for (const [name, command] of Object.entries(commands(bad)))
    yield [`bad name: ${name}`, 'plain', [], () => command];
  yield ['bad name of a channel', 'plain', [], (t) => `SUB ${t} ${bad}\n`];
  yield ['bad delay', 'plain', [], (t) => `DPUB ${t} x\n`];
  for (const line of ['IDENTIFY', 'PUB T', 'DPUB T 0', 'MPUB T'])
    for (const size of [0, -1, 0x7fffffff])
      yield [`bad size ${size}: ${line}`, 'plain', [], () => bytes(`${line.replace('T', own)}\n`, L(size))];
  yield ['bad size: AUTH', 'auth', [], () => bytes('AUTH\n', L(0))];
  yield ['MPUB of nothing', 'plain', [], () => bytes(`MPUB ${own}\n`, L(4), L(0))];
  yield ['MPUB: a bad record', 'plain', [], () => bytes(`MPUB ${own}\n`, L(100), L(2), sized('x'), L(0))];
  yield ['MPUB: a record too big', 'plain', [], () => bytes(`MPUB ${own}\n`, L(100), L(2), sized('x'), L(1 << 30))];
  for (const name of ['PUB', 'DPUB', 'MPUB', 'SUB'])
    yield [`AUTH first: ${name}`, 'auth', [], (t) => commands(t)[name]];
  for (const name of ['PUB', 'DPUB', 'MPUB', 'SUB'])
    yield [`not authorized: ${name}`, 'auth', [auth(`topics:${allowed}`)], (t) => commands(t)[name]];
  yield ['AUTH twice', 'auth', [auth('all:twice')], () => auth('all:twice')];
  yield ['AUTH: not let in', 'auth', [], () => auth('no')];
  yield ['AUTH: nothing allowed', 'auth', [], () => auth('nobody')];
  for (const name of ['AUTH', 'SUB', 'PUB', 'DPUB', 'MPUB', 'NOP', 'RDY', 'FIN', 'REQ', 'TOUCH', 'CLS'])
    yield [`TLS required: ${name}`, 'tls', [], (t) => commands(t)[name] ?? `${name}\n`];
}

// -- how the bytes arrive ---------------------------------------------------------

const get = async (port, target) => {
  const client = await HttpClient.connect(port);
  try {
    return await client.request('GET', target).answer();
  } finally {
    client.destroy();
  }
};

// Fills what the kernel holds for the client, and some of what the broker does.
async function fillOutput(client, broker) {
  const ask = identify({ feature_negotiation: true });
  const chunk = Buffer.alloc(ask.length * 1000, ask);
  const me = `127.0.0.1:${client.socket.localPort}`;
  for (;;) {
    client.send(chunk);
    const { body } = await get(broker.httpPort, '/debug/actors');
    const found = JSON.parse(body).actors.find((x) => x.name === me);
    assert.ok(found, `the client is gone (${client.ended})`);
    if (found.counters.pending_bytes > 0) return;
  }
}

const ways = {
  'in the same segment': async (client, _broker, refused, rest) => client.send(refused, ...rest),
  'in the next': async (client, _broker, refused, rest) => {
    client.send(refused);
    await new Promise(setImmediate);
    for (const part of rest) client.send(part);
  },
};

async function theEnd(client) {
  let last = null;
  for (;;) {
    const frame = await client.next();
    if (!frame) return last;
    last = frame;
  }
}

describe('refusals', () => {
  const started = {};
  before(async () => {
    for (const [name, flags] of Object.entries(brokers))
      started[name] = await startBroker({ flags: flags() });
  });
  after(async () => {
    for (const broker of Object.values(started)) await broker.stop();
  });
  const topicsOf = async (broker) =>
    JSON.parse((await get(broker.httpPort, '/stats?format=json')).body).topics.map((x) => x.topic_name);

  for (const [way, deliver] of Object.entries(ways))
    it(way, limit, async () => {
      for (const [name, where, first, refused] of refusals())
        await withClients(started[where].port, async (connect) => {
          const client = await connect();
          for (const part of first) {
            client.send(part);
            assert.equal((await client.next()).type, 0, name);
          }
          const topic = topicName('refused');
          await deliver(client, started[where], refused(topic), acts(topic));
          const last = await theEnd(client);
          // A line too long has no text. What is sent to a closed socket may take
          // the text away from the client.
          if (way === 'in the same segment' && name !== 'a line without end') assert.equal(last?.type, 1, name);
          // What is under way to the topics is done when another client's is.
          const topics = await topicsOf(started[where]);
          assert.ok(!topics.includes(topic), `${name}: the topic is there`);
        });
    });

  it('with output pending', { ...limit, skip: !isCafqd }, async () => {
    // The parser refuses all of a kind alike, the auth servers' word is another.
    const kinds = new Set();
    const some = [...refusals()].filter(([name, where]) => {
      const kind = where === 'auth' ? name : name.split(':')[0];
      return !kinds.has(kind) && kinds.add(kind);
    });
    for (const [name, where, first, refused] of some)
      await withClients(started[where].port, async (connect) => {
        const client = await connect({ reading: false });
        client.send(...first);
        await fillOutput(client, started[where]).catch((error) => {
          error.message += ` (${name})`;
          throw error;
        });
        const topic = topicName('refused');
        client.send(refused(topic), ...acts(topic));
        client.startReading();
        const last = await theEnd(client);
        if (name !== 'a line without end') assert.equal(last?.type, 1, name);
        const topics = await topicsOf(started[where]);
        assert.ok(!topics.includes(topic), `${name}: the topic is there`);
      });
  });

  it('an auth server that does not let it in again', limit, () =>
    withClients(started.auth.port, async (connect) => {
      const cases = [];
      for (const name of ['PUB', 'DPUB', 'MPUB', 'SUB']) {
        const client = await connect();
        const topic = topicName('refused');
        client.send(auth(`once:${topic}`));
        assert.equal((await client.next()).type, 0);
        cases.push({ name, client, topic });
      }
      // What it said counts for a second.
      await sleep(1100);
      for (const { name, client, topic } of cases) {
        client.send(commands(topic)[name], ...acts(topic));
        await client.error('E_AUTH_FAILED AUTH failed');
        await client.eof();
        assert.ok(!(await topicsOf(started.auth)).includes(topic), name);
      }
    }),
  );

  // A consumer with messages in flight, which it could finish.
  const subscribed = {
    'state: IDENTIFY': identify({}),
    'state: SUB': 'SUB other c\n',
    'bad name': pub('bad$name', 'x'),
    'bad size': bytes('PUB t\n', L(0)),
    'too big': bytes('PUB t\n', L(1 << 30)),
    'bad RDY': 'RDY 1000000\n',
    'bad id': 'FIN short\n',
    'MPUB too big': bytes('MPUB t\n', L(1 << 30)),
  };
  it('of a consumer', limit, () =>
    withClients(started.plain.port, async (connect) => {
      for (const [name, refused] of Object.entries(subscribed)) {
        const topic = topicName('consumed');
        const client = await connect();
        await client.subscribe(topic, 'c');
        client.rdy(2);
        const writer = await connect();
        await writer.publish(topic, 'a');
        await writer.publish(topic, 'b');
        const [a, b] = [await client.message(), await client.message()];
        client.send(refused, `FIN ${a.id}\nREQ ${b.id} 0\n`, pub(topic, 'c'));
        assert.equal((await theEnd(client)).type, 1, name);
        const { body } = await get(started.plain.httpPort, `/stats?format=json&topic=${topic}`);
        const [found] = JSON.parse(body).topics;
        assert.equal(found.message_count, 2, name);
        assert.equal(found.channels[0].in_flight_count, 2, name);
        assert.equal(found.channels[0].requeue_count, 0, name);
      }
    }),
  );

  it('what came before it is done', limit, () =>
    withClients(started.plain.port, async (connect) => {
      const topic = topicName('before');
      const client = await connect();
      client.send(pub(topic, 'a'), pub(topic, 'b'), 'NONSENSE\n', pub(topic, 'c'));
      await client.ok();
      await client.ok();
      await client.error('E_INVALID invalid command NONSENSE');
      await client.eof();
      const { body } = await get(started.plain.httpPort, `/stats?format=json&topic=${topic}`);
      assert.equal(JSON.parse(body).topics[0].message_count, 2);
    }),
  );
});

// -- HTTP ---------------------------------------------------------------------------

describe('refusals over HTTP', () => {
  const box = {};
  before(async () => {
    box.broker = await startBroker({
      flags: [...brokers.auth(), '--http-auth-required'],
    });
  });
  after(() => box.broker?.stop());
  const { topic: topicOf } = http(box);

  const bearer = (secret) => `Authorization: Bearer ${secret}\r\n`;
  const post = (target, body, more = '') =>
    `POST ${target} HTTP/1.1\r\nHost: x\r\n${more}Content-Length: ${body.length}\r\n\r\n${body}`;
  const behind = (topic, more = '') => [
    post(`/pub?topic=${topic}`, 'x', more),
    post(`/mpub?topic=${topic}`, 'x\ny', more),
    post(`/topic/create?topic=${topic}`, '', more),
    post(`/channel/create?topic=${topic}&channel=c`, '', more),
  ];

  // Answers that end the connection: what is behind has every right, and is not
  // done.
  const ending = {
    'a bad head': 'rubbish\r\n\r\n',
    'a bad version': 'GET / HTTP/3.0\r\nHost: x\r\n\r\n',
    'two hosts': 'GET /ping HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n',
    'an unknown coding': 'POST /pub?topic=t HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n',
    'bad chunks': 'POST /pub?topic=t HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n',
    'a body too big': 'POST /pub?topic=t HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000\r\n\r\n',
    'a long head': `GET /ping HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(100000)}\r\n\r\n`,
    'Connection: close': 'GET /ping HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
    'an unknown expectation': 'GET /ping HTTP/1.1\r\nHost: x\r\nExpect: it\r\n\r\n',
  };
  for (const [name, refused] of Object.entries(ending))
    it(`${name}, with requests behind it`, limit, async () => {
      const topic = topicName('refused');
      const client = await HttpClient.connect(box.broker.httpPort);
      client.send(refused + behind(topic, bearer('all:http')).join(''));
      await client.answer();
      await client.end();
      client.destroy();
      assert.equal(await topicOf(topic), undefined);
    });

  // Every request shows its own secret: that of the one before it counts for
  // nothing.
  for (const [name, secret, status] of [
    ['no secret', null, 401],
    ['a wrong secret', 'no', 401],
    ['a secret for others', 'topics:^other$', 403],
  ])
    it(`${name}, behind a request that has one`, limit, async () => {
      const topic = topicName('refused');
      const client = await HttpClient.connect(box.broker.httpPort);
      const requests = behind(topic, secret ? bearer(secret) : '');
      client.send(post(`/pub?topic=${topicName()}`, 'x', bearer('all:http')) + requests.join(''));
      assert.equal((await client.answer()).status, 200);
      for (let i = 0; i < requests.length; ++i) assert.equal((await client.answer()).status, status);
      client.destroy();
      assert.equal(await topicOf(topic), undefined);
    });
});
