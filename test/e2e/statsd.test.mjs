// What a node pushes to a statsd daemon, and the percentiles it measures.

import assert from 'node:assert/strict';
import dgram from 'node:dgram';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { isCafqd, withBroker } from './support/broker.mjs';
import { http } from './support/http.mjs';
import { withClients } from './support/wire.mjs';

const limit = { timeout: 60000 };

// A statsd daemon. `lines` are all lines so far, `packets` the sizes.
class Statsd {
  lines = [];
  packets = [];
  #waiting = new Set();

  static async start() {
    const statsd = new Statsd();
    statsd.socket = dgram.createSocket('udp4');
    statsd.socket.on('message', (packet) => {
      assert.ok(packet.toString().endsWith('\n'), packet.toString());
      statsd.packets.push(packet.length);
      statsd.lines.push(...packet.toString().trimEnd().split('\n'));
      for (const check of [...statsd.#waiting]) check();
    });
    statsd.socket.bind(0, '127.0.0.1');
    await once(statsd.socket, 'listening');
    statsd.address = `127.0.0.1:${statsd.socket.address().port}`;
    return statsd;
  }

  // Waits for a line that matches, from line number `from` on.
  line(pattern, from = 0) {
    return new Promise((resolve, reject) => {
      const check = () => {
        const found = this.lines.slice(from).find((x) => pattern.test(x));
        if (!found) return;
        clearTimeout(timer);
        this.#waiting.delete(check);
        resolve(found);
      };
      const timer = setTimeout(() => reject(new Error(`no ${pattern} in\n${this.lines.join('\n')}`)), 20000);
      this.#waiting.add(check);
      check();
    });
  }
}

async function withStatsd(flags, body) {
  const statsd = await Statsd.start();
  try {
    const all = [`--statsd-address=${statsd.address}`, '--statsd-interval=1100ms', '--broadcast-address=my.host', ...flags];
    await withBroker({ flags: all }, (broker) => body(statsd, { broker, ...http({ broker }) }));
  } finally {
    statsd.socket.close();
  }
}

async function consume(port, topic, channel, count) {
  await withClients(port, async (connect) => {
    const consumer = await connect();
    await consumer.subscribe(topic, channel);
    consumer.rdy(count);
    for (let i = 0; i < count; ++i) consumer.fin(await consumer.message());
    consumer.send('CLS\n');
    await consumer.response('CLOSE_WAIT');
  });
}

describe('statsd', limit, () => {
  it('is told of topics, channels and memory', () =>
    withStatsd([], async (statsd, node) => {
      await node.post('/topic/create?topic=t');
      await node.post('/channel/create?topic=t&channel=c');
      await node.post('/pub?topic=t', '12345');
      const p = `nsq\\.my_host_${node.broker.httpPort}\\.`;
      await statsd.line(new RegExp(`^${p}topic\\.t\\.message_count:1\\|c$`));
      await statsd.line(new RegExp(`^${p}topic\\.t\\.message_bytes:5\\|c$`));
      await statsd.line(new RegExp(`^${p}topic\\.t\\.channel\\.c\\.depth:1\\|g$`));
      await statsd.line(new RegExp(`^${p}mem\\.gc_runs:\\d+\\|c$`));
      // The next report: nothing new.
      await statsd.line(new RegExp(`^${p}topic\\.t\\.message_count:0\\|c$`), statsd.lines.length);
      assert.ok(Math.max(...statsd.packets) <= 508, `${statsd.packets}`);
      assert.equal((await node.get('/config/statsd_prefix')).body, `nsq.my_host_${node.broker.httpPort}.`);
    }));

  it('takes other prefixes and sizes', () =>
    withStatsd(
      ['--statsd-prefix=x', '--statsd-udp-packet-size=100', '--statsd-mem-stats=false', '--statsd-exclude-ephemeral'],
      async (statsd, node) => {
        await node.post('/topic/create?topic=t');
        await node.post('/channel/create?topic=t&channel=c%23ephemeral');
        await node.post('/channel/create?topic=t&channel=d');
        await statsd.line(/^x\.topic\.t\.channel\.d\.clients:0\|g$/);
        assert.ok(Math.max(...statsd.packets) <= 100, `${statsd.packets}`);
        assert.ok(!statsd.lines.some((x) => /ephemeral|mem\./.test(x)), statsd.lines.join('\n'));
      },
    ));

  it('may be away', { skip: !isCafqd && 'of cafqd only' }, () =>
    withBroker({ flags: ['--statsd-address=nosuch.invalid:8125', '--statsd-interval=1100ms'] }, async (broker) => {
      await broker.logged(/STATSD: cannot tell nosuch\.invalid:8125 - /);
      assert.equal((await http({ broker }).get('/ping')).body, 'OK');
    }));
});

describe('time from publish to FIN', limit, () => {
  const flags = ['--e2e-processing-latency-percentile=0.5,1.0', '--e2e-processing-latency-percentile=0.99'];

  it('is told per channel and topic', () =>
    withStatsd(flags, async (statsd, node) => {
      await node.post('/topic/create?topic=none');
      await node.post('/channel/create?topic=none&channel=x').then(() => node.post('/channel/delete?topic=none&channel=x'));
      await node.post('/topic/create?topic=t');
      await node.post('/channel/create?topic=t&channel=c');
      await node.post('/channel/create?topic=t&channel=d');
      await node.post('/mpub?topic=t', 'a\nb\nc');
      const begun = performance.now();
      await consume(node.broker.port, 't', 'c', 3);
      const seen = performance.now() - begun;
      const quantiles = (x) => x.e2e_processing_latency.percentiles.map((y) => y.quantile);
      const values = (x) => x.e2e_processing_latency.percentiles.map((y) => y.value);
      const topic = await node.topic('t');
      const [c, d] = topic.channels;
      assert.deepEqual([topic, c, d].map((x) => x.e2e_processing_latency.count), [3, 3, 0]);
      for (const x of [topic, c, d]) assert.deepEqual(quantiles(x), [1, 0.99, 0.5]);
      assert.deepEqual(values(d), [0, 0, 0]);
      assert.deepEqual(values(topic), values(c));
      for (const x of values(c)) assert.ok(x > 0 && x < (seen + 5000) * 1e6, `${x} in ${seen} ms`);
      assert.deepEqual((await node.topic('none')).e2e_processing_latency, { count: 0, percentiles: null });
      assert.match((await node.get('/stats?format=text&topic=t')).body, /\[d +\].* e2e%: 0\.0ns, 0\.0ns, 0\.0ns\n/);
      assert.equal((await node.get('/config/e2e_processing_latency_percentiles')).body, '[1,0.99,0.5]');
      await statsd.line(/\.topic\.t\.channel\.c\.e2e_processing_latency_100:[1-9]\d*\|g$/);
      await statsd.line(/\.topic\.t\.e2e_processing_latency_50:[1-9]\d*\|g$/);
    }));
});

describe('histograms in /metrics', { ...limit, skip: !isCafqd && 'of cafqd only' }, () => {
  it('count commits and deliveries', () =>
    withBroker({}, async (broker) => {
      const node = http({ broker });
      await node.post('/topic/create?topic=t');
      await node.post('/pub?topic=t', 'x');
      await consume(broker.port, 't', 'c', 1);
      const { body } = await node.get('/metrics');
      const value = (name) => Number(body.match(new RegExp(`^${name} (.*)$`, 'm'))?.[1]);
      assert.ok(value('cafq_store_commit_seconds_count') >= 1, body);
      assert.equal(value('cafq_delivery_latency_seconds_count'), 1);
      assert.equal(value('cafq_delivery_latency_seconds_bucket{le="\\+Inf"}'), 1);
      assert.ok(value('cafq_delivery_latency_seconds_sum') < 60);
    }));
});
