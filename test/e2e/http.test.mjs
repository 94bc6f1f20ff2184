// The HTTP API to the byte, and what it does to TCP clients.

import assert from 'node:assert/strict';
import os from 'node:os';
import { describe, it } from 'node:test';
import { isCafqd, useBroker, withBroker } from './support/broker.mjs';
import { Authority, serving } from './support/certificates.mjs';
import { HttpClient, ask, http } from './support/http.mjs';
import { L, dpub, pub, topicName, withClients } from './support/wire.mjs';

const limit = { timeout: 60000 };
const box = useBroker();
const api = http(box);
const clients = (body) => withClients(box.broker.port, body);

const V1 = { 'X-Nsq-Content-Type': 'nsq; version=1.0' };
const JSON_TYPE = { 'Content-Type': 'application/json; charset=utf-8' };
const TEXT_TYPE = { 'Content-Type': 'text/plain; charset=utf-8' };

function assertAnswer(got, status, headers, body) {
  const { Date: date, ...rest } = got.headers;
  assert.match(date, /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z][a-z] \d{4} \d\d:\d\d:\d\d GMT$/);
  assert.deepEqual(
    { status: got.status, headers: rest, body: got.body },
    { status, headers: { 'Content-Length': `${body.length}`, ...headers }, body },
  );
}
const assertError = (got, status, token, headers = {}) =>
  assertAnswer(got, status, { ...JSON_TYPE, ...V1, ...headers }, `{"message":"${token}"}`);
const assertOk = (got) => assertAnswer(got, 200, { ...V1, ...TEXT_TYPE }, 'OK');
const assertDone = (got) => assertAnswer(got, 200, V1, '');

// Waits until `test`, which asks the broker, gives something.
async function eventually(test) {
  const deadline = performance.now() + 10000;
  for (;;) {
    const result = await test();
    if (result) return result;
    assert.ok(performance.now() < deadline, 'nothing came of it');
  }
}

describe('publishing', limit, () => {
  it('145: no body', async () => {
    assertError(await api.post('/pub'), 400, 'MSG_EMPTY');
    assertError(await api.post('/pub?topic=%zz'), 400, 'MSG_EMPTY');
  });

  it('146: no topic, bad topic', async () => {
    assertError(await api.post('/pub', 'x'), 400, 'MISSING_ARG_TOPIC');
    assertError(await api.post('/pub?topic=', 'x'), 400, 'INVALID_TOPIC');
    assertError(await api.post('/pub?topic=a%24', 'x'), 400, 'INVALID_TOPIC');
    assertError(await api.post('/pub?Topic=a', 'x'), 400, 'MISSING_ARG_TOPIC');
  });

  it('147: GET /pub', async () => {
    assertError(await api.get('/pub'), 405, 'METHOD_NOT_ALLOWED', { Allow: 'OPTIONS, POST' });
  });

  it('148: a message too big', async () => {
    const big = 'x'.repeat(1048577);
    const told = await api.post('/pub?topic=t', big);
    assert.equal(told.status, 413);
    assert.equal(told.body, '{"message":"MSG_TOO_BIG"}');
    assert.equal(told.headers.Connection, 'close');
    const client = await api.connect();
    client.request('POST', '/pub?topic=t', { headers: { 'Transfer-Encoding': 'chunked' } });
    client.send(`100001\r\n${big}\r\n0\r\n\r\n`);
    const { status, body } = await client.answer();
    assert.deepEqual({ status, body }, { status: 413, body: '{"message":"MSG_TOO_BIG"}' });
    client.destroy();
    assertOk(await api.post('/pub?topic=t', 'x'.repeat(1048576)));
  });

  it('149: bad defer creates the topic all the same', async () => {
    for (const defer of ['abc', '-1', '3600001', '', '1.5', '+-1', '99999999999999999999']) {
      const topic = topicName();
      assertError(await api.post(`/pub?topic=${topic}&defer=${defer}`, 'x'), 400, 'INVALID_DEFER');
      const { message_count } = await api.topic(topic);
      assert.equal(message_count, 0);
    }
  });

  it('80: defer counts as deferred', async () => {
    const topic = topicName();
    assertDone(await api.post(`/topic/create?topic=${topic}`));
    assertDone(await api.post(`/channel/create?topic=${topic}&channel=c`));
    assertOk(await api.post(`/pub?topic=${topic}&defer=3600000`, 'x'));
    const { depth, deferred_count, message_count } = await eventually(async () => {
      const x = await api.channel(topic, 'c');
      return x.deferred_count === 1 && x;
    });
    assert.deepEqual({ depth, deferred_count, message_count }, { depth: 0, deferred_count: 1, message_count: 1 });
  });

  it('a deferred message is late', () =>
    clients(async (connect) => {
      const topic = topicName();
      const consumer = await connect();
      await consumer.subscribe(topic, 'c');
      consumer.rdy(1);
      const start = performance.now();
      assertOk(await api.post(`/pub?topic=${topic}&defer=300`, 'x'));
      const { at } = await consumer.message({ body: 'x' });
      assert.ok(at - start >= 299, `${at - start} ms`);
    }));

  it('150: a bad query', async () => {
    for (const query of ['topic=%zz', 'topic=h1;x=1', 'topic=t&x=%', 'topic=t&%g1=2', 'topic=t&x=%1'])
      assertError(await api.post(`/pub?${query}`, 'x'), 400, 'INVALID_REQUEST');
  });

  it('the first of two parameters counts, escapes are read', async () => {
    const topic = topicName();
    assertOk(await api.post(`/pub?&topic=${topic.replace('t', '%74')}&topic=%24`, 'x'));
    assert.equal((await api.topic(topic)).message_count, 1);
  });

  it('a message of any bytes arrives as it is', () =>
    clients(async (connect) => {
      const topic = topicName();
      const body = String.fromCharCode(...Array.from({ length: 256 }, (_, i) => i));
      assertOk(await api.post(`/pub?topic=${topic}`, body));
      const consumer = await connect();
      await consumer.subscribe(topic, 'c');
      consumer.rdy(1);
      assert.equal((await consumer.message()).body.toString('latin1'), body);
    }));
});

