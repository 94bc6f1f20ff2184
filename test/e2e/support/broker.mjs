// Starts and stops the broker under test.
//
// CAFQD names the executable. BROKER_FLAVOUR is `cafqd` (the default) or
// `nsqd`: the same tests run against the original, which is how the tables
// were checked; see the rows marked with what cafqd does differently.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import readline from 'node:readline';
import { after, before } from 'node:test';

export const flavour = process.env.BROKER_FLAVOUR ?? 'cafqd';
export const isCafqd = flavour === 'cafqd';
assert.ok(['cafqd', 'nsqd'].includes(flavour), `BROKER_FLAVOUR=${flavour}`);

// How much later than due something timed may come. CI machines stall; and
// nsqd looks at a new channel for the first time up to 5 s after its creation.
export const lateness = isCafqd ? 2000 : 7000;

const running = new Set();

// Whatever way this process ends, no broker stays behind.
process.on('exit', () => {
  for (const broker of running) {
    broker.child.kill('SIGKILL');
    rmSync(broker.directory, { recursive: true, force: true });
  }
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.once(signal, () => process.exit(1));

export function executable() {
  const file = process.env.CAFQD;
  assert.ok(file, 'CAFQD must name the broker to test');
  return path.resolve(file);
}

// The command that runs `args`, such that the kernel ends it with this process
// even if this process is killed.
function guarded(args) {
  return existsSync('/usr/bin/setpriv')
    ? ['/usr/bin/setpriv', '--pdeathsig', 'KILL', ...args]
    : args;
}

export class Broker {
  log = [];
  #watchers = new Set();

  // Runs the broker, or another `program`, in a directory of its own, with
  // `files` (name to text) in it, without waiting for anything. `wrapper` goes in
  // front of the command and must exec it.
  constructor(args, { wrapper = [], files = {}, program = executable() } = {}) {
    const [command, ...rest] = guarded([...wrapper, program, ...args]);
    this.directory = mkdtempSync(path.join(os.tmpdir(), 'cafq-e2e-'));
    for (const [name, text] of Object.entries(files))
      writeFileSync(path.join(this.directory, name), text);
    this.child = spawn(command, rest, {
      cwd: this.directory,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running.add(this);
    this.stdout = '';
    this.child.stdout.setEncoding('utf8').on('data', (s) => (this.stdout += s));
    readline.createInterface({ input: this.child.stderr }).on('line', (line) => {
      this.log.push(line);
      for (const watcher of [...this.#watchers]) watcher(line);
    });
    this.exited = new Promise((resolve, reject) => {
      this.child.once('error', reject);
      this.child.once('close', (code, signal) => {
        running.delete(this);
        rmSync(this.directory, { recursive: true, force: true });
        resolve({ code, signal });
      });
    });
    this.exited.catch(() => running.delete(this));
  }

  get pid() {
    return this.child.pid;
  }

  // The first log line, past or to come, from line number `from` on that
  // matches.
  logged(pattern, { timeout = 30000, from = 0 } = {}) {
    const seen = this.log.slice(from).find((line) => pattern.test(line));
    if (seen !== undefined) return Promise.resolve(seen);
    return new Promise((resolve, reject) => {
      const settle = (action) => {
        clearTimeout(timer);
        this.#watchers.delete(watcher);
        action();
      };
      const watcher = (line) => {
        if (pattern.test(line)) settle(() => resolve(line));
      };
      const fail = (why) =>
        settle(() =>
          reject(new Error(`no log line ${pattern}: ${why}\n${this.logTail()}`)),
        );
      const timer = setTimeout(() => fail(`${timeout} ms passed`), timeout);
      this.#watchers.add(watcher);
      this.exited.then(
        ({ code, signal }) => fail(`the broker ended (${code ?? signal})`),
        (error) => fail(error.message),
      );
    });
  }

  logTail(lines = 30) {
    return this.log.slice(-lines).join('\n');
  }

  async listening() {
    this.port = await this.portOf('TCP');
    this.httpPort = await this.portOf('HTTP');
    return this;
  }

  // The port of one of its listeners, e.g. HTTPS.
  async portOf(protocol) {
    const pattern = new RegExp(` ${protocol}: listening on 127\\.0\\.0\\.1:(\\d+)`);
    return Number((await this.logged(pattern)).match(pattern)[1]);
  }

  kill(signal) {
    this.child.kill(signal);
  }

  // Waits for the end; past `timeout` the broker is killed and this fails.
  async ended(timeout = 30000) {
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      this.child.kill('SIGKILL');
    }, timeout);
    const result = await this.exited;
    clearTimeout(timer);
    assert.ok(!late, `still running after ${timeout} ms\n${this.logTail()}`);
    return result;
  }

  // A clean end. Fails as well if the broker had ended by itself.
  async stop({ signal = 'SIGTERM', timeout = 30000 } = {}) {
    this.child.kill(signal);
    const result = await this.ended(timeout);
    // nsqd says that it listens before it cares for signals.
    if (!isCafqd && result.signal === signal) return;
    assert.deepEqual(result, { code: 0, signal: null }, this.logTail());
  }

  // For tests that end the broker themselves, and for failed ones.
  async destroy() {
    if (running.has(this)) this.child.kill('SIGKILL');
    await this.exited.catch(() => {});
  }

  // -- what the kernel says about it ------------------------------------------

  // Anonymous memory in bytes.
  memory() {
    const status = readFileSync(`/proc/${this.pid}/status`, 'utf8');
    return Number(status.match(/^RssAnon:\s+(\d+) kB/m)[1]) * 1024;
  }

  // CPU time used so far by all threads, in milliseconds.
  cpuTime() {
    return this.#tasks((task) => {
      const text = readFileSync(`${task}/schedstat`, 'utf8');
      return Number(text.split(' ')[0]) / 1e6;
    });
  }

  // How often its threads have gone to sleep so far.
  waits() {
    return this.#tasks((task) => {
      const text = readFileSync(`${task}/status`, 'utf8');
      return Number(text.match(/^voluntary_ctxt_switches:\s+(\d+)/m)[1]);
    });
  }

  #tasks(figure) {
    const tasks = `/proc/${this.pid}/task`;
    return readdirSync(tasks).reduce((sum, id) => sum + figure(`${tasks}/${id}`), 0);
  }
}

