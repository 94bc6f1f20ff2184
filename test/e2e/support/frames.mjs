// NSQ's frames by the million: without a promise, or a copy, for each.

import { once } from 'node:events';
import net from 'node:net';

// Connects and greets.
export async function open(port) {
  const socket = net.connect({ host: '127.0.0.1', port });
  socket.setNoDelay(true);
  await once(socket, 'connect');
  socket.write('  V2');
  return socket;
}

// Calls `onFrame(data, type, from, end)` for every frame that comes but heartbeats,
// and `onChunk` behind those of a read.
export function eachFrame(socket, onFrame, onChunk = () => {}) {
  let rest = Buffer.alloc(0);
  socket.on('data', (chunk) => {
    const data = rest.length ? Buffer.concat([rest, chunk]) : chunk;
    let at = 0;
    while (data.length - at >= 4) {
      const end = at + 4 + data.readUInt32BE(at);
      if (end > data.length) break;
      const heartbeat =
        data.readUInt32BE(at) === 15 && data.toString('latin1', at + 8, end)[0] === '_';
      if (heartbeat) socket.write('NOP\n');
      else onFrame(data, data.readInt32BE(at + 4), at + 8, end);
      at = end;
    }
    rest = data.subarray(at);
    onChunk();
  });
}