describe('mpub', limit, () => {
  const records = (...bodies) =>
    Buffer.concat([L(bodies.length), ...bodies.flatMap((x) => [L(x.length), Buffer.from(x, 'latin1')])]).toString('latin1');

  it('151: lines', async () => {
    const topic = topicName();
    assertOk(await api.post(`/mpub?topic=${topic}`, 'a\nb\n\nc\n'));
    const { message_count, message_bytes, depth } = await api.topic(topic);
    assert.deepEqual([message_count, message_bytes, depth], [3, 3, 3]);
  });

  it('keeps carriage returns, needs no newline at the end', () =>
    clients(async (connect) => {
      const topic = topicName();
      assertOk(await api.post(`/mpub?topic=${topic}`, 'a\r\nb'));
      const consumer = await connect();
      await consumer.subscribe(topic, 'c');
      consumer.rdy(2);
      const bodies = [await consumer.message(), await consumer.message()];
      assert.deepEqual(bodies.map((x) => x.body.toString()).sort(), ['a\r', 'b']);
    }));

  it('152: an empty body', async () => {
    for (const body of ['', '\n\n\n']) {
      const topic = topicName();
      assertOk(await api.post(`/mpub?topic=${topic}`, body));
      assert.equal((await api.topic(topic)).message_count, 0);
    }
  });

  it('153: binary bodies that lie', async () => {
    const bad = { body: 'BAD_BODY', message: 'BAD_MESSAGE' };
    for (const [body, token] of [
      ['', bad.body],
      ['abc', bad.body],
      ['\0\0\0\0', bad.body],
      ['\xff\xff\xff\xff', bad.body],
      ['\x7f\xff\xff\xff\0\0\0\x01x', bad.body],
      ['\0\0\0\x01', bad.message],
      ['\0\0\0\x01\0\0\0\0', bad.message],
      ['\0\0\0\x01\xff\xff\xff\xff', bad.message],
      ['\0\0\0\x01\0\0\0\x05abcd', bad.message],
      ['\0\0\0\x02\0\0\0\x01a', bad.message],
      ['\0\0\0\x01\0\x10\0\x01a', bad.message],
    ]) {
      const topic = topicName();
      assertError(await api.post(`/mpub?topic=${topic}&binary=true`, body), 413, token);
      assert.equal((await api.topic(topic)).message_count, 0, 'all or nothing');
    }
  });

  it('154: what selects the binary form', async () => {
    for (const binary of ['true', '1', 'yes', '', 'False']) {
      const topic = topicName();
      assertOk(await api.post(`/mpub?topic=${topic}&binary=${binary}`, records('a\nb', 'c') + 'ignored'));
      assert.equal((await api.topic(topic)).message_count, 2);
    }
    for (const binary of ['false', '0']) {
      const topic = topicName();
      assertOk(await api.post(`/mpub?topic=${topic}&binary=${binary}`, 'a\nb\nc'));
      assert.equal((await api.topic(topic)).message_count, 3);
    }
  });

  it('a line or a body too big', async () => {
    const topic = topicName();
    assertError(await api.post(`/mpub?topic=${topic}`, 'x'.repeat(1048577)), 413, 'MSG_TOO_BIG');
    const { status, body, headers } = await api.post(`/mpub?topic=${topic}`, 'x\n'.repeat(2621441));
    assert.deepEqual([status, body, headers.Connection], [413, '{"message":"BODY_TOO_BIG"}', 'close']);
    assertOk(await api.post(`/mpub?topic=${topic}`, 'xxxxxxxxx\n'.repeat(524288)));
  });

  it('a chunked body too big', async () => {
    const client = await api.connect();
    client.request('POST', `/mpub?topic=${topicName()}`, { headers: { 'Transfer-Encoding': 'chunked' } });
    client.send(`500001\r\n${'xxxxxxx\n'.repeat(655360)}x\r\n0\r\n\r\n`);
    const { status, body } = await client.answer();
    assert.deepEqual([status, body], [413, '{"message":"BODY_TOO_BIG"}']);
    client.destroy();
  });

  it('errors of the query', async () => {
    assertError(await api.post('/mpub', 'x'), 400, 'MISSING_ARG_TOPIC');
    assertError(await api.post('/mpub?topic=%24', 'x'), 400, 'INVALID_TOPIC');
    assertError(await api.post('/mpub?topic=t;', 'x'), 400, 'INVALID_REQUEST');
  });
});

