// HTTP by hand: tests see every byte, and can send what no client would.

import { once } from 'node:events';
import net from 'node:net';

const PATIENCE = 30000;

// A connection that sends requests and reads one answer after the other.
export class HttpClient {
  #received = Buffer.alloc(0);
  #waiting = new Set();
  ended = null; // 'eof' or an error code

  static async connect(port) {
    const socket = net.connect({ host: '127.0.0.1', port, allowHalfOpen: true });
    socket.setNoDelay(true);
    const client = HttpClient.over(socket);
    await once(socket, 'connect');
    return client;
  }

  static over(socket) {
    const client = new HttpClient();
    client.socket = socket;
    socket.on('data', (chunk) => {
      client.#received = Buffer.concat([client.#received, chunk]);
      client.#wake();
    });
    socket.on('end', () => client.#end('eof'));
    socket.on('error', (error) => client.#end(error.code));
    socket.on('close', () => client.#end('closed'));
    return client;
  }

  send(bytes) {
    if (!this.socket.destroyed)
      this.socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
    return this;
  }

  request(method, target, { body, headers = {} } = {}) {
    const data = body === undefined ? null : Buffer.from(body, 'latin1');
    const host = 'Host' in headers ? [] : ['Host: test'];
    const lines = [`${method} ${target} HTTP/1.1`, ...host];
    if (data && !('Transfer-Encoding' in headers)) lines.push(`Content-Length: ${data.length}`);
    for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`);
    this.send(`${lines.join('\r\n')}\r\n\r\n`);
    if (data) this.send(data);
    return this;
  }

  // The next answer. `head` says that it has no body whatever it says.
  async answer({ head = false } = {}) {
    const end = await this.#until(() => {
      const at = this.#received.indexOf('\r\n\r\n');
      return at < 0 ? undefined : at;
    });
    const [first, ...lines] = this.#received.subarray(0, end).toString('latin1').split('\r\n');
    const headers = {};
    for (const line of lines) headers[line.slice(0, line.indexOf(':'))] = line.slice(line.indexOf(':') + 2);
    this.#received = this.#received.subarray(end + 4);
    const status = Number(first.split(' ')[1]);
    let body = Buffer.alloc(0);
    if (headers['Transfer-Encoding'] === 'chunked') body = await this.#chunks();
    else if ('Content-Length' in headers && !head) body = await this.#take(Number(headers['Content-Length']));
    else if (headers.Connection === 'close' && !head && status >= 200) {
      await this.end();
      body = this.#received;
    }
    return { first, status, headers, body: body.toString('latin1') };
  }

  async #take(count) {
    await this.#until(() => this.#received.length >= count || undefined);
    const result = this.#received.subarray(0, count);
    this.#received = this.#received.subarray(count);
    return result;
  }

  async #chunks() {
    const parts = [];
    for (;;) {
      const end = await this.#until(() => {
        const at = this.#received.indexOf('\r\n');
        return at < 0 ? undefined : at;
      });
      const size = parseInt(this.#received.subarray(0, end).toString(), 16);
      await this.#take(end + 2);
      parts.push(await this.#take(size));
      await this.#take(2);
      if (size === 0) return Buffer.concat(parts);
    }
  }

  // Waits for the broker to close.
  end() {
    return this.#until(() => this.ended ?? undefined, { end: true });
  }

  destroy() {
    this.socket.destroy();
  }

  #wake() {
    for (const check of [...this.#waiting]) check();
  }

  #end(how) {
    this.ended ??= how;
    this.#wake();
  }

  #until(test, { end = false } = {}) {
    return new Promise((resolve, reject) => {
      const check = () => {
        const result = test();
        if (result === undefined && (end || !this.ended)) return;
        clearTimeout(timer);
        this.#waiting.delete(check);
        if (result !== undefined) resolve(result);
        else
          reject(new Error(`the connection ended (${this.ended}) after ${JSON.stringify(this.#received.toString('latin1'))}`));
      };
      const timer = setTimeout(() => {
        this.#waiting.delete(check);
        reject(new Error(`no answer; received ${JSON.stringify(this.#received.toString('latin1'))}`));
      }, PATIENCE);
      this.#waiting.add(check);
      check();
    });
  }
}

// One request on a connection of its own.
export async function ask(port, method, target, options = {}) {
  const client = await HttpClient.connect(port);
  try {
    client.request(method, target, options);
    return await client.answer({ head: method === 'HEAD' });
  } finally {
    client.destroy();
  }
}

// Functions for one broker, which `box.broker` is when they are called.
export function http(box) {
  const call = (method) => (target, body, options = {}) =>
    ask(box.broker.httpPort, method, target, { body, ...options });
  const get = call('GET');
  const api = {
    get,
    post: call('POST'),
    put: call('PUT'),
    head: call('HEAD'),
    options: call('OPTIONS'),
    connect: () => HttpClient.connect(box.broker.httpPort),
    async stats(query = '') {
      return JSON.parse((await get(`/stats?format=json${query}`)).body);
    },
    // The topic in /stats, or undefined.
    async topic(name) {
      return (await api.stats(`&topic=${encodeURIComponent(name)}`)).topics?.[0];
    },
    async channel(topic, name) {
      return (await api.topic(topic))?.channels.find((x) => x.channel_name === name);
    },
  };
  return api;
}
