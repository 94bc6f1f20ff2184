// TLS: a real client, and clients that get it wrong.

import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Duplex } from 'node:stream';
import { describe, it } from 'node:test';
import tls from 'node:tls';
import { promisify } from 'node:util';
import { Broker, isCafqd, useBroker, withBroker } from './support/broker.mjs';
import { Authority, serving } from './support/certificates.mjs';
import { Collector, openReader, openWriter } from './support/nsqjs.mjs';
import { secureClient, withSecureClients } from './support/secure.mjs';
import {
  L,
  bytes,
  identify,
  pub,
  topicName,
  withClients,
} from './support/wire.mjs';

const limit = { timeout: 60000 };
const now = () => performance.now();

const authority = new Authority('authority');
const strangers = new Authority('strangers');
const server = authority.certificate('localhost');
const known = authority.certificate('known');
const stranger = strangers.certificate('stranger');
const showing = ({ cert, keyText }) => ({ cert, key: keyText });

const askTls = identify({ feature_negotiation: true, tls_v1: true });

// What openssl's client sends first.
async function clientHello() {
  const parts = [];
  const wire = new Duplex({
    read() {},
    write(chunk, _encoding, done) {
      parts.push(chunk);
      done();
    },
  });
  const client = tls.connect({ socket: wire, rejectUnauthorized: false });
  client.on('error', () => {});
  while (!parts.length) await new Promise(setImmediate);
  wire.destroy();
  client.destroy();
  return Buffer.concat(parts);
}

// Nobody hears what a client says in clear where TLS is due.
async function notPublished(connect, topic) {
  const consumer = await connect();
  await consumer.subscribe(topic, 'c');
  consumer.rdy(1);
  await consumer.quiet();
}

async function failsWith(client, pattern) {
  const frame = await client.next();
  assert.equal(frame?.type, 1);
  assert.match(frame.data.toString('latin1'), pattern);
  await client.eof();
}

