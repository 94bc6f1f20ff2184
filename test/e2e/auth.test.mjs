// AUTH against a real HTTP server, which answers, is slow, refuses, or returns
// rubbish.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { AuthServer } from './support/auth_server.mjs';
import { Broker, startBroker, withBroker } from './support/broker.mjs';
import { Authority, serving } from './support/certificates.mjs';
import { HttpClient, ask } from './support/http.mjs';
import { Collector, openReader, openWriter } from './support/nsqjs.mjs';
import { withSecureClients } from './support/secure.mjs';
import { bytes, identify, mpub, pub, sized, topicName, withClients } from './support/wire.mjs';

const limit = { timeout: 60000 };

// A client on a socket with a path of its own, which Node cannot have.
const UNIX_CLIENT = `
import socket, struct, sys
where, own, secret = sys.argv[1:]
s = socket.socket(socket.AF_UNIX)
s.bind(own)
s.connect(where)
s.sendall(b"  V2AUTH\\n" + struct.pack(">I", len(secret)) + secret.encode())
print("let in" if b"permission_count" in s.recv(4096) else "kept out")
`;
const auth = (secret) => bytes('AUTH\n', sized(secret));

const server = new AuthServer();
before(() => server.start());
after(() => server.stop());
const asking = (...more) => [`--auth-http-address=127.0.0.1:${server.port}`, ...more];

async function fails(client, text) {
  assert.deepEqual(await client.next().then((x) => [x.type, x.data.toString()]), [1, text]);
  await client.eof();
}

async function letIn(client, secret) {
  client.send(auth(secret));
  const frame = await client.next();
  assert.equal(frame.type, 0, frame.data.toString());
  return frame.data.toString();
}

