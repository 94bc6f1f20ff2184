// Messages by the million: numbered ones, without a promise for each.

import assert from 'node:assert/strict';
import { eachFrame, open } from './frames.mjs';

const batch = 200;
const digits = 10;

// Publishes messages `first` to `first + count - 1` in order, `size` bytes each.
export async function publishMany(port, topic, first, count, { size = 200 } = {}) {
  const socket = await open(port);
  const end = first + count;
  let next = first;
  let open_ = 0;
  const send = () => {
    const n = Math.min(batch, end - next);
    const head = `MPUB ${topic}\n`;
    const out = Buffer.alloc(head.length + 8 + n * (4 + size), '.');
    let at = out.write(head, 'latin1');
    at = out.writeUInt32BE(4 + n * (4 + size), at);
    at = out.writeUInt32BE(n, at);
    for (let i = 0; i < n; ++i, at += size) {
      at = out.writeUInt32BE(size, at);
      out.write(String(next++).padStart(digits, '0'), at, 'latin1');
    }
    ++open_;
    socket.write(out);
  };
  try {
    await new Promise((resolve, reject) => {
      socket.on('error', reject);
      socket.on('close', () => reject(new Error('connection ended')));
      eachFrame(
        socket,
        (data, type, from, to) => {
          const text = data.toString('latin1', from, to);
          if (text !== 'OK') reject(new Error(text));
          --open_;
        },
        () => {
          while (open_ < 16 && next < end) send();
          if (open_ === 0 && next === end) resolve();
        },
      );
      while (open_ < 16 && next < end) send();
    });
  } finally {
    socket.destroy();
  }
}

// Takes and finishes messages until `onMessage(number, attempts)` returns true,
// or no more come for `patience`.
export async function takeMany(
  port,
  topic,
  channel,
  onMessage,
  { rdy = 2500, patience = 30000 } = {},
) {
  const socket = await open(port);
  try {
    await new Promise((resolve, reject) => {
      let fins = '';
      let done = false;
      let leaving = false;
      let timer;
      const wait = () => {
        clearTimeout(timer);
        timer = setTimeout(
          () => reject(new Error(`nothing came for ${patience} ms`)),
          patience,
        );
      };
      wait();
      socket.on('error', reject);
      socket.on('close', () => reject(new Error('connection ended')));
      eachFrame(
        socket,
        (data, type, from, to) => {
          if (type !== 2) {
            const text = data.toString('latin1', from, to);
            if (text === 'CLOSE_WAIT') resolve();
            else if (text !== 'OK') reject(new Error(text));
            return;
          }
          wait();
          fins += `FIN ${data.toString('latin1', from + 10, from + 26)}\n`;
          try {
            done ||= onMessage(
              Number(data.toString('latin1', from + 26, from + 26 + digits)),
              data.readUInt16BE(from + 8),
            );
          } catch (error) {
            reject(error);
          }
        },
        () => {
          if (fins) socket.write(fins);
          fins = '';
          if (done && !leaving) socket.write('CLS\n');
          leaving = done;
        },
      );
      socket.once('close', () => clearTimeout(timer));
      socket.write(`SUB ${topic} ${channel}\nRDY ${rdy}\n`);
    });
  } finally {
    socket.destroy();
  }
}

// Takes messages `first` to `first + count - 1`, each once and in order.
export async function takeInOrder(port, topic, channel, first, count, options) {
  let next = first;
  const taken = takeMany(
    port,
    topic,
    channel,
    (number) => {
      assert.equal(number, next++);
      return next === first + count;
    },
    options,
  );
  await taken.catch((error) => {
    error.message += ` (${next - first} of ${count} taken)`;
    throw error;
  });
}

// Makes a channel, and leaves it.
export async function makeChannel(port, topic, channel) {
  const socket = await open(port);
  const answered = new Promise((resolve) => eachFrame(socket, resolve));
  socket.write(`SUB ${topic} ${channel}\n`);
  await answered;
  socket.destroy();
}
