// bench/run: the table of targets, measured on one or two brokers in turn.

import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { Broker, Product } from './broker.mjs';
import { benchOf } from './cafq.mjs';
import { figures, rates } from './cases.mjs';
import { readOptions, root } from './options.mjs';
import { load, machine, median, paste, short, table } from './text.mjs';

const usage = `usage: bench/run [--nsqd FILE] [OPTION]...

Measures what docs/PERFORMANCE.md shows, on cafqd and, if given, on nsqd in turn
(A B A B), each time on a new broker with an empty data path; prints the medians
as Markdown. Takes 20 minutes with both.

  --cafqd FILE    broker to measure [build/release/cafqd]
  --nsqd FILE     broker to compare with, nsqd 1.3.0
  --floor FILE    also measure the bare cost of a PUB [build/release/bench/bench_floor]
  --cafq FILE     load generator [build/release/cafq]
  --rounds N      runs of each case on each broker [3]
  --seconds N     length of a run [4]
  --only TEXT     only cases whose name contains this
  --quick         short runs, one round: to try the set, not to measure
  --json FILE     also write all results of all rounds there
  --paste         put the tables into docs/PERFORMANCE.md and README.md`;

const options = readOptions(usage, {
  cafqd: { type: 'string', default: path.join(root, 'build/release/cafqd') },
  nsqd: { type: 'string' },
  floor: { type: 'string' },
  rounds: { type: 'string', default: '3' },
});

const rounds = options.quick ? 1 : Number(options.rounds);
const seconds = options.quick ? 1 : Number(options.seconds);
const products = [new Product('cafqd', options.cafqd)];
if (options.nsqd) products.unshift(new Product('nsqd', options.nsqd));
const floor = options.floor && new Product('floor', options.floor);

const say = (text) => process.stderr.write(`${text}\n`);

async function measureOnce(product, x) {
  const flags = x.flags(product);
  if (!flags) return undefined;
  const broker = await Broker.start(product, flags);
  try {
    const bench = benchOf(options.cafq, broker);
    return await x.measure({ bench, broker, quick: options.quick, seconds });
  } finally {
    await broker.remove();
  }
}

// Returns the results of all rounds by kind of broker.
async function measure(x, candidates) {
  const all = Object.fromEntries(candidates.map((p) => [p.kind, []]));
  for (let i = 0; i < rounds; ++i) {
    for (const product of candidates) {
      const result = await measureOnce(product, x).catch((error) => {
        say(`${product.kind}, ${x.name}: ${error.message}`);
      });
      if (result) all[product.kind].push(result);
      say(`${x.name} (${x.mode}), ${product.kind}: ${JSON.stringify(result ?? 'nothing')}`);
    }
  }
  return all;
}

const middle = (runs, field) =>
  runs?.length ? median(runs.map((x) => x[field])) : undefined;
const ratio = (a, b) => (a === undefined || b === undefined ? '' : `${(a / b).toFixed(2)} x`);

// A generator without a core of its own measures itself.
const limited = (runs) => ((middle(runs, 'generator') ?? 0) > 85 ? ' (g)' : '');

function rateRow(x, all) {
  const [cafqd, nsqd] = [all.cafqd, all.nsqd];
  const row = [x.name, x.mode];
  if (nsqd) row.push(short(middle(nsqd, 'rate')) + limited(nsqd));
  row.push(short(middle(cafqd, 'rate')) + limited(cafqd) || 'no such mode yet');
  if (nsqd) row.push(ratio(middle(cafqd, 'rate'), middle(nsqd, 'rate')));
  if (nsqd) row.push(short(middle(nsqd, 'cpu')));
  row.push(short(middle(cafqd, 'cpu')));
  if (nsqd) row.push(ratio(middle(cafqd, 'cpu'), middle(nsqd, 'cpu')));
  row.push(x.wanted);
  return row;
}

function figureRow(x, all) {
  const show = (runs) =>
    runs?.length
      ? `${runs[0].map((_, i) => short(middle(runs, i))).join(' / ')} ${x.unit}`
      : 'no such mode yet';
  const row = [x.name, x.mode];
  if (all.nsqd) row.push(show(all.nsqd));
  row.push(show(all.cafqd), x.wanted);
  return row;
}

const both = Boolean(options.nsqd);
const rateHead = both
  ? ['case', 'mode', 'nsqd msg/s', 'cafqd msg/s', 'ratio', 'nsqd us', 'cafqd us', 'ratio', 'wanted']
  : ['case', 'mode', 'cafqd msg/s', 'cafqd us', 'wanted'];
const figureHead = both
  ? ['case', 'mode', 'nsqd', 'cafqd', 'wanted']
  : ['case', 'mode', 'cafqd', 'wanted'];

const chosen = (list) => list.filter((x) => x.name.includes(options.only));
const measured = [];
for (const x of chosen(rates)) {
  const candidates = floor && /^PUB/.test(x.name) ? [...products, floor] : products;
  measured.push({ x, all: await measure(x, candidates), row: rateRow, head: rateHead });
}
for (const x of chosen(figures))
  measured.push({ x, all: await measure(x, products), row: figureRow, head: figureHead });

function rendered(list, head) {
  const rows = list.filter((m) => m.head === head);
  return rows.length ? table(head, rows.map((m) => m.row(m.x, m.all))) : '';
}

function floorText() {
  const rows = measured
    .filter((m) => m.all.floor?.length)
    .map((m) => [
      m.x.name,
      short(middle(m.all.floor, 'rate')),
      short(middle(m.all.floor, 'cpu')),
      short(middle(m.all.cafqd, 'cpu')),
    ]);
  return rows.length
    ? table(['case', 'floor msg/s', 'floor us', 'cafqd us'], rows)
    : '';
}

const about = [
  `Measured ${new Date().toISOString().slice(0, 10)} on ${machine()}, shared with the load`,
  `generator; load average at the end ${load()}. Median of ${rounds} runs of each broker in`,
  `turn; 200-byte messages; us is the broker's CPU time per message;`,
  `${products.map((p) => `${p.kind}: ${p.version}`).join('; ')}. (g): the generator was the limit.`,
].join('\n');

const full = (list) =>
  [about, rendered(list, rateHead), rendered(list, figureHead)].filter(Boolean).join('\n\n');
console.log(full(measured));
if (floor) console.log(`\n${floorText()}`);
if (options.json)
  writeFileSync(
    options.json,
    JSON.stringify(
      { about, results: measured.map(({ x, all }) => ({ name: x.name, mode: x.mode, ...all })) },
      null,
      1,
    ),
  );
if (options.paste) {
  const document = path.join(root, 'docs/PERFORMANCE.md');
  paste(document, 'bench/run', full(measured));
  if (floor) paste(document, 'floor', floorText());
  const best = measured.filter((m) => m.x.readme);
  paste(path.join(root, 'README.md'), 'bench/run', full(best));
}
