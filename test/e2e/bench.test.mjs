// `cafq bench` counts right, against the broker and against one that lies.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { startBroker, useBroker } from './support/broker.mjs';
import { withScriptedBroker } from './support/scripted.mjs';

const limit = { timeout: 60000 };

async function collect(stream) {
  let text = '';
  for await (const chunk of stream.setEncoding('utf8')) text += chunk;
  return text;
}

function start(...args) {
  return spawn(process.env.CAFQ, ['bench', ...args.map(String)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

async function end(child) {
  const [out, err, [code]] = await Promise.all([
    collect(child.stdout),
    collect(child.stderr),
    once(child, 'close'),
  ]);
  return { code, out, err };
}

const bench = (...args) => end(start(...args));

async function measured(...args) {
  const { code, out, err } = await bench(...args, '--json');
  assert.equal(code, 0, err);
  return JSON.parse(out);
}

// Asserts that `result` has these, and numbers under the names in `numbers`.
function check(result, expected, numbers = []) {
  for (const [key, value] of Object.entries(expected))
    assert.deepEqual(result[key], value, `${key} of ${JSON.stringify(result)}`);
  for (const key of numbers) assert.equal(typeof result[key], 'number', key);
}

const clean = { missing: 0, duplicates: 0, out_of_order: 0, foreign: 0, fin_refused: 0 };
const cost = [
  'broker_cpu_us_per_message',
  'broker_switches_per_message',
  'broker_cpu_percent',
  'broker_rss_anon_before_kb',
  'broker_rss_anon_after_kb',
  'generator_cpu_us_per_message',
  'generator_cpu_percent',
];

describe('cafq bench', limit, () => {
  const box = useBroker();
  const at = () => ['--address', `127.0.0.1:${box.broker.port}`];
  const watching = () => [...at(), '--pid', box.broker.pid];

  it('pub publishes whole batches', limit, async () => {
    const result = await measured(
      'pub', ...watching(), '--messages', 1001, '--batch', 10, '--connections', 3,
    );
    check(result, { bench: 'pub', published: 1010, connections: 3 }, [
      'published_per_s', 'ack_p50_us', 'ack_p99_us', 'ack_max_us', ...cost,
    ]);
  });

  it('pubsub counts what every channel gets', limit, async () => {
    const result = await measured(
      'pubsub', ...watching(), '--messages', 3000, '--channels', 3, '--consumers', 2,
      '--outstanding', 4, '--topics', 2,
    );
    check(
      result,
      { bench: 'pubsub', published: 3000, delivered: 9000, consumers: 12, ...clean },
      ['end_to_end_per_s', 'delivered_per_s', ...cost],
    );
  });

  it('sub reads what it published before', limit, async () => {
    const result = await measured('sub', ...watching(), '--publish', 5000);
    check(
      result,
      { bench: 'sub', published: 5000, deliveries: 5000, delivered: 5000, ...clean },
      ['published_per_s', 'publish_broker_cpu_us_per_message', ...cost],
    );
  });

  it('sub gets again what it requeues, and that is no duplicate', limit, async () => {
    const result = await measured('sub', ...at(), '--publish', 1000, '--requeue', 0.5);
    check(result, { delivered: 1000, ...clean });
    assert.ok(result.requeued > 900, `${result.requeued}`);
    assert.equal(result.deliveries, 1000 + result.requeued);
  });

  it('sub leaves all in flight, up to RDY', limit, async () => {
    const result = await measured(
      'sub', ...at(), '--publish', 1000, '--no-finish', '--rdy', 300,
    );
    check(result, { deliveries: 300, delivered: 300, missing: 0 });
  });

  it('sub reads what others published', limit, async () => {
    const where = [...at(), '--topic', 'others'];
    await measured('pub', ...where, '--messages', 200);
    check(await measured('sub', ...where, '--messages', 200, '--channel', 'c'), {
      deliveries: 200,
      delivered: 200,
      ...clean,
    });
  });

  it('latency publishes at the rate it was told', limit, async () => {
    const result = await measured(
      'latency', ...watching(), '--rate', 200, '--duration', '500ms', '--warmup', '100ms',
    );
    check(
      result,
      { published: 100, delivered: 100, missing: 0, duplicates: 0, out_of_order: 0 },
      ['latency_p50_us', 'latency_p90_us', 'latency_p99_us', 'latency_p99.9_us',
        'latency_max_us', 'generator_late_p50_us'],
    );
  });

  it('connections tells what a client takes', limit, async () => {
    const result = await measured(
      'connections', ...watching(), '--connections', 200, '--rate', 400, '--duration', '500ms',
    );
    check(result, { connections: 200, subscribed: true, missing: 0, duplicates: 0, out_of_order: 0 }, [
      'connections_per_s', 'broker_bytes_per_connection', 'ack_p50_us', ...cost,
    ]);
    assert.ok(result.published > 0);
    assert.equal(result.delivered, result.published);
  });

  it('connections holds clients that do nothing at all', limit, async () => {
    const result = await measured(
      'connections', ...at(), '--connections', 20, '--unsubscribed', '--duration', '10ms',
    );
    check(result, { connections: 20, subscribed: false });
  });

  for (const batch of [1, 10])
    it(`http publishes, ${batch} at a time`, limit, async () => {
      const topic = `http${batch}`;
      const result = await measured(
        'http', '--address', `127.0.0.1:${box.broker.httpPort}`, '--topic', topic,
        '--messages', 100, '--connections', 3, '--batch', batch,
      );
      check(result, { bench: 'http', published: 100 }, ['published_per_s']);
      const read = await measured('sub', ...at(), '--topic', topic, '--messages', 100);
      check(read, { delivered: 100, ...clean });
    });

  it('prints a table', limit, async () => {
    const { code, out } = await bench('pub', ...at(), '--messages', 10);
    assert.equal(code, 0);
    assert.match(out, /^published +10$/m);
    assert.match(out, /^published_per_s +\d/m);
  });

  it('explains itself', limit, async () => {
    const { code, out } = await bench('--help');
    assert.equal(code, 0);
    for (const name of ['pub', 'sub', 'pubsub', 'latency', 'connections', 'http'])
      assert.match(out, new RegExp(`^  ${name} `, 'm'));
  });

  for (const [args, pattern] of [
    [['pub', '--batch', '0'], /must be more than 0/],
    [['sub'], /--topic or --publish/],
    [['sub', '--publish', '1', '--messages', '1'], /excludes/],
    [['sub', '--publish', '1', '--requeue', '1'], /range/],
    [['latency', '--size', '15'], /at least 16/],
    [['pub', '--no-such-option'], /not expected/],
  ])
    it(`refuses ${args.join(' ')}`, limit, async () => {
      const { code, err } = await bench(...args);
      assert.equal(code, 2);
      assert.match(err, pattern);
    });

  it('says when nobody is there', limit, async () => {
    const { code, err } = await bench('pub', '--address', '127.0.0.1:1');
    assert.equal(code, 1);
    assert.match(err, /^cafq: cannot connect to 127\.0\.0\.1:1: /);
  });

  it('says when there is no such process', limit, async () => {
    const { code, err } = await bench('pub', ...at(), '--pid', 2 ** 22 + 1);
    assert.equal(code, 1);
    assert.match(err, /no process 4194305/);
  });
});

describe('cafq bench, when the broker goes away', () => {
  for (const [name, ...args] of [
    ['pub'], ['pubsub'], ['latency'], ['connections', '--rate', 100], ['http'],
    ['sub', '--topic', 't'],
  ])
    it(`${name} says so`, limit, async () => {
      const broker = await startBroker();
      try {
        const port = name === 'http' ? broker.httpPort : broker.port;
        const ended = end(
          start(name, ...args, '--address', `127.0.0.1:${port}`, '--duration', 30),
        );
        await broker.logged(/TOPIC\(.*created/);
        await broker.destroy();
        const { code, err } = await ended;
        assert.equal(code, 1);
        assert.match(err, /^cafq: (the broker closed|cannot (read from|send to) the broker)/);
      } finally {
        await broker.destroy();
      }
    });
});

describe('cafq bench, against a broker that', () => {
  const pubsub = (port, ...args) =>
    bench(
      'pubsub', '--address', `127.0.0.1:${port}`, '--messages', 100, '--timeout', '300ms',
      '--json', ...args,
    );

  it('delivers twice', limit, () =>
    withScriptedBroker(
      (body, send) => {
        send(body);
        // Behind all, so that nothing ends before it is counted.
        if (body.readUInt32BE(12) < 99) send(body);
      },
      async (port) => {
        const { code, out } = await pubsub(port);
        assert.equal(code, 0);
        check(JSON.parse(out), { delivered: 100, duplicates: 99, out_of_order: 0, missing: 0 });
      },
    ));

  it('mixes up the order', limit, () => {
    let held;
    return withScriptedBroker(
      (body, send) => {
        if (!held) {
          held = body;
          return;
        }
        send(body);
        send(held);
        held = undefined;
      },
      async (port) => {
        const { code, out } = await pubsub(port);
        assert.equal(code, 0);
        check(JSON.parse(out), { delivered: 100, duplicates: 0, out_of_order: 50, missing: 0 });
      },
    );
  });

  it('loses some', limit, () =>
    withScriptedBroker(
      (body, send) => {
        if (body.readUInt32BE(12) % 10 !== 0) send(body);
      },
      async (port) => {
        const { code, out, err } = await pubsub(port);
        assert.equal(code, 1);
        assert.match(err, /10 deliveries did not arrive/);
        check(JSON.parse(out), { delivered: 90, missing: 10 });
      },
    ));

  it('hands out what nobody published', limit, () =>
    withScriptedBroker(
      (body, send) => {
        send(Buffer.from('somebody else wrote this'));
        send(body);
      },
      async (port) => {
        const { code, out } = await pubsub(port);
        assert.equal(code, 0);
        check(JSON.parse(out), { delivered: 100, foreign: 100 });
      },
    ));
});
