// `cafq` as scripts use it: what it prints and how it ends. `cafq bench` has
// bench.test.mjs.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { useBroker } from './support/broker.mjs';
import { withDataPath } from './support/data_path.mjs';
import { http } from './support/http.mjs';
import { cafq, startCafq as start } from './support/tool.mjs';
import { bytes, sized, topicName, withClients } from './support/wire.mjs';

const limit = { timeout: 60000 };
const box = useBroker();
const api = http(box);

const web = () => `--http-address=127.0.0.1:${box.broker.httpPort}`;
const tcp = () => `--nsqd-tcp-address=127.0.0.1:${box.broker.port}`;
async function good(...args) {
  const { code, out, err } = await cafq(...args);
  assert.deepEqual({ code, err }, { code: 0, err: '' }, args.join(' '));
  return out;
}

const needing = {
  actors: [],
  stats: [],
  why: ['t'],
  peek: ['t'],
  'topic create': ['t'],
  'topic delete': ['t'],
  'topic empty': ['t'],
  'topic pause': ['t'],
  'topic unpause': ['t'],
  'channel create': ['t', 'c'],
  'channel delete': ['t', 'c'],
  'channel empty': ['t', 'c'],
  'channel pause': ['t', 'c'],
  'channel unpause': ['t', 'c'],
};

describe('the command line of cafq', limit, () => {
  const all = [...Object.keys(needing), 'pub', 'tail', 'disk', 'import', 'backup', 'restore', 'store check', 'store dump', 'store compact', 'bench pubsub'];
  for (const name of all)
    it(`${name}: --help is 0, an unknown flag 2`, async () => {
      const help = await cafq(...name.split(' '), '--help');
      assert.deepEqual([help.code, help.err], [0, '']);
      assert.match(help.out, /^\S.*\n(.*\n)*Usage: cafq |--help/);
      const wrong = await cafq(...name.split(' '), '--no-such-flag');
      assert.equal(wrong.code, 2);
      assert.equal(wrong.out, '');
      assert.notEqual(wrong.err, '');
    });

  it('without a command, or with half of one, is 2', async () => {
    for (const args of [[], ['topic'], ['channel', 'create', 't'], ['pub', 'x'], ['tail'], ['nonsense']])
      assert.equal((await cafq(...args)).code, 2, args.join(' '));
    assert.equal((await cafq('actors', '--sort', 'age')).code, 2);
    assert.equal((await cafq('actors', '--watch', '0')).code, 2);
  });

  it('a broker that cannot be reached is 1', async () => {
    for (const [name, rest] of Object.entries(needing)) {
      const { code, out, err } = await cafq(...name.split(' '), '--http-address=127.0.0.1:1', ...rest);
      assert.deepEqual([code, out], [1, ''], name);
      assert.match(err, /^cafq: .*127\.0\.0\.1:1.*\n$/, name);
    }
    for (const args of [['pub', '-t', 't', 'x'], ['tail', '-t', 't']]) {
      const { code, err } = await cafq(...args, '--nsqd-tcp-address=127.0.0.1:1');
      assert.equal(code, 1);
      assert.match(err, /^cafq: .*127\.0\.0\.1:1/);
    }
  });
});

