// bench/deferred: many messages that wait for their time, and how late they come.

import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { eachFrame, open } from '../../test/e2e/support/frames.mjs';
import { Broker, Product } from './broker.mjs';
import { load, machine, short, table } from './text.mjs';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '../..');
const usage = `usage: bench/deferred [OPTION]... [-- BROKER OPTION...]

Publishes deferred messages whose times are spread at random, and measures how
late the first of them reach a consumer and how much memory the broker takes.
Needs 4 GB below TMPDIR. With the values below it takes 10 minutes.

  --broker FILE   what to measure [build/release/cafqd]
  --messages N    how many [10000000]
  --size BYTES    of each [100]
  --over S        over how long their times are spread [3600]
  --lead S        from the start until the first is due; publishing should be
                  over by then [300]
  --watch S       how long to watch, from then on [300]
  --restart       stops the broker cleanly after publishing and starts it again
  --json FILE     also write the results there`;

const { values: options, positionals: flags } = parseArgs({
  allowPositionals: true,
  options: {
    broker: { type: 'string', default: path.join(root, 'build/release/cafqd') },
    messages: { type: 'string', default: '10000000' },
    size: { type: 'string', default: '100' },
    over: { type: 'string', default: '3600' },
    lead: { type: 'string', default: '300' },
    watch: { type: 'string', default: '300' },
    restart: { type: 'boolean', default: false },
    json: { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
if (options.help) {
  console.log(usage);
  process.exit(0);
}
const [count, size, over, lead, watch] = ['messages', 'size', 'over', 'lead', 'watch'].map(
  (x) => Number(options[x]),
);

const now = () => performance.timeOrigin + performance.now();

// Publishes everything. `due` counts what is due in each second from `begin` on.
// Returns how many the broker refused, as it does when the disk is too slow.
async function publish(port, begin, due) {
  const socket = await open(port);
  const body = Buffer.alloc(size, '.');
  let sent = 0;
  let answered = 0;
  let refused = 0;
  const send = () => {
    const parts = [];
    const elapsed = now() - begin;
    for (let i = 0; i < 500 && sent < count; ++i, ++sent) {
      const at = (lead + Math.random() * over) * 1000;
      const delay = Math.max(1, Math.round(at - elapsed));
      ++due[Math.floor((delay + elapsed) / 1000)];
      body.write(`${delay} `.padStart(10), 0, 'latin1');
      const head = Buffer.from(`DPUB t ${delay}\n....`, 'latin1');
      head.writeUInt32BE(size, head.length - 4);
      parts.push(head, Buffer.from(body));
    }
    socket.write(Buffer.concat(parts));
  };
  try {
    await new Promise((resolve, reject) => {
      socket.on('error', reject);
      socket.on('close', () => reject(new Error('connection ended')));
      const more = () => {
        while (sent - answered < 2000 && sent < count) send();
        if (answered === count) resolve();
      };
      eachFrame(
        socket,
        (data, type, from, end) => {
          const text = data.toString('latin1', from, end);
          if (text.startsWith('E_DPUB_FAILED')) ++refused;
          else if (text !== 'OK') reject(new Error(text));
          ++answered;
        },
        more,
      );
      more();
    });
  } finally {
    socket.destroy();
  }
  return refused;
}

// How late messages come, in ms. The broker stamps each when it arrives, which
// is when its delay begins.
class Lateness {
  values = [];

  add(data, from) {
    const published = Number(data.readBigInt64BE(from)) / 1e6;
    const delay = Number(data.toString('latin1', from + 26, from + 36));
    this.values.push(now() - published - delay);
  }

  get text() {
    const x = this.summary();
    return `${x.count} came; late by ${short(x.p50)} / ${short(x.p99)} / ${short(x.max)} ms`;
  }

  summary() {
    const sorted = Float64Array.from(this.values).sort();
    const at = (q) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))];
    return { count: sorted.length, p50: at(0.5), p99: at(0.99), p999: at(0.999), max: at(1) };
  }
}

async function consume(port, all) {
  const recent = { now: new Lateness() };
  const socket = await open(port);
  socket.on('error', () => {});
  socket.write('SUB t c\nRDY 2500\n');
  let fins = [];
  eachFrame(
    socket,
    (data, type, from) => {
      if (type !== 2) return;
      all.add(data, from);
      recent.now.add(data, from);
      fins.push(`FIN ${data.toString('latin1', from + 10, from + 26)}\n`);
    },
    () => {
      socket.write(fins.join(''));
      fins = [];
    },
  );
  return { socket, recent };
}

// In MB: anonymous memory, and that with the pages of the file that are mapped.
function memory(pid) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const of = (name) => Number(status.match(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm'))[1]) / 1024;
  return { anonymous: of('RssAnon'), resident: of('VmRSS') };
}

const peak = { anonymous: 0, resident: 0 };
function look(broker) {
  const x = memory(broker.pid);
  for (const key of Object.keys(peak)) peak[key] = Math.max(peak[key], x[key]);
  return `${short(x.anonymous)} MB anonymous, ${short(x.resident)} MB resident`;
}

const say = (text) => process.stderr.write(`${text}\n`);

const product = new Product('cafqd', options.broker);
const broker = await Broker.start(product, ['--max-req-timeout=24h', ...flags]);
try {
  for (const what of ['/topic/create?topic=t', '/channel/create?topic=t&channel=c'])
    await broker.post(what);
  const begin = now();
  const due = new Uint32Array(Math.ceil(lead + over) + 3600);
  const sampling = setInterval(() => look(broker), 200);
  const telling = setInterval(() => say(look(broker)), 10000);
  const refused = await publish(broker.port, begin, due);
  const took = (now() - begin) / 1000;
  clearInterval(telling);
  say(`published in ${short(took)} s, ${refused} refused; ${look(broker)}`);
  if (took > lead) say('the first were due before that: use a larger --lead');
  const publishing = { ...peak };
  if (options.restart) {
    clearInterval(sampling);
    await broker.stop();
    say(`started again in ${short(await broker.launch())} ms`);
    for (const key of Object.keys(peak)) peak[key] = 0;
  }
  const all = new Lateness();
  const { socket, recent } = await consume(broker.port, all);
  await sleep(Math.max(0, lead * 1000 - (now() - begin)));
  while (now() - begin < (lead + watch) * 1000) {
    await sleep(Math.min(10000, (lead + watch) * 1000 - (now() - begin)) + 1);
    say(`${recent.now.text}; ${look(broker)}`);
    recent.now = new Lateness();
  }
  clearInterval(sampling);
  await sleep(2000);
  socket.destroy();
  const result = {
    ...all.summary(),
    wanted: due.subarray(0, lead + watch).reduce((a, b) => a + b, 0),
    refused,
    published_per_s: count / took,
    publishing,
    firing: peak,
  };
  say(`${result.wanted} were due, ${result.count} came`);
  const ms = (x) => `${short(x)} ms`;
  const mb = (x) => `${short(x)} MB`;
  console.log(
    `${product.version} on ${machine()}; load average at the end ${load()},\n` +
      `${new Date().toISOString().slice(0, 10)}. ${count.toLocaleString('en')} deferred messages of ${size} bytes over ` +
      `${over} s,\npublished at ${short(result.published_per_s)} msg/s; the first ` +
      `${watch} s of them.\n\n` +
      table(
        ['late by p50', 'p99', 'p99.9', 'max', 'anonymous memory', 'with the mapped file'],
        [
          [
            ...['p50', 'p99', 'p999', 'max'].map((x) => ms(result[x])),
            mb(Math.max(peak.anonymous, options.restart ? 0 : publishing.anonymous)),
            mb(Math.max(peak.resident, options.restart ? 0 : publishing.resident)),
          ],
        ],
      ),
  );
  if (options.json) writeFileSync(options.json, JSON.stringify(result, null, 1));
  if (result.count + refused < result.wanted) process.exitCode = 1;
} finally {
  await broker.remove();
}
