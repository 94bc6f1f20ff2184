// A process of its own, as it needs a core: `count` clients of an NSQ port that
// send commands without pause and read the answers. Says "flooding" when all are
// there.

import { once } from 'node:events';
import net from 'node:net';

const [port, count] = process.argv.slice(2).map(Number);
const hello = '  V2SUB flood#ephemeral c#ephemeral\n';
const commands = 'TOUCH 0123456789abcdef\n'.repeat(3000);

async function flood(socket) {
  socket.on('error', () => process.exit());
  socket.resume();
  for (;;) if (!socket.write(commands)) await once(socket, 'drain');
}

const sockets = [];
for (let i = 0; i < count; ++i) {
  const socket = net.connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.write(hello);
  sockets.push(socket);
}
for (const x of sockets) flood(x);
console.log('flooding');
