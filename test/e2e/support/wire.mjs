// A client that speaks bytes. Strings stand for their latin-1 bytes, so that
// '\xff' is the byte FF, in what is sent as in what is expected.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';

export const MAGIC = '  V2';
export const RESPONSE = 0;
export const ERROR = 1;
export const MESSAGE = 2;

const HEARTBEAT = '_heartbeat_';
const PATIENCE = 30000;

// -- bytes --------------------------------------------------------------------

export function bytes(...parts) {
  return Buffer.concat(
    parts.flat().map((p) => (typeof p === 'string' ? Buffer.from(p, 'latin1') : p)),
  );
}

// A 4-byte big-endian integer, signed or not.
export function L(n) {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32BE(n >>> 0);
  return buffer;
}

const sized = (body) => bytes(L(bytes(body).length), body);

export const pub = (topic, body) => bytes(`PUB ${topic}\n`, sized(body));
export const dpub = (topic, ms, body) => bytes(`DPUB ${topic} ${ms}\n`, sized(body));
export function mpub(topic, bodies) {
  const content = bytes(L(bodies.length), bodies.map(sized));
  return bytes(`MPUB ${topic}\n`, L(content.length), content);
}
export function identify(body) {
  return bytes(
    'IDENTIFY\n',
    sized(typeof body === 'string' ? body : JSON.stringify(body)),
  );
}

// -- the client ---------------------------------------------------------------

export class Client {
  heartbeats = [];
  answering = false; // heartbeats
  #received = Buffer.alloc(0);
  #frames = [];
  #ended = null; // 'eof' or an error code
  #waiting = new Set();
  #framesLeft;