describe('topics and channels', limit, () => {
  it('155: which names are checked', async () => {
    for (const verb of ['delete', 'pause', 'unpause'])
      assertError(await api.post(`/topic/${verb}?topic=bad%24`), 404, 'TOPIC_NOT_FOUND');
    for (const verb of ['empty', 'create'])
      assertError(await api.post(`/topic/${verb}?topic=bad%24`), 400, 'INVALID_TOPIC');
    for (const verb of ['create', 'delete', 'empty', 'pause', 'unpause']) {
      const path = `/channel/${verb}`;
      assertError(await api.post(`${path}?topic=bad%24&channel=c`), 400, 'INVALID_ARG_TOPIC');
      assertError(await api.post(`${path}?topic=t&channel=bad%24`), 400, 'INVALID_ARG_CHANNEL');
      assertError(await api.post(`${path}?topic=t`), 400, 'MISSING_ARG_CHANNEL');
      assertError(await api.post(`${path}?channel=c`), 400, 'MISSING_ARG_TOPIC');
      assertError(await api.post(`${path}?topic=nope&channel=c`), 404, 'TOPIC_NOT_FOUND');
      assertError(await api.post(`${path}?topic=t;&channel=c`), 400, 'INVALID_REQUEST');
    }
    for (const verb of ['create', 'delete', 'empty', 'pause', 'unpause'])
      assertError(await api.post(`/topic/${verb}`), 400, 'MISSING_ARG_TOPIC');
  });

  it('come and go', async () => {
    const topic = topicName();
    const names = async () => (await api.topic(topic))?.channels.map((x) => x.channel_name);
    assertDone(await api.post(`/topic/create?topic=${topic}`));
    assertDone(await api.post(`/topic/create?topic=${topic}`));
    for (const channel of ['b', 'a', 'a']) assertDone(await api.post(`/channel/create?topic=${topic}&channel=${channel}`));
    assert.deepEqual(await names(), ['a', 'b']);
    assertDone(await api.post(`/channel/delete?topic=${topic}&channel=a`));
    assert.deepEqual(await names(), ['b']);
    assertError(await api.post(`/channel/delete?topic=${topic}&channel=a`), 404, 'CHANNEL_NOT_FOUND');
    for (const verb of ['empty', 'pause', 'unpause'])
      assertError(await api.post(`/channel/${verb}?topic=${topic}&channel=a`), 404, 'CHANNEL_NOT_FOUND');
    assertDone(await api.post(`/topic/delete?topic=${topic}`));
    assertError(await api.post(`/topic/delete?topic=${topic}`), 404, 'TOPIC_NOT_FOUND');
    assert.equal(await names(), undefined);
  });

  it('a publish behind a delete creates the topic again', async () => {
    const client = await api.connect();
    const other = await api.connect();
    const topic = topicName();
    const publish = async (via) => assertOk(await via.request('POST', `/pub?topic=${topic}`, { body: 'x' }).answer());
    for (let i = 0; i < 20; ++i) {
      await publish(client);
      await publish(other);
      assertDone(await client.request('POST', `/topic/delete?topic=${topic}`).answer());
      await publish(client);
      await publish(other);
      assert.equal((await api.topic(topic)).message_count, 2);
    }
    client.destroy();
    other.destroy();
  });

  it('133: a paused channel', () =>
    clients(async (connect) => {
      const topic = topicName();
      const consumer = await connect();
      await consumer.subscribe(topic, 'c');
      consumer.rdy(1);
      assertDone(await api.post(`/channel/pause?topic=${topic}&channel=c`));
      assertDone(await api.post(`/channel/pause?topic=${topic}&channel=c`));
      assertOk(await api.post(`/pub?topic=${topic}`, 'x'));
      const { depth, paused } = await eventually(async () => {
        const x = await api.channel(topic, 'c');
        return x.depth === 1 && x;
      });
      assert.deepEqual([depth, paused], [1, true]);
      assertDone(await api.post(`/channel/unpause?topic=${topic}&channel=c`));
      await consumer.message({ body: 'x' });
      assert.equal((await api.channel(topic, 'c')).paused, false);
    }));

  it('134: a paused topic', () =>
    clients(async (connect) => {
      const topic = topicName();
      const consumer = await connect();
      await consumer.subscribe(topic, 'c');
      consumer.rdy(1);
      assertDone(await api.post(`/topic/pause?topic=${topic}`));
      assertOk(await api.post(`/pub?topic=${topic}`, 'x'));
      const { depth, paused, channels } = await api.topic(topic);
      assert.deepEqual([depth, paused, channels[0].depth], [1, true, 0]);
      assertDone(await api.post(`/topic/unpause?topic=${topic}`));
      await consumer.message({ body: 'x' });
    }));

  it('94: an emptied channel', () =>
    clients(async (connect) => {
      const topic = topicName();
      const consumer = await connect();
      await consumer.subscribe(topic, 'c');
      for (const body of ['a', 'b', 'c']) assertOk(await api.post(`/pub?topic=${topic}`, body));
      assertOk(await api.post(`/pub?topic=${topic}&defer=3600000`, 'd'));
      consumer.rdy(1);
      const { id } = await consumer.message();
      assertDone(await api.post(`/channel/empty?topic=${topic}&channel=c`));
      const { depth, in_flight_count, deferred_count, clients: list } = await api.channel(topic, 'c');
      assert.deepEqual([depth, in_flight_count, deferred_count, list[0].in_flight_count], [0, 0, 0, 0]);
      consumer.send(`FIN ${id}\n`);
      await consumer.error(`E_FIN_FAILED FIN ${id} failed ID not in flight`);
    }));

  it('95: a deleted channel ends its consumers', () =>
    clients(async (connect) => {
      const topic = topicName();
      const consumer = await connect();
      await consumer.subscribe(topic, 'c');
      assertDone(await api.post(`/channel/delete?topic=${topic}&channel=c`));
      await consumer.eof();
    }));

  it('an emptied topic', async () => {
    const topic = topicName();
    assertOk(await api.post(`/mpub?topic=${topic}`, 'a\nb'));
    assertDone(await api.post(`/topic/empty?topic=${topic}`));
    assert.equal((await api.topic(topic)).depth, 0);
    assertError(await api.post('/topic/empty?topic=nope'), 404, 'TOPIC_NOT_FOUND');
  });
});

