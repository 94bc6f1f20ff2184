// What a node tells nsqlookupds, and what it asks them.

import assert from 'node:assert/strict';
import os from 'node:os';
import { describe, it } from 'node:test';
import { freePort, isCafqd, withBroker } from './support/broker.mjs';
import { http } from './support/http.mjs';
import { withLookupd } from './support/lookupd.mjs';
import { L, topicName, withClients } from './support/wire.mjs';

const limit = { timeout: 60000 };
const cafqdOnly = { skip: !isCafqd && 'of cafqd only' };

const flagsFor = (...addresses) => addresses.map((x) => `--lookupd-tcp-address=${x}`);

// Runs `body` with a broker that registers at `addresses`.
function withNode(addresses, body, flags = []) {
  return withBroker({ flags: [...flagsFor(...addresses), ...flags] }, (broker) =>
    body({ broker, ...http({ broker }) }),
  );
}

const create = (node, topic, channel) =>
  channel === undefined
    ? node.post(`/topic/create?topic=${encodeURIComponent(topic)}`)
    : node.post(`/channel/create?topic=${encodeURIComponent(topic)}&channel=${encodeURIComponent(channel)}`);
const erase = (node, topic, channel) =>
  channel === undefined
    ? node.post(`/topic/delete?topic=${encodeURIComponent(topic)}`)
    : node.post(`/channel/delete?topic=${encodeURIComponent(topic)}&channel=${encodeURIComponent(channel)}`);