  constructor(socket, frames) {
    this.socket = socket;
    this.#framesLeft = frames;
    socket.setNoDelay(true);
    socket.on('error', (error) => this.#end(error.code));
    socket.on('end', () => this.#end('eof'));
    socket.on('close', () => this.#end('closed'));
  }

  // `reading: false` leaves what the broker sends in the kernel. After `frames`
  // frames come bytes of another kind.
  static async connect(
    port,
    { magic = MAGIC, reading = true, frames = Infinity } = {},
  ) {
    const socket = net.connect({ host: '127.0.0.1', port, allowHalfOpen: true });
    const client = new Client(socket, frames);
    await once(socket, 'connect');
    if (reading) client.startReading();
    if (magic) client.send(magic);
    return client;
  }

  startReading() {
    this.socket.on('data', (chunk) => this.#receive(chunk));
  }

  // -- sending ----------------------------------------------------------------

  send(...parts) {
    if (!this.socket.destroyed) this.socket.write(bytes(...parts));
  }

  // Sends every byte in a write of its own.
  async dribble(data) {
    for (const byte of data) {
      if (this.socket.destroyed || this.#ended) return;
      this.socket.write(Buffer.of(byte));
      await new Promise(setImmediate);
    }
  }

  halfClose() {
    this.socket.end();
  }

  destroy() {
    this.socket.destroy();
  }

  // Sends and waits until the kernel has taken all; false if it will not.
  written(data) {
    return new Promise((resolve) =>
      this.socket.write(data, (error) => resolve(!error)),
    );
  }

  // How the connection ended, null if it has not.
  get ended() {
    return this.#ended;
  }

  // Leaves in order: returns when the broker has closed its side as well.
  async leave() {
    this.halfClose();
    await this.#until(() => this.#ended, 'the end of the connection');
    this.destroy();
  }

  // -- receiving --------------------------------------------------------------

  #receive(chunk) {
    this.#received = Buffer.concat([this.#received, chunk]);
    const at = performance.now();
    while (this.#framesLeft > 0 && this.#received.length >= 4) {
      const size = this.#received.readUInt32BE(0);
      assert.ok(size >= 4 && size < 1 << 27, `frame of ${size} bytes`);
      if (this.#received.length < 4 + size) break;
      const type = this.#received.readInt32BE(4);
      const data = this.#received.subarray(8, 4 + size);
      this.#received = this.#received.subarray(4 + size);
      --this.#framesLeft;
      if (type === RESPONSE && data.toString('latin1') === HEARTBEAT) {
        this.heartbeats.push(at);
        if (this.answering) this.send('NOP\n');
      } else this.#frames.push({ type, data, at });
    }
    this.#wake();
  }

  #end(how) {
    this.#ended ??= how;
    this.#wake();
  }

  #wake() {
    for (const look of [...this.#waiting]) look();
  }

  // Resolves with what `ready` returns once that is truthy.
  #until(ready, what, timeout = PATIENCE) {
    return new Promise((resolve, reject) => {
      const look = () => {
        const result = ready();
        if (!result) return;
        clearTimeout(timer);
        this.#waiting.delete(look);
        resolve(result);
      };
      const timer = setTimeout(() => {
        this.#waiting.delete(look);
        reject(new Error(`waited ${timeout} ms for ${what}`));
      }, timeout);
      this.#waiting.add(look);
      look();
    });
  }

  // The next frame, heartbeats left out; null at the end of the connection. For
  // one caller at a time.
  async next(timeout = PATIENCE, what = 'a frame') {
    await this.#until(() => this.#frames.length || this.#ended, what, timeout);
    return this.#frames.shift() ?? null;
  }

  // Frames received and not yet looked at.
  get pending() {
    return this.#frames.length;
  }

  async #expect(type, text, timeout) {
    const frame = await this.next(timeout, JSON.stringify(text));
    assert.ok(
      frame,
      `connection ended (${this.#ended}) before ${JSON.stringify(text)}`,
    );
    assert.deepEqual(
      { type: frame.type, data: frame.data.toString('latin1') },
      { type, data: text },
    );
    return frame;
  }

  response(text, timeout) {
    return this.#expect(RESPONSE, text, timeout);
  }

  ok(timeout) {
    return this.response('OK', timeout);
  }

  error(text, timeout) {
    return this.#expect(ERROR, text, timeout);
  }

  // The next message. `body` is compared if given.
  async message({ body, attempts, timeout } = {}) {
    const what = `message ${body ?? ''}`;
    const frame = await this.next(timeout, what);
    assert.ok(frame, `connection ended (${this.#ended}) before ${what}`);
    assert.equal(frame.type, MESSAGE, frame.data.toString('latin1'));
    const message = {
      timestamp: frame.data.readBigInt64BE(0),
      attempts: frame.data.readUInt16BE(8),
      id: frame.data.toString('latin1', 10, 26),
      body: frame.data.toString('latin1', 26),
      at: frame.at,
    };
    if (body !== undefined) assert.equal(message.body, body);
    if (attempts !== undefined) assert.equal(message.attempts, attempts);
    return message;
  }

  async messages(count, options) {
    const result = [];
    while (result.length < count) result.push(await this.message(options));
    return result;
  }

  // The end of the connection, with nothing before it. `reset` is as good: a
  // broker that closes with bytes unread resets.
  async eof(timeout) {
    const frame = await this.next(timeout, 'the end of the connection');
    assert.equal(frame, null, `unexpected frame ${frame?.data.toString('latin1')}`);
    assert.equal(this.#received.length, 0, 'bytes of an unfinished frame');
    return this.#ended;
  }

  // The n-th heartbeat since the start, as its time.
  async heartbeat(n, timeout) {
    await this.#until(
      () => this.heartbeats.length >= n || this.#ended,
      `heartbeat ${n}`,
      timeout,
    );
    assert.ok(this.heartbeats.length >= n, `connection ended (${this.#ended})`);
    return this.heartbeats[n - 1];
  }

  // Bytes after the last frame.
  async raw(expected) {
    await this.#until(
      () => this.#received.length >= expected.length || this.#ended,
      `${expected.length} raw bytes`,
    );
    assert.equal(
      this.#received.subarray(0, expected.length).toString('hex'),
      expected.toString('hex'),
    );
    this.#received = this.#received.subarray(expected.length);
  }

  // Waits for the end of the connection and gives the bytes after the last
  // frame.
  async gone() {
    await this.#until(() => this.#ended, 'the end of the connection');
    return this.#received;
  }

  async bytesUntilEnd(pattern) {
    assert.match((await this.gone()).toString('latin1'), pattern);
  }

  // The first bytes after the last frame.
  async rawPrefix(hex) {
    await this.#until(
      () => this.#received.length >= hex.length / 2 || this.#ended,
      `raw bytes ${hex}`,
    );
    assert.ok(this.#received.toString('hex').startsWith(hex));
  }

  // Shows that the connection is open and that nothing else was sent: the next
  // frame is the answer to a command that no broker knows. It is the last one.
  async alive() {
    this.send('alive?\n');
    await this.error('E_INVALID invalid command alive?');
    await this.eof();
  }

  // -- sequences --------------------------------------------------------------

  async identify(options) {
    this.send(identify(options));
    await this.ok();
  }

  async publish(topic, body) {
    this.send(pub(topic, body));
    await this.ok();
  }

  async subscribe(topic, channel) {
    this.send(`SUB ${topic} ${channel}\n`);
    await this.ok();
  }

  rdy(n) {
    this.send(`RDY ${n}\n`);
  }

  fin(message) {
    this.send(`FIN ${message.id}\n`);
  }

  req(message, ms) {
    this.send(`REQ ${message.id} ${ms}\n`);
  }

  touch(message) {
    this.send(`TOUCH ${message.id}\n`);
  }

  // What the channel decided before now has arrived when this returns: the
  // answer to a TOUCH in vain comes from the channel as messages do. Fails if
  // a message came instead.
  async quiet() {
    for (let i = 0; i < 3; ++i) {
      const id = `no-such-message${i}`;
      this.send(`TOUCH ${id}\n`);
      await this.error(`E_TOUCH_FAILED TOUCH ${id} failed ID not in flight`);
    }
  }
}

// -- names --------------------------------------------------------------------

let counter = 0;

// A topic nobody else uses.
export const topicName = (hint = 't') => `${hint}_${process.pid}_${++counter}`;

// Clients that are gone when `body` ends, in whatever way.
export async function withClients(port, body) {
  const clients = [];
  const connect = async (options) => {
    const client = await Client.connect(port, options);
    clients.push(client);
    return client;
  };
  try {
    return await body(connect);
  } finally {
    for (const client of clients) client.destroy();
  }
}