describe('stats', limit, () => {
  const CLIENT_KEYS = [
    'client_id', 'hostname', 'version', 'remote_address', 'state', 'ready_count', 'in_flight_count',
    'message_count', 'finish_count', 'requeue_count', 'connect_ts', 'sample_rate', 'deflate', 'snappy',
    'user_agent', 'tls', 'tls_cipher_suite', 'tls_version', 'tls_negotiated_protocol',
    'tls_negotiated_protocol_is_mutual',
  ];
  const own = isCafqd ? ['cafq_version'] : [];

  it('156: an unknown topic', async () => {
    const { topics, producers } = await api.stats('&topic=none');
    assert.deepEqual([topics, producers], [null, null]);
  });

  it('157: another format is text', async () => {
    for (const format of ['JSON', '', 'text', 'json%20']) {
      const { status, headers, body } = await api.get(`/stats?format=${format}&include_mem=false`);
      assert.equal(status, 200);
      assert.equal(headers['Content-Type'], 'text/plain; charset=utf-8');
      assert.match(body, /^nsqd v1\.3\.0 \(.*\)\nstart_time \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)\nuptime [\dhm.]+.?s\n\nHealth: OK\n\nTopics:/);
    }
    assertError(await api.get('/stats?topic=%zz'), 400, 'INVALID_REQUEST');
  });

  it('keys and their order', async () => {
    const topic = topicName();
    await api.post(`/topic/create?topic=${topic}`);
    await api.post(`/channel/create?topic=${topic}&channel=c`);
    const all = await api.stats();
    assert.deepEqual(Object.keys(all), ['version', 'health', 'start_time', 'topics', 'memory', 'producers', ...own]);
    assert.equal(all.version, '1.3.0');
    assert.equal(all.health, 'OK');
    assert.deepEqual(Object.keys(all.memory), [
      'heap_objects', 'heap_idle_bytes', 'heap_in_use_bytes', 'heap_released_bytes', 'gc_pause_usec_100',
      'gc_pause_usec_99', 'gc_pause_usec_95', 'next_gc_bytes', 'gc_total_runs',
    ]);
    const { body } = await api.get(`/stats?format=json&topic=${topic}&include_mem=0`);
    const begin = body.indexOf('"topics":') + 9;
    assert.equal(
      body.slice(begin, body.indexOf(',"producers"')),
      `[{"topic_name":"${topic}","channels":[{"channel_name":"c","depth":0,"backend_depth":0,` +
        '"in_flight_count":0,"deferred_count":0,"message_count":0,"requeue_count":0,"timeout_count":0,' +
        '"client_count":0,"clients":[],"paused":false,"e2e_processing_latency":{"count":0,"percentiles":null}}],' +
        '"depth":0,"backend_depth":0,"message_count":0,"message_bytes":0,"paused":false,' +
        `"e2e_processing_latency":{"count":0,"percentiles":null}${isCafqd ? ',"sync":"interval"' : ''}}]`,
    );
    assert.ok(!body.includes('"memory"'));
  });

  it('filters', async () => {
    const [one, two] = [topicName(), topicName()];
    for (const topic of [one, two]) await api.post(`/topic/create?topic=${topic}`);
    for (const channel of ['x', 'only']) await api.post(`/channel/create?topic=${one}&channel=${channel}`);
    const { topics } = await api.stats('&channel=only');
    assert.deepEqual(topics.map((x) => [x.topic_name, x.channels.length]), [[one, 1]]);
    assert.deepEqual((await api.stats('&channel=nowhere')).topics, []);
    assert.deepEqual((await api.stats(`&topic=${two}&channel=x`)).topics, []);
    const all = (await api.stats()).topics.map((x) => x.topic_name);
    assert.deepEqual(all, [...all].sort());
  });

  it('clients', () =>
    clients(async (connect) => {
      const topic = topicName();
      const consumer = await connect();
      await consumer.identify({ client_id: 'me', hostname: 'my.host', user_agent: 'a<b>&c' });
      await consumer.subscribe(topic, 'c');
      const producer = await connect();
      producer.send(pub(topic, 'a'), pub(topic, 'b'), pub(topic, 'c'), dpub(topic, 0, 'd'));
      for (let i = 0; i < 4; ++i) await producer.ok();
      consumer.rdy(3);
      const [first, second] = [await consumer.message(), await consumer.message(), await consumer.message()];
      consumer.send(`FIN ${first.id}\n`);
      consumer.send(`REQ ${second.id} 3600000\n`);
      const channel = await eventually(async () => {
        const x = await api.channel(topic, 'c');
        return x.requeue_count === 1 && x.clients[0].message_count === 4 && x;
      });
      const [who] = channel.clients;
      assert.deepEqual(Object.keys(who), CLIENT_KEYS);
      const { remote_address, connect_ts, ...rest } = who;
      assert.equal(remote_address, `127.0.0.1:${consumer.socket.localPort}`);
      assert.ok(Math.abs(connect_ts - Date.now() / 1000) < 30);
      assert.deepEqual(rest, {
        client_id: 'me', hostname: 'my.host', version: 'V2', state: 3, ready_count: 3, in_flight_count: 2,
        message_count: 4, finish_count: 1, requeue_count: 1, sample_rate: 0, deflate: false, snappy: false,
        user_agent: 'a<b>&c', tls: false, tls_cipher_suite: '', tls_version: '', tls_negotiated_protocol: '',
        tls_negotiated_protocol_is_mutual: false,
      });
      assert.equal(channel.client_count, 1);
      const { body } = await api.get('/stats?format=json');
      assert.ok(body.includes('a\\u003cb\\u003e\\u0026c'));
      const [from] = JSON.parse(body).producers.filter((x) => x.remote_address.endsWith(`:${producer.socket.localPort}`));
      assert.deepEqual(from.pub_counts, [{ topic, count: 4 }]);
      assert.deepEqual([from.client_id, from.hostname, from.user_agent, from.state], ['127.0.0.1', '127.0.0.1', '', 0]);
      const text = (await api.get(`/stats?topic=${topic}`)).body;
      assert.match(
        text,
        /\n\nTopics:\n {3}\[\S+ *\] depth: 0 {5}be-depth: 0 {5}msgs: 4 {8}e2e%: \n {6}\[c {24}\] depth: 0 {5}be-depth: 0 {5}inflt: 2 {4}def: 1 {4}re-q: 1 {5}timeout: 0 {5}msgs: 4 {8}e2e%: \n {8}\[V2 my\.host:\d+ a<b>&c *\] state: 3 inflt: 2 {4}rdy: 3 {4}fin: 1 {8}re-q: 1 {8}msgs: 4 {8}connected: \d+s\n\nProducers:\n/,
      );
      assert.match(text, new RegExp(`\\n   \\[V2 127\\.0\\.0\\.1:\\d+  *\\] msgs: 4 {8}topics: ${topic}=4 connected: \\d+s\\n`));
      const without = await api.stats(`&topic=${topic}&include_clients=false`);
      assert.deepEqual([without.topics[0].channels[0].clients, without.producers], [null, null]);
      const other = await api.stats(`&topic=${(await api.stats()).topics[0].topic_name}`);
      assert.ok(other.producers.length > 0);
    }));
});

