// What nsqlookupd says, byte for byte: LOOKUPD_FLAVOUR=nsqlookupd runs all of
// it against the original.

import assert from 'node:assert/strict';
import os from 'node:os';
import { after, before, describe, it } from 'node:test';
import {
  ask,
  bytes,
  getJson,
  identify,
  isCafqlookupd,
  self,
  sized,
  until,
  withNodes,
  withRegistry,
} from './support/registry.mjs';
import { L, MAGIC } from './support/wire.mjs';

const limit = { timeout: 60000 };
const cafqlookupdOnly = { skip: !isCafqlookupd && 'of cafqlookupd only' };

// One registry for the tests of the enclosing `describe`.
function useRegistry(options = {}) {
  const box = {};
  let finish;
  let done;
  before(
    () =>
      new Promise((resolve, reject) => {
        done = withRegistry(options, (registry) => {
          box.registry = registry;
          resolve();
          return new Promise((end) => (finish = end));
        });
        done.catch(reject);
      }),
  );
  after(async () => {
    finish();
    await done;
  });
  return box;
}

describe('commands', limit, () => {
  const box = useRegistry();

  it('IDENTIFY is answered with who the registry is', () =>
    withNodes(box.registry, async ({ connect }) => {
      const node = await connect();
      node.send(identify(self()));
      assert.equal(
        await node.answer(),
        `{"broadcast_address":"127.0.0.1","hostname":${JSON.stringify(os.hostname())},` +
          `"http_port":${box.registry.httpPort},"tcp_port":${box.registry.port},"version":"1.3.0"}`,
      );
    }));

  // [what the node sends, its answers, whether the connection ends]
  const who = identify(self());
  const identified = '{...}';
  const rows = [
    ['PING\n', ['OK'], false],
    ['PING\nPING\r\n', ['OK', 'OK'], false],
    ['PING x y\n', ['OK'], false],
    [' \t PING \r\n', ['OK'], false],
    ['\u00c2\u00a0PING\u00e2\u0080\u0083\n', ['OK'], false], // U+00A0, U+2003
    ['\xa0PING\n', ['E_INVALID invalid command \xa0PING'], true],
    ['ping\n', ['E_INVALID invalid command ping'], true],
    ['\n', ['E_INVALID invalid command '], true],
    ['FOO bar\n', ['E_INVALID invalid command FOO'], true],
    ['REGISTER t\n', ['E_INVALID client must IDENTIFY'], true],
    ['UNREGISTER\n', ['E_INVALID client must IDENTIFY'], true],
    ['PING\nREGISTER t\nPING\n', ['OK', 'E_INVALID client must IDENTIFY'], true],
    [[who, 'REGISTER\n'], [identified, 'E_INVALID REGISTER insufficient number of params'], true],
    [[who, 'UNREGISTER \n'], [identified, 'E_INVALID UNREGISTER insufficient number of params'], true],
    [[who, 'REGISTER a$b\n'], [identified, "E_BAD_TOPIC REGISTER topic name 'a$b' is not valid"], true],
    [[who, 'REGISTER  t\n'], [identified, "E_BAD_TOPIC REGISTER topic name '' is not valid"], true],
    [[who, 'UNREGISTER *\n'], [identified, "E_BAD_TOPIC UNREGISTER topic name '*' is not valid"], true],
    [[who, `REGISTER ${'x'.repeat(65)}\n`], [identified, `E_BAD_TOPIC REGISTER topic name '${'x'.repeat(65)}' is not valid`], true],
    [[who, "REGISTER t \xff'\n"], [identified, "E_BAD_CHANNEL REGISTER channel name '\xff'' is not valid"], true],
    [[who, 'REGISTER t  c\n'], [identified, 'OK'], false],
    [[who, 'REGISTER t c d\n'], [identified, 'OK'], false],
    [[who, '  REGISTER t  \r\n'], [identified, 'OK'], false],
    [[who, 'UNREGISTER unknown c\n'], [identified, 'OK'], false],
    [[who, who], [identified, 'E_INVALID cannot IDENTIFY again'], true],
    [['IDENTIFY x\n', sized(JSON.stringify(self()))], [identified], false],
    [identify('{}'), ['E_BAD_BODY IDENTIFY missing fields'], true],
    [identify('null'), ['E_BAD_BODY IDENTIFY missing fields'], true],
    [identify(self({ tcp_port: 0 })), ['E_BAD_BODY IDENTIFY missing fields'], true],
    [identify(self({ http_port: 0 })), ['E_BAD_BODY IDENTIFY missing fields'], true],
    [identify(self({ version: '' })), ['E_BAD_BODY IDENTIFY missing fields'], true],
    [identify(self({ broadcast_address: '' })), ['E_BAD_BODY IDENTIFY missing fields'], true],
    [identify(self({ hostname: '', tcp_port: -1, other: { a: [1] } })), [identified], false],
    [identify(self({ tcp_port: '1' })), ['E_BAD_BODY IDENTIFY failed to decode JSON body'], true],
    [identify(self({ tcp_port: 1.5 })), ['E_BAD_BODY IDENTIFY failed to decode JSON body'], true],
    [identify(self({ hostname: 5 })), ['E_BAD_BODY IDENTIFY failed to decode JSON body'], true],
    [identify('[]'), ['E_BAD_BODY IDENTIFY failed to decode JSON body'], true],
    [identify('{'), ['E_BAD_BODY IDENTIFY failed to decode JSON body'], true],
    [['IDENTIFY\n', L(0)], ['E_BAD_BODY IDENTIFY failed to decode JSON body'], true],
    [identify('{"Broadcast_Address":"a","VERSION":"1","tcp_port":1,"http_port":2}'), [identified], false],
  ];
  for (const [sent, answers, ends] of rows)
    it(`${JSON.stringify(bytes(sent).toString('latin1'))} ${ends ? 'ends it' : 'goes on'}`, () =>
      withNodes(box.registry, async ({ connect }) => {
        const node = await connect();
        node.send(sent);
        const got = [];
        while (got.length < answers.length) {
          const answer = await node.answer();
          got.push(answer?.startsWith('{') ? identified : answer);
        }
        assert.deepEqual(got, answers);
        if (ends) assert.equal(await node.answer(), null);
        else assert.equal(await node.command('PING'), 'OK');
      }));

  for (const magic of [MAGIC, 'GET ', '  v1', '\0\0\0\0'])
    it(`the magic ${JSON.stringify(magic)} is none`, () =>
      withNodes(box.registry, async ({ connect }) => {
        const node = await connect({ magic });
        assert.deepEqual(await node.answers(), ['E_BAD_PROTOCOL']);
      }));

  // [what the node sends before it ends its side, its answers]
  for (const [sent, answers] of [
    ['', []],
    ['PING', []],
    ['PING\nPING\nPI', ['OK', 'OK']],
    ['IDENTIFY\n', ['E_BAD_BODY IDENTIFY failed to read body size']],
    [['IDENTIFY\n', '\0\0'], ['E_BAD_BODY IDENTIFY failed to read body size']],
    [['IDENTIFY\n', L(3), '{}'], ['E_BAD_BODY IDENTIFY failed to read body']],
  ])
    it(`${JSON.stringify(bytes(sent).toString('latin1'))} and an end`, () =>
      withNodes(box.registry, async ({ connect }) => {
        const node = await connect();
        node.send(sent);
        node.halfClose();
        assert.deepEqual(await node.answers(), answers);
      }));

  it('bytes may come one by one', () =>
    withNodes(box.registry, async ({ connect }) => {
      const node = await connect({ magic: '' });
      for (const byte of bytes('  V1', who, 'REGISTER t c\n', 'UNREGISTER t c\n')) {
        node.send(Buffer.of(byte));
        await new Promise(setImmediate);
      }
      assert.ok((await node.answer()).startsWith('{'));
      assert.equal(await node.answer(), 'OK');
      assert.equal(await node.answer(), 'OK');
    }));

  it('a negative size is refused', cafqlookupdOnly, () =>
    withNodes(box.registry, async ({ connect }) => {
      const node = await connect();
      node.send('IDENTIFY\n', L(-1));
      assert.deepEqual(await node.answers(), ['E_BAD_BODY IDENTIFY invalid body size -1']);
    }));

  it('a body that is too big is refused', cafqlookupdOnly, () =>
    withNodes(box.registry, async ({ connect }) => {
      const node = await connect();
      node.send('IDENTIFY\n', L(16385));
      assert.deepEqual(await node.answers(), ['E_BAD_BODY IDENTIFY body too big 16385 > 16384']);
    }));

  it('a line that is too long is refused', cafqlookupdOnly, () =>
    withNodes(box.registry, async ({ connect }) => {
      const node = await connect();
      node.send('x'.repeat(4096));
      assert.deepEqual(await node.answers(), ['E_INVALID command too long']);
    }));
});