describe('AUTH', { concurrency: 8 }, () => {
  const box = {};
  before(async () => {
    box.broker = await startBroker({ flags: asking() });
  });
  after(() => box.broker?.stop());
  const raw = (name, body) => it(name, limit, () => withClients(box.broker.port, body));

  raw('is announced, asked for as nsqd does, and answered', async (connect) => {
    const client = await connect();
    client.send(identify({ feature_negotiation: true }));
    assert.equal(JSON.parse((await client.next()).data).auth_required, true);
    client.send(bytes('AUTH\n', sized(Buffer.from('all:se cr\xff~&', 'latin1'))));
    assert.equal(
      (await client.next()).data.toString(),
      '{"identity":"Ann","identity_url":"http://example.com/ann","permission_count":1}',
    );
    const [request] = await server.asked('se+cr', 1);
    assert.deepEqual(request, {
      method: 'GET',
      target: '/auth?common_name=&remote_ip=127.0.0.1&secret=all%3Ase+cr%FF~%26&tls=false',
      accept: 'application/vnd.nsq; version=1.0',
      body: '',
    });
  });

  for (const [name, command] of [
    ['PUB', pub('t', 'x')],
    ['DPUB', bytes('DPUB t 1\n', sized('x'))],
    ['MPUB', 'MPUB t\n'],
    ['SUB', 'SUB t c\n'],
  ])
    raw(`125: ${name} has to wait for it`, async (connect) => {
      const client = await connect();
      client.send(command);
      await fails(client, `E_AUTH_FIRST AUTH required before ${name}`);
    });

  raw('126: twice', async (connect) => {
    const client = await connect();
    await letIn(client, 'all:twice');
    client.send(auth('all:twice'));
    await fails(client, 'E_INVALID AUTH already set');
  });

  raw('127, 128: what is not allowed is refused', async (connect) => {
    const topic = topicName();
    for (const [name, command, channel] of [
      ['PUB', pub('nok', 'x'), ''],
      ['DPUB', bytes('DPUB nok 1\n', sized('x')), ''],
      ['MPUB', 'MPUB nok\n', ''],
      ['SUB', 'SUB nok c\n', 'c'],
    ]) {
      const client = await connect();
      await letIn(client, `topics:^${topic}$`);
      client.send(pub(topic, 'x'));
      await client.ok();
      client.send(mpub(topic, ['x', 'y']));
      await client.ok();
      client.send(command);
      await fails(client, `E_UNAUTHORIZED AUTH failed for ${name} on "nok" "${channel}"`);
    }
  });

  raw('patterns match anywhere; subscribing and publishing are two things', async (connect) => {
    const topic = topicName();
    const reader = await connect();
    await letIn(reader, 'subscribe:b');
    reader.send(`SUB ${topic} abc\n`);
    await reader.ok();
    reader.send(pub(topic, 'x'));
    await fails(reader, `E_UNAUTHORIZED AUTH failed for PUB on "${topic}" ""`);
    const other = await connect();
    await letIn(other, 'subscribe:b');
    other.send(`SUB ${topic} ac\n`);
    await fails(other, `E_UNAUTHORIZED AUTH failed for SUB on "${topic}" "ac"`);
    const silent = await connect();
    await letIn(silent, 'channels');
    silent.send(pub(topic, 'x'));
    await fails(silent, `E_UNAUTHORIZED AUTH failed for PUB on "${topic}" ""`);
  });

  for (const secret of ['no', 'ttl:0', 'ttl:-1', 'pattern', 'permission', 'rubbish', 'long', 'slow:60'])
    raw(`130: fails: ${secret}`, async (connect) => {
      const client = await connect();
      client.send(auth(secret));
      await fails(client, 'E_AUTH_FAILED AUTH failed');
    });

  raw('129: lets nobody in without authorizations', async (connect) => {
    const client = await connect();
    client.send(auth('nobody'));
    await fails(client, 'E_UNAUTHORIZED AUTH no authorizations found');
  });

  raw('131: asks again when the time is over', async (connect) => {
    const topic = topicName();
    const client = await connect();
    await letIn(client, `ttl:1`);
    const before = (await server.asked('ttl%3A1&', 1)).length;
    let asked = false;
    server.asked('ttl%3A1&', before + 1).then(() => (asked = true));
    // Each command may be the one that waits for the answer.
    for (let i = 0; !asked; ++i) {
      client.send([pub(topic, 'x'), bytes(`DPUB ${topic} 1\n`, sized('y')), mpub(topic, ['z'])][i % 3]);
      await client.ok();
    }
    client.send(`SUB ${topic} c\n`);
    await client.ok();
  });

  for (const [name, command] of [
    ['PUB', (topic) => pub(topic, 'x')],
    ['MPUB', (topic) => mpub(topic, ['x', 'y'])],
  ])
    raw(`131: ${name} fails when asking again does`, async (connect) => {
      const topic = topicName();
      const client = await connect();
      await letIn(client, `once:${topic}`);
      for (;;) {
        client.send(command(topic));
        const frame = await client.next();
        if (frame.type === 0) continue;
        assert.equal(frame.data.toString(), 'E_AUTH_FAILED AUTH failed');
        break;
      }
      await client.eof();
    });

  raw('a subscription outlives its authorization', async (connect) => {
    const topic = topicName();
    const reader = await connect();
    await letIn(reader, `once:${topic}`);
    reader.send(`SUB ${topic} c\nRDY 1\n`);
    await reader.ok();
    const writer = await connect();
    await letIn(writer, `once:${topic}-writer`);
    let refused = false;
    for (let count = 0; !refused; ++count) {
      writer.send(pub(topic, `m${count}`));
      refused = (await writer.next()).type !== 0;
      if (refused) break;
      const message = await reader.message();
      reader.send(`FIN ${message.id}\n`);
    }
  });

  raw('while it is slow, later commands wait in order and others go on', async (connect) => {
    const topic = topicName();
    const slow = await connect();
    slow.send(bytes(auth('slow:1'), pub(topic, 'a'), pub(topic, 'b'), 'NOP\n', 'alive?\n'));
    const quick = await connect();
    await letIn(quick, 'all:quick');
    for (let i = 0; i < 20; ++i) {
      quick.send(pub(topic, 'x'));
      await quick.ok();
    }
    assert.match((await slow.next()).data.toString(), /"identity":"Ann"/);
    await slow.ok();
    await slow.ok();
    await fails(slow, 'E_INVALID invalid command alive?');
  });

  raw('a crowd of slow ones holds up nobody', async (connect) => {
    const slow = [];
    for (let i = 0; i < 40; ++i) {
      const client = await connect();
      client.send(auth('slow:0.5'));
      slow.push(client);
    }
    const quick = await connect();
    await letIn(quick, 'all:crowd');
    for (const client of slow) assert.match((await client.next()).data.toString(), /Ann/);
  });

  raw('a client that leaves while it is asked about is forgotten', async (connect) => {
    const client = await connect();
    client.send(auth('slow:0.5'));
    client.destroy();
    const half = await connect();
    half.send(bytes(auth('slow:0.2'), pub(topicName(), 'x')));
    half.socket.end();
    assert.match((await half.next()).data.toString(), /Ann/);
    await half.ok();
    await half.eof();
  });

  raw('/stats tells who it is', async (connect) => {
    const topic = topicName();
    const client = await connect();
    await letIn(client, 'all:stats');
    client.send(pub(topic, 'x'));
    await client.ok();
    const { producers } = JSON.parse((await ask(box.broker.httpPort, 'GET', '/stats?format=json')).body);
    const me = producers.find((x) => x.pub_counts?.[0].topic === topic);
    assert.equal(me.authed, true);
    assert.equal(me.auth_identity, 'Ann');
    assert.equal(me.auth_identity_url, 'http://example.com/ann');
  });

  it('nsqjs works with it', limit, async () => {
    const topic = topicName();
    const options = { authSecret: 'all:nsqjs' };
    const writer = await openWriter(box.broker.port, options);
    const got = new Collector();
    const reader = await openReader(
      box.broker.port,
      topic,
      'c',
      (message) => {
        message.finish();
        got.add(message.body.toString());
      },
      options,
    );
    try {
      await writer.publish(topic, ['hello', 'world']);
      assert.deepEqual((await got.count(2)).sort(), ['hello', 'world']);
    } finally {
      writer.close();
      reader.close();
    }
  });
});