describe('the node', limit, () => {
  it('/ping', async () => assertAnswer(await api.get('/ping'), 200, TEXT_TYPE, 'OK'));

  it('/info', async () => {
    const { headers, body } = await api.get('/info');
    assert.equal(headers['Content-Type'], 'application/json; charset=utf-8');
    const info = JSON.parse(body);
    assert.deepEqual(Object.keys(info), [
      'version', 'broadcast_address', 'hostname', 'http_port', 'tcp_port', 'start_time', 'max_heartbeat_interval',
      'max_output_buffer_size', 'max_output_buffer_timeout', 'max_deflate_level', 
      ...(isCafqd ? ['cafq_version', 'sync', 'sync_interval', 'topic_sync'] : []),
    ]);
    assert.equal(info.version, '1.3.0');
    assert.deepEqual([info.http_port, info.tcp_port], [box.broker.httpPort, box.broker.port]);
    assert.deepEqual(
      [info.max_heartbeat_interval, info.max_output_buffer_size, info.max_output_buffer_timeout, info.max_deflate_level],
      [60000000000, 65536, 30000000000, 6],
    );
  });

  it('158: /config/log_level', async () => {
    const number = (got, x) => assertAnswer(got, 200, { ...JSON_TYPE, ...V1 }, x);
    number(await api.get('/config/log_level'), '2');
    number(await api.put('/config/log_level', 'WARN'), '3');
    number(await api.get('/config/log_level'), '3');
    assertError(await api.put('/config/log_level', '"info"'), 400, 'INVALID_VALUE');
    assertError(await api.put('/config/log_level', ''), 413, 'INVALID_VALUE');
    assertError(await api.put('/config/log_level'), 413, 'INVALID_VALUE');
    number(await api.put('/config/log_level', 'info'), '2');
  });

  it('other options', async () => {
    for (const [name, value] of [
      ['max_msg_timeout', '900000000000'],
      ['mem_queue_size', '10000'],
      ['deflate', 'true'],
      ['tls_required', '0'],
      // cafqd: the default is TLS 1.2.
      ['tls_min_version', isCafqd ? '771' : '769'],
      ['nsqlookupd_tcp_addresses', '[]'],
      ['auth_http_addresses', '[]'],
      ['e2e_processing_latency_percentiles', '[]'],
    ])
      assertAnswer(await api.get(`/config/${name}`), 200, { ...JSON_TYPE, ...V1 }, value);
    assertAnswer(await api.get('/config/broadcast_address'), 200, { ...V1, ...TEXT_TYPE }, os.hostname());
    assertAnswer(await api.get('/config/statsd_address'), 200, V1, '');
    for (const name of ['node_id', 'lookupd_tcp_address', 'queue_scan_interval', 'LOG_LEVEL', 'config', 'version'])
      assertError(await api.get(`/config/${name}`), 400, 'INVALID_OPTION');
    assertError(await api.put('/config/mem_queue_size', '1'), 400, 'INVALID_OPTION');
    assertError(await api.get('/config/'), 404, 'NOT_FOUND');
  });

  it('159: paths that are nearly right', async () => {
    const moved = (got, to, html = to) =>
      assertAnswer(
        got, 301, { 'Content-Type': 'text/html; charset=utf-8', Location: to },
        `<a href="${html}">Moved Permanently</a>.\n\n`,
      );
    for (const path of ['/ping/', '/PING', '//ping', '/stats/../ping', '/ping%2f', '/./ping', '/Ping/'])
      moved(await api.get(path), '/ping');
    moved(await api.get('/ping/?a=b&c'), '/ping?a=b&c', '/ping?a=b&amp;c');
    moved(await api.get('/Config/log_level'), '/config/log_level');
    moved(await api.get('/config/log_level/'), '/config/log_level');
    assertAnswer(await api.post('/topic/create/?topic=a'), 307, { Location: '/topic/create?topic=a' }, '');
    for (const path of ['/', '/nope', '/topic', '/config', '/config/a/b', '/put', '/mput', '/create_topic'])
      assertError(await api.get(path), 404, 'NOT_FOUND');
    assertError(await api.post('/ping/'), 404, 'NOT_FOUND');
  });

  it('159: methods', async () => {
    const head = await api.head('/ping');
    assert.deepEqual([head.status, head.headers.Allow], [405, 'GET, OPTIONS']);
    assertAnswer(await api.options('/ping'), 200, { Allow: 'GET, OPTIONS' }, '');
    assertAnswer(await api.options('/config/log_level'), 200, { Allow: 'GET, OPTIONS, PUT' }, '');
    assertError(await api.options('/nope'), 404, 'NOT_FOUND');
    assertError(await api.put('/ping'), 405, 'METHOD_NOT_ALLOWED', { Allow: 'GET, OPTIONS' });
  });

  it('160: what is Go\'s own is not there', { skip: !isCafqd }, async () => {
    assertError(await api.put('/debug/setblockrate?rate=0'), 404, 'NOT_FOUND');
    assertError(await api.post('/debug/freememory'), 404, 'NOT_FOUND');
    for (const path of ['/debug/pprof', '/debug/pprof/', '/debug/pprof/heap'])
      assertError(await api.get(path), 404, 'NOT_FOUND');
  });
});