describe('HTTP', limit, () => {
  const box = useRegistry();

  // Of an answer, what is the same every time.
  const exact = ({ first, headers, body }) => {
    const { Date: _date, ...others } = headers;
    return { first, headers: others, body };
  };
  const json = 'application/json; charset=utf-8';
  const v1 = { 'X-Nsq-Content-Type': 'nsq; version=1.0' };
  const ok = (body) => ({
    first: 'HTTP/1.1 200 OK',
    headers: { 'Content-Type': json, ...v1, 'Content-Length': `${body.length}` },
    body,
  });
  const done = { first: 'HTTP/1.1 200 OK', headers: { ...v1, 'Content-Length': '0' }, body: '' };
  const failed = (status, token, more = {}) => {
    const body = `{"message":"${token}"}`;
    return {
      first: `HTTP/1.1 ${status}`,
      headers: { ...more, 'Content-Type': json, ...v1, 'Content-Length': `${body.length}` },
      body,
    };
  };
  const bad = (token) => failed('400 Bad Request', token);
  const missing = (token) => failed('404 Not Found', token);

  const rows = [
    [
      'GET /ping',
      {
        first: 'HTTP/1.1 200 OK',
        headers: { 'Content-Length': '2', 'Content-Type': 'text/plain; charset=utf-8' },
        body: 'OK',
      },
    ],
    ['GET /info', ok('{"version":"1.3.0"}')],
    ['GET /topics', ok('{"topics":[]}')],
    ['GET /nodes', ok('{"producers":[]}')],
    ['GET /debug', ok('{}')],
    ['GET /lookup', bad('MISSING_ARG_TOPIC')],
    ['GET /lookup?topic=none', missing('TOPIC_NOT_FOUND')],
    ['GET /lookup?topic=', missing('TOPIC_NOT_FOUND')],
    ['GET /lookup?topic=*', missing('TOPIC_NOT_FOUND')],
    ['GET /lookup?topic=%zz', bad('INVALID_REQUEST')],
    ['GET /lookup?topic=a;b=c', bad('INVALID_REQUEST')],
    ['GET /channels', bad('MISSING_ARG_TOPIC')],
    ['GET /channels?topic=none', ok('{"channels":[]}')],
    ['POST /topic/create', bad('MISSING_ARG_TOPIC')],
    ['POST /topic/create?topic=', bad('INVALID_ARG_TOPIC')],
    ['POST /topic/create?topic=a%24b', bad('INVALID_ARG_TOPIC')],
    ['POST /topic/create?topic=%', bad('INVALID_REQUEST')],
    ['POST /topic/create?topic=t', done],
    ['POST /topic/create?topic=t', done],
    ['GET /topics', ok('{"topics":["t"]}')],
    ['GET /lookup?topic=t', ok('{"channels":[],"producers":[]}')],
    ['GET /lookup?topic=*', ok('{"channels":[],"producers":[]}')],
    ['POST /channel/create?topic=t', bad('MISSING_ARG_CHANNEL')],
    ['POST /channel/create?channel=t', bad('MISSING_ARG_TOPIC')],
    ['POST /channel/create?topic=$&channel=c', bad('INVALID_ARG_TOPIC')],
    ['POST /channel/create?topic=t&channel=*', bad('INVALID_ARG_CHANNEL')],
    ['POST /channel/create?topic=u&channel=c', done],
    ['GET /lookup?topic=u', ok('{"channels":["c"],"producers":[]}')],
    ['GET /channels?topic=u', ok('{"channels":["c"]}')],
    ['GET /channels?topic=*', ok('{"channels":["c"]}')],
    ['POST /channel/delete?topic=u', bad('MISSING_ARG_CHANNEL')],
    ['POST /channel/delete?topic=u&channel=none', missing('CHANNEL_NOT_FOUND')],
    ['POST /channel/delete?topic=none&channel=c', missing('CHANNEL_NOT_FOUND')],
    ['POST /channel/delete?topic=u&channel=c', done],
    ['GET /channels?topic=u', ok('{"channels":[]}')],
    ['POST /topic/tombstone', bad('MISSING_ARG_TOPIC')],
    ['POST /topic/tombstone?topic=t', bad('MISSING_ARG_NODE')],
    ['POST /topic/tombstone?topic=t&node=a:1', done],
    ['POST /topic/tombstone?topic=none&node=', done],
    ['POST /topic/delete', bad('MISSING_ARG_TOPIC')],
    ['POST /topic/delete?topic=$none', done],
    ['POST /topic/delete?topic=t', done],
    ['GET /topics', ok('{"topics":["u"]}')],
    ['POST /topic/delete?topic=*', done],
    ['GET /topics', ok('{"topics":[]}')],
    ['GET /topic/create?topic=x', failed('405 Method Not Allowed', 'METHOD_NOT_ALLOWED', { Allow: 'OPTIONS, POST' })],
    ['POST /lookup?topic=x', failed('405 Method Not Allowed', 'METHOD_NOT_ALLOWED', { Allow: 'GET, OPTIONS' })],
    ['GET /pub', missing('NOT_FOUND')],
    ['POST /pub?topic=t', missing('NOT_FOUND')],
    ['GET /stats', missing('NOT_FOUND')],
    [
      'GET /nodes/',
      {
        first: 'HTTP/1.1 301 Moved Permanently',
        headers: { 'Content-Type': 'text/html; charset=utf-8', Location: '/nodes', 'Content-Length': '41' },
        body: '<a href="/nodes">Moved Permanently</a>.\n\n',
      },
    ],
    ['OPTIONS /lookup', { first: 'HTTP/1.1 200 OK', headers: { Allow: 'GET, OPTIONS', 'Content-Length': '0' }, body: '' }],
  ];
  // In this order: they build on one another.
  it('answers as nsqlookupd', async () => {
    for (const [request, expected] of rows)
      assert.deepEqual(exact(await ask(box.registry, ...request.split(' '))), expected, request);
  });
});

