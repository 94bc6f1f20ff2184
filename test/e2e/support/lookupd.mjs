// A nsqlookupd that speaks the documented protocol, as a test tells it to: TCP
// V1 from nodes, and GET /channels.

import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import { L } from './wire.mjs';

const PATIENCE = 20000;
const frame = (text) => Buffer.concat([L(Buffer.byteLength(text)), Buffer.from(text)]);

export class Lookupd {
  // What nodes said, one entry per command: `REGISTER t c`, `PING`, ...
  commands = [];
  // The bodies of IDENTIFY.
  identities = [];
  // What a node registers now: `t`, `t c`.
  registered = new Set();
  // Connections of nodes, one after the other, closed ones included.
  connections = 0;
  // Paths that were asked for by HTTP, with their Accept.
  asked = [];
  // Answer to GET /channels, by topic.
  channels = {};
  #waiting = new Set();
  #sockets = new Set();

  // `answer(command, socket)` may return another answer than the usual one;
  // null is none at all. `onHttp(request, response)` may return true: it has
  // answered, or never will.
  static async start({ host = '127.0.0.1', port = 0, answer, onHttp } = {}) {
    const lookupd = new Lookupd();
    lookupd.host = host;
    lookupd.answer = answer;
    lookupd.http = http.createServer((request, response) => {
      lookupd.asked.push({ url: request.url, accept: request.headers.accept });
      lookupd.#wake();
      if (onHttp?.(request, response)) return;
      const topic = new URL(request.url, 'http://x').searchParams.get('topic');
      response.setHeader('Content-Type', 'application/json');
      response.end(JSON.stringify({ channels: lookupd.channels[topic] ?? [] }));
    });
    lookupd.http.listen(0, host);
    await once(lookupd.http, 'listening');
    lookupd.httpPort = lookupd.http.address().port;
    lookupd.tcp = net.createServer((socket) => lookupd.#serve(socket));
    lookupd.tcp.listen(port, host);
    await once(lookupd.tcp, 'listening');
    lookupd.port = lookupd.tcp.address().port;
    return lookupd;
  }

  get address() {
    return `${this.host.includes(':') ? `[${this.host}]` : this.host}:${this.port}`;
  }

  // Closes the connections of all nodes.
  hangUp() {
    for (const socket of this.#sockets) socket.destroy();
  }

  async stop() {
    this.hangUp();
    this.http.closeAllConnections?.();
    this.http.close();
    this.tcp.close();
    await once(this.tcp, 'close');
  }

  // Waits until `test` gives something.
  until(test) {
    return new Promise((resolve, reject) => {
      const check = () => {
        const result = test(this);
        if (!result) return;
        clearTimeout(timer);
        this.#waiting.delete(check);
        resolve(result);
      };
      const timer = setTimeout(() => {
        this.#waiting.delete(check);
        reject(new Error(`nothing came of ${test}; heard: ${JSON.stringify(this.commands)}`));
      }, PATIENCE);
      this.#waiting.add(check);
      check();
    });
  }

  untilRegistered(...names) {
    const wanted = [...names].sort().join();
    return this.until(() => [...this.registered].sort().join() === wanted);
  }

  #wake() {
    for (const check of [...this.#waiting]) check();
  }

  #serve(socket) {
    this.connections += 1;
    this.#sockets.add(socket);
    let received = Buffer.alloc(0);
    let greeted = false;
    socket.on('error', () => {});
    socket.on('close', () => {
      this.#sockets.delete(socket);
      this.registered.clear();
      this.#wake();
    });
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      if (!greeted && received.length >= 4) {
        greeted = true;
        this.magic = received.subarray(0, 4).toString();
        received = received.subarray(4);
      }
      while (greeted) {
        const end = received.indexOf('\n');
        if (end < 0) break;
        const line = received.subarray(0, end).toString();
        let rest = received.subarray(end + 1);
        if (line === 'IDENTIFY') {
          if (rest.length < 4 || rest.length < 4 + rest.readUInt32BE(0)) break;
          const size = rest.readUInt32BE(0);
          this.identities.push(JSON.parse(rest.subarray(4, 4 + size)));
          rest = rest.subarray(4 + size);
        }
        received = rest;
        this.#hear(line, socket);
      }
      this.#wake();
    });
  }

  #hear(line, socket) {
    this.commands.push(line);
    const [name, topic, channel] = line.split(' ');
    if (name === 'REGISTER') {
      this.registered.add(topic);
      if (channel) this.registered.add(`${topic} ${channel}`);
    } else if (name === 'UNREGISTER' && channel) {
      this.registered.delete(`${topic} ${channel}`);
    } else if (name === 'UNREGISTER') {
      for (const x of this.registered)
        if (x === topic || x.startsWith(`${topic} `)) this.registered.delete(x);
    }
    const usual = name === 'IDENTIFY' ? JSON.stringify(this.identity()) : 'OK';
    const answer = this.answer?.(line, socket);
    if (answer !== null && !socket.destroyed)
      socket.write(Buffer.isBuffer(answer) ? answer : frame(answer ?? usual));
  }

  identity() {
    return {
      broadcast_address: this.host,
      hostname: 'lookup',
      http_port: this.httpPort,
      tcp_port: this.port,
      version: '1.3.0',
    };
  }
}

// Runs `body` with a nsqlookupd of its own.
export async function withLookupd(options, body) {
  const lookupd = await Lookupd.start(options);
  try {
    await body(lookupd);
  } finally {
    await lookupd.stop();
  }
}
