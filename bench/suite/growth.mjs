// bench/growth: rates and latency as one thing grows and the others stay.

import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { Broker, Product } from './broker.mjs';
import { benchOf } from './cafq.mjs';
import { readOptions, root } from './options.mjs';
import { load, machine, paste, short, table } from './text.mjs';

const usage = `usage: bench/growth [OPTION]...

Measures how rates and latency change with the number of connections, channels,
topics, waiting messages, and with the size of a message: each on a new broker.
Needs 10 GB below TMPDIR for the backlog, and 15 minutes.

  --broker FILE   what to measure [build/release/cafqd]
  --nsqd          it is nsqd
  --cafq FILE     load generator [build/release/cafq]
  --only TEXT     only series whose name contains this
  --seconds N     length of a run [4]
  --quick         a tenth of everything: to try the script, not to measure
  --json FILE     also write all results there
  --paste         put the tables into docs/PERFORMANCE.md`;

const options = readOptions(usage, {
  broker: { type: 'string', default: path.join(root, 'build/release/cafqd') },
  nsqd: { type: 'boolean', default: false },
});

const product = new Product(options.nsqd ? 'nsqd' : 'cafqd', options.broker);
const duration = options.quick ? 0.5 : Number(options.seconds);
const scale = options.quick ? 0.1 : 1;
const big = [
  ...product.sync('overflow'),
  '--mem-queue-size=100000000',
  ...(options.nsqd ? [] : [`--memory-limit=${8 * 2 ** 30}`]),
];

const cpu = (x) => short(x.broker_cpu_us_per_message);
const us = (x) => (x >= 1000 ? `${short(x / 1000)} ms` : `${x.toFixed(0)} us`);
const megabytes = (x) => `${(x.broker_rss_anon_after_kb / 1024).toFixed(0)} MB`;

const series = [
  {
    name: 'connections',
    about: 'PUB, one outstanding each.',
    points: [1, 10, 100, 1000, 5000],
    head: ['connections', 'msg/s', 'broker us', 'answer p50', 'answer p99'],
    flags: big,
    measure: async (connections, { bench }) => {
      const x = await bench('pub', { connections, duration });
      return [short(x.published_per_s), cpu(x), us(x.ack_p50_us), us(x.ack_p99_us)];
    },
  },
  {
    name: 'idle connections',
    about: 'Subscribed to one channel; then latency at 100 msg/s beside them.',
    points: [0, 10, 100, 1000, 5000],
    head: ['connections', 'KB each', 'CPU % idle', 'latency p50', 'latency p99'],
    flags: [],
    measure: async (connections, { bench }) => {
      let idle = {};
      // A connection holds what it was given until it ends: the idle ones come
      // and go with the generator, so latency is measured beside it.
      const wait = connections
        ? bench('connections', { connections, duration: duration * 2 + 1, topic: 'idle' })
        : Promise.resolve({});
      const latency = await new Promise((resolve, reject) =>
        setTimeout(
          () => bench('latency', { rate: 100, duration, spin: true }).then(resolve, reject),
          1000,
        ),
      );
      idle = await wait;
      return [
        connections ? short(idle.broker_bytes_per_connection / 1024) : '',
        connections ? short(idle.broker_cpu_percent) : '',
        us(latency.latency_p50_us),
        us(latency.latency_p99_us),
      ];
    },
  },
  {
    name: 'channels',
    about: 'MPUB 200, every channel consumed; us per delivery.',
    points: [1, 10, 100, 1000],
    head: ['channels', 'published/s', 'delivered/s', 'broker us', 'memory'],
    flags: big,
    measure: async (channels, { bench }) => {
      const x = await bench('pubsub', { channels, batch: 200, duration, rdy: 500 });
      const each = x.broker_cpu_us_per_message / channels;
      return [short(x.end_to_end_per_s), short(x.delivered_per_s), short(each), megabytes(x)];
    },
  },
  {
    name: 'topics',
    about: '10 connections publish MPUB 20 to all topics in turn, all consumed.',
    points: [1, 10, 100, 1000],
    head: ['topics', 'msg/s', 'broker us', 'answer p99', 'memory'],
    flags: big,
    measure: async (topics, { bench }) => {
      const x = await bench('pubsub', { topics, connections: 10, batch: 20, duration });
      return [short(x.end_to_end_per_s), cpu(x), us(x.ack_p99_us), megabytes(x)];
    },
  },
  {
    name: 'backlog',
    about: 'MPUB 200 into a channel that has so many waiting, then draining it.',
    points: [0, 200000, 2000000, 20000000],
    head: ['waiting', 'published/s', 'us', 'drained/s', 'us', 'memory'],
    flags: product.sync('overflow'),
    measure: async (waiting, { bench, broker }) => {
      await broker.post('/topic/create?topic=t');
      await broker.post('/channel/create?topic=t&channel=bench0');
      const publish = (messages) => bench('pub', { topic: 't', batch: 200, messages });
      if (waiting) await publish(waiting);
      const messages = 1000000 * scale;
      const published = await publish(messages);
      const drained = await bench('sub', { topic: 't', messages });
      return [
        short(published.published_per_s),
        cpu(published),
        short(drained.delivered_per_s),
        cpu(drained),
        megabytes(drained),
      ];
    },
  },
  {
    name: 'message size',
    about: 'Batches of at most 1 MB and 200 messages, consumed by one channel.',
    points: [16, 200, 1024, 16384, 131072, 1048576],
    head: ['bytes', 'msg/s', 'MB/s', 'broker us', 'memory'],
    flags: big,
    measure: async (size, { bench }) => {
      const batch = Math.max(1, Math.min(200, Math.floor(2 ** 20 / size)));
      const x = await bench('pubsub', { size, batch, outstanding: 2, duration });
      return [
        short(x.end_to_end_per_s),
        short((x.end_to_end_per_s * size) / 2 ** 20),
        cpu(x),
        megabytes(x),
      ];
    },
  },
];

const tables = [];
for (const x of series.filter((y) => y.name.includes(options.only))) {
  const rows = [];
  for (const point of x.points) {
    const value = point > 1000 && x.name !== 'message size' ? Math.round(point * scale) : point;
    const broker = await Broker.start(product, x.flags);
    let cells;
    try {
      cells = await x.measure(value, { bench: benchOf(options.cafq, broker), broker });
    } catch (error) {
      process.stderr.write(`${x.name} ${value}: ${error.message}\n`);
      cells = x.head.slice(1).map(() => 'failed');
    } finally {
      await broker.remove();
    }
    rows.push([value.toLocaleString('en'), ...cells]);
    process.stderr.write(`${x.name}: ${rows.at(-1).join(' | ')}\n`);
  }
  tables.push({ name: x.name, text: `${x.about}\n\n${table(x.head, rows)}`, rows });
}

const text = [
  `${product.version} on ${machine()}, shared with the load generator; load average at\n` +
    `the end ${load()}, ${new Date().toISOString().slice(0, 10)}.`,
  ...tables.map((x) => x.text),
].join('\n\n');
console.log(text);
if (options.json) writeFileSync(options.json, JSON.stringify(tables, null, 1));
if (options.paste) paste(path.join(root, 'docs/PERFORMANCE.md'), 'bench/growth', text);