describe('registering', limit, () => {
  it('says who it is', () =>
    withLookupd({}, (lookupd) =>
      withNode([lookupd.address], async ({ broker }) => {
        await lookupd.until(() => lookupd.identities.length);
        assert.equal(lookupd.magic, '  V1');
        assert.deepEqual(lookupd.identities[0], {
          broadcast_address: os.hostname(),
          hostname: os.hostname(),
          http_port: broker.httpPort,
          tcp_port: broker.port,
          version: '1.3.0',
        });
      }),
    ));

  const ipv6 = Object.values(os.networkInterfaces()).flat().some((x) => x.address === '::1');
  for (const [host, skip] of [['localhost', false], ['::1', !ipv6 && 'there is no IPv6']])
    it(`at ${host}, asked there as well`, { skip }, () =>
      withLookupd({ host }, (lookupd) =>
        withNode([lookupd.address], async (node) => {
          await node.broker.logged(/peer info/);
          lookupd.channels.t = ['c'];
          assert.equal((await node.post('/pub?topic=t', 'x')).status, 200);
          assert.equal((await node.channel('t', 'c')).depth, 1);
          await lookupd.untilRegistered('t', 't c');
        }),
      ),
    );

  it('asks nowhere but at the host and port that were announced', cafqdOnly, async () => {
    let lookupd;
    for (const host of ['ann:geheim@127.0.0.1', '127.0.0.1/elsewhere?x=', '127.0.0.1#', 'http://127.0.0.1'])
      await withLookupd(
        {
          answer: (line) =>
            line === 'IDENTIFY' ? JSON.stringify({ ...lookupd.identity(), broadcast_address: host }) : undefined,
        },
        (x) => {
          lookupd = x;
          return withNode([x.address], async (node) => {
            await node.broker.logged(/peer info/);
            assert.equal((await node.post('/pub?topic=t', 'x')).status, 200);
            await node.broker.logged(/no nsqlookupd has said where to ask/);
            assert.deepEqual(x.asked, [], host);
          });
        },
      );
  });

  it('does not go where the answer points to', cafqdOnly, () =>
    withLookupd({}, (other) =>
      withLookupd(
        {
          onHttp: (_request, response) => {
            response.writeHead(302, { Location: `http://127.0.0.1:${other.httpPort}/channels?topic=t` });
            response.end();
            return true;
          },
        },
        (x) =>
          withNode([x.address], async (node) => {
            await node.broker.logged(/peer info/);
            assert.equal((await node.post('/pub?topic=t', 'x')).status, 200);
            await node.broker.logged(/no channels from http:\S+ - status 302/);
            assert.deepEqual(other.asked, []);
          }),
      ),
    ));

  it('says what it is told to be', () =>
    withLookupd({}, (lookupd) =>
      withNode(
        [lookupd.address],
        async () => {
          await lookupd.until(() => lookupd.identities.length);
          const { broadcast_address, http_port, tcp_port } = lookupd.identities[0];
          assert.deepEqual([broadcast_address, http_port, tcp_port], ['my.host', 33651, 33650]);
        },
        ['--broadcast-address=my.host', '--broadcast-tcp-port=33650', '--broadcast-http-port=33651'],
      ),
    ));

  it('tells of topics and channels as they come and go', () =>
    withLookupd({}, (lookupd) =>
      withNode([lookupd.address], async (node) => {
        await lookupd.until(() => lookupd.identities.length);
        await create(node, 't');
        await lookupd.untilRegistered('t');
        await create(node, 't', 'c');
        await create(node, 't', 'd');
        await lookupd.untilRegistered('t', 't c', 't d');
        await erase(node, 't', 'c');
        await lookupd.untilRegistered('t', 't d');
        await node.post('/pub?topic=u', 'x');
        await lookupd.untilRegistered('t', 't d', 'u');
        await erase(node, 't');
        await lookupd.untilRegistered('u');
      }),
    ));

  it('tells of ephemeral ones as well', () =>
    withLookupd({}, (lookupd) =>
      withNode([lookupd.address], async ({ broker }) => {
        await lookupd.until(() => lookupd.identities.length);
        await withClients(broker.port, async (connect) => {
          const consumer = await connect();
          await consumer.subscribe('t#ephemeral', 'c#ephemeral');
          await lookupd.untilRegistered('t#ephemeral', 't#ephemeral c#ephemeral');
        });
        await lookupd.untilRegistered();
      }),
    ));

  it('a topic that is deleted and made again ends up registered', cafqdOnly, () =>
    withLookupd({}, (lookupd) =>
      withNode([lookupd.address], async (node) => {
        await lookupd.until(() => lookupd.identities.length);
        for (let i = 0; i < 50; ++i) {
          await Promise.all([create(node, 't').then(() => create(node, 't', `c${i}`)), erase(node, 't')]);
          await Promise.all([erase(node, 't'), create(node, 't', 'late')]);
        }
        await create(node, 't');
        await create(node, 't', 'last');
        const { channels } = await node.topic('t');
        await lookupd.untilRegistered('t', ...channels.map((x) => `t ${x.channel_name}`));
      }),
    ));

  it('tells several', () =>
    withLookupd({}, (one) =>
      withLookupd({}, (two) =>
        withNode([one.address, two.address], async (node) => {
          await Promise.all([one, two].map((x) => x.until(() => x.identities.length)));
          await create(node, 't');
          await one.untilRegistered('t');
          await two.untilRegistered('t');
        }),
      ),
    ));

  it('tells one that is added late of everything', () =>
    withLookupd({}, (lookupd) =>
      withNode([], async (node) => {
        // Enough for more than one write.
        const many = Array.from({ length: 2000 }, (_, i) => `channel_${i}`);
        await create(node, 't');
        const client = await node.connect();
        for (const x of many) client.request('POST', `/channel/create?topic=t&channel=${x}`);
        for (const _ of many) assert.equal((await client.answer()).status, 200);
        client.destroy();
        await node.put('/config/nsqlookupd_tcp_addresses', JSON.stringify([lookupd.address]));
        await lookupd.untilRegistered('t', ...many.map((x) => `t ${x}`));
      }),
    ));
});

describe('pings', limit, () => {
  it('every 15 s', () =>
    withLookupd({}, (lookupd) =>
      withNode([lookupd.address], async () => {
        await lookupd.until(() => lookupd.commands.includes('PING'));
      }),
    ));
});

