// The rules of the page that need no browser: rates, what is grouped, where the
// map puts things.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

const web = fileURLToPath(new URL('../../web/', import.meta.url));
const skip = !existsSync(`${web}node_modules`) && 'the packages of web/ are not installed';

// A module of web/src.
async function load(name) {
  const { build } = createRequire(`${web}package.json`)('esbuild');
  const { outputFiles } = await build({
    absWorkingDir: web,
    entryPoints: [`src/${name}`],
    bundle: true,
    format: 'esm',
    write: false,
  });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`);
}

let ids = 0;
const actor = (kind, name, more = {}) => ({
  id: ++ids,
  parent: 0,
  kind,
  name,
  mailbox: 0,
  handled: 0,
  paused: false,
  state: 'idle',
  mood: 'idle',
  counters: {},
  peers: [],
  ...more,
});
const topicOf = (name, more) => actor('topic', name, more);
const channelOf = (topic, name, more) => actor('channel', name, { parent: topic.id, ...more });
const reportOf = (actors, at = 0) => ({ at, actors, byId: new Map(actors.map((x) => [x.id, x])) });

describe('rates', { skip }, () => {
  let rows;
  before(async () => (rows = await load('data/rows.ts')));

  it('are what lies between two looks', () => {
    const topic = topicOf('t');
    const channel = channelOf(topic, 'c', { counters: { messages: 100, depth: 10, in_flight: 5, deferred: 5 } });
    const later = { ...channel, counters: { messages: 300, depth: 110, in_flight: 5, deferred: 5 } };
    const found = rows.queueRows(reportOf([topic, later], 2000), reportOf([topic, channel]));
    const row = found.find((x) => x.channel === 'c');
    assert.deepEqual([rows.rowName(row), row.in, row.out], ['t/c', 100, 50]);
  });

  it('are not known at the first look, and never below zero', () => {
    const topic = topicOf('t', { counters: { messages: 5 } });
    assert.ok(Number.isNaN(rows.queueRows(reportOf([topic], 1000), null)[0].in));
    const fresh = { ...topic, counters: { messages: 0 } };
    assert.equal(rows.queueRows(reportOf([fresh], 1000), reportOf([topic]))[0].in, 0);
  });
});

describe('the map', { skip }, () => {
  let graphs;
  let layouts;
  before(async () => {
    graphs = await load('map/graph.ts');
    layouts = await load('map/layout.ts');
  });
  const graph = (actors, more = {}) =>
    graphs.makeGraph(reportOf(actors), { topic: '', before: new Set(), called: () => '', ...more });
  const labels = (nodes) => nodes.map((x) => x.label);

  it('puts publishers before topics and consumers behind channels', () => {
    const topic = topicOf('t');
    const channel = channelOf(topic, 'c');
    const [from, to] = [actor('connection', '10.0.0.1:1', { peers: [topic.id] }), actor('connection', '10.0.0.2:2', { peers: [channel.id] })];
    const idle = actor('http', '10.0.0.3:3');
    const found = graph([topic, channel, from, to, idle]);
    assert.deepEqual(labels(found.blocks[0].publishers), ['10.0.0.1:1']);
    assert.deepEqual(labels(found.blocks[0].channels[0].consumers), ['10.0.0.2:2']);
    assert.deepEqual(labels(found.others), ['10.0.0.3:3']);
    const { places } = layouts.arrange(found);
    const x = (of) => places.get(`a${of.id}`).x;
    assert.ok(x(from) < x(topic) && x(topic) < x(channel) && x(channel) < x(to));
  });

  it('groups clients by what they are called, else by address, as bad as the worst', () => {
    const topic = topicOf('t');
    const client = (i, more) => actor('connection', `10.0.0.${i % 2}:${i}`, { peers: [topic.id], ...more });
    const many = Array.from({ length: 20 }, (_, i) => client(i, i === 7 ? { state: 'output full', mood: 'stuck' } : {}));
    const byHost = graph([topic, ...many], { called: (x) => x.name }).blocks[0].publishers;
    assert.deepEqual(labels(byHost), ['10 × 10.0.0.0', '10 × 10.0.0.1']);
    assert.deepEqual(byHost.map((x) => [x.state, x.mood]), [['idle', 'idle'], ['1 output full', 'stuck']]);
    const byCall = graph([topic, ...many], { called: () => 'shop' }).blocks[0].publishers;
    assert.deepEqual(labels(byCall), ['10 × shop 10.0.0.0', '10 × shop 10.0.0.1']);
    const unnamed = graph([topic, ...many], { called: (x) => x.name.split(':')[0] }).blocks[0].publishers;
    assert.deepEqual(labels(unnamed), ['10 × 10.0.0.0', '10 × 10.0.0.1']);
  });

  it('shows those of many topics that are stuck, and keeps who was shown', () => {
    const topics = Array.from({ length: 100 }, (_, i) => topicOf(`t${i}`, { counters: { depth: i } }));
    topics[3].mood = 'stuck';
    const first = graph(topics);
    assert.equal(first.blocks.length, 40);
    assert.ok(labels(first.blocks.map((x) => x.topic)).includes('t3'));
    assert.deepEqual(labels(first.rest), ['60 more topics']);
    const before = new Set(graphs.nodesOf(first).map((x) => x.key));
    // Another comes to have most: somebody who was among the last may go, but
    // nobody whose place is not needed.
    topics[30].counters = { depth: 1000 };
    const next = graph(topics, { before });
    const kept = next.blocks.filter((x) => before.has(x.topic.key)).length;
    assert.ok(kept >= 39, `${kept} kept`);
    assert.deepEqual(labels(next.blocks.map((x) => x.topic)), labels(next.blocks.map((x) => x.topic)).sort());
  });

  it('tells who waits for whom', () => {
    const store = actor('store', 'store');
    const topic = topicOf('t', { waiting_for: { what: 'actor', actor: store.id } });
    assert.deepEqual(graph([topic, store]).waits, [{ from: `a${topic.id}`, to: `a${store.id}` }]);
  });

  it('lets nothing lie upon another, and nothing jump', () => {
    const topics = ['b', 'a', 'd'].map((x) => topicOf(x));
    const channels = topics.flatMap((x) => ['z', 'y'].map((name) => channelOf(x, name)));
    const clients = channels.flatMap((x, i) => Array.from({ length: i }, (_, j) => actor('connection', `10.0.${i}.${j}:1`, { peers: [x.id] })));
    const all = [...topics, ...channels, ...clients, actor('store', 'store')];
    const { places, height } = layouts.arrange(graph(all));
    const list = [...places.values()];
    for (const a of list)
      for (const b of list)
        assert.ok(a === b || a.x !== b.x || Math.abs(a.y - b.y) >= layouts.height, `${a.node.label} and ${b.node.label}`);
    assert.ok(list.every((x) => x.y + layouts.height <= height));
    const again = layouts.arrange(graph([...all].reverse()));
    for (const [key, { x, y }] of places) assert.deepEqual([again.places.get(key).x, again.places.get(key).y], [x, y]);
  });
});

describe('numbers', { skip }, () => {
  it('are what people read', async () => {
    const { span, rateText, plural } = await load('parts/format.ts');
    assert.deepEqual([12, 1500, 41000, 200000, 3600000, 90061000].map(span), ['12 ms', '1.5 s', '41 s', '3 min 20 s', '1 h', '1 d 1 h']);
    assert.deepEqual([NaN, 0, 2.34, 1204, 1234567].map(rateText), ['–', '0', '2.3', '1,204', '1.23M']);
    assert.deepEqual([plural(1, 'message'), plural(12034, 'message')], ['1 message', '12,034 messages']);
  });
});