describe('TLS', { concurrency: 8 }, () => {
  const box = useBroker({ flags: serving(server) });
  const raw = (name, body) =>
    it(name, limit, () => withClients(box.broker.port, body));
  const secure = (name, body) =>
    it(name, limit, () => withSecureClients(box.broker.port, body));

  secure('113: carries commands and messages', async (connect) => {
    const topic = topicName();
    const client = await connect(
      { tls_v1: true },
      { ca: authority.pem, rejectUnauthorized: true, servername: 'localhost' },
    );
    assert.equal(client.reply.tls_v1, true);
    assert.equal(client.socket.getProtocol(), 'TLSv1.3');
    await client.publish(topic, 'secret');
    await client.subscribe(topic, 'c');
    client.rdy(1);
    client.fin(await client.message({ body: 'secret' }));
    await client.alive();
  });

  secure('/stats tells about it', async (connect) => {
    const topic = topicName();
    const kinds = [
      [{ tls_v1: true, snappy: true }, {}, 'TLS1.3'],
      [{ tls_v1: true, deflate: true }, { maxVersion: 'TLSv1.2' }, 'TLS1.2'],
      [{}, {}, ''],
    ];
    for (const [features, options, version] of kinds) {
      const client = await connect({ client_id: `${version}.`, ...features }, options);
      await client.subscribe(topic, 'c');
    }
    const answer = await fetch(
      `http://127.0.0.1:${box.broker.httpPort}/stats?format=json&topic=${topic}`,
    );
    const { clients } = (await answer.json()).topics[0].channels[0];
    assert.equal(clients.length, 3);
    for (const [features, , version] of kinds) {
      const client = clients.find((x) => x.client_id === `${version}.`);
      assert.equal(client.tls, !!features.tls_v1);
      assert.equal(client.tls_version, version);
      assert.equal(client.snappy, !!features.snappy);
      assert.equal(client.deflate, !!features.deflate);
      assert.equal(client.tls_negotiated_protocol_is_mutual, !!features.tls_v1);
      if (isCafqd) {
        const ciphers = /^TLS_(AES_256_GCM_SHA384|ECDHE_ECDSA_WITH_AES_256_GCM_SHA384)$/;
        assert.match(client.tls_cipher_suite, features.tls_v1 ? ciphers : /^$/);
      }
    }
  });

  secure('a body of 1 MB, both ways', async (connect) => {
    const topic = topicName();
    const client = await connect({ tls_v1: true });
    const body = Buffer.alloc(1048576, 'abcdefg');
    await client.publish(topic, body);
    await client.subscribe(topic, 'c');
    client.rdy(1);
    const message = await client.message();
    assert.ok(body.equals(Buffer.from(message.body, 'latin1')));
  });

  secure('without it, IDENTIFY negotiates in clear', async (connect) => {
    const client = await connect({});
    assert.equal(client.reply.tls_v1, false);
    await client.publish(topicName(), 'x');
  });

  secure('TLS 1.2, and a resumed session', async (connect) => {
    const first = await connect({ tls_v1: true }, { maxVersion: 'TLSv1.2' });
    assert.equal(first.socket.getProtocol(), 'TLSv1.2');
    const session = first.socket.getSession();
    const again = await connect({ tls_v1: true }, { maxVersion: 'TLSv1.2', session });
    assert.ok(again.socket.isSessionReused());
    await again.publish(topicName(), 'x');
  });

  secure('TLS 1.3 resumes by a ticket', async (connect) => {
    const first = await connect({ tls_v1: true });
    // Tickets come in front of the first answer.
    await first.publish(topicName(), 'x');
    const session = first.socket.getSession();
    const again = await connect({ tls_v1: true }, { session });
    assert.ok(again.socket.isSessionReused());
    await again.publish(topicName(), 'x');
  });

  it('TLS 1.1 is refused', limit, async () => {
    await assert.rejects(
      secureClient(
        box.broker.port,
        { tls_v1: true },
        {
          minVersion: 'TLSv1',
          maxVersion: 'TLSv1.1',
          ciphers: 'DEFAULT@SECLEVEL=0',
        },
      ),
    );
    await box.broker.logged(/E_IDENTIFY_FAILED IDENTIFY failed tls: unsupported/);
  });

  secure('118: deadline and heartbeats', async (connect) => {
    const client = await connect({ tls_v1: true, heartbeat_interval: 1000 });
    for (let i = 1; i <= 3; ++i) {
      await client.heartbeat(i);
      client.send('NOP\n');
    }
    await client.eof(); // said nothing any more
    assert.ok(client.heartbeats.length <= 6);
  });

  secure('an error, then the end in order', async (connect) => {
    const client = await connect({ tls_v1: true });
    client.send('PUB no$topic\n');
    await client.error('E_BAD_TOPIC PUB topic name "no$topic" is not valid');
    // `eof` and no error: the broker said that it was the end.
    assert.equal(await client.eof(), 'eof');
  });

  secure('a client that closes its side gets its answers', async (connect) => {
    const topic = topicName();
    const client = await connect({ tls_v1: true });
    client.send(...Array.from({ length: 50 }, (_, i) => pub(topic, `${i}`)));
    client.halfClose();
    for (let i = 0; i < 50; ++i) await client.ok();
    assert.equal(await client.eof(), 'eof');
  });

  secure('the end within a body', async (connect) => {
    const client = await connect({ tls_v1: true });
    client.send('PUB t\n', L(10), 'abc');
    client.halfClose();
    await client.error('E_BAD_MESSAGE PUB failed to read message body');
    await client.eof();
  });

  raw('a ClientHello in the packet of the IDENTIFY is used', async () => {
    // Python's client lets its bytes be held back.
    if (spawnSync('python3', ['-c', 'import ssl']).status !== 0) return;
    await runPython(box.broker.port, 'early');
  });

  raw('a client of another library', async () => {
    if (spawnSync('python3', ['-c', 'import ssl']).status !== 0) return;
    await runPython(box.broker.port, 'plain');
  });

  raw('117: clear text behind IDENTIFY is never executed', async (connect) => {
    const topic = topicName();
    const client = await connect({ frames: 1 });
    client.send(askTls, pub(topic, 'clear'));
    assert.equal(JSON.parse((await client.next()).data).tls_v1, true);
    await client.bytesUntilEnd(
      /E_IDENTIFY_FAILED IDENTIFY failed tls: first record does not look like a TLS handshake$/,
    );
    await notPublished(connect, topic);
  });

  raw('plain bytes where TLS is due', async (connect) => {
    const client = await connect({ frames: 1 });
    client.send(askTls);
    await client.next();
    client.send('GET / HTTP/1.1\r\n\r\n');
    await client.bytesUntilEnd(/E_IDENTIFY_FAILED IDENTIFY failed tls: /);
  });

  raw('119: a handshake that does not come', async (connect) => {
    const client = await connect();
    const start = now();
    client.send(
      identify({ feature_negotiation: true, tls_v1: true, heartbeat_interval: 1000 }),
    );
    assert.equal(JSON.parse((await client.next()).data).tls_v1, true);
    await failsWith(
      client,
      /^E_IDENTIFY_FAILED IDENTIFY failed read tcp 127\.0\.0\.1:\d+->127\.0\.0\.1:\d+: i\/o timeout$/,
    );
    const elapsed = now() - start;
    assert.ok(elapsed > 4900 && elapsed < 8000, `${elapsed} ms`);
    assert.equal(client.heartbeats.length, 0);
  });

  raw('a handshake that is cut', async (connect) => {
    const hello = await clientHello();
    for (const size of [0, 1, 5, 100, hello.length - 1]) {
      const client = await connect();
      client.send(askTls, hello.subarray(0, size));
      client.halfClose();
      await client.next();
      await client.error('E_IDENTIFY_FAILED IDENTIFY failed EOF');
      await client.eof();
    }
    for (let i = 0; i < 20; ++i) {
      const client = await connect();
      client.send(askTls, hello.subarray(0, i * 10));
      await client.next();
      client.destroy();
    }
    await notPublished(connect, topicName());
  });

  raw('a handshake byte by byte', async (connect) => {
    const client = await connect({ frames: 1 });
    const hello = await clientHello();
    client.send(askTls);
    await client.next();
    await client.dribble(hello);
    // ServerHello: handshake, version 3.3.
    await client.rawPrefix('160303');
  });

  it('a client that does not trust the broker', limit, async () => {
    await assert.rejects(
      secureClient(
        box.broker.port,
        { tls_v1: true },
        { ca: strangers.pem, rejectUnauthorized: true, servername: 'localhost' },
      ),
    );
    await withClients(box.broker.port, (connect) => notPublished(connect, topicName()));
  });

  it('rubbish inside a connection ends it', limit, async () => {
    const topic = topicName();
    const client = await secureClient(box.broker.port, { tls_v1: true });
    await client.publish(topic, 'x');
    // Past TLS, on the socket itself.
    client.wire.write(bytes('\x17\x03\x03\0\x20', 'x'.repeat(32)));
    assert.notEqual(await client.eof(), null);
    await box.broker.logged(/tls: /);
    client.destroy();
  });

  secure('a second IDENTIFY may add compression', async (connect) => {
    // OK, and the reply to the second.
    const client = await connect({ tls_v1: true }, { frames: 2 });
    client.send(identify({ feature_negotiation: true, snappy: true }));
    assert.equal(JSON.parse((await client.next()).data).snappy, true);
    await client.rawPrefix(
      'ff060000734e61507059010e000026982bcf00000006000000004f4b',
    );
  });

  secure('a second IDENTIFY may not upgrade again', async (connect) => {
    const client = await connect({ tls_v1: true });
    client.send(identify({ feature_negotiation: true }));
    assert.equal(JSON.parse((await client.next()).data).tls_v1, false);
    client.send(identify({ feature_negotiation: true, tls_v1: true }));
    await client.error('E_IDENTIFY_FAILED IDENTIFY failed already upgraded');
    await client.eof();
  });

  secure('many at once', async (connect) => {
    const topic = topicName();
    await Promise.all(
      Array.from({ length: 50 }, async (_, i) => {
        const client = await connect({ tls_v1: true, snappy: i % 2 === 0 });
        for (let k = 0; k < 20; ++k) await client.publish(topic, `${i} ${k}`);
      }),
    );
    const consumer = await connect({ tls_v1: true });
    await consumer.subscribe(topic, 'c');
    consumer.rdy(1000);
    const got = await consumer.messages(1000);
    assert.equal(new Set(got.map((m) => m.body)).size, 1000);
  });
});

