// nsqjs with promises.

import { once } from 'node:events';
import nsqjs from 'nsqjs';

const { Reader, Writer } = nsqjs;

export async function openWriter(port, options) {
  const writer = new Writer('127.0.0.1', port, options);
  const errors = [];
  writer.on(Writer.ERROR, (error) => errors.push(error));
  writer.connect();
  await once(writer, Writer.READY);
  const promised =
    (method) =>
    (...args) =>
      new Promise((resolve, reject) =>
        writer[method](...args, (error) => (error ? reject(error) : resolve())),
      );
  return {
    errors,
    publish: promised('publish'),
    deferPublish: promised('deferPublish'),
    close: () => writer.close(),
  };
}

// A reader that is subscribed. `onMessage` gets every message.
export async function openReader(port, topic, channel, onMessage, options = {}) {
  const reader = new Reader(topic, channel, {
    nsqdTCPAddresses: `127.0.0.1:${port}`,
    ...options,
  });
  const errors = [];
  reader.on(Reader.ERROR, (error) => errors.push(error));
  reader.on(Reader.MESSAGE, onMessage);
  reader.connect();
  try {
    await once(reader, Reader.READY);
  } catch (error) {
    reader.close(); // or its timers keep this process
    throw error;
  }
  reader.errors = errors;
  return reader;
}

// Collects what is added until `count` things are there.
export class Collector {
  items = [];
  #waiting = new Set();

  add(item) {
    this.items.push(item);
    for (const look of [...this.#waiting]) look();
  }

  count(n, timeout = 30000) {
    return new Promise((resolve, reject) => {
      const settle = (action) => {
        clearTimeout(timer);
        this.#waiting.delete(look);
        action();
      };
      const look = () => {
        if (this.items.length >= n) settle(() => resolve(this.items));
      };
      const timer = setTimeout(
        () => settle(() => reject(new Error(`${this.items.length} of ${n} came`))),
        timeout,
      );
      this.#waiting.add(look);
      look();
    });
  }
}
