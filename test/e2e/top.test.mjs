// `cafq top` as scripts use it, and in a terminal.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import http from 'node:http';
import { describe, it } from 'node:test';
import { isCafqd, useBroker } from './support/broker.mjs';
import { http as apiOf } from './support/http.mjs';
import { topicName, withClients } from './support/wire.mjs';

const limit = { timeout: 60000, skip: !isCafqd };
const box = useBroker();
const api = apiOf(box);
const here = () => `--http-address=127.0.0.1:${box.broker.httpPort}`;

async function cafq(...args) {
  const child = spawn(process.env.CAFQ, ['top', ...args]);
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (x) => (out += x));
  child.stderr.setEncoding('utf8').on('data', (x) => (err += x));
  const [code] = await once(child, 'close');
  return { code, out, err };
}

// A topic with a channel that has messages and no consumer.
async function stuckTopic(messages) {
  const topic = topicName();
  await api.post(`/topic/create?topic=${topic}`);
  await api.post(`/channel/create?topic=${topic}&channel=c`);
  await api.post(`/mpub?topic=${topic}`, Array(messages).fill('x').join('\n'));
  return topic;
}

// The program in a terminal.
class Screen {
  #waiting = new Set();
  raw = '';

  constructor(width, height, ...args) {
    const script = new URL('support/terminal.py', import.meta.url).pathname;
    this.child = spawn('python3', [script, width, height, process.env.CAFQ, 'top', ...args].map(String));
    this.child.stdout.setEncoding('utf8').on('data', (x) => {
      this.raw += x;
      for (const look of [...this.#waiting]) look();
    });
    this.ended = once(this.child, 'close').then(([code]) => code);
  }

  type(keys) {
    this.child.stdin.write(`${JSON.stringify(keys)}\n`);
  }

  resize(width, height) {
    this.child.stdin.write(`${JSON.stringify([width, height])}\n`);
  }

  // The lines of the last screen that was drawn to its end.
  get lines() {
    const screens = this.raw.split('\x1b[H').slice(1).filter((x) => x.includes('\x1b[J'));
    const last = screens.at(-1) ?? '';
    return last.slice(0, last.indexOf('\x1b[J')).replaceAll('\x1b[K', '').split('\r\n');
  }

  // Waits for a screen on which `test` gives something.
  until(test) {
    return new Promise((resolve, reject) => {
      const look = () => {
        const result = test(this.lines);
        if (!result) return;
        clearTimeout(timer);
        this.#waiting.delete(look);
        resolve(result);
      };
      const timer = setTimeout(() => reject(new Error(`nothing came of ${test}: ${JSON.stringify(this.lines)}`)), 20000);
      this.#waiting.add(look);
      look();
    });
  }

  destroy() {
    this.child.kill('SIGKILL');
  }
}

async function withScreen(width, height, args, body) {
  const screen = new Screen(width, height, here(), '--interval=0.2', ...args);
  try {
    await body(screen);
    screen.type('q');
    assert.equal(await screen.ended, 0);
  } finally {
    screen.destroy();
  }
}

const shows = (text) => (lines) => lines.find((x) => x.includes(text));

describe('cafq top for scripts', limit, () => {
  it('shows it once, as a table and as JSON', async () => {
    const topic = await stuckTopic(3);
    const table = await cafq(here(), '--once', '--interval=0.2', '--filter', topic);
    assert.deepEqual([table.code, table.err], [0, '']);
    assert.match(table.out, /^NAME +DEPTH .* STATE/m);
    assert.match(table.out, new RegExp(`^${topic}/c +3 .* no consumer `, 'm'));
    assert.doesNotMatch(table.out, /\x1b/);
    const { out } = await cafq(here(), '--json', '--interval=0.2', '--filter', topic);
    const { rows } = JSON.parse(out);
    assert.deepEqual(rows.map((x) => [x.topic, x.channel, x.depth]), [[topic, 'c', 3], [topic, undefined, 0]]);
  });

  it('tells the rates between two looks', async () => {
    const topic = await stuckTopic(1);
    let busy = true;
    await withClients(box.broker.port, async (connect) => {
      const client = await connect();
      const publishing = (async () => {
        while (busy) await client.publish(topic, 'x');
      })();
      const { out } = await cafq(here(), '--json', '--interval=0.5', '--filter', `${topic}/c`);
      busy = false;
      await publishing;
      const [row] = JSON.parse(out).rows;
      assert.ok(row.in > 0, out);
      assert.equal(row.out, 0);
    });
  });

  it('works against nsqd, which has /stats only', async () => {
    const topics = [{ topic_name: 't', depth: 1, message_count: 1, paused: false, channels: [] }];
    const server = http.createServer((request, response) => {
      const known = request.url.startsWith('/stats?');
      response.writeHead(known ? 200 : 404, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify(known ? { topics } : { message: 'NOT_FOUND' }));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { code, out } = await cafq(`--http-address=127.0.0.1:${server.address().port}`, '--json', '--interval=0.2');
    server.closeAllConnections();
    server.close();
    assert.equal(code, 0);
    assert.deepEqual(JSON.parse(out).rows.map((x) => [x.topic, x.depth]), [['t', 1]]);
  });

  it('needs a terminal otherwise', async () => {
    const { code, err } = await cafq(here());
    assert.equal(code, 1);
    assert.match(err, /no terminal: --once/);
    assert.equal((await cafq(here(), '--sort', 'age')).code, 2);
  });
});

describe('cafq top in a terminal', limit, () => {
  it('sorts, filters and says why', async () => {
    const few = await stuckTopic(2);
    const many = await stuckTopic(9);
    await withScreen(100, 20, [], async (screen) => {
      await screen.until(shows(`${many}/c`));
      await screen.until((lines) => lines.findIndex((x) => x.includes(many)) < lines.findIndex((x) => x.includes(few)));
      assert.match(screen.raw, /\x1b\[31m/);
      screen.type('/');
      await screen.until(shows('filter: _'));
      screen.type(`${few}/c\n`);
      await screen.until((lines) => shows(`${few}/c`)(lines) && !shows(`${many}/c `)(lines));
      screen.type('s');
      await screen.until(shows('by in'));
      screen.type('w');
      await screen.until(shows('2 messages ready, the oldest for'));
      screen.type(' ');
      await screen.until(shows('enter why'));
    });
  });

  it('fits the terminal, also one that changes', async () => {
    await stuckTopic(1);
    await withScreen(120, 10, ['--no-color'], async (screen) => {
      const fits = (width, height) => (lines) => lines.length > 1 && lines.length <= height && lines.every((x) => x.replace(/\x1b\[[\d;]*m/g, '').length <= width);
      await screen.until((lines) => shows('CLIENTS')(lines) && fits(120, 10)(lines));
      screen.resize(40, 5);
      await screen.until((lines) => !shows('CLIENTS')(lines) && fits(40, 5)(lines));
      screen.resize(15, 2);
      await screen.until(fits(15, 2));
      screen.resize(120, 10);
      await screen.until(shows('CLIENTS'));
      assert.doesNotMatch(screen.raw, /\x1b\[3[13]m/);
    });
  });

  it('goes on when the broker does not answer for a while', async () => {
    const row = { id: 1, parent: 0, kind: 'topic', name: 'orders', mailbox: 0, handled: 0, paused: false, state: 'idle', mood: 'idle', counters: {}, peers: [] };
    const good = [200, JSON.stringify({ actors: [row] })];
    let answer = good;
    const server = http.createServer((_, response) => response.writeHead(answer[0]).end(answer[1]));
    const listen = (port) => once(server.listen(port, '127.0.0.1'), 'listening');
    await listen(0);
    const { port } = server.address();
    const screen = new Screen(100, 20, `--http-address=127.0.0.1:${port}`, '--interval=0.2');
    try {
      await screen.until(shows('orders'));
      answer = [503, '{"message":"EXITING"}'];
      await screen.until((lines) => shows('the broker answered EXITING')(lines) && shows('orders')(lines));
      answer = good;
      await screen.until((lines) => !shows('EXITING')(lines) && shows('orders')(lines));
      server.close();
      await screen.until((lines) => shows('refused')(lines) && shows('orders')(lines));
      screen.type('w');
      await screen.until(shows('Any key goes back'));
      screen.type(' ');
      await listen(port);
      await screen.until((lines) => shows('topics 1')(lines));
    } finally {
      screen.type('q');
      await screen.ended;
      server.close();
    }
  });

  it('leaves the terminal as it was, at a signal as well', async () => {
    const screen = new Screen(80, 24, here());
    await screen.until(shows('enter why'));
    screen.type('\x03');
    assert.equal(await screen.ended, 0);
    assert.match(screen.raw, /\x1b\[\?1049h/);
    assert.ok(screen.raw.endsWith('\x1b[?25h\x1b[?1049l'));
  });
});