describe('a nsqlookupd that', limit, () => {
  it('is down holds up nothing and is told all when it comes', async () => {
    const port = await freePort();
    await withNode([`127.0.0.1:${port}`], async (node) => {
      await create(node, 't');
      await create(node, 't', 'c');
      await withLookupd({ port }, (lookupd) => lookupd.untilRegistered('t', 't c'));
    });
  });

  it('has no address is tried again', cafqdOnly, () =>
    withNode(['nosuch.invalid:4160', 'noport'], async ({ broker, get }) => {
      await broker.logged(/LOOKUPD\(nosuch\.invalid:4160\): .*trying again in 1000 ms/);
      await broker.logged(/LOOKUPD\(noport\): missing port in address, trying again in 1000 ms/);
      assert.equal((await get('/ping')).body, 'OK');
    }));

  it('goes away and comes back is told all again', async () => {
    const port = await freePort();
    await withNode([`127.0.0.1:${port}`], async (node) => {
      await withLookupd({ port }, async (lookupd) => {
        await create(node, 't');
        await lookupd.untilRegistered('t');
      });
      await create(node, 'u');
      await create(node, 'u', 'c');
      await erase(node, 't');
      await withLookupd({ port }, async (lookupd) => {
        await lookupd.untilRegistered('u', 'u c');
        assert.ok(!lookupd.commands.some((x) => x.includes('REGISTER t')));
      });
    });
  });

  it('closes in the middle is told all again', () => {
    let hangUp = true;
    const answer = (line, socket) => {
      if (line === 'REGISTER t c3' && hangUp) {
        hangUp = false;
        socket.destroy();
      }
    };
    return withLookupd({ answer }, (lookupd) =>
      withNode([lookupd.address], async (node) => {
        await lookupd.until(() => lookupd.identities.length);
        await create(node, 't');
        for (const x of ['c1', 'c2', 'c3', 'c4']) await create(node, 't', x);
        await lookupd.untilRegistered('t', 't c1', 't c2', 't c3', 't c4');
        assert.equal(lookupd.connections, 2);
      }),
    );
  });

  it('never answers is left, while the node works', cafqdOnly, () => {
    const answer = () => null;
    return withLookupd({ answer }, (lookupd) =>
      withNode([lookupd.address], async (node) => {
        await lookupd.until(() => lookupd.identities.length);
        await create(node, 't');
        assert.equal((await node.post('/pub?topic=t', 'x')).status, 200);
        await node.broker.logged(/no answer, trying again/);
        lookupd.answer = undefined;
        await lookupd.untilRegistered('t');
      }),
    );
  });

  it('answers late is told all the same', () => {
    const answer = (line, socket) => {
      setTimeout(() => {
        if (!socket.destroyed) socket.write(Buffer.concat([L(2), Buffer.from('OK')]));
      }, 300);
      return null;
    };
    return withLookupd({}, (lookupd) =>
      withNode([lookupd.address], async (node) => {
        await lookupd.until(() => lookupd.identities.length);
        lookupd.answer = answer;
        await create(node, 't');
        await create(node, 't', 'c');
        await lookupd.untilRegistered('t', 't c');
        assert.equal(lookupd.connections, 1);
      }),
    );
  });

  const rubbish = {
    'E_INVALID': Buffer.concat([L(9), Buffer.from('E_INVALID')]),
    'no JSON': Buffer.concat([L(2), Buffer.from('OK')]),
    'HTTP': Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'),
    'an endless answer': Buffer.concat([Buffer.from([0x7f, 0xff, 0xff, 0xff]), Buffer.alloc(100000)]),
  };
  for (const [name, bytes] of Object.entries(rubbish))
    it(`answers rubbish (${name}) is left and tried again`, cafqdOnly, () => {
      let left = 2;
      const answer = () => (left-- > 0 ? bytes : undefined);
      return withLookupd({ answer }, (lookupd) =>
        withNode([lookupd.address], async (node) => {
          await create(node, 't');
          await lookupd.untilRegistered('t');
          assert.equal(lookupd.connections, 3);
        }),
      );
    });

  it('refuses a command is told all again', () => {
    let refuse = true;
    const answer = (line, socket) => {
      if (line !== 'REGISTER t' || !refuse) return undefined;
      refuse = false;
      socket.end(Buffer.concat([L(11), Buffer.from('E_BAD_TOPIC')]));
      return null;
    };
    return withLookupd({ answer }, (lookupd) =>
      withNode([lookupd.address], async (node) => {
        await lookupd.until(() => lookupd.identities.length);
        await create(node, 't');
        await lookupd.until(() => lookupd.connections === 2 && lookupd.registered.has('t'));
      }),
    );
  });
});

describe('addresses at run time', limit, () => {
  const key = '/config/nsqlookupd_tcp_addresses';

  it('are told, added and removed', () =>
    withLookupd({}, (one) =>
      withLookupd({}, (two) =>
        withNode([one.address], async (node) => {
          await one.until(() => one.identities.length);
          assert.equal((await node.get(key)).body, JSON.stringify([one.address]));
          await create(node, 't');
          await one.untilRegistered('t');
          const both = JSON.stringify([one.address, two.address]);
          const { status, body } = await node.put(key, both);
          assert.deepEqual({ status, body }, { status: 200, body: both });
          await two.untilRegistered('t');
          assert.equal(one.connections, 1);
          assert.equal((await node.put(key, JSON.stringify([two.address]))).status, 200);
          await one.untilRegistered();
          await create(node, 'u');
          await two.untilRegistered('t', 'u');
          assert.equal(two.connections, 1);
          assert.equal((await node.put(key, 'null')).body, 'null');
          assert.equal((await node.get(key)).body, 'null');
          await two.untilRegistered();
        }),
      ),
    ));

  it('are checked', () =>
    withNode([], async (node) => {
      assert.equal((await node.get(key)).body, '[]');
      for (const bad of ['x', '{}', '"a:1"', '[1]', '["a:1"'])
        assert.deepEqual(
          [(await node.put(key, bad)).status, (await node.put(key, bad)).body],
          [400, '{"message":"INVALID_VALUE"}'],
        );
      assert.equal((await node.put(key, '')).status, 413);
      assert.equal((await node.get(key)).body, '[]');
    }));
});

