// What the surroundings do to the process: signals, closed streams, and a log
// that nobody reads.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import readline from 'node:readline';
import { describe, it } from 'node:test';
import { Broker, freePort, isCafqd, startBroker } from './support/broker.mjs';
import { makeChannel } from './support/bulk.mjs';
import { withDataPath } from './support/data_path.mjs';
import { ask } from './support/http.mjs';
import { withManager } from './support/manager.mjs';
import { numbers } from './support/scenario.mjs';
import { pub, withClients } from './support/wire.mjs';

const limit = { timeout: 120000 };
const onlyCafqd = { ...limit, skip: !isCafqd };

// -- signals ------------------------------------------------------------------

const named = os.constants.signals;

// What a signal does to a broker. Those of libc (32, 33) are nobody's business.
const table = {
  'ends cleanly': ['SIGINT', 'SIGTERM'],
  'ends at once': [
    'SIGABRT', 'SIGBUS', 'SIGFPE', 'SIGILL', 'SIGKILL', 'SIGQUIT', 'SIGSEGV', 'SIGSYS', 'SIGTRAP',
  ],
  stops: ['SIGSTOP', 'SIGTSTP', 'SIGTTIN', 'SIGTTOU'],
  'does nothing': [
    'SIGALRM', 'SIGCHLD', 'SIGCONT', 'SIGIO', 'SIGPIPE', 'SIGPROF', 'SIGPWR', 'SIGSTKFLT',
    'SIGURG', 'SIGUSR1', 'SIGUSR2', 'SIGVTALRM', 'SIGWINCH', 'SIGXCPU', 'SIGXFSZ',
    ...Array.from({ length: 31 }, (_, i) => 34 + i),
  ],
  reloads: ['SIGHUP'],
};
const number = (signal) => (typeof signal === 'number' ? signal : named[signal]);

const count = 50;

async function publish(broker) {
  await withClients(broker.port, async (connect) => {
    const client = await connect();
    for (const x of numbers(count)) await client.publish('t', x);
  });
}

async function takeAll(broker) {
  await withClients(broker.port, async (connect) => {
    const client = await connect();
    await client.subscribe('t', 'c');
    client.rdy(count);
    const found = [];
    for (let i = 0; i < count; ++i) {
      const message = await client.message();
      found.push(message.body.toString());
      client.fin(message.id);
    }
    assert.deepEqual(found.sort(), numbers(count).sort());
  });
}

describe('signals', { concurrency: 2 }, () => {
  it('the table has all of them', limit, () => {
    const all = Object.values(table).flat().map(number).sort((a, b) => a - b);
    const expected = Array.from({ length: 64 }, (_, i) => i + 1);
    assert.deepEqual(all, expected.filter((x) => x !== 32 && x !== 33));
  });

  it('those that mean nothing lose nothing', onlyCafqd, () =>
    withDataPath(async (start) => {
      const flags = ['--sync=overflow'];
      const broker = await start({ flags });
      await publish(broker);
      for (const signal of [...table['does nothing'], ...table.reloads]) {
        process.kill(broker.pid, number(signal));
        const { status } = await ask(broker.httpPort, 'GET', '/ping').catch(() => ({}));
        assert.equal(status, 200, `${signal}`);
      }
      for (const signal of table.stops) {
        process.kill(broker.pid, signal);
        process.kill(broker.pid, 'SIGCONT');
        const { status } = await ask(broker.httpPort, 'GET', '/ping');
        assert.equal(status, 200, signal);
      }
      await broker.stop();
      const again = await start({ flags });
      await takeAll(again);
      await again.stop();
    }),
  );

  for (const signal of table['ends at once'])
    it(`${signal} ends at once`, onlyCafqd, async () => {
      const broker = await startBroker({
        wrapper: ['/bin/sh', '-c', 'ulimit -c 0; exec "$@"', 'sh'],
      });
      broker.kill(signal);
      assert.deepEqual(await broker.ended(), { code: null, signal });
    });
});

// -- streams ------------------------------------------------------------------