describe('AUTH, other settings', { concurrency: 4 }, () => {
  const withAuth = (flags, body) => withBroker({ flags }, (broker) => withClients(broker.port, (connect) => body(connect, broker)));

  it('by POST', limit, () =>
    withAuth(asking('--auth-http-request-method=post'), async (connect) => {
      const client = await connect();
      await letIn(client, 'all:post "\\');
      const [request] = await server.asked('all:post', 1);
      assert.equal(request.method, 'POST');
      assert.equal(request.target, '/auth');
      assert.equal(
        request.body,
        '{"common_name":[""],"remote_ip":["127.0.0.1"],"secret":["all:post \\"\\\\"],"tls":["false"]}',
      );
    }));

  it('with several servers, one of which is dead', limit, () =>
    withAuth(['--auth-http-address=127.0.0.1:1', ...asking()], async (connect, broker) => {
      for (let i = 0; i < 4; ++i) await letIn(await connect(), 'all:several');
      await broker.logged(/WARNING: AUTH: failed to auth against 127\.0\.0\.1:1 - /);
      assert.ok(!broker.log.some((line) => line.includes('all:several')), 'the log has the secret');
    }));

  it('with a URL, and with nobody there', limit, () =>
    withAuth([`--auth-http-address=http://127.0.0.1:${server.port}/elsewhere`], async (connect) => {
      await letIn(await connect(), 'all:url');
      assert.match((await server.asked('all%3Aurl', 1))[0].target, /^\/elsewhere\?common_name=/);
    }));

  it('by HTTPS where the server wants it', limit, async () => {
    const authority = new Authority('auth-server');
    const { cert, keyText } = authority.certificate('localhost');
    const asked = [];
    const listening = async (wanted, answer) => {
      wanted.on('request', async (request, response) => {
        let body = '';
        for await (const chunk of request) body += chunk;
        asked.push({ by: wanted, method: request.method, url: request.url, body });
        const [status, text] = answer();
        response.writeHead(status).end(JSON.stringify(text));
      });
      wanted.listen(0, '127.0.0.1');
      await once(wanted, 'listening');
      return wanted;
    };
    const everything = { topic: '.*', channels: ['.*'], permissions: ['publish', 'subscribe'] };
    const grant = { ttl: 60, identity: 'Ann', identity_url: '', authorizations: [everything] };
    const secure = await listening(https.createServer({ cert, key: keyText }), () => [200, grant]);
    let port = secure.address().port;
    const clear = await listening(http.createServer(), () => [403, { message: 'TLS_REQUIRED', https_port: port }]);
    try {
      for (const method of ['get', 'post'])
        await withAuth(
          [
            `--auth-http-address=localhost:${clear.address().port}`,
            `--auth-http-request-method=${method}`,
            `--tls-root-ca-file=${authority.file}`,
          ],
          async (connect) => {
            await letIn(await connect(), `s ${method}`);
            const [first, second] = asked.splice(0);
            assert.deepEqual([first.by, second.by], [clear, secure]);
            assert.deepEqual({ ...first, by: 0 }, { ...second, by: 0 });
            // Nothing listens there, and nobody is asked for ever.
            port = clear.address().port;
            const client = await connect();
            client.send(auth('s'));
            await fails(client, 'E_AUTH_FAILED AUTH failed');
            assert.equal(asked.splice(0).length, 1);
            port = secure.address().port;
          },
        );
    } finally {
      for (const x of [clear, secure]) {
        x.closeAllConnections();
        x.close();
      }
    }
  });

  it('inside TLS tells the name in the certificate', limit, async () => {
    const authority = new Authority('authority');
    const known = authority.certificate('billing');
    const flags = [
      ...serving(authority.certificate('localhost')),
      '--tls-client-auth-policy=require-verify',
      `--tls-root-ca-file=${authority.file}`,
    ];
    await withBroker({ flags: asking(...flags) }, (broker) =>
      withSecureClients(broker.port, async (connect) => {
        const client = await connect({ tls_v1: true }, { cert: known.cert, key: known.keyText });
        await letIn(client, 'all:tls');
        const [request] = await server.asked('all%3Atls', 1);
        assert.match(request.target, /\?common_name=billing&.*&tls=true$/);
      }),
    );
  });

  it('http-auth-required asks HTTP clients as well', limit, () =>
    withAuth(asking('--http-auth-required'), async (_connect, broker) => {
      const topic = topicName();
      const post = (target, secret, body = '') =>
        ask(broker.httpPort, 'POST', target, {
          body,
          headers: secret ? { Authorization: `Bearer ${secret}` } : {},
        });
      for (const target of ['/ping', '/info', '/stats', '/metrics', '/config/log_level'])
        assert.equal((await ask(broker.httpPort, 'GET', target)).status, 200, target);
      const without = await post(`/pub?topic=${topic}`, '', 'x');
      assert.equal(without.status, 401);
      assert.equal(without.body, '{"message":"AUTH_REQUIRED"}');
      assert.equal(without.headers['Www-Authenticate'], 'Bearer');
      const wrong = await post(`/pub?topic=${topic}`, 'no', 'x');
      assert.equal(wrong.status, 401);
      assert.equal(wrong.body, '{"message":"AUTH_FAILED"}');
      assert.equal((await post(`/pub?topic=${topic}`, `topics:^${topic}$`, 'x')).body, 'OK');
      assert.equal((await post(`/mpub?topic=${topic}`, 'all:http', 'x\ny')).body, 'OK');
      const other = await post('/topic/create?topic=other', `topics:^${topic}$`);
      assert.equal(other.status, 403);
      assert.equal(other.body, '{"message":"UNAUTHORIZED"}');
      assert.equal((await post(`/channel/create?topic=${topic}&channel=c`, 'all:http')).status, 200);
      assert.equal((await post(`/channel/delete?topic=${topic}&channel=c`, 'nobody')).status, 403);
      const look = (secret) =>
        ask(broker.httpPort, 'GET', `/message/list?topic=${topic}&channel=c`, {
          headers: { Host: 'localhost', ...(secret && { Authorization: `Bearer ${secret}` }) },
        });
      assert.equal((await look('')).status, 401);
      assert.equal((await look('nobody')).status, 403);
      assert.equal((await look('all:http')).status, 200);
    }));

  it('changing the node takes a right of its own', limit, async () => {
    const put = (port, secret, option = 'log_level', body = 'info') =>
      ask(port, 'PUT', `/config/${option}`, { body, headers: { Authorization: `Bearer ${secret}` } });
    await withAuth(asking('--http-auth-required'), async (_connect, { httpPort }) => {
      for (const secret of ['subscribe:.*', 'topics:^orders$', 'channels:', 'nobody'])
        for (const option of ['log_level', 'nsqlookupd_tcp_addresses', 'no_such_option']) {
          const refused = await put(httpPort, secret, option, '[]');
          assert.deepEqual([refused.status, refused.body], [403, '{"message":"UNAUTHORIZED"}'], secret);
        }
      const backup = (secret) =>
        ask(httpPort, 'POST', '/backup', { headers: { Host: 'localhost', ...(secret && { Authorization: `Bearer ${secret}` }) } });
      for (const [secret, status] of [['', 401], ['nobody', 403], ['subscribe:.*', 403], ['topics:^orders$', 403], ['all:admin', 200]])
        assert.equal((await backup(secret)).status, status, secret);
      for (const secret of ['all:admin', 'topics:^cafq\\.admin$'])
        assert.equal((await put(httpPort, secret)).status, 200, secret);
      assert.equal((await put(httpPort, 'all:admin', 'nsqlookupd_tcp_addresses', '[]')).body, '[]');
    });
    await withAuth(asking('--http-auth-required', '--http-admin-topic=ops'), async (_connect, { httpPort }) => {
      assert.equal((await put(httpPort, 'topics:^ops$')).status, 200);
      assert.equal((await put(httpPort, 'topics:^cafq\\.admin$')).status, 403);
    });
    await withAuth(asking('--http-auth-required', '--http-admin-topic='), async (_connect, { httpPort }) => {
      assert.equal((await put(httpPort, 'all:admin')).status, 403);
    });
  });

  it('a Unix client is nobody on the network, whatever its path', limit, async () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'cafq-e2e-auth-'));
    const file = path.join(folder, 'tcp');
    const broker = new Broker([`--tcp-address=${file}`, '--http-address=', ...asking()]);
    try {
      await broker.logged(/TCP: listening on/);
      for (const own of ['10.1.2.3:99', ':1', '[::1]:5', '@', 'x'])
        assert.equal(
          execFileSync('python3', ['-c', UNIX_CLIENT, file, own, `all:unix${own}`], { cwd: folder }).toString(),
          'let in\n',
          own,
        );
      for (const { target } of await server.asked('all%3Aunix', 5))
        assert.match(target, /&remote_ip=&/);
      await broker.stop();
    } finally {
      await broker.destroy();
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('a secret behind the body is none', limit, () =>
    withAuth(asking('--http-auth-required'), async (_connect, { httpPort }) => {
      const client = await HttpClient.connect(httpPort);
      try {
        const trailer = '1\r\nx\r\n0\r\nAuthorization: Bearer all:trailer\r\n\r\n';
        client.send(`POST /pub?topic=${topicName()} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n${trailer}`);
        const answer = await client.answer();
        assert.deepEqual([answer.status, answer.body], [401, '{"message":"AUTH_REQUIRED"}']);
      } finally {
        client.destroy();
      }
    }));

  it('a password in an address is shown nowhere', limit, async () => {
    const address = `http://ann:geheim@127.0.0.1:${server.port}/auth`;
    await withAuth([`--auth-http-address=${address}`, '--log-level=debug'], async (connect, broker) => {
      const client = await connect();
      client.send(auth('rubbish'));
      await fails(client, 'E_AUTH_FAILED AUTH failed');
      const shown = await ask(broker.httpPort, 'GET', '/config/auth_http_addresses');
      assert.deepEqual(JSON.parse(shown.body), [`http://***@127.0.0.1:${server.port}/auth`]);
      for (const target of ['/info', '/stats?format=json', '/stats', '/metrics', '/debug/actors'])
        assert.doesNotMatch((await ask(broker.httpPort, 'GET', target)).body, /geheim/);
      await broker.logged(/failed to auth against http:\/\/\*\*\*@/);
      assert.doesNotMatch(broker.log.join('\n'), /geheim/);
    });
  });

  it('http-auth-required needs an auth server', limit, async () => {
    const broker = new Broker(['--tcp-address=127.0.0.1:0', '--http-address=', '--http-auth-required']);
    assert.equal((await broker.ended()).code, 1);
    assert.match(broker.logTail(), /--http-auth-required needs --auth-http-address/);
  });
});