describe('a new topic', limit, () => {
  it('gets the channels that others have, before any message', () =>
    withLookupd({}, (one) =>
      withLookupd({}, (two) =>
        withNode([one.address, two.address], async (node) => {
          await Promise.all([one, two].map((x) => node.broker.logged(new RegExp(`LOOKUPD\\(${x.address}\\): peer info`))));
          const topic = topicName();
          one.channels[topic] = ['b', 'a', 'x#ephemeral'];
          two.channels[topic] = ['b', 'c'];
          assert.equal((await node.post(`/pub?topic=${topic}`, 'x')).status, 200);
          const { channels } = await node.topic(topic);
          assert.deepEqual(
            channels.map((x) => [x.channel_name, x.depth]),
            [['a', 1], ['b', 1], ['c', 1]],
          );
          assert.deepEqual(one.asked, [
            { url: `/channels?topic=${topic}`, accept: 'application/vnd.nsq; version=1.0' },
          ]);
          await one.untilRegistered(topic, `${topic} a`, `${topic} b`, `${topic} c`);
        }),
      ),
    ));

  it('gets all messages into all channels however many publish', cafqdOnly, () =>
    withLookupd({}, (lookupd) =>
      withNode([lookupd.address], async (node) => {
        await node.broker.logged(/peer info/);
        lookupd.channels.t = ['a', 'b', 'c', 'd'];
        await Promise.all(Array.from({ length: 20 }, () => node.post('/pub?topic=t', 'x')));
        const { channels } = await node.topic('t');
        assert.deepEqual(channels.map((x) => x.message_count), [20, 20, 20, 20]);
        assert.equal(lookupd.asked.length, 1);
      }),
    ));

  it('waits for a dead nsqlookupd no longer than told, and alone', cafqdOnly, () =>
    withLookupd({ onHttp: () => true }, (dead) =>
      withLookupd({}, (lookupd) =>
        withNode(
          [dead.address, lookupd.address],
          async (node) => {
            await Promise.all([dead, lookupd].map((x) => node.broker.logged(new RegExp(`LOOKUPD\\(${x.address}\\): peer info`))));
            lookupd.channels.t = ['a'];
            let created = false;
            const waiting = node.post('/pub?topic=t', 'x').then((x) => {
              created = true;
              return x;
            });
            await dead.until(() => dead.asked.length);
            assert.equal((await node.get('/ping')).body, 'OK');
            assert.equal(created, false);
            assert.equal((await waiting).status, 200);
            assert.equal((await node.channel('t', 'a')).depth, 1);
            assert.match(await node.broker.logged(/no channels from/), /Timeout/);
          },
          ['--http-client-request-timeout=1s'],
        ),
      ),
    ));

  it('comes about in time when a nsqlookupd never answers', cafqdOnly, () =>
    withLookupd({ onHttp: () => true }, (dead) =>
      withLookupd({}, (lookupd) =>
        withNode([dead.address, lookupd.address], async (node) => {
          await Promise.all([dead, lookupd].map((x) => node.broker.logged(new RegExp(`LOOKUPD\\(${x.address}\\): peer info`))));
          lookupd.channels.t = ['a'];
          assert.equal((await node.post('/pub?topic=t', 'x')).status, 200);
          assert.equal((await node.channel('t', 'a')).depth, 1);
          await node.broker.logged(/no channels from .* - no answer within 4 s/);
        }),
      ),
    ));

  it('comes about without an answer of use', () => {
    const onHttp = (request, response) => {
      response.statusCode = 500;
      response.end('<html>');
      return true;
    };
    return withLookupd({ onHttp }, (lookupd) =>
      withNode([lookupd.address], async (node) => {
        await node.broker.logged(/peer info/);
        assert.equal((await node.post('/pub?topic=t', 'x')).status, 200);
        assert.deepEqual((await node.topic('t')).channels, []);
      }),
    );
  });
});