describe('standard streams', { concurrency: 2 }, () => {
  for (const closed of ['0<&-', '1>&-', '2>&-', '0<&- 1>&- 2>&-'])
    it(`closed: ${closed}`, onlyCafqd, () =>
      withManager((next, { wrapper }) =>
        withDataPath(async (_, folder) => {
          const port = await freePort();
          const broker = new Broker(
            [
              `--tcp-address=127.0.0.1:${port}`,
              '--http-address=127.0.0.1:0',
              `--data-path=${folder}`,
              '--log-level=debug',
            ],
            { wrapper: [...wrapper, '/bin/sh', '-c', `exec "$@" ${closed}`, 'sh'] },
          );
          try {
            assert.equal((await next()).READY, '1');
            broker.port = port;
            await publish(broker);
            await takeAll(broker);
            const lock = readFileSync(path.join(folder, 'cafqd.lock'), 'latin1');
            assert.equal(lock, `${broker.pid}\n`);
            await broker.stop();
          } finally {
            await broker.destroy();
          }
        }),
      ),
    );

  it('closed: those of cafq', onlyCafqd, async () => {
    const broker = await startBroker();
    try {
      const address = `--http-address=127.0.0.1:${broker.httpPort}`;
      const script = 'exec "$0" "$@" 0<&- 1>&- 2>&-';
      execFileSync('/bin/sh', ['-c', script, process.env.CAFQ, 'stats', address]);
      await broker.stop();
    } finally {
      await broker.destroy();
    }
  });
});

// -- a log that nobody reads --------------------------------------------------

// A pipe that stays open whether somebody reads it or not.
class LogPipe {
  constructor() {
    this.directory = mkdtempSync(path.join(os.tmpdir(), 'cafq-log-'));
    this.file = path.join(this.directory, 'log');
    execFileSync('mkfifo', [this.file]);
    this.wrapper = ['/bin/sh', '-c', `exec 3<>${this.file} 2>${this.file}; exec "$@"`, 'sh'];
  }

  // Reads until `done(line)` returns something, which it returns. Whatever else
  // has been read is lost.
  async readUntil(done) {
    const socket = new net.Socket({ fd: openSync(this.file, 'r+'), writable: false });
    try {
      for await (const line of readline.createInterface({ input: socket })) {
        const result = done(line);
        if (result !== undefined) return result;
      }
      return assert.fail('the log has ended');
    } finally {
      socket.destroy();
    }
  }

  remove() {
    rmSync(this.directory, { recursive: true, force: true });
  }
}

async function withLogPipe(flags, body) {
  const log = new LogPipe();
  const broker = new Broker(
    ['--tcp-address=127.0.0.1:0', '--http-address=127.0.0.1:0', ...flags],
    { wrapper: log.wrapper },
  );
  try {
    await log.readUntil((line) => {
      const found = line.match(/ (TCP|HTTP): listening on 127\.0\.0\.1:(\d+)/);
      if (found) broker[found[1] === 'TCP' ? 'port' : 'httpPort'] = Number(found[2]);
      return broker.port && broker.httpPort;
    });
    await body(broker, log);
  } finally {
    await broker.destroy();
    log.remove();
  }
}

// Far more lines than may wait.
async function fillLog(broker) {
  await withClients(broker.port, async (connect) => {
    const client = await connect();
    for (let i = 0; i < 200; ++i) {
      client.send(...Array.from({ length: 100 }, () => pub('many', 'x')));
      for (let k = 0; k < 100; ++k) await client.ok();
    }
  });
}

async function droppedLines(broker) {
  const { body } = await ask(broker.httpPort, 'GET', '/metrics');
  return Number(body.match(/^cafq_log_dropped_lines_total (\S+)/m)[1]);
}

describe('a log that nobody reads', { concurrency: 2 }, () => {
  it('holds up nobody, and tells what is missing when it is read again', onlyCafqd, () =>
    withLogPipe(['--log-level=debug', '--mem-queue-size=100000'], async (broker, log) => {
      await makeChannel(broker.port, 't', 'c');
      await fillLog(broker);
      await publish(broker);
      await takeAll(broker);
      assert.equal((await ask(broker.httpPort, 'GET', '/ping')).body, 'OK');
      assert.equal((await ask(broker.httpPort, 'GET', '/stats')).status, 200);
      const before = await droppedLines(broker);
      assert.ok(before > 0);
      let told = 0;
      await log.readUntil((line) => {
        told += Number(line.match(/LOG: (\d+) lines dropped/)?.[1] ?? 0);
        return told >= before ? told : undefined;
      });
      // /metrics may be a second old.
      let counted = before;
      while (counted < told) counted = await droppedLines(broker);
      assert.equal(told, counted);
      const last = log.readUntil((line) => (line.endsWith('CAFQ: bye') ? line : undefined));
      await broker.stop();
      await last;
    }),
  );

  it('does not hold up the end', onlyCafqd, () =>
    withLogPipe(['--log-level=debug'], async (broker) => {
      await fillLog(broker);
      await broker.stop();
    }),
  );
});