// Runs a client written with nothing but Python's standard library.
async function runPython(port, mode) {
  const { stdout } = await promisify(execFile)(
    'python3',
    [
      new URL('support/tls_client.py', import.meta.url).pathname,
      `${port}`,
      authority.file,
      mode,
    ],
    { timeout: 30000 },
  );
  assert.equal(stdout.trim(), 'fine');
}

describe('certificates of clients', { concurrency: true }, () => {
  const policy = (name, ...more) => [
    ...serving(server),
    `--tls-client-auth-policy=${name}`,
    ...more,
  ];
  const tlsWorks = async (port, options) => {
    const client = await secureClient(port, { tls_v1: true }, options);
    await client.publish(topicName(), 'x');
    client.destroy();
  };
  // The client notices at the first read.
  const tlsFails = (port, options) =>
    assert.rejects(tlsWorks(port, { maxVersion: 'TLSv1.2', ...options }));

  it('require', limit, () =>
    withBroker({ flags: policy('require') }, async (broker) => {
      await tlsWorks(broker.port, showing(known));
      await tlsWorks(broker.port, showing(stranger));
      await tlsFails(broker.port, {});
      await broker.logged(
        /E_IDENTIFY_FAILED IDENTIFY failed tls: client didn't provide a certificate/,
      );
    }),
  );

  it('require-verify', limit, () =>
    withBroker(
      { flags: policy('require-verify', `--tls-root-ca-file=${authority.file}`) },
      async (broker) => {
        await tlsWorks(broker.port, showing(known));
        await tlsFails(broker.port, showing(stranger));
        await broker.logged(
          isCafqd
            ? /IDENTIFY failed tls: failed to verify client certificate: .* \(CN=[^)]+\)/
            : /IDENTIFY failed tls: /,
        );
        await tlsFails(broker.port, {});
        await assert.rejects(tlsWorks(broker.port, showing(stranger)));
      },
    ),
  );

  it('require-verify, with nsqjs', limit, () =>
    withBroker(
      { flags: policy('require-verify', `--tls-root-ca-file=${authority.file}`) },
      async ({ port }) => {
        const options = {
          tls: true,
          ca: authority.pem,
          key: known.keyText,
          cert: known.cert,
        };
        const got = new Collector();
        const writer = await openWriter(port, options);
        const take = (message) => {
          got.add(message.body.toString());
          message.finish();
        };
        const reader = await openReader(port, 'mutual', 'c', take, options);
        await writer.publish('mutual', ['one', 'two']);
        assert.deepEqual(await got.count(2), ['one', 'two']);
        reader.close();
        writer.close();
      },
    ),
  );

  it('a policy makes TLS required', limit, () =>
    withBroker({ flags: policy('require') }, ({ port }) =>
      withClients(port, async (connect) => {
        const client = await connect();
        client.send('PUB t\n');
        await client.error('E_INVALID cannot PUB in current state (TLS required)');
        await client.eof();
      }),
    ),
  );
});

