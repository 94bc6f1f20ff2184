// A broker of a few lines, which misbehaves as told.

import { once } from 'node:events';
import net from 'node:net';

const frame = (type, data) => {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(data.length + 4, 0);
  head.writeUInt32BE(type, 4);
  return Buffer.concat([head, data]);
};

const ok = frame(0, Buffer.from('OK'));

function message(number, body) {
  const head = Buffer.alloc(26);
  head.writeUInt16BE(1, 8);
  head.write(String(number).padStart(16, '0'), 10, 'latin1');
  return frame(2, Buffer.concat([head, body]));
}

const withBody = /^(IDENTIFY|PUB|MPUB)/;

// Calls `onCommand(line, body)` for every command in what comes.
function eachCommand(socket, onCommand) {
  let rest = Buffer.alloc(0);
  let greeted = false;
  socket.on('data', (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    if (!greeted && rest.length >= 4) {
      greeted = true;
      rest = rest.subarray(4);
    }
    for (;;) {
      const newline = rest.indexOf(10);
      if (newline < 0) return;
      const line = rest.toString('latin1', 0, newline);
      let end = newline + 1;
      let body;
      if (withBody.test(line)) {
        if (rest.length < end + 4) return;
        const start = end + 4;
        end = start + rest.readUInt32BE(end);
        if (rest.length < end) return;
        body = Buffer.from(rest.subarray(start, end));
      }
      rest = rest.subarray(end);
      onCommand(line, body);
    }
  });
}

// Runs `body(port)` against a broker that acknowledges every PUB and hands its
// body to `deliver(body, send)`, whose `send(body)` gives one to the consumer.
export async function withScriptedBroker(deliver, body) {
  const sockets = new Set();
  let consumer;
  let next = 0;
  const send = (x) => consumer?.write(message(next++, x));
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    eachCommand(socket, (line, data) => {
      if (line.startsWith('SUB')) consumer = socket;
      if (!/^(FIN|RDY|REQ|NOP)/.test(line)) socket.write(ok);
      if (line.startsWith('PUB')) deliver(data, send);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    return await body(server.address().port);
  } finally {
    for (const socket of sockets) socket.destroy();
    server.close();
  }
}
