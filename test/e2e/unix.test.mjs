// Unix sockets instead of ports.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, lstatSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { Broker, executable, isCafqd } from './support/broker.mjs';
import { Client, MAGIC, bytes, pub, topicName } from './support/wire.mjs';

const limit = { timeout: 60000 };
const folder = mkdtempSync(path.join(os.tmpdir(), 'cafq-e2e-unix-'));
after(() => rmSync(folder, { recursive: true, force: true }));
let count = 0;
const somewhere = (kind) => path.join(folder, `${++count}.${kind}`);

async function withSockets(body, { tcp = somewhere('tcp'), options = {} } = {}) {
  const web = somewhere('http');
  const broker = new Broker(
    [`--tcp-address=${tcp}`, `--http-address=${web}`, '--https-address='],
    options,
  );
  try {
    await broker.logged(/HTTP: listening on \//);
    await body({ broker, tcp, web });
    await broker.stop();
    assert.ok(!existsSync(web), 'the socket of HTTP is left');
  } finally {
    await broker.destroy();
  }
}

async function connect(file, first = MAGIC) {
  const socket = net.connect({ path: file, allowHalfOpen: true });
  await once(socket, 'connect');
  socket.setNoDelay ??= () => {};
  const client = new Client(socket, Infinity);
  client.startReading();
  client.send(first);
  return client;
}

function get(socketPath, target) {
  return new Promise((resolve, reject) => {
    http
      .get({ socketPath, path: target, agent: false }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk) => (text += chunk));
        response.on('end', () => resolve(text));
      })
      .on('error', reject);
  });
}

describe('unix sockets', () => {
  it('carry both protocols, and are gone in the end', limit, () =>
    withSockets(async ({ broker, tcp, web }) => {
      const topic = topicName();
      const client = await connect(tcp);
      client.send(pub(topic, 'hello'));
      await client.ok();
      const info = JSON.parse(await get(web, '/info'));
      assert.equal(info.tcp_port, -1);
      assert.equal(info.http_port, -1);
      const [producer] = JSON.parse(await get(web, '/stats?format=json')).producers;
      assert.equal(producer.remote_address, '@');
      assert.equal(producer.client_id, '');
      assert.match(await get(web, '/stats'), /\[V2 : {20}\] msgs: 1 /);
      await broker.logged(/TCP: new client\(@\)/);
      if (isCafqd) assert.match(await get(web, '/debug/actors'), new RegExp(`TCP ${tcp}`));
      // A client that ends its half is answered still.
      client.send(bytes(pub(topic, 'last')));
      client.socket.end();
      await client.ok();
      await client.eof();
    }));

  it('have the mode that the umask says', limit, () =>
    withSockets(
      async ({ tcp }) => {
        assert.equal(lstatSync(tcp).mode & 0o777, 0o700);
      },
      { options: { wrapper: ['/bin/sh', '-c', 'umask 077; exec "$@"', 'sh'] } },
    ));

  it('a stale one is replaced', { ...limit, skip: !isCafqd }, async () => {
    const tcp = somewhere('tcp');
    const dead = new Broker([`--tcp-address=${tcp}`, '--http-address=', '--https-address=']);
    await dead.logged(/TCP: listening on/);
    dead.kill('SIGKILL');
    await dead.exited;
    assert.ok(existsSync(tcp));
    await withSockets(
      async () => {
        const client = await connect(tcp);
        client.send(pub(topicName(), 'x'));
        await client.ok();
        client.destroy();
      },
      { tcp },
    );
    assert.ok(!existsSync(tcp));
  });

  it('a live one and a file are left alone', limit, () =>
    withSockets(async ({ tcp }) => {
      const file = somewhere('file');
      writeFileSync(file, 'precious');
      for (const taken of [tcp, file]) {
        const second = new Broker([`--tcp-address=${taken}`, '--http-address=', '--https-address=']);
        assert.equal((await second.ended()).code, 1);
        assert.match(second.logTail(), /address already in use|Address already in use/);
      }
      assert.equal(readFileSync(file, 'utf8'), 'precious');
      (await connect(tcp)).destroy();
    }));

  it('a path that is too long is refused', limit, async () => {
    const broker = new Broker([`--tcp-address=/${'x'.repeat(200)}`, '--http-address=']);
    assert.equal((await broker.ended()).code, 1);
    if (isCafqd) assert.match(broker.logTail(), /a path of a socket may have 107 bytes, not 201/);
  });

  it('the tool takes a path as well', { ...limit, skip: !isCafqd }, () =>
    withSockets(async ({ tcp, web }) => {
      const tool = path.join(path.dirname(executable()), 'cafq');
      const run = promisify(execFile);
      const topic = topicName();
      await run(tool, ['pub', '--nsqd-tcp-address', tcp, '--topic', topic, 'hello']);
      const { stdout } = await run(tool, ['tail', '--nsqd-tcp-address', tcp, '--topic', topic, '--channel', 'c', '-n', '1']);
      assert.match(stdout, /hello/);
      const { stdout: stats } = await run(tool, ['stats', '--http-address', web]);
      assert.match(stats, new RegExp(topic));
    }));
});