describe('cafq topic and channel', limit, () => {
  it('do what they say', async () => {
    const topic = topicName();
    assert.equal(await good('topic', 'create', web(), topic), '');
    assert.equal(await good('channel', 'create', web(), topic, 'c'), '');
    for (const paused of [true, false]) {
      await good('topic', paused ? 'pause' : 'unpause', web(), topic);
      await good('channel', paused ? 'pause' : 'unpause', web(), topic, 'c');
      const x = await api.topic(topic);
      assert.deepEqual([x.paused, x.channels[0].paused], [paused, paused]);
    }
    await api.post(`/pub?topic=${topic}`, 'x');
    await good('channel', 'empty', web(), topic, 'c');
    assert.equal((await api.channel(topic, 'c')).depth, 0);
    await good('channel', 'delete', web(), topic, 'c');
    assert.deepEqual((await api.topic(topic)).channels, []);
    await api.post(`/pub?topic=${topic}`, 'x');
    await good('topic', 'empty', web(), topic);
    assert.equal((await api.topic(topic)).depth, 0);
    await good('topic', 'delete', web(), topic);
    assert.equal(await api.topic(topic), undefined);
  });

  it('answer in JSON, and 1 when refused', async () => {
    const topic = topicName();
    assert.deepEqual(JSON.parse(await good('topic', 'create', web(), '--json', topic)), { ok: true });
    assert.deepEqual(JSON.parse(await good('channel', 'create', web(), '--json', topic, 'c')), { ok: true });
    for (const [args, why] of [
      [['topic', 'create', 'a$'], /INVALID_TOPIC/],
      [['topic', 'pause', topicName()], /TOPIC_NOT_FOUND/],
      [['channel', 'empty', topic, 'none'], /CHANNEL_NOT_FOUND/],
    ]) {
      const { code, out, err } = await cafq(...args, web(), '--json');
      assert.deepEqual([code, out], [1, ''], args.join(' '));
      assert.match(err, why);
    }
  });
});

describe('cafq pub and tail', limit, () => {
  it('carry messages from arguments and lines', async () => {
    const topic = topicName();
    const told = await cafq('pub', '-t', topic, tcp(), 'one', 'two words');
    assert.deepEqual(told, { code: 0, out: '', err: `published 2 to ${topic}\n` });
    const lines = start('pub', '-t', topic, tcp());
    lines.stdin.end('three\n\nfour');
    assert.deepEqual(await lines.ended, { code: 0, out: '', err: `published 2 to ${topic}\n` });
    assert.equal(await good('tail', '-t', topic, '-c', 'c', '-n', 4, tcp()), 'one\ntwo words\nthree\nfour\n');
    await cafq('pub', '-t', topic, tcp(), 'x');
    assert.equal(await good('tail', '-t', topic, '-c', 'c', '-n', 1, '--print-topic', tcp()), `${topic} | x\n`);
  });

  it('tail ends with 0 at a signal', async () => {
    const topic = topicName();
    await cafq('pub', '-t', topic, tcp(), 'x');
    const child = start('tail', '-t', topic, tcp());
    await once(child.stdout, 'data');
    child.kill('SIGINT');
    assert.deepEqual(await child.ended, { code: 0, out: 'x\n', err: '' });
  });

  it('a topic that cannot be is 1', async () => {
    assert.equal((await cafq('pub', '-t', 'a$', tcp(), 'x')).code, 1);
    assert.equal((await cafq('tail', '-t', 'a$', tcp())).code, 1);
  });
});