describe('what nodes register', limit, () => {
  const box = useRegistry();
  const producer = (node, changes = {}) =>
    JSON.stringify({
      remote_address: node.address,
      hostname: 'vm',
      broadcast_address: 'my.host',
      tcp_port: 4150,
      http_port: 4151,
      version: '1.3.0',
      ...changes,
    });
  const text = async (target) => (await ask(box.registry, 'GET', target)).body;
  const erase = (topic) => ask(box.registry, 'POST', `/topic/delete?topic=${encodeURIComponent(topic)}`);

  it('is what /lookup, /nodes and /channels tell', () =>
    withNodes(box.registry, async ({ registered }) => {
      const node = await registered(['a c']);
      assert.equal(await text('/lookup?topic=a'), `{"channels":["c"],"producers":[${producer(node)}]}`);
      const { length } = producer(node);
      assert.equal(
        await text('/nodes'),
        `{"producers":[${producer(node).slice(0, length - 1)},"tombstones":[false],"topics":["a"]}]}`,
      );
      assert.equal(await text('/channels?topic=a'), '{"channels":["c"]}');
      await erase('a');
    }));

  it('is written as Go does', () =>
    withNodes(box.registry, async ({ registered }) => {
      const node = await registered(['go'], {
        hostname: 'a<b>&\u2028"\\\n\u0001\u007f',
        version: '\ud83d\ude00',
        broadcast_address: '\u00e9',
      });
      assert.equal(
        await text('/lookup?topic=go'),
        bytes(`{"channels":[],"producers":[{"remote_address":"${node.address}",`,
          '"hostname":"a\\u003cb\\u003e\\u0026\\u2028\\"\\\\\\n\\u0001\x7f",',
          Buffer.from('"broadcast_address":"\u00e9","tcp_port":4150,"http_port":4151,"version":"\ud83d\ude00"}]}'),
        ).toString('latin1'),
      );
      await erase('go');
    }));

  it('stays by name when the node goes', () =>
    withNodes(box.registry, async ({ registered }) => {
      const node = await registered(['b c', 'e#ephemeral c#ephemeral']);
      node.destroy();
      await until(box.registry, '/lookup?topic=b', (x) => x.producers.length === 0);
      assert.equal(await text('/lookup?topic=b'), '{"channels":["c"],"producers":[]}');
      assert.equal(await text('/lookup?topic=e%23ephemeral'), '{"channels":["c#ephemeral"],"producers":[]}');
      assert.equal(await text('/nodes'), '{"producers":[]}');
      await erase('b');
      await erase('e#ephemeral');
    }));

  it('UNREGISTER takes it back', () =>
    withNodes(box.registry, async ({ registered }) => {
      const node = await registered(['d c', 'd x#ephemeral', 'd', 'f#ephemeral c']);
      assert.equal(await node.command('UNREGISTER d x#ephemeral'), 'OK');
      assert.equal(await node.command('UNREGISTER d c'), 'OK');
      assert.equal(await text('/lookup?topic=d'), `{"channels":["c"],"producers":[${producer(node)}]}`);
      assert.equal(await node.command('UNREGISTER d'), 'OK');
      assert.equal(await text('/lookup?topic=d'), '{"channels":["c"],"producers":[]}');
      assert.equal(await node.command('UNREGISTER f#ephemeral'), 'OK');
      // The channel is still known, the topic is not.
      assert.equal(await text('/lookup?topic=f%23ephemeral'), '{"message":"TOPIC_NOT_FOUND"}');
      assert.equal(await text('/channels?topic=f%23ephemeral'), '{"channels":["c"]}');
      await erase('d');
      await erase('f#ephemeral');
    }));

  it('is one entry for each connection, under *, too', () =>
    withNodes(box.registry, async ({ registered }) => {
      const one = await registered(['g', 'h']);
      const two = await registered(['g']);
      const { producers } = await getJson(box.registry, '/lookup?topic=g');
      assert.deepEqual(producers.map((x) => x.remote_address).sort(), [one.address, two.address].sort());
      const all = await getJson(box.registry, '/lookup?topic=*');
      assert.deepEqual(all.producers.map((x) => x.remote_address).sort(), [one.address, two.address].sort());
      await erase('*');
      assert.deepEqual((await getJson(box.registry, '/nodes')).producers.map((x) => x.topics), [[], []]);
    }));

  it('/debug has every registration', () =>
    withNodes(box.registry, async ({ registered }) => {
      const before = BigInt(Date.now() - 1000) * 1000000n;
      const node = await registered(['a c', 'a-b']);
      const body = await text('/debug');
      const updated = BigInt(body.match(/"last_update":(\d+)/)[1]);
      assert.ok(updated > before && updated < before + 60000000000n, `${updated}`);
      const entry =
        `[{"broadcast_address":"my.host","hostname":"vm","http_port":4151,"id":"${node.address}",` +
        `"last_update":${updated},"tcp_port":4150,"tombstoned":false,` +
        '"tombstoned_at":-6795364578871345152,"version":"1.3.0"}]';
      assert.equal(
        body,
        `{"channel:a:c":${entry},"client::":${entry},"topic:a-b:":${entry},"topic:a:":${entry}}`,
      );
      await erase('*');
    }));
});

