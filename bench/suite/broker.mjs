// Starts brokers, each with ports and a data path of its own.

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';

const running = new Set();

function killAll() {
  for (const broker of running) broker.kill();
}
process.on('exit', killAll);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.once(signal, () => process.exit(1));

export async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

function connects(port) {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1');
    const settle = (yes) => {
      socket.destroy();
      resolve(yes);
    };
    socket.once('connect', () => settle(true));
    socket.once('error', () => settle(false));
  });
}

// One of the brokers to compare. `kind` is nsqd, cafqd or floor: it decides on
// the flags.
export class Product {
  constructor(kind, executable) {
    this.kind = kind;
    this.executable = path.resolve(executable);
    const say = (flag) => spawnSync(this.executable, [flag], { encoding: 'utf8' });
    this.version =
      kind === 'floor' ? 'floor' : `${say('--version').stdout}`.trim().split('\n')[0];
    this.help = kind === 'cafqd' ? say('--help').stdout : '';
  }

  // Flags for a sync mode (docs/STORAGE.md), or nothing if it has none such.
  sync(mode) {
    if (this.kind !== 'cafqd') return [];
    const known = /^ +--sync=[\s\S]*?(?=^ +--)/m.exec(this.help)?.[0];
    if (known && !known.includes('not yet')) return [`--sync=${mode}`];
    return mode === 'overflow' ? [] : undefined;
  }
}

export class Broker {
  // Starts one and waits until it accepts clients.
  static async start(product, flags, { env = {} } = {}) {
    const broker = new Broker(product, flags, env);
    await broker.launch();
    return broker;
  }

  constructor(product, flags, env) {
    this.product = product;
    this.flags = flags;
    this.env = env;
    this.directory = mkdtempSync(path.join(os.tmpdir(), 'cafq-bench-'));
    this.logFile = path.join(this.directory, 'log');
  }

  // Returns the milliseconds until it accepts clients.
  async launch() {
    this.port = await freePort();
    this.httpPort = await freePort();
    const args = [`--tcp-address=127.0.0.1:${this.port}`];
    if (this.product.kind !== 'floor')
      args.push(
        `--http-address=127.0.0.1:${this.httpPort}`,
        `--data-path=${this.directory}`,
        '--log-level=error',
        ...this.flags,
      );
    if (this.product.kind === 'nsqd') args.push('--https-address=');
    const log = openSync(this.logFile, 'a');
    const begin = performance.now();
    this.child = spawn(this.product.executable, args, {
      stdio: ['ignore', log, log],
      env: { ...process.env, ...this.env },
    });
    running.add(this);
    this.ended = once(this.child, 'exit').then(() => running.delete(this));
    const listens = async () =>
      (await connects(this.port)) &&
      (this.product.kind === 'floor' || (await connects(this.httpPort)));
    while (!(await listens())) {
      if (this.child.exitCode !== null || performance.now() - begin > 60000)
        throw new Error(`${this.product.executable} does not start:\n${this.log()}`);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    return performance.now() - begin;
  }

  get pid() {
    return this.child.pid;
  }

  log() {
    return readFileSync(this.logFile, 'utf8').slice(-2000);
  }

  // Anonymous memory in bytes.
  memory() {
    const status = readFileSync(`/proc/${this.pid}/status`, 'utf8');
    return Number(status.match(/^RssAnon:\s+(\d+) kB/m)[1]) * 1024;
  }

  async post(target) {
    const reply = await fetch(`http://127.0.0.1:${this.httpPort}${target}`, {
      method: 'POST',
    });
    await reply.text();
    if (!reply.ok) throw new Error(`${target}: ${reply.status}`);
  }

  kill() {
    this.child?.kill('SIGKILL');
    rmSync(this.directory, { recursive: true, force: true });
  }

  // A clean end; the data stay.
  async stop() {
    this.child.kill(this.product.kind === 'floor' ? 'SIGKILL' : 'SIGTERM');
    await this.ended;
  }

  async remove() {
    await this.stop();
    rmSync(this.directory, { recursive: true, force: true });
  }
}
