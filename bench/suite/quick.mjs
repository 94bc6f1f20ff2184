// bench/quick: what a message costs now, against what is recorded.

import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { Broker, Product } from './broker.mjs';
import { benchOf } from './cafq.mjs';
import { load, machine, median, table } from './text.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.join(here, '../..');
const recordFile = path.join(here, '../baseline.json');
const usage = `usage: bench/quick [--record] [--build FOLDER]

Compares what a message costs with bench/baseline.json: instructions (callgrind
over a fixed input of the plain classes), allocations, CPU time of the broker.
Instructions and allocations are the same on a busy machine; CPU time is not,
and differs from machine to machine. Takes under two minutes.

  --record        write the figures to bench/baseline.json
  --build FOLDER  where cafqd, cafq and bench/ were built [build/release]`;

const { values: options } = parseArgs({
  options: {
    record: { type: 'boolean', default: false },
    build: { type: 'string', default: path.join(root, 'build/release') },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
if (options.help) {
  console.log(usage);
  process.exit(0);
}

const built = (name) => path.join(options.build, name);
const product = new Product('cafqd', built('cafqd'));
const flags = [
  ...product.sync('overflow'),
  '--mem-queue-size=100000000',
  `--memory-limit=${8 * 2 ** 30}`,
];
const run = promisify(execFile);
const figures = {};

// The cost of one more message: what a run has besides falls out.
async function slope(cost, messages) {
  const few = await cost(messages);
  const many = await cost(3 * messages);
  return (many - few) / (2 * messages);
}

async function instructions(kind, messages) {
  const { stderr } = await run('valgrind', [
    '--tool=callgrind',
    '--callgrind-out-file=/dev/null',
    built('bench/bench_workload'),
    kind,
    String(messages),
  ]);
  return Number(stderr.match(/Collected : (\d+)/)[1]);
}

for (const [kind, name, messages] of [
  ['pub', 'instructions per message, one at a time', 10000],
  ['mpub', 'instructions per message, 200 at a time', 40000],
])
  figures[name] = await slope((n) => instructions(kind, n), messages);

async function allocations() {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'cafq-quick-'));
  const counts = path.join(folder, 'counts');
  const calls = () => Number(readFileSync(counts).readBigUInt64LE(0));
  const broker = await Broker.start(product, flags, {
    env: { LD_PRELOAD: built('bench/bench_malloc_counter.so'), CAFQ_MALLOC_COUNTS: counts },
  });
  try {
    const bench = benchOf(built('cafq'), broker);
    const count = (name, settings) => async (messages) => {
      const before = calls();
      await bench(name, { ...settings, messages });
      return calls() - before;
    };
    const cases = [
      ['PUB, 50 connections', count('pub', { connections: 50 }), 50000],
      ['PUB, consumed', count('pubsub', { connections: 50 }), 50000],
      ['MPUB 200', count('pub', { batch: 200, outstanding: 2 }), 200000],
      ['MPUB 200, consumed', count('pubsub', { batch: 200, outstanding: 2 }), 400000],
    ];
    for (const [name, cost, messages] of cases) {
      await cost(messages);
      figures[`allocations per message, ${name}`] = await slope(cost, messages);
    }
  } finally {
    await broker.remove();
    rmSync(folder, { recursive: true });
  }
}
await allocations();

async function cpu() {
  const broker = await Broker.start(product, flags);
  const bench = benchOf(built('cafq'), broker);
  try {
    for (const [title, name, settings] of [
      ['PUB, 10 connections', 'pub', { connections: 10 }],
      ['PUB, 50 connections', 'pub', { connections: 50 }],
      ['MPUB 200, consumed', 'pubsub', { batch: 200, outstanding: 2 }],
      ['PUB at 1,000 msg/s, consumed', 'latency', { rate: 1000 }],
    ]) {
      const runs = [];
      for (let i = 0; i < 3; ++i)
        runs.push(await bench(name, { ...settings, duration: 2, warmup: 0.5 }));
      const middle = (key) => median(runs.map((x) => x[key]));
      figures[`CPU us per message, ${title}`] = middle('broker_cpu_us_per_message');
      figures[`context switches per message, ${title}`] = middle('broker_switches_per_message');
    }
  } finally {
    await broker.remove();
  }
}
await cpu();

if (options.record) {
  const rounded = Object.fromEntries(
    Object.entries(figures).map(([name, value]) => [name, Number(value.toPrecision(5))]),
  );
  writeFileSync(
    recordFile,
    `${JSON.stringify({ machine: machine(), load: load(), figures: rounded }, null, 2)}\n`,
  );
}
const record = JSON.parse(readFileSync(recordFile, 'utf8'));
const number = (x) => (x === undefined ? '' : x >= 100 ? x.toFixed(0) : x.toPrecision(3));
console.log(
  table(
    ['figure', 'now', 'recorded', 'ratio'],
    Object.entries(figures).map(([name, now]) => {
      const then = record.figures[name];
      return [name, number(now), number(then), then ? `${(now / then).toFixed(2)} x` : ''];
    }),
  ),
);
console.log(`\nNow: ${machine()}, load ${load()}. Recorded: ${record.machine}, load ${record.load}.`);
