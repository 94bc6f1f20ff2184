// What an HTTP call changed is so after kill -9 right behind its answer.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { withDataPath } from './support/data_path.mjs';
import { ask } from './support/http.mjs';
import { withClients } from './support/wire.mjs';

const limit = { timeout: 120000 };
const T = 'topic=t';
const C = `${T}&channel=c`;
const count = 60;

async function call(broker, method, target, body) {
  const got = await ask(broker.httpPort, method, target, { body });
  assert.equal(got.status, 200, `${target}: ${got.body}`);
  return got.body;
}
const post = (broker, target, body) => call(broker, 'POST', target, body);
const publish = (broker, prefix) =>
  post(broker, `/mpub?${T}`, Array.from({ length: count }, (_, i) => `${prefix}${i}`).join('\n'));
const topics = async (broker) => JSON.parse(await call(broker, 'GET', '/stats?format=json')).topics;

// Publishes more than the memory takes, and waits until some of it is on disk.
async function store(broker, prefix) {
  const commits = async () =>
    JSON.parse(await call(broker, 'GET', '/debug/actors')).actors.find((x) => x.kind === 'store').counters.commits;
  const before = await commits();
  for (let i = 0; i < 2; ++i) await publish(broker, prefix);
  const deadline = performance.now() + 10000;
  while ((await commits()) === before) assert.ok(performance.now() < deadline, 'nothing was stored');
}

// Calls one endpoint after `prepare`, kills the broker and asks the next one.
async function after(flags, prepare, target, check) {
  await withDataPath(async (start) => {
    const first = await start({ flags });
    await prepare(first);
    await post(first, target);
    first.kill('SIGKILL');
    await first.exited;
    const second = await start({ flags });
    await check(second);
    await second.stop();
  });
}

const nothing = async () => {};
const withTopic = (broker) => post(broker, `/topic/create?${T}`);
async function withChannel(broker) {
  await withTopic(broker);
  await post(broker, `/channel/create?${C}`);
}
const paused = (what) => async (broker) => {
  await withChannel(broker);
  await post(broker, what);
};
const holds = (test) => async (broker) => {
  const [topic, ...rest] = await topics(broker);
  assert.deepEqual(rest, []);
  assert.equal(topic.topic_name, 't');
  assert.ok(test(topic), JSON.stringify(topic));
};
const only = (topic) => topic.channels.find((x) => x.channel_name === 'c');

describe('after kill -9 there is what was', limit, () => {
  const rows = [
    ['created: a topic', nothing, `/topic/create?${T}`, holds((x) => !x.paused && x.channels.length === 0)],
    ['created: a channel', withTopic, `/channel/create?${C}`, holds((x) => only(x) && !only(x).paused)],
    ['deleted: a topic', withChannel, `/topic/delete?${T}`, async (x) => assert.deepEqual(await topics(x), [])],
    ['deleted: a channel', withChannel, `/channel/delete?${C}`, holds((x) => x.channels.length === 0)],
    ['paused: a topic', withChannel, `/topic/pause?${T}`, holds((x) => x.paused && !only(x).paused)],
    ['paused: a channel', withChannel, `/channel/pause?${C}`, holds((x) => !x.paused && only(x).paused)],
    ['unpaused: a topic', paused(`/topic/pause?${T}`), `/topic/unpause?${T}`, holds((x) => !x.paused)],
    ['unpaused: a channel', paused(`/channel/pause?${C}`), `/channel/unpause?${C}`, holds((x) => !only(x).paused)],
  ];
  for (const [name, prepare, target, check] of rows)
    it(name, () => after([], prepare, target, check));
});

// Messages in memory, on disk, on their way there, in flight and deferred.
const modes = {
  overflow: ['--sync=overflow', '--mem-queue-size=20'],
  interval: ['--sync=interval', '--sync-interval=10ms', '--mem-queue-size=20'],
  always: ['--sync=always', '--mem-queue-size=20'],
};
for (const [mode, flags] of Object.entries(modes)) {
  describe(`after kill -9 messages stay away, sync ${mode}`, limit, () => {
    const busy = (broker) =>
      withClients(broker.port, async (connect) => {
        await withChannel(broker);
        const consumer = await connect();
        await consumer.subscribe('t', 'c');
        consumer.rdy(5);
        await store(broker, 'a');
        for (let i = 0; i < 5; ++i) await consumer.message();
        await post(broker, `/pub?${T}&defer=3600000`, 'late');
      });
    const held = async (broker) => {
      await withTopic(broker);
      await store(broker, 'a');
    };
    const none = (x) => x.depth === 0 && x.backend_depth === 0 && (x.deferred_count ?? 0) === 0;

    it('emptied: a channel', () =>
      after(flags, busy, `/channel/empty?${C}`, holds((x) => none(x) && none(only(x)))));

    it('emptied: a topic', () => after(flags, held, `/topic/empty?${T}`, holds(none)));

    it('emptied: a paused topic, but not its channels', () =>
      after(
        flags,
        async (broker) => {
          await withChannel(broker);
          await publish(broker, 'a');
          await post(broker, `/topic/pause?${T}`);
          await store(broker, 'b');
        },
        `/topic/empty?${T}`,
        holds((x) => x.paused && none(x) && (mode !== 'always' || only(x).depth === count)),
      ));

    it('deleted: a channel that comes back', () =>
      after(flags, busy, `/channel/delete?${C}`, async (broker) => {
        await holds((x) => x.channels.length === 0)(broker);
        await post(broker, `/channel/create?${C}`);
        await holds((x) => none(x) && none(only(x)))(broker);
      }));

    it('deleted: a topic that comes back', () =>
      after(flags, busy, `/topic/delete?${T}`, async (broker) => {
        assert.deepEqual(await topics(broker), []);
        await withChannel(broker);
        await holds((x) => none(x) && none(only(x)))(broker);
      }));
  });
}

describe('after kill -9 messages are there', limit, () => {
  it('published behind an empty', () =>
    after(
      ['--sync=always'],
      async (broker) => {
        await withChannel(broker);
        await publish(broker, 'a');
        await post(broker, `/channel/empty?${C}`);
        await publish(broker, 'b');
      },
      `/channel/pause?${C}`,
      holds((x) => only(x).paused && only(x).depth === count),
    ));

  it('held by a topic that was unpaused', () =>
    after(
      ['--sync=always'],
      async (broker) => {
        await paused(`/topic/pause?${T}`)(broker);
        await publish(broker, 'a');
      },
      `/topic/unpause?${T}`,
      (broker) =>
        withClients(broker.port, async (connect) => {
          const consumer = await connect();
          await consumer.subscribe('t', 'c');
          consumer.rdy(count);
          const bodies = new Set();
          while (bodies.size < count) bodies.add((await consumer.message()).body);
        }),
    ));
});
