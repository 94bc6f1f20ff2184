// bench/lookupd: a registry with many topics of many nodes.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readdirSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { freePort } from './broker.mjs';
import { readOptions, root } from './options.mjs';
import { load, machine } from './text.mjs';

const usage = `usage: bench/lookupd [OPTION]...

Registers many topics of many nodes, asks who has them at a steady rate, starts
the registry again while all nodes come back, and says what each took.

  --lookupd FILE  what to measure, nsqlookupd as well
                  [build/release/cafqlookupd]
  --nodes N       nodes [50]
  --topics N      topics of each, the same for all [10000]
  --rate N        questions per second [2000]
  --connections N that ask [20]
  --seconds N     how long [10]
  --quick         a tenth of everything: to try the script, not to measure`;

const options = readOptions(usage, {
  lookupd: { type: 'string', default: path.join(root, 'build/release/cafqlookupd') },
  nodes: { type: 'string', default: '50' },
  topics: { type: 'string', default: '10000' },
  rate: { type: 'string', default: '2000' },
  connections: { type: 'string', default: '20' },
  seconds: { type: 'string', default: '10' },
});
// What each would log for every registration or question is not the subject.
const flags = ['--log-level=error'];
const scale = options.quick ? 0.1 : 1;
const nodes = Math.ceil(Number(options.nodes) * scale);
const topics = Math.ceil(Number(options.topics) * scale);
const seconds = Math.ceil(Number(options.seconds) * scale);
const rate = Number(options.rate);

const now = () => performance.now();
const since = (start) => `${((now() - start) / 1000).toFixed(2)} s`;

async function connect(port) {
  for (;;) {
    const socket = net.connect(port, '127.0.0.1');
    try {
      await once(socket, 'connect');
      return socket.setNoDelay(true);
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

const ports = { tcp: await freePort(), http: await freePort() };
let child;
process.on('exit', () => child?.kill('SIGKILL'));

async function start() {
  child = spawn(
    options.lookupd,
    [`--tcp-address=127.0.0.1:${ports.tcp}`, `--http-address=127.0.0.1:${ports.http}`, ...flags],
    { stdio: 'ignore' },
  );
  (await connect(ports.http)).destroy();
}

const status = (key) =>
  Number(readFileSync(`/proc/${child.pid}/status`, 'utf8').match(new RegExp(`^${key}:\\s+(\\d+)`, 'm'))[1]) / 1024;

// CPU time of all threads so far, in microseconds.
const cpu = () =>
  readdirSync(`/proc/${child.pid}/task`).reduce(
    (sum, id) => sum + Number(readFileSync(`/proc/${child.pid}/task/${id}/schedstat`, 'utf8').split(' ')[0]) / 1000,
    0,
  );

// A node that registers everything; resolves when all of it was answered.
async function register(index) {
  const socket = await connect(ports.tcp);
  const body = JSON.stringify({
    broadcast_address: `node-${index}.example.net`,
    hostname: `node-${index}`,
    http_port: 4151,
    tcp_port: 4150,
    version: '1.3.0',
  });
  const size = Buffer.alloc(4);
  size.writeUInt32BE(body.length);
  const lines = [];
  for (let i = 0; i < topics; ++i) lines.push(`REGISTER topic-${i} channel\n`);
  socket.write(Buffer.concat([Buffer.from('  V1IDENTIFY\n'), size, Buffer.from(body), Buffer.from(lines.join(''))]));
  let rest = Buffer.alloc(0);
  let answers = 0;
  await new Promise((resolve, reject) => {
    socket.on('error', reject);
    socket.on('data', (chunk) => {
      rest = Buffer.concat([rest, chunk]);
      let at = 0;
      while (rest.length - at >= 4 && rest.length - at >= 4 + rest.readUInt32BE(at)) {
        at += 4 + rest.readUInt32BE(at);
        ++answers;
      }
      rest = rest.subarray(at);
      if (answers === topics + 1) resolve();
    });
  });
  return socket;
}

const registerAll = () => Promise.all(Array.from({ length: nodes }, (_, i) => register(i)));

// Asks at a steady rate, whatever the answers do; returns latencies in ms.
async function ask() {
  const latencies = [];
  const lanes = await Promise.all(
    Array.from({ length: Number(options.connections) }, async () => {
      const lane = { socket: await connect(ports.http), due: [], text: '' };
      lane.socket.setEncoding('latin1').on('data', (chunk) => {
        lane.text += chunk;
        for (;;) {
          const head = lane.text.indexOf('\r\n\r\n');
          if (head < 0) return;
          const size = lane.text.slice(0, head).match(/Content-Length: (\d+)/);
          // nsqlookupd sends what is long in chunks.
          const last = '\r\n0\r\n\r\n';
          const end = size ? head + 4 + Number(size[1]) : lane.text.indexOf(last) + last.length;
          if (end < head || lane.text.length < end) return;
          lane.text = lane.text.slice(end);
          latencies.push(now() - lane.due.shift());
        }
      });
      return lane;
    }),
  );
  const begin = now();
  let sent = 0;
  await new Promise((resolve) => {
    const turn = () => {
      const until = Math.min(now() - begin, seconds * 1000);
      for (; sent < (until / 1000) * rate; ++sent) {
        const lane = lanes[sent % lanes.length];
        lane.due.push(begin + (sent / rate) * 1000);
        lane.socket.write(`GET /lookup?topic=topic-${(sent * 7919) % topics} HTTP/1.1\r\nHost: x\r\n\r\n`);
      }
      if (until < seconds * 1000 || latencies.length < sent) setTimeout(turn, 1);
      else resolve();
    };
    turn();
  });
  for (const lane of lanes) lane.socket.destroy();
  return latencies.sort((x, y) => x - y);
}

console.log(`${machine()}; load average ${load()}`);
await start();
let begin = now();
let sockets = await registerAll();
console.log(`${nodes} nodes x ${topics} topics with a channel each: registered in ${since(begin)}`);
console.log(`memory: ${status('RssAnon').toFixed(0)} MB anonymous, ${status('VmRSS').toFixed(0)} MB in all`);
const used = cpu();
const found = await ask();
const each = (cpu() - used) / found.length;
const rank = (x) => `${found[Math.min(found.length - 1, Math.floor(found.length * x))].toFixed(2)} ms`;
console.log(
  `/lookup at ${rate}/s: ${found.length} answers, p50 ${rank(0.5)}, p99 ${rank(0.99)}, p99.9 ${rank(0.999)}, longest ${rank(1)}; ${each.toFixed(0)} us of CPU each`,
);
child.kill('SIGKILL');
await once(child, 'exit');
for (const socket of sockets) socket.destroy();
await start();
begin = now();
sockets = await registerAll();
console.log(`started again: all is registered ${since(begin)} after it listens`);
for (const socket of sockets) socket.destroy();
child.kill('SIGTERM');
await once(child, 'exit');