describe('HTTP itself', limit, () => {
  it('keeps the connection', async () => {
    const client = await api.connect();
    for (let i = 0; i < 100; ++i) assertOk(await client.request('POST', '/pub?topic=keep', { body: `${i}` }).answer());
    client.destroy();
    assert.equal((await api.topic('keep')).message_count, 100);
  });

  it('answers pipelined requests in order', async () => {
    const client = await api.connect();
    const topic = topicName();
    for (let i = 0; i < 50; ++i) {
      client.request('POST', `/pub?topic=${topic}`, { body: `${i}` });
      client.request('GET', `/stats?format=json&topic=${topic}`);
      client.request('POST', '/pub', { body: 'x' });
    }
    for (let i = 0; i < 50; ++i) {
      assertOk(await client.answer());
      assert.equal(JSON.parse((await client.answer()).body).topics[0].message_count, i + 1);
      assertError(await client.answer(), 400, 'MISSING_ARG_TOPIC');
    }
    client.destroy();
  });

  it('takes requests in any pieces', async () => {
    const client = await api.connect();
    const topic = topicName();
    const request = `POST /pub?topic=${topic} HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello`;
    for (const byte of request + request) {
      client.send(byte);
      await new Promise(setImmediate);
    }
    assertOk(await client.answer());
    assertOk(await client.answer());
    client.destroy();
    assert.equal((await api.topic(topic)).message_bytes, 10);
  });

  it('takes chunked bodies', async () => {
    const client = await api.connect();
    const topic = topicName();
    for (let i = 0; i < 2; ++i) {
      client.request('POST', `/pub?topic=${topic}`, { headers: { 'Transfer-Encoding': 'chunked' } });
      client.send('5\r\nhello\r\n').send('1;x=y\r\n!\r\n0\r\nTrailer: 1\r\n\r\n');
      assertOk(await client.answer());
    }
    client.destroy();
    assert.equal((await api.topic(topic)).message_bytes, 12);
  });

  it('asks for a body that waits to be asked for', async () => {
    const client = await api.connect();
    const headers = { Expect: '100-continue', 'Content-Length': 5 };
    client.request('POST', '/pub?topic=expect', { headers });
    assert.equal((await client.answer({ head: true })).first, 'HTTP/1.1 100 Continue');
    client.send('hello');
    assertOk(await client.answer());
    client.request('POST', '/pub?topic=expect', { headers: { ...headers, 'Content-Length': 1048577 } });
    const { status, headers: got } = await client.answer();
    assert.deepEqual([status, got.Connection], [413, 'close']);
    assert.equal(await client.end(), 'eof');
    client.destroy();
  });

  it('reads over bodies nobody wants', async () => {
    const client = await api.connect();
    assertDone(await client.request('POST', '/topic/create?topic=body', { body: 'x'.repeat(200000) }).answer());
    assertError(await client.request('GET', '/nope', { body: 'x' }).answer(), 404, 'NOT_FOUND');
    assertAnswer(await client.request('GET', '/ping').answer(), 200, TEXT_TYPE, 'OK');
    client.request('POST', '/topic/create?topic=body', { headers: { 'Content-Length': 300000 } });
    assertAnswer(await client.answer(), 200, { ...V1, Connection: 'close' }, '');
    client.destroy();
  });

  it('closes when asked, and behind HTTP/1.0', async () => {
    const client = await api.connect();
    client.request('GET', '/ping', { headers: { Connection: 'close' } });
    assertAnswer(await client.answer(), 200, { ...TEXT_TYPE, Connection: 'close' }, 'OK');
    assert.equal(await client.end(), 'eof');
    const old = await api.connect();
    old.send('GET /ping HTTP/1.0\r\nConnection: keep-alive\r\n\r\n');
    const kept = await old.answer();
    assert.equal(kept.first, 'HTTP/1.0 200 OK');
    assert.equal(kept.headers.Connection, 'keep-alive');
    old.send('GET /ping HTTP/1.0\r\n\r\n');
    assert.equal((await old.answer()).body, 'OK');
    assert.equal(await old.end(), 'eof');
    for (const x of [client, old]) x.destroy();
  });

  it('answers who has closed its side', async () => {
    const client = await api.connect();
    client.request('POST', '/pub?topic=half', { body: 'x' });
    client.request('GET', '/stats?format=json');
    client.socket.end();
    assertOk(await client.answer());
    assert.equal((await client.answer()).status, 200);
    await client.end();
    client.destroy();
  });

  it('sends long answers whole, also to slow readers', async () => {
    const topic = topicName();
    await api.post(`/topic/create?topic=${topic}`);
    const maker = await api.connect();
    const count = 3000;
    for (let i = 0; i < count; ++i) maker.request('POST', `/channel/create?topic=${topic}&channel=channel${i}`);
    for (let i = 0; i < count; ++i) assertDone(await maker.answer());
    maker.destroy();
    const client = await HttpClient.connect(box.broker.httpPort);
    client.socket.pause();
    for (let i = 0; i < 8; ++i) client.request('GET', `/stats?format=json&topic=${topic}`);
    const address = `127.0.0.1:${client.socket.localPort}`;
    if (isCafqd)
      await eventually(async () => {
        const { actors } = JSON.parse((await api.get('/debug/actors')).body);
        const it = actors.find((x) => x.name === address);
        return it.counters.pending_bytes > 0; // more than the sockets hold
      });
    client.socket.resume();
    for (let i = 0; i < 8; ++i) assert.equal(JSON.parse((await client.answer()).body).topics[0].channels.length, count);
    client.destroy();
    assertDone(await api.post(`/topic/delete?topic=${topic}`));
  });
});