describe('time', limit, () => {
  it('a tombstone hides a node from one topic for a while', () =>
    withRegistry({ flags: ['--tombstone-lifetime=700ms'] }, (registry) =>
      withNodes(registry, async ({ registered }) => {
        await registered(['t', 'u']);
        const other = await registered(['t'], { http_port: 5151 });
        const { status } = await ask(registry, 'POST', '/topic/tombstone?topic=t&node=my.host:4151');
        assert.equal(status, 200);
        const seen = await getJson(registry, '/lookup?topic=t');
        assert.deepEqual(seen.producers.map((x) => x.remote_address), [other.address]);
        assert.equal((await getJson(registry, '/lookup?topic=u')).producers.length, 1);
        const { producers } = await getJson(registry, '/nodes');
        const hidden = producers.find((x) => x.http_port === 4151);
        const flags = Object.fromEntries(hidden.topics.map((x, i) => [x, hidden.tombstones[i]]));
        assert.deepEqual(flags, { t: true, u: false });
        await until(registry, '/lookup?topic=t', (x) => x.producers.length === 2);
        await until(registry, '/nodes', (x) => !x.producers.some((y) => y.tombstones.includes(true)));
      }),
    ));

  it('a node that does not ping is told of no more, until it does', () =>
    withRegistry({ flags: ['--inactive-producer-timeout=500ms'] }, (registry) =>
      withNodes(registry, async ({ registered }) => {
        const node = await registered(['t']);
        await until(registry, '/nodes', (x) => x.producers.length === 0);
        assert.deepEqual((await getJson(registry, '/lookup?topic=t')).producers, []);
        assert.equal(await node.command('REGISTER u'), 'OK');
        assert.deepEqual((await getJson(registry, '/lookup?topic=u')).producers, []);
        for (;;) {
          // It may be late once more.
          assert.equal(await node.command('PING'), 'OK');
          if ((await getJson(registry, '/lookup?topic=t')).producers.length === 1) break;
        }
      }),
    ));
});