describe('flags', { concurrency: true }, () => {
  for (const [value, name] of [
    ['', 'tls-required'],
    ['=true', 'tls-required=true'],
    ['=tcp-https', 'tls-required=tcp-https'],
  ])
    it(`120, 121: ${name}`, limit, () =>
      withBroker({ flags: [...serving(server), `--tls-required${value}`] }, (broker) =>
        withClients(broker.port, async (connect) => {
          for (const [line, word] of [
            ['NOP\n', 'NOP'],
            ['\n', ''],
            ['frob\n', 'frob'],
          ]) {
            const client = await connect();
            client.send(line);
            await client.error(
              `E_INVALID cannot ${word} in current state (TLS required)`,
            );
            await client.eof();
          }
          const client = await connect();
          await client.identify({});
          client.send('SUB t c\n');
          await client.error('E_INVALID cannot SUB in current state (TLS required)');
          await client.eof();
          const good = await secureClient(broker.port, { tls_v1: true, deflate: true });
          await good.publish('t', 'x');
          good.destroy();
        }),
      ),
    );

  const fails = async (flags, pattern) => {
    const broker = new Broker(['--tcp-address=127.0.0.1:0', ...flags]);
    const { code } = await broker.ended();
    assert.equal(code, 1);
    assert.match(broker.log.at(-1), pattern);
  };

  it('TLS cannot be required without a certificate', limit, async () => {
    const text =
      /failed to instantiate (cafqd|nsqd) - cannot require TLS client connections without TLS key and cert$/;
    await fails(['--tls-required'], text);
    await fails(['--tls-client-auth-policy=require'], text);
  });

  it('a policy that nobody knows stops the start', { ...limit, skip: !isCafqd }, async () => {
    const certificate = [`--tls-cert=${server.crt}`, `--tls-key=${server.key}`];
    for (const policy of ['require_verify', 'Require-Verify', 'verify', 'none']) {
      const flag = `--tls-client-auth-policy=${policy}`;
      const broker = new Broker(['--tcp-address=127.0.0.1:0', ...certificate, flag]);
      const { code } = await broker.ended();
      assert.equal(code, 2);
      assert.match(broker.log.at(-1), /"\S+" is not one of require or require-verify/);
    }
  });

  it('files that are no good stop the start', { ...limit, skip: !isCafqd }, async () => {
    const start = 'failed to instantiate cafqd - failed to build TLS config - ';
    await fails(
      [`--tls-cert=${server.crt}`],
      new RegExp(`${start}open : No such file or directory$`),
    );
    await fails(
      ['--tls-cert=/nowhere', `--tls-key=${server.key}`],
      new RegExp(`${start}open /nowhere: No such file or directory$`),
    );
    await fails(
      [`--tls-cert=${server.crt}`, `--tls-key=${known.key}`],
      new RegExp(`${start}${known.key}: key values mismatch$`),
    );
    await fails(
      [...serving(server), `--tls-root-ca-file=${server.key}`],
      new RegExp(`${start}failed to append certificate to pool$`),
    );
  });

  it('tls-min-version=tls1.0', { ...limit, skip: !isCafqd }, () =>
    withBroker(
      { flags: [...serving(server), '--tls-min-version=tls1.0'] },
      async (broker) => {
        await broker.logged(/WARN.*TLS below 1\.2/);
        const client = await secureClient(
          broker.port,
          { tls_v1: true },
          {
            minVersion: 'TLSv1',
            maxVersion: 'TLSv1',
            ciphers: 'DEFAULT@SECLEVEL=0',
          },
        );
        assert.equal(client.socket.getProtocol(), 'TLSv1');
        await client.publish('t', 'x');
        client.destroy();
      },
    ),
  );

  it('tls-min-version=tls1.3', limit, () =>
    withBroker({ flags: [...serving(server), '--tls-min-version=tls1.3'] }, ({ port }) =>
      assert.rejects(secureClient(port, { tls_v1: true }, { maxVersion: 'TLSv1.2' })),
    ),
  );

  it('a certificate signed with SHA-1, and one that has expired', limit, async () => {
    const weak = authority.certificate('weak', { digest: '-sha1' });
    const old = authority.certificate('old', { days: 0 });
    for (const [certificate, text] of [
      [weak, /WARN.*weak\.crt is signed with SHA-1/],
      [old, /WARN.*old\.crt expired on/],
    ])
      await withBroker({ flags: serving(certificate) }, async (broker) => {
        if (isCafqd) await broker.logged(text);
        const client = await secureClient(broker.port, { tls_v1: true });
        await client.publish('t', 'x');
        client.destroy();
      });
  });
});