describe('what cafqd adds', { ...limit, skip: !isCafqd }, () => {
  it('/debug/actors shows every actor with its parent', () =>
    clients(async (connect) => {
      const topic = topicName();
      const consumer = await connect();
      await consumer.subscribe(topic, 'c');
      const producer = await connect();
      producer.send(pub(topic, 'x'));
      await producer.ok();
      const { headers, body } = await api.get('/debug/actors');
      assert.equal(headers['Content-Type'], 'application/json; charset=utf-8');
      const { actors } = JSON.parse(body);
      const find = (kind, name) => actors.find((x) => x.kind === kind && (!name || x.name === name));
      const top = find('topic', topic);
      const channel = actors.find((x) => x.kind === 'channel' && x.parent === top.id);
      const reader = find('connection', `127.0.0.1:${consumer.socket.localPort}`);
      const writer = find('connection', `127.0.0.1:${producer.socket.localPort}`);
      const store = find('store');
      assert.equal(top.parent, find('node').id);
      assert.equal(find('http').parent, actors.find((x) => x.name.startsWith('HTTP ')).id);
      assert.equal(reader.parent, actors.find((x) => x.name.startsWith('TCP ')).id);
      assert.deepEqual([top.peers, channel.peers, reader.peers, writer.peers], [[channel.id, store.id], [reader.id, store.id], [channel.id], [top.id]]);
      assert.equal(channel.counters.messages, 1);
      for (const x of [top, channel, reader, writer, store]) assert.ok(x.handled > 0, JSON.stringify(x));
    }));

  it('/debug/actors?format=dot is a graph', async () => {
    const { headers, body } = await api.get('/debug/actors?format=dot');
    assert.equal(headers['Content-Type'], 'text/vnd.graphviz; charset=utf-8');
    assert.match(body, /^digraph cafqd \{\n/);
    for (const line of body.trim().split('\n').slice(4, -1))
      assert.match(line, /^ {2}([ac]\d+ (-> [ac]\d+ )?\[[a-z]+=[^;]*\];|\{ rank=same; [^}]* \})$/);
  });

  it('/metrics', async () => {
    const topic = topicName();
    await api.post(`/topic/create?topic=${topic}`);
    await api.post(`/channel/create?topic=${topic}&channel=c`);
    await api.post(`/channel/pause?topic=${topic}&channel=c`);
    await api.post(`/pub?topic=${topic}`, 'hello');
    const { headers, body } = await eventually(async () => {
      const got = await api.get('/metrics');
      return got.body.includes(`nsq_channel_depth{topic="${topic}",channel="c",paused="true"} 1\n`) && got;
    });
    assert.equal(headers['Content-Type'], 'text/plain; version=0.0.4; charset=utf-8');
    for (const line of [
      `nsq_topic_depth{topic="${topic}",paused="false"} 0`,
      `nsq_topic_message_count{topic="${topic}",paused="false"} 1`,
      `nsq_topic_channel_count{topic="${topic}",paused="false"} 1`,
      `nsq_channel_client_count{topic="${topic}",channel="c",paused="true"} 0`,
      `cafq_topic_messages_total{topic="${topic}"} 1`,
      `cafq_topic_message_bytes_total{topic="${topic}"} 5`,
      `# TYPE cafq_topic_messages_total counter`,
    ])
      assert.ok(body.includes(`${line}\n`), `${line}\n${body}`);
  });

  it('/livez and /readyz', async () => {
    for (const path of ['/livez', '/readyz']) assertAnswer(await api.get(path), 200, TEXT_TYPE, 'OK');
  });
});

describe('where TLS is required', limit, () => {
  const server = new Authority('http').certificate('localhost');

  for (const [value, status] of [['true', 403], ['tcp-https', 200]])
    it(`161: plain HTTP with --tls-required=${value}`, () =>
      withBroker({ flags: [...serving(server), `--tls-required=${value}`] }, async ({ httpPort }) => {
        const got = await ask(httpPort, 'GET', '/ping');
        assert.equal(got.status, status);
        if (status === 403)
          assertAnswer(got, 403, { ...JSON_TYPE, ...V1 }, '{"message": "TLS_REQUIRED", "https_port": 0}');
      }));
});
