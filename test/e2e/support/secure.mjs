// Clients behind an upgrade: the Client of wire.mjs on top of TLS, compression
// or both.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { createRequire } from 'node:module';
import { Duplex } from 'node:stream';
import tls from 'node:tls';
import zlib from 'node:zlib';
import { Client, MAGIC, bytes, identify } from './wire.mjs';

// nsqjs brings it along.
const require = createRequire(import.meta.url);
const { SnappyStream, UnsnappyStream } = require('snappystream');

// Takes the first frame off a socket, and nothing behind it.
async function takeFrame(socket) {
  let have = Buffer.alloc(0);
  for (;;) {
    if (have.length >= 4 && have.length >= 4 + have.readUInt32BE(0)) break;
    const chunk = socket.read();
    if (chunk) have = Buffer.concat([have, chunk]);
    else {
      if (socket.readableEnded) throw new Error('connection ended');
      await new Promise((resolve) => {
        socket.once('readable', resolve);
        socket.once('end', resolve);
        socket.once('close', resolve);
      });
    }
  }
  const size = 4 + have.readUInt32BE(0);
  if (have.length > size) socket.unshift(have.subarray(size));
  return { type: have.readInt32BE(4), text: have.toString('latin1', 8, size) };
}

// One stream that is `below` with everything encoded.
class Coded extends Duplex {
  constructor(below, encoder, decoder) {
    super({ allowHalfOpen: true });
    this.below = below;
    this.encoder = encoder;
    encoder.on('data', (chunk) => below.write(chunk));
    let decoded = Promise.resolve();
    below.on('data', (chunk) => {
      decoded = new Promise((resolve) => decoder.write(chunk, resolve));
    });
    // What the decoder has passed on leaves it a little later.
    below.on('end', () => decoded.then(() => setImmediate(() => this.push(null))));
    below.on('error', (error) => this.destroy(error));
    below.on('close', () => below.readableEnded || this.destroy());
    decoder.on('data', (chunk) => this.push(chunk));
    decoder.on('error', (error) => this.destroy(error));
  }

  _read() {}

  _write(chunk, _encoding, done) {
    this.encoder.write(chunk, () => {
      if (this.encoder.flush) this.encoder.flush(zlib.constants.Z_SYNC_FLUSH, done);
      else done();
    });
  }

  _final(done) {
    this.below.end(done);
  }

  _destroy(error, done) {
    this.below.destroy();
    done(error);
  }

  setNoDelay() {}
}

const codecs = {
  snappy: (below) => new Coded(below, new SnappyStream(), new UnsnappyStream()),
  deflate: (below) =>
    new Coded(below, zlib.createDeflateRaw(), zlib.createInflateRaw()),
};

export async function connectRaw(port) {
  const socket = net.connect({ host: '127.0.0.1', port, allowHalfOpen: true });
  socket.setNoDelay(true);
  await once(socket, 'connect');
  return socket;
}

// TLS on a socket that has been told so.
export async function startTls(socket, options) {
  const secure = tls.connect({ socket, rejectUnauthorized: false, ...options });
  secure.allowHalfOpen = true;
  await once(secure, 'secureConnect');
  return secure;
}

// Connects and upgrades. `features` go into IDENTIFY; `tlsOptions` to Node.
// Behind `frames` frames come bytes of another kind.
export async function secureClient(
  port,
  features,
  { frames = Infinity, ...tlsOptions } = {},
) {
  const socket = await connectRaw(port);
  try {
    socket.write(bytes(MAGIC, identify({ feature_negotiation: true, ...features })));
    const frame = await takeFrame(socket);
    assert.equal(frame.type, 0, frame.text);
    const reply = JSON.parse(frame.text);
    let stream = socket;
    const layers = [];
    if (reply.tls_v1) {
      stream = await startTls(socket, tlsOptions);
      layers.push('tls');
    }
    for (const codec of ['snappy', 'deflate'])
      if (reply[codec]) layers.push(codec);
    const compression = layers.find((layer) => layer !== 'tls');
    if (layers.includes('tls') && compression)
      assert.deepEqual(await takeFrame(stream), { type: 0, text: 'OK' });
    if (compression) stream = codecs[compression](stream);
    const client = new Client(stream, frames);
    client.startReading();
    client.reply = reply;
    client.tls = layers.includes('tls');
    client.wire = socket;
    if (layers.length) await client.ok();
    return client;
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

// Clients that are gone when `body` ends, in whatever way.
export async function withSecureClients(port, body) {
  const clients = [];
  const connect = async (features, tlsOptions) => {
    const client = await secureClient(port, features, tlsOptions);
    clients.push(client);
    return client;
  };
  try {
    return await body(connect);
  } finally {
    for (const client of clients) client.destroy();
  }
}
