// HTTPS: the HTTP API inside TLS, and clients that get it wrong.

import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import https from 'node:https';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { describe, it } from 'node:test';
import tls from 'node:tls';
import { withBroker } from './support/broker.mjs';
import { Authority, serving } from './support/certificates.mjs';
import { ask } from './support/http.mjs';
import { topicName } from './support/wire.mjs';

const limit = { timeout: 60000 };
const authority = new Authority('authority');
const strangers = new Authority('strangers');
const server = authority.certificate('localhost');
const renewed = authority.certificate('renewed');
const known = authority.certificate('known');
const stranger = strangers.certificate('stranger');
const listening = ['--https-address=127.0.0.1:0', ...serving(server)];
const trusting = { ca: authority.pem, checkServerIdentity: () => undefined };

function call(port, method, target, { body, ...options } = {}) {
  return new Promise((resolve, reject) => {
    const request = https.request(
      { host: '127.0.0.1', port, method, path: target, agent: false, ...trusting, ...options },
      (response) => {
        let text = '';
        response.setEncoding('latin1').on('data', (chunk) => (text += chunk));
        response.on('error', reject);
        response.on('end', () =>
          resolve({ status: response.statusCode, body: text }));
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

function withHttps(flags, body) {
  return withBroker({ flags: [...listening, ...flags] }, async (broker) =>
    body(broker, await broker.portOf('HTTPS')),
  );
}

// Everything the broker sends on a connection, to its end.
async function everything(socket) {
  const parts = [];
  socket.on('data', (chunk) => parts.push(chunk));
  socket.on('error', () => {});
  await new Promise((resolve) => {
    socket.once('end', resolve);
    socket.once('close', resolve);
  });
  socket.destroy();
  return Buffer.concat(parts).toString('latin1');
}

async function connectRaw(port) {
  const socket = net.connect({ host: '127.0.0.1', port, allowHalfOpen: true });
  await once(socket, 'connect');
  return socket;
}

describe('HTTPS', { concurrency: 4 }, () => {
  it('carries the API, on one connection and several', limit, () =>
    withHttps([], async (broker, port) => {
      const topic = topicName();
      const agent = new https.Agent({ keepAlive: true, maxSockets: 1 });
      for (let i = 0; i < 3; ++i) {
        const got = await call(port, 'POST', `/pub?topic=${topic}`, { agent, body: `m${i}` });
        assert.deepEqual([got.status, got.body], [200, 'OK']);
      }
      agent.destroy();
      const stats = JSON.parse((await call(port, 'GET', '/stats?format=json')).body);
      assert.equal(stats.topics[0].message_count, 3);
      const actors = (await call(port, 'GET', '/debug/actors')).body;
      assert.match(actors, /HTTPS 127\.0\.0\.1/);
    }));

  it('takes a body in many pieces and gives a long answer', limit, () =>
    withHttps(['--mem-queue-size=1000'], async (broker, port) => {
      const topic = topicName();
      const lines = Array.from({ length: 50000 }, (_, i) => `line ${i} ${'x'.repeat(20)}`).join('\n');
      const got = await call(port, 'POST', `/mpub?topic=${topic}`, { body: lines });
      assert.equal(got.body, 'OK');
      for (let i = 0; i < 400; ++i) {
        const made = await ask(broker.httpPort, 'POST', `/topic/create?topic=${topic}_${i}`);
        assert.equal(made.status, 200);
      }
      const { body } = await call(port, 'GET', '/stats?format=json');
      assert.ok(body.length > 65536, `${body.length}`);
      assert.equal(JSON.parse(body).topics.length, 401);
    }));

  it('answers what was asked before the client ended its half', limit, () =>
    withHttps([], async (_broker, port) => {
      const socket = tls.connect({ host: '127.0.0.1', port, allowHalfOpen: true, ...trusting });
      await once(socket, 'secureConnect');
      socket.end('GET /ping HTTP/1.1\r\nHost: x\r\n\r\n');
      assert.match(await everything(socket), /^HTTP\/1\.1 200 OK\r\n[^]*OK$/);
    }));

  it('is off without a certificate, whatever its address', limit, () =>
    withBroker({ flags: ['--https-address=127.0.0.1:0'] }, async (broker) => {
      assert.equal((await ask(broker.httpPort, 'GET', '/ping')).status, 200);
      assert.ok(!broker.log.some((line) => /HTTPS: listening/.test(line)));
    }));

  for (const [value, status] of [['true', 403], ['tcp-https', 200]])
    it(`161: tls-required=${value}: ${status} in clear, 200 here`, limit, () =>
      withHttps([`--tls-required=${value}`], async (broker, port) => {
        const clear = await ask(broker.httpPort, 'GET', '/ping');
        assert.equal(clear.status, status);
        if (status === 403)
          assert.equal(clear.body, `{"message": "TLS_REQUIRED", "https_port": ${port}}`);
        assert.equal((await call(port, 'GET', '/ping')).status, 200);
      }));

  it('asks for certificates as the NSQ port does', limit, () =>
    withHttps(
      ['--tls-client-auth-policy=require-verify', `--tls-root-ca-file=${authority.file}`],
      async (_broker, port) => {
        const showing = ({ cert, keyText }) => ({ cert, key: keyText });
        const got = await call(port, 'GET', '/ping', showing(known));
        assert.equal(got.status, 200);
        await assert.rejects(call(port, 'GET', '/ping'), /certificate required|ECONNRESET|socket hang up/);
        await assert.rejects(
          call(port, 'GET', '/ping', showing(stranger)),
          /unknown ca|ECONNRESET|socket hang up/,
        );
      },
    ));

  it('is refused by a client that trusts another authority', limit, () =>
    withHttps([], async (broker, port) => {
      await assert.rejects(call(port, 'GET', '/ping', { ca: strangers.pem }), {
        code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      });
      assert.equal((await call(port, 'GET', '/ping')).status, 200);
    }));

  it('tells a client in clear so', limit, () =>
    withHttps([], async (broker, port) => {
      const socket = await connectRaw(port);
      socket.write('GET /ping HTTP/1.1\r\nHost: x\r\n\r\n');
      assert.equal(
        await everything(socket),
        'HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n',
      );
      await broker.logged(/TLS handshake error/);
    }));

  it('closes on rubbish, on a cut and on silence in the handshake', limit, () =>
    withHttps([], async (broker, port) => {
      const ends = [];
      for (const say of [
        (socket) => socket.write('rubbish that is no ClientHello at all'),
        (socket) => socket.end(Buffer.from('1603010200010001fc0303', 'hex')),
        () => {}, // 5 s
      ]) {
        const socket = await connectRaw(port);
        ends.push(everything(socket));
        say(socket);
      }
      await Promise.all(ends);
      assert.equal((await call(port, 'GET', '/ping')).status, 200);
    }));

  it('SIGHUP takes up a new certificate', limit, async () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'cafq-e2e-https-'));
    const file = { crt: path.join(folder, 'crt'), key: path.join(folder, 'key') };
    const install = ({ crt, key }) => {
      copyFileSync(crt, file.crt);
      copyFileSync(key, file.key);
    };
    install(server);
    try {
      await withBroker(
        { flags: ['--https-address=127.0.0.1:0', ...serving(file)] },
        async (broker) => {
          const port = await broker.portOf('HTTPS');
          const name = async () => {
            const socket = tls.connect({ host: '127.0.0.1', port, ...trusting });
            await once(socket, 'secureConnect');
            const { CN } = socket.getPeerCertificate().subject;
            socket.destroy();
            return CN;
          };
          assert.equal(await name(), 'localhost');
          install(renewed);
          broker.kill('SIGHUP');
          await broker.logged(/SIGHUP: TLS: new connections/);
          assert.equal(await name(), 'renewed');
        },
      );
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
