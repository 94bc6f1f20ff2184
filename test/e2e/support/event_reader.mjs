// GET /debug/stream as a client sees it.

import { once } from 'node:events';
import net from 'node:net';

// A client that reads events, unless told not to.
export class EventReader {
  #text = '';
  #waiting = new Set();
  events = [];
  ended = false;

  // Over a socket that is connected, if there is one. `last` is the last octet
  // of its own address.
  static async open(port, query = '', { reading = true, last = 1, socket } = {}) {
    const reader = new EventReader();
    reader.socket = socket ?? net.connect({ port, host: '127.0.0.1', localAddress: `127.0.0.${last}` });
    reader.socket.on('error', () => {});
    reader.socket.on('close', () => reader.#wake((reader.ended = true)));
    if (!socket) await once(reader.socket, 'connect');
    reader.socket.write(`GET /debug/stream?${query} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    if (reading) reader.read();
    return reader;
  }

  read() {
    this.socket.setEncoding('utf8').on('data', (x) => this.#take(x));
  }

  #take(text) {
    this.#text += text;
    // Data has no ends of lines: a long event is not looked through again and
    // again.
    if (this.head && !text.includes('\n')) return;
    if (!this.head) {
      const end = this.#text.indexOf('\r\n\r\n');
      if (end < 0) return;
      this.head = this.#text.slice(0, end);
      this.#text = this.#text.slice(end + 4);
    }
    const parts = this.#text.split('\n\n');
    this.#text = parts.pop();
    for (const part of parts) {
      const [, id, event, data] = part.match(/^id: (\d+)\nevent: (\w+)\ndata: (.*)$/);
      this.events.push({ id: Number(id), event, ...JSON.parse(data) });
    }
    this.#wake();
  }

  #wake() {
    for (const look of [...this.#waiting]) look();
  }

  // Waits until `test` gives something.
  until(test) {
    return new Promise((resolve, reject) => {
      const look = () => {
        const result = test(this);
        if (!result) return;
        clearTimeout(timer);
        this.#waiting.delete(look);
        resolve(result);
      };
      const timer = setTimeout(() => reject(new Error(`nothing came of ${test}: ${this.head} ${JSON.stringify(this.events)}`)), 20000);
      this.#waiting.add(look);
      look();
    });
  }

  event(number) {
    return this.until((x) => x.events[number]);
  }

  close() {
    this.socket.destroy();
  }
}