describe('cafq stats and actors', limit, () => {
  it('stats shows nothing that steers a terminal', () =>
    withClients(box.broker.port, async (connect) => {
      const topic = topicName();
      const client = await connect();
      const evil = 'a\x1b[2Jb\nc\x9bd\u202ee';
      const body = JSON.stringify({ hostname: evil, user_agent: evil });
      client.send(bytes('IDENTIFY\n', sized(Buffer.from(body))));
      await client.ok();
      await client.subscribe(topic, 'c');
      const shown = 'a\\x1b[2Jb\\nc\\u009bd\\u202ee';
      for (const text of [(await api.get('/stats')).body, await good('stats', web(), '-t', topic)]) {
        assert.ok(text.includes(`[V2 ${shown}:${client.socket.localPort} ${shown}`), text);
        assert.doesNotMatch(text, /[\x00-\x08\x0b-\x1f\x7f\x80-\x9f\u202e]/);
      }
      const json = await good('stats', web(), '--json', '-t', topic);
      assert.doesNotMatch(json, /[\x00-\x08\x0b-\x1f\x7f\x80-\x9f\u202e]/);
      assert.equal(JSON.parse(json).topics[0].channels[0].clients[0].user_agent, evil);
      assert.doesNotMatch(await box.broker.logged(/IDENTIFY: .*user_agent/), /[\x00-\x1f\x7f-\x9f\u202e]/);
    }));

  it('stats tells what /stats does', async () => {
    const topic = topicName();
    await api.post(`/topic/create?topic=${topic}`);
    const { topics } = JSON.parse(await good('stats', web(), '--json', '-t', topic));
    assert.deepEqual(topics.map((x) => x.topic_name), [topic]);
    assert.match(await good('stats', web(), '-t', topic, '--no-clients'), new RegExp(`\\[${topic} `));
  });

  it('actors prints a tree, a list by kind, JSON and a graph', async () => {
    const [a, b] = [topicName('a'), topicName('b')];
    for (const x of [a, b]) await api.post(`/topic/create?topic=${x}`);
    await api.post(`/channel/create?topic=${a}&channel=c`);
    const tree = await good('actors', web());
    assert.match(tree, /^node +mailbox \d+ +handled \d+ +ready +topics \d+ +restarts 0$/m);
    assert.match(tree, new RegExp(`^[|\`]- topic ${a} .*\n[| ] {2}\`- channel c `, 'm'));
    const topics = (await good('actors', web(), '--kind', 'topic')).trim().split('\n');
    assert.ok(topics.every((x) => x.startsWith('topic ')) && topics.length >= 2);
    const { actors } = JSON.parse(await good('actors', web(), '--json'));
    const found = actors.find((x) => x.name === a);
    assert.deepEqual(Object.keys(found).sort(), 'counters handled id kind mailbox mood name parent paused peers state state_ms sync'.split(' '));
    assert.match(await good('actors', web(), '--dot'), /^digraph cafqd \{\n[^]*\}\n$/);
    const sorted = (await good('actors', web(), '--kind', 'topic', '--sort', 'mailbox')).trim().split('\n');
    const lengths = sorted.map((x) => Number(x.match(/mailbox (\d+)/)[1]));
    assert.deepEqual(lengths, [...lengths].sort((x, y) => y - x));
  });

  it('actors --watch shows changes', async () => {
    const topic = topicName();
    const child = start('actors', web(), '--kind', 'topic', '--watch', '0.1');
    await once(child.stdout, 'data');
    await api.post(`/topic/create?topic=${topic}`);
    while (!child.out.includes(`topic ${topic} `)) await once(child.stdout, 'data');
    assert.match(child.out, /\x1b\[H\x1b\[2J/);
    child.kill('SIGTERM');
    assert.equal((await child.ended).err, '');
  });
});

describe('cafq disk', limit, () => {
  it('measures a folder, and says so when it cannot', async () => {
    assert.match(await good('disk', box.broker.directory), /always/);
    const { code, err } = await cafq('disk', '/nowhere/at/all');
    assert.equal(code, 1);
    assert.match(err, /^cafq: /);
  });
});

describe('cafq store', limit, () => {
  it('checks and dumps what a broker left', () =>
    withDataPath(async (startBroker, folder) => {
      const broker = await startBroker();
      await withClients(broker.port, async (connect) => {
        const client = await connect();
        client.send('PUB t\n\0\0\0\x02hi');
        await client.ok();
      });
      await broker.stop();
      await good('store', 'check', folder);
      const rows = (await good('store', 'dump', folder)).trim().split('\n').map((x) => JSON.parse(x));
      assert.deepEqual(rows.map((x) => [x.topic, x.body, x.state]), [['t', 'hi', 'ready']]);
      assert.equal((await good('store', 'dump', folder, '-t', 'other')).trim(), '');
    }));

  it('a path without a store is 2', async () => {
    for (const what of ['check', 'dump'])
      assert.equal((await cafq('store', what, '/nowhere/at/all')).code, 2, what);
  });
});