const commonFlags = (process.env.BROKER_FLAGS ?? '').split(' ').filter(Boolean);

// A broker that listens on 127.0.0.1, on a free port unless told, with the flags
// of BROKER_FLAGS.
export function startBroker({ flags = [], port = 0, ...options } = {}) {
  const args = [
    `--tcp-address=127.0.0.1:${port}`,
    '--http-address=127.0.0.1:0',
    '--https-address=',
    ...commonFlags,
    ...flags,
  ];
  const broker = new Broker(args, options);
  return broker.listening().catch(async (error) => {
    await broker.destroy();
    throw error;
  });
}

// A broker for the tests of the enclosing `describe`.
export function useBroker(options) {
  const box = {};
  before(async () => {
    box.broker = await startBroker(options);
  });
  after(async () => {
    await box.broker?.stop();
  });
  return box;
}

// Runs `body` with a broker of its own, which must be able to end cleanly.
export async function withBroker(options, body) {
  const broker = await startBroker(options);
  try {
    await body(broker);
    await broker.stop();
  } finally {
    await broker.destroy();
  }
}

// A port nobody listens on, outside the range the kernel gives to clients: for
// brokers that come back under the same address.
export async function freePort() {
  for (;;) {
    const port = 15000 + Math.floor(Math.random() * 15000);
    const server = net.createServer();
    server.listen(port, '127.0.0.1');
    const free = await once(server, 'listening').then(
      () => true,
      () => false,
    );
    if (!free) continue;
    server.close();
    await once(server, 'close');
    return port;
  }
}
