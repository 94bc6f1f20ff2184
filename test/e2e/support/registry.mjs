// The registry under test, and nodes that speak to it (TCP V1) byte by byte.
//
// CAFQLOOKUPD names the executable. LOOKUPD_FLAVOUR is `cafqlookupd` (the
// default) or `nsqlookupd`: the same tests run against the original, which is
// how they were checked.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import path from 'node:path';
import { Broker } from './broker.mjs';
import { HttpClient } from './http.mjs';
import { bytes, identify, sized } from './wire.mjs';

const PATIENCE = 30000;

const flavour = process.env.LOOKUPD_FLAVOUR ?? 'cafqlookupd';
export const isCafqlookupd = flavour === 'cafqlookupd';
assert.ok(['cafqlookupd', 'nsqlookupd'].includes(flavour), `LOOKUPD_FLAVOUR=${flavour}`);

export function registryProgram() {
  const file = process.env.CAFQLOOKUPD;
  assert.ok(file, 'CAFQLOOKUPD must name the registry to test');
  return path.resolve(file);
}

// Runs `body` with a registry on 127.0.0.1, which must end cleanly. It tries the
// addresses of nodes if it is told to: most are made up.
export async function withRegistry(
  { flags = [], port = 0, httpPort = 0, dialBack = false, ...options },
  body,
) {
  const args = [
    `--tcp-address=127.0.0.1:${port}`,
    `--http-address=127.0.0.1:${httpPort}`,
    '--broadcast-address=127.0.0.1',
    ...(isCafqlookupd && !dialBack ? ['--dial-back=false'] : []),
    ...flags,
  ];
  const registry = new Broker(args, { ...options, program: registryProgram() });
  try {
    await registry.listening();
    await body(registry);
    registry.child.kill('SIGTERM');
    const result = await registry.ended(30000);
    if (isCafqlookupd) assert.deepEqual(result, { code: 0, signal: null }, registry.logTail());
  } finally {
    await registry.destroy();
  }
}

// What a node says of itself.
export const self = (changes = {}) => ({
  broadcast_address: 'my.host',
  hostname: 'vm',
  http_port: 4151,
  tcp_port: 4150,
  version: '1.3.0',
  ...changes,
});

export class NodeClient {
  #received = Buffer.alloc(0);
  #ended = false;
  #waiting = new Set();

  static async connect(port, { magic = '  V1', reading = true } = {}) {
    const node = new NodeClient();
    node.socket = net.connect({ host: '127.0.0.1', port, allowHalfOpen: true });
    node.socket.setNoDelay(true);
    node.socket.on('error', () => node.#end());
    node.socket.on('end', () => node.#end());
    node.socket.on('close', () => node.#end());
    await once(node.socket, 'connect');
    node.address = `127.0.0.1:${node.socket.localPort}`;
    if (reading)
      node.socket.on('data', (chunk) => {
        node.#received = Buffer.concat([node.#received, chunk]);
        node.#wake();
      });
    if (magic) node.send(magic);
    return node;
  }

  // One that has said who it is, and registered names like `t` and `t c`.
  static async registered(port, names = [], changes = {}) {
    const node = await NodeClient.connect(port);
    node.send('IDENTIFY\n', sized(Buffer.from(JSON.stringify(self(changes)))));
    JSON.parse(await node.answer());
    await node.register(...names);
    return node;
  }

  send(...parts) {
    if (!this.socket.destroyed) this.socket.write(bytes(...parts));
  }

  async register(...names) {
    this.send(names.map((x) => `REGISTER ${x}\n`));
    for (const name of names) assert.equal(await this.answer(), 'OK', name);
  }

  async command(line) {
    this.send(`${line}\n`);
    return this.answer();
  }

  // The next answer; null if the connection ends before.
  answer() {
    return this.#until(() => {
      const all = this.#received;
      if (all.length >= 4 && all.length >= 4 + all.readUInt32BE(0)) {
        const end = 4 + all.readUInt32BE(0);
        this.#received = all.subarray(end);
        return all.subarray(4, end).toString('latin1');
      }
      return this.#ended ? null : undefined;
    });
  }

  // All answers until the end of the connection.
  async answers() {
    const all = [];
    for (;;) {
      const next = await this.answer();
      if (next === null) return all;
      all.push(next);
    }
  }

  ended() {
    return this.#until(() => this.#ended || undefined);
  }

  halfClose() {
    this.socket.end();
  }

  destroy() {
    this.socket.destroy();
  }

  #end() {
    this.#ended = true;
    this.#wake();
  }

  #wake() {
    for (const look of [...this.#waiting]) look();
  }

  #until(test) {
    return new Promise((resolve, reject) => {
      const settle = (action) => {
        clearTimeout(timer);
        this.#waiting.delete(look);
        action();
      };
      const timer = setTimeout(() => settle(() => reject(new Error('no answer'))), PATIENCE);
      const look = () => {
        const result = test();
        if (result !== undefined) settle(() => resolve(result));
      };
      this.#waiting.add(look);
      look();
    });
  }
}

// Runs `body` with `connect` and `registered`, which make nodes; those that are
// left are gone behind it.
export async function withNodes(registry, body) {
  const open = [];
  const keep = async (promise) => {
    const node = await promise;
    open.push(node);
    return node;
  };
  try {
    return await body({
      connect: (options) => keep(NodeClient.connect(registry.port, options)),
      registered: (names, changes) => keep(NodeClient.registered(registry.port, names, changes)),
    });
  } finally {
    for (const node of open) node.destroy();
  }
}

// One request on a connection of its own.
export async function ask(registry, method, target) {
  const client = await HttpClient.connect(registry.httpPort);
  try {
    return await client.request(method, target).answer();
  } finally {
    client.destroy();
  }
}

export async function getJson(registry, target) {
  const { status, body } = await ask(registry, 'GET', target);
  assert.equal(status, 200, `${target}: ${status} ${body}`);
  return JSON.parse(body);
}

// Asks until `test` of the answer holds: what nodes do is not done at once.
export async function until(registry, target, test) {
  const end = Date.now() + PATIENCE;
  for (;;) {
    const { status, body } = await ask(registry, 'GET', target);
    if (test(status === 200 ? JSON.parse(body) : { status })) return;
    assert.ok(Date.now() < end, `${target} is still ${status} ${body}\n${registry.logTail()}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

export { bytes, identify, sized };
