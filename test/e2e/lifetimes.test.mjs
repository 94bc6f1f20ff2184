// What comes and goes leaves nothing behind: after N short connections of every
// kind of use the heap is as large as before. CAFQ_LONG=1 for 100,000 of each.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { describe, it } from 'node:test';
import tls from 'node:tls';
import { isCafqd, useBroker } from './support/broker.mjs';
import { Authority, serving } from './support/certificates.mjs';
import { ask } from './support/http.mjs';
import { bytes, identify, mpub, pub } from './support/wire.mjs';

const long = process.env.CAFQ_LONG === '1';
const many = long ? 100_000 : 2000;
const bound = 1 << 20;
const limit = { timeout: long ? 1_800_000 : 120_000, skip: !isCafqd };

// Addresses of ours, each of which has ports enough for some seconds.
let connections = 0;
const localAddress = () => `127.0.${1 + ((connections >> 8) & 127)}.${1 + (++connections & 127)}`;

// Reads until `done` is content with all that has come.
async function read(socket, done) {
  let text = '';
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
    text += chunk.toString('latin1');
    if (done(text)) return text;
  }
  throw new Error(`the connection ended after ${JSON.stringify(text)}`);
}

const count = (text, what) => text.split(what).length - 1;
const oks = (n) => (text) => count(text, '\0\0\0\x06\0\0\0\0OK') === n;

async function leave(socket) {
  socket.end();
  socket.resume();
  if (!socket.destroyed) await once(socket, 'close');
}

async function connect(port) {
  const socket = net.connect({ host: '127.0.0.1', port, localAddress: localAddress() });
  await once(socket, 'connect');
  return socket;
}

async function talk(port, data, done) {
  const socket = await connect(port);
  if (data) socket.write(data);
  if (done) await read(socket, done);
  await leave(socket);
}

const http = (method, target, body = '') =>
  `${method} ${target} HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
const answered = (text) => {
  const [head, ...rest] = text.split('\r\n\r\n');
  const size = head.match(/Content-Length: (\d+)/)?.[1];
  return rest.length > 0 && size !== undefined && rest.join('\r\n\r\n').length >= Number(size);
};

async function talkTls(port, data, done) {
  const socket = tls.connect({ host: '127.0.0.1', port, rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  socket.write(data);
  await read(socket, done);
  await leave(socket);
}

// IDENTIFY in clear, then PUB inside TLS.
async function upgrade(port) {
  const below = await connect(port);
  below.write(bytes('  V2', identify({ feature_negotiation: true, tls_v1: true })));
  await read(below, (text) => text.includes('}'));
  const socket = tls.connect({ socket: below, rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  await read(socket, oks(1));
  socket.write(pub('p#ephemeral', 'x'));
  await read(socket, oks(1));
  await leave(socket);
}

const short = { heartbeat_interval: 60000 };
const kinds = {
  'connections that say nothing': (b) => talk(b.port),
  'the magic': (b) => talk(b.port, '  V2'),
  IDENTIFY: (b) => talk(b.port, bytes('  V2', identify(short)), oks(1)),
  'SUB and RDY': (b) =>
    talk(b.port, bytes('  V2', identify(short), 'SUB t#ephemeral c\nRDY 1\n'), oks(2)),
  'an ephemeral channel': (b) =>
    talk(b.port, `  V2SUB t c${connections}#ephemeral\nRDY 1\n`, oks(1)),
  'an ephemeral topic': (b) =>
    talk(b.port, `  V2SUB t${connections}#ephemeral c#ephemeral\nRDY 1\n`, oks(1)),
  PUB: (b) => talk(b.port, bytes('  V2', pub('p#ephemeral', 'x')), oks(1)),
  MPUB: (b) => talk(b.port, bytes('  V2', mpub('p#ephemeral', ['x', 'y'])), oks(1)),
  'bad commands': (b) => talk(b.port, '  V2BOGUS\n', (text) => text.includes('E_INVALID')),
  'GET /ping': (b) => talk(b.httpPort, http('GET', '/ping'), answered),
  'POST /pub': (b) => talk(b.httpPort, http('POST', '/pub?topic=p%23ephemeral', 'x'), answered),
  'GET /stats': (b) => talk(b.httpPort, http('GET', '/stats?format=json'), answered),
  'GET /metrics': (b) => talk(b.httpPort, http('GET', '/metrics'), answered),
  'GET /debug/actors': (b) => talk(b.httpPort, http('GET', '/debug/actors'), answered),
  'POST /channel/create and /delete': async (b) => {
    const where = `topic=t&channel=h${connections}`;
    await talk(b.httpPort, http('POST', `/channel/create?${where}`), answered);
    await talk(b.httpPort, http('POST', `/channel/delete?${where}`), answered);
  },
  'GET /ping by HTTPS': (b) => talkTls(b.httpsPort, http('GET', '/ping'), answered),
  'PUB inside TLS': (b) => upgrade(b.port),
};
// They take a commit or a handshake each.
const slow = new Set(['POST /channel/create and /delete', 'GET /ping by HTTPS', 'PUB inside TLS']);

async function repeat(work, n) {
  let left = n;
  const worker = async () => {
    while (left-- > 0) await work();
  };
  await Promise.all(Array.from({ length: 16 }, worker));
}

async function get(broker, target) {
  const socket = await connect(broker.httpPort);
  socket.write(http('GET', target));
  const text = await read(socket, answered);
  await leave(socket);
  return text.slice(text.indexOf('\r\n\r\n') + 4);
}

async function heap(broker) {
  const all = JSON.parse(await get(broker, '/stats?format=json&include_topics=false'));
  return all.memory.heap_in_use_bytes;
}

// Looks until it is at most `enough`, or has not become less for a while: what is
// still ending is not counted.
async function settledHeap(broker, enough = 0) {
  const until = Date.now() + 10_000;
  let least = Infinity;
  for (let same = 0; least > enough && same < 20 && Date.now() < until; ++same) {
    const now = await heap(broker);
    if (now < least) {
      least = now;
      same = 0;
    }
  }
  return least;
}

describe('lifetimes', () => {
  const certificate = new Authority('authority').certificate('localhost');
  const box = useBroker({
    flags: [
      '--mem-queue-size=10',
      '--https-address=127.0.0.1:0',
      ...serving(certificate),
    ],
  });
  for (const [name, visit] of Object.entries(kinds))
    it(`${name} come and go`, limit, async (t) => {
      const { broker } = box;
      broker.httpsPort ??= await broker.portOf('HTTPS');
      // Its log is kept here.
      await ask(broker.httpPort, 'PUT', '/config/log_level', { body: 'error' });
      const n = slow.has(name) && !long ? many / 4 : many;
      await repeat(() => visit(broker), 200);
      const before = await settledHeap(broker);
      await repeat(() => visit(broker), n);
      const grown = (await settledHeap(broker, before + bound / 4)) - before;
      t.diagnostic(`${n} times: ${Math.round(grown / 1024)} KB`);
      assert.ok(grown < bound, `${n} times: ${grown} bytes more`);
    });
});
