// `cafq import`: what nsqd had comes out of cafqd, once, whatever happens
// meanwhile. NSQD names an nsqd 1.3.0 whose own files are imported as well.

import assert from 'node:assert/strict';
import { chownSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { publishMany, takeMany } from './support/bulk.mjs';
import { Broker, freePort } from './support/broker.mjs';
import { withDataPath } from './support/data_path.mjs';
import { ask } from './support/http.mjs';
import { Collector, openReader } from './support/nsqjs.mjs';
import { dataName, nsqdDat, nsqdMessage, records, writeFiles } from './support/nsqd_files.mjs';
import { generator, seed } from './support/random.mjs';
import { cafq, startCafq } from './support/tool.mjs';

const limit = { timeout: 120000 };

const cafqImport = (...args) => cafq('import', ...args);

async function imported(...args) {
  const { code, out, err } = await cafqImport(...args, '--json');
  assert.deepEqual({ code, err }, { code: 0, err: '' });
  return Object.fromEntries(JSON.parse(out).queues.map((x) => [`${x.topic}/${x.channel}`, x.messages]));
}

// Runs `body` with the folder of an nsqd that had `files`.
async function withNsqd(files, body) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'cafq-nsqd-'));
  try {
    writeFiles(folder, files);
    await body(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

// All there is in a folder, and when it changed.
const snapshot = (folder) =>
  readdirSync(folder).map((name) => {
    const file = path.join(folder, name);
    return [name, statSync(file).mtimeMs, readFileSync(file, 'latin1')];
  });

// What a real client gets, in order.
async function consume(broker, topic, channel, count) {
  const got = new Collector();
  const reader = await openReader(broker.port, topic, channel, (x) => {
    got.add({ timestamp: BigInt(x.timestamp.toString()), attempts: x.attempts, body: x.body.toString() });
    x.finish();
  });
  try {
    await got.count(count);
    return got.items;
  } finally {
    reader.close();
  }
}

// A delivery is one attempt more.
const delivered = (first, count) =>
  Array.from({ length: count }, (_, k) => nsqdMessage(first + k)).map((x) => ({ ...x, attempts: x.attempts + 1 }));

const metaDepth = (folder, queue) =>
  Number(readFileSync(path.join(folder, `${queue}.diskqueue.meta.dat`), 'latin1').split('\n')[0]);

async function depths(broker) {
  const { body } = await ask(broker.httpPort, 'GET', '/stats?format=json');
  return Object.fromEntries(
    JSON.parse(body).topics.flatMap((t) => [
      [t.topic_name, [t.depth, t.paused]],
      ...t.channels.map((c) => [`${t.topic_name}/${c.channel_name}`, [c.depth, c.paused]]),
    ]),
  );
}

describe('cafq import', limit, () => {
  it('brings what nsqd left to real clients', () =>
    withNsqd(
      {
        'nsqd.dat': nsqdDat([
          { name: 'a', paused: false, channels: [{ name: 'x', paused: false }, { name: 'y', paused: true }] },
          { name: 'b', paused: true, channels: null },
        ]),
        [dataName('a:x', 4)]: records(0, 700),
        [dataName('a:x', 5)]: records(700, 20),
        'a:x.diskqueue.meta.dat': `710\n4,${records(0, 10).length}\n5,0\n`,
        [dataName('a:y', 0)]: records(1000, 5),
        [dataName('b', 0)]: records(2000, 4),
      },
      (source) =>
        withDataPath(async (startBroker, folder) => {
          const before = snapshot(source);
          const dry = await cafqImport(source, '--data-path', folder, '--dry-run');
          assert.match(dry.out, /^719 messages would be imported$/m);
          assert.deepEqual(readdirSync(folder), []);
          assert.deepEqual(await imported(source, '--data-path', folder), { 'a/x': 710, 'a/y': 5, 'a/': 0, 'b/': 4 });
          assert.match((await cafqImport(source, '--data-path', folder)).out, /^0 messages imported$/m);
          assert.deepEqual(snapshot(source), before);

          const broker = await startBroker();
          assert.deepEqual(await depths(broker), {
            a: [0, false],
            'a/x': [710, false],
            'a/y': [5, true],
            b: [4, true],
          });
          assert.deepEqual(await consume(broker, 'a', 'x', 710), delivered(10, 710));
          await ask(broker.httpPort, 'POST', '/channel/unpause?topic=a&channel=y');
          assert.deepEqual(await consume(broker, 'a', 'y', 5), delivered(1000, 5));
          await ask(broker.httpPort, 'POST', '/channel/create?topic=b&channel=first');
          await ask(broker.httpPort, 'POST', '/topic/unpause?topic=b');
          assert.deepEqual(await consume(broker, 'b', 'first', 4), delivered(2000, 4));
        }),
    ));

  it('leaves what root imports to whom the directory belongs', { skip: process.getuid() !== 0 }, () =>
    withNsqd({ 'nsqd.dat': nsqdDat(null) }, (source) =>
      withDataPath(async (_, folder) => {
        const nobody = 65534;
        chownSync(folder, nobody, nobody);
        await imported(source, '--data-path', folder);
        const files = readdirSync(folder);
        assert.ok(files.includes('cafq.mdb'));
        for (const name of files) assert.equal(statSync(path.join(folder, name)).uid, nobody, name);
      }),
    ));

  it('is refused, with the reason, while cafqd runs', () =>
    withNsqd({ 'nsqd.dat': nsqdDat(null) }, (source) =>
      withDataPath(async (startBroker, folder) => {
        const broker = await startBroker();
        const { code, err } = await cafqImport(source, '--data-path', folder);
        assert.equal(code, 2);
        assert.match(err, new RegExp(`in use by cafqd, pid ${broker.pid}`));
      }),
    ));

  it('is refused where it makes no sense', () =>
    withNsqd({ 'nsqd.dat': '{' }, (source) =>
      withDataPath(async (_, folder) => {
        for (const [args, why] of [
          [[source, '--data-path', folder], /nsqd\.dat: is not JSON/],
          [[folder, '--data-path', folder], /holds nothing of nsqd/],
          [['/nowhere', '--data-path', folder], /No such file/],
        ]) {
          const { code, err } = await cafqImport(...args);
          assert.equal(code, 2, err);
          assert.match(err, why);
        }
        writeFiles(source, { 'nsqd.dat': nsqdDat(null) });
        for (const [target, why] of [
          [source, /holds files of nsqd/],
          ['/nowhere', /does not exist/],
        ]) {
          const { code, err } = await cafqImport(source, '--data-path', target);
          assert.equal(code, 2, err);
          assert.match(err, why);
        }
      }),
    ));

  it(`goes on after each of many kills (SEED=${seed})`, (t) => {
    const count = 300000;
    return withNsqd(
      {
        'nsqd.dat': nsqdDat([{ name: 't', paused: false, channels: [{ name: 'c', paused: false }] }]),
        ...Object.fromEntries(Array.from({ length: 30 }, (_, i) => [dataName('t:c', i), records((i * count) / 30, count / 30)])),
      },
      (source) =>
        withDataPath(async (startBroker, folder) => {
          const random = generator(seed);
          let kills = 0;
          for (; kills < 12; ++kills) {
            const child = startCafq('import', source, '--data-path', folder);
            await delay(random.below(150));
            if (child.exitCode !== null) break;
            child.kill('SIGKILL');
            await child.ended;
          }
          t.diagnostic(`${kills} kills`);
          await imported(source, '--data-path', folder);
          const broker = await startBroker();
          assert.deepEqual((await depths(broker))['t/c'], [count, false]);
          let next = 0;
          await takeMany(broker.port, 't', 'c', (number, attempts) => {
            assert.deepEqual([number, attempts], [next, nsqdMessage(next).attempts + 1]);
            return ++next === count;
          });
        }),
    );
  });

  // Each way that nsqd can end.
  for (const signal of ['SIGTERM', 'SIGKILL'])
    it(`takes what a real nsqd leaves at ${signal}`, { skip: !process.env.NSQD }, () =>
      withNsqd({}, (source) =>
        withDataPath(async (startBroker, folder) => {
          const port = await freePort();
          const nsqd = new Broker(
            [`--tcp-address=127.0.0.1:${port}`, '--http-address=', `--data-path=${source}`, '--mem-queue-size=0', '--max-bytes-per-file=20000'],
            { program: process.env.NSQD },
          );
          await nsqd.logged(/TCP: listening/);
          const empty = await openReader(port, 't', 'c', (x) => x.finish());
          empty.close();
          await publishMany(port, 't', 0, 2000, { size: 100 });
          // Half of them are delivered.
          let taken = 0;
          await takeMany(port, 't', 'c', () => ++taken === 1000, { rdy: 1 });
          assert.match((await cafqImport(source, '--data-path', folder)).err, /nsqd is running/);
          // It writes down every two seconds how far it is.
          while (metaDepth(source, 't:c') !== 1000 || metaDepth(source, 't') !== 0) await delay(50);
          nsqd.child.kill(signal);
          await nsqd.exited;
          const found = await imported(source, '--data-path', folder);
          const broker = await startBroker();
          const left = found['t/c'] + found['t/'];
          assert.ok(left === 1000 || (signal === 'SIGKILL' && left >= 999 && left <= 1001), `${left}`);
          const numbers = (await consume(broker, 't', 'c', left)).map((x) => Number(x.body.slice(0, 10)));
          assert.deepEqual(numbers, Array.from({ length: left }, (_, i) => 2000 - left + i));
        }),
      ),
    );
});