describe('SIGHUP', { skip: !isCafqd }, () => {
  it('takes up a new certificate and refuses a broken one', limit, async () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'cafq-e2e-tls-'));
    const file = (name) => path.join(folder, name);
    const install = ({ crt, key }) => {
      copyFileSync(crt, file('crt'));
      copyFileSync(key, file('key'));
    };
    const flags = serving({ crt: file('crt'), key: file('key') });
    const nameSeen = async (port) => {
      const client = await secureClient(port, { tls_v1: true });
      const name = client.socket.getPeerCertificate().subject.CN;
      await client.publish('t', 'x');
      client.destroy();
      return name;
    };
    install(server);
    try {
      await withBroker({ flags }, async (broker) => {
        const { port } = broker;
        const early = await secureClient(port, { tls_v1: true });
        assert.equal(await nameSeen(port), 'localhost');

        install(known);
        broker.kill('SIGHUP');
        await broker.logged(/SIGHUP: TLS: new connections get the certificate in/);
        assert.equal(await nameSeen(port), 'known');
        await early.publish('t', 'still here');

        writeFileSync(file('crt'), 'rubbish');
        const from = broker.log.length;
        broker.kill('SIGHUP');
        await broker.logged(/ERROR.*SIGHUP: TLS: the certificate in use stays - .*crt: /, {
          from,
        });
        assert.equal(await nameSeen(port), 'known');
        await early.publish('t', 'and still');
        early.destroy();
      });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
