// Twelve ways to be stuck, made for real, and what /debug/why and `cafq why`
// say of them; and that what moves is said to move.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import { describe, it } from 'node:test';
import { isCafqd, withBroker } from './support/broker.mjs';
import { ask } from './support/http.mjs';
import { withLookupd } from './support/lookupd.mjs';
import { SmallDisk } from './support/small_disk.mjs';
import { dpub, mpub, pub, sized, withClients } from './support/wire.mjs';

const limit = { timeout: 60000, skip: !isCafqd };
const MB = 1 << 20;

async function cafq(address, ...args) {
  const child = spawn(process.env.CAFQ, ['why', `--http-address=${address}`, ...args]);
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (x) => (out += x));
  child.stderr.setEncoding('utf8').on('data', (x) => (err += x));
  const [code] = await once(child, 'close');
  return { code, out, err };
}
const why = (broker, ...args) => cafq(`127.0.0.1:${broker.httpPort}`, ...args);

// Asks until all patterns are in the answer. Returns it.
async function told(broker, [topic, ...rest], ...patterns) {
  let last;
  for (const end = Date.now() + 30000; Date.now() < end; ) {
    last = await why(broker, topic, ...rest);
    if (last.code === 0 && patterns.every((x) => x.test(last.out))) return last.out;
  }
  assert.fail(`${JSON.stringify(last)} has not ${patterns}`);
}

const post = async (broker, target) =>
  assert.equal((await ask(broker.httpPort, 'POST', target)).status, 200, target);
const create = async (broker, topic, channel) => {
  await post(broker, `/topic/create?topic=${topic}`);
  if (channel) await post(broker, `/channel/create?topic=${topic}&channel=${channel}`);
};

// A broker, and clients of it.
const withWorld = (options, body) =>
  withBroker(options, (broker) =>
    withClients(broker.port, (connect) => body(broker, connect)),
  );

describe('why', limit, () => {
  it('a paused topic', () =>
    withWorld({}, async (broker, connect) => {
      await create(broker, 't', 'c');
      await post(broker, '/topic/pause?topic=t');
      const client = await connect();
      await client.publish('t', 'x');
      await told(broker, ['t'], /^t: stuck$/m, /^topic t - paused$/m, /The topic was paused .* ago: 1 message stays here, the oldest for /, /`cafq topic unpause t --http-address 127\.0\.0\.1:\d+`/);
    }));

  it('a paused channel', () =>
    withWorld({}, async (broker, connect) => {
      await create(broker, 't', 'c');
      await post(broker, '/channel/pause?topic=t&channel=c');
      const client = await connect();
      await client.publish('t', 'x');
      await told(broker, ['t', 'c'], /^channel c - paused$/m, /The channel was paused .* ago: 1 message ready, the oldest for .*`cafq channel unpause t c --http-address 127\.0\.0\.1:\d+`/);
    }));

  it('no consumer', () =>
    withWorld({}, async (broker, connect) => {
      await create(broker, 't', 'c');
      const client = await connect();
      client.send(mpub('t', ['a', 'b', 'c']));
      await client.ok();
      await told(broker, ['t'], /^channel c - no consumer$/m, /3 messages ready, the oldest for .*\. Nobody has subscribed\./);
    }));

  it('RDY 0', () =>
    withWorld({}, async (broker, connect) => {
      const client = await connect();
      await client.subscribe('t', 'c');
      await (await connect()).publish('t', 'x');
      await told(broker, ['t', 'c'], /^channel c - RDY 0$/m, /1 consumer is there, and all have RDY 0/, / - gives no RDY$/m, /0 in flight, .* It gives no RDY\.$/m);
    }));

  it('all RDY used: who holds the oldest, and until when', () =>
    withWorld({ flags: ['--msg-timeout=10m'] }, async (broker, connect) => {
      const client = await connect();
      await client.identify({ user_agent: 'slow\x1b[2J/1' });
      await client.subscribe('t', 'c');
      client.rdy(2);
      const publisher = await connect();
      publisher.send(mpub('t', ['a', 'b', 'c', 'd', 'e']));
      await publisher.ok();
      const who = `127\\.0\\.0\\.1:${client.socket.localPort} \\(slow\\\\x1b\\[2J/1\\)`;
      const text = await told(
        broker,
        ['t', 'c'],
        /^channel c - all RDY used$/m,
        /3 messages ready, the oldest for .*\. 1 consumer has used its RDY \(2 in flight of 2\)\./,
        new RegExp(`Oldest in flight: with ${who}, taken .* ago, times out in 9 min .* s, attempt 1\\.`),
        new RegExp(`^ {4}${who}: RDY 2, 2 in flight, 0 finished, 0 requeued\\.`, 'm'),
      );
      assert.doesNotMatch(text, /\x1b/);
    }));

  it('a consumer that does not read', () =>
    withWorld({}, async (broker, connect) => {
      const client = await connect();
      await client.subscribe('t', 'c');
      client.rdy(2500);
      client.socket.pause();
      const publisher = await connect();
      const body = 'x'.repeat(32768);
      for (let i = 0; i < 40; ++i) {
        publisher.send(mpub('t', Array(16).fill(body)));
        await publisher.ok();
      }
      await told(broker, ['t', 'c'], /^channel c - consumers do not read$/m, /1 consumer has not read what it was sent/, /^ {4}127\.0\.0\.1:\d+: does not read; .* wait to be sent/m);
    }));

  it('a publisher over its window', () =>
    withWorld({ flags: ['--mem-queue-size=10'] }, async (broker, connect) => {
      await create(broker, 't%23ephemeral', 'c');
      const client = await connect();
      client.send(Array.from({ length: 800 }, () => pub('t#ephemeral', 'x'.repeat(1000))));
      await told(
        broker,
        ['t#ephemeral'],
        new RegExp(`^connection 127\\.0\\.0\\.1:${client.socket.localPort} - waits for topic$`, 'm'),
        /: is not read for .*: \d+ KB that it published are not answered/,
        /^ {2}topic t#ephemeral - waits for channel$/m,
        /^ {4}channel c - no consumer$/m,
      );
    }));

  it('a full disk', async () => {
    const disk = new SmallDisk(32 * MB);
    try {
      const flags = [`--data-path=${disk.folder}`, '--sync=always'];
      await withWorld({ flags, wrapper: disk.wrapper }, async (broker, connect) => {
        await create(broker, 't', 'c');
        const client = await connect();
        for (let i = 0; i < 64; ++i) {
          client.send(mpub('t', [`${i}`.padEnd(MB - 100, 'x')]));
          const frame = await client.next();
          if (frame?.data.toString() !== 'OK') break;
        }
        await told(broker, ['t'], /^topic t - disk refuses$/m, /Publishes are refused: .*disk full/);
      });
    } finally {
      disk.destroy();
    }
  });

  it('the memory limit', () =>
    withWorld({ flags: [`--memory-limit=${32 * MB}`, '--mem-queue-size=1000000'] }, async (broker, connect) => {
      await create(broker, 't%23ephemeral');
      const client = await connect();
      const body = 'x'.repeat(60000);
      client.send(Array.from({ length: 200 }, () => pub('t#ephemeral', body)));
      await told(broker, ['t#ephemeral'], /^topic t#ephemeral - memory limit$/m, /publish requests? waits?, the oldest for .*: messages take all the memory they may/, /--memory-limit/);
    }));

  it('a slow auth server', async () => {
    const server = net.createServer(() => {});
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = `127.0.0.1:${server.address().port}`;
    const flags = [`--auth-http-address=${address}`, '--http-client-request-timeout=10m'];
    try {
      await withWorld({ flags }, async (broker, connect) => {
        await create(broker, 't', 'c');
        const client = await connect();
        client.send('AUTH\n', sized('secret'));
        const text = await told(
          broker,
          ['t'],
          new RegExp(`^connection 127\\.0\\.0\\.1:${client.socket.localPort} - asking auth$`, 'm'),
          new RegExp(`The auth server ${address} has not answered for .*s\\.`),
        );
        assert.doesNotMatch(text, /secret/);
      });
    } finally {
      server.close();
    }
  });

  it('a nsqlookupd that is silent while a new topic asks', () =>
    withLookupd({ onHttp: () => true }, (lookupd) =>
      withWorld(
        { flags: [`--lookupd-tcp-address=127.0.0.1:${lookupd.port}`, '--http-client-request-timeout=10m'] },
        async (broker, connect) => {
          await broker.logged(/LOOKUPD\(.*\): peer info/);
          const client = await connect();
          client.send(pub('fresh', 'x'));
          await told(
            broker,
            ['fresh'],
            /^topic fresh - coming about$/m,
            new RegExp(`The nsqlookupd .*${lookupd.httpPort} was asked .* ago which channels fresh has elsewhere, and has not answered`),
          );
        },
      ),
    ));

  it('only deferred messages: until when the first', () =>
    withWorld({}, async (broker, connect) => {
      await create(broker, 't', 'c');
      const client = await connect();
      client.send(dpub('t', 3000000, 'later'), dpub('t', 600000, 'sooner'));
      await client.ok();
      await client.ok();
      await told(broker, ['t', 'c'], /^channel c - only deferred$/m, /2 messages are deferred, the first until 9 min \d+ s from now/);
    }));

  it('what moves is said to move', () =>
    withWorld({}, async (broker, connect) => {
      const consumer = await connect();
      await consumer.subscribe('t', 'c');
      consumer.rdy(100);
      const publisher = await connect();
      let busy = true;
      const publishing = (async () => {
        while (busy) await publisher.publish('t', 'x');
      })();
      const consuming = (async () => {
        while (busy) consumer.fin(await consumer.message());
      })();
      await told(broker, ['t'], /^t: flowing$/m, /Moving: [1-9][\d,]* messages per second are published/, /Moving: [1-9][\d,]* in, [1-9][\d,]* out per second/);
      busy = false;
      await publishing;
      await publisher.publish('t', 'last');
      await consuming;
    }));
});

describe('GET /debug/why', limit, () => {
  const get = (broker, target, headers = { Host: 'localhost' }) =>
    ask(broker.httpPort, 'GET', target, { headers });

  it('is the same as JSON, followed from step to step', () =>
    withWorld({}, async (broker, connect) => {
      await create(broker, 't', 'c');
      await (await connect()).publish('t', 'x');
      const { status, body } = await get(broker, '/debug/why?topic=t&channel=c');
      assert.equal(status, 200);
      const answer = JSON.parse(body);
      assert.deepEqual(Object.keys(answer), ['topic', 'mood', 'findings']);
      assert.deepEqual([answer.topic, answer.mood], ['t', 'stuck']);
      const [step] = answer.findings[0].chain;
      assert.deepEqual([step.kind, step.name, step.state], ['channel', 'c', 'no consumer']);
      const { out } = await why(broker, '--json', 't', 'c');
      assert.equal(JSON.parse(out).mood, 'stuck');
    }));

  it('refuses what makes no sense, and says what would', () =>
    withBroker({}, async (broker) => {
      await create(broker, 't');
      for (const [query, status, message] of [
        ['', 400, /MISSING_ARG_TOPIC/],
        ['topic=$', 400, /INVALID_ARG_TOPIC/],
        ['topic=t&channel=$', 400, /INVALID_ARG_CHANNEL/],
        ['topic=t&format=xml', 400, /json or text/],
        ['topic=t&chanel=c', 400, /parameters are topic, channel and format/],
        ['topic=nowhere', 404, /TOPIC_NOT_FOUND/],
        ['topic=t&channel=c', 404, /CHANNEL_NOT_FOUND/],
      ]) {
        const answer = await get(broker, `/debug/why?${query}`);
        assert.equal(answer.status, status, query);
        assert.match(JSON.parse(answer.body).message, message);
      }
    }));

  it('answers nobody who comes by a name that the node does not know', () =>
    withBroker({}, async (broker) => {
      await create(broker, 't');
      assert.equal((await get(broker, '/debug/why?topic=t', { Host: 'evil.example' })).status, 403);
    }));
});

describe('cafq why', limit, () => {
  it('ends with 1 where there is nothing to tell of', () =>
    withBroker({}, async (broker) => {
      await create(broker, 't');
      assert.deepEqual(await why(broker, 'nowhere'), { code: 1, out: '', err: 'cafq: there is no topic nowhere\n' });
      assert.deepEqual(await why(broker, 't', 'c'), { code: 1, out: '', err: 'cafq: topic t has no channel c\n' });
    }));

  it('says so when the other end is nsqd', async () => {
    const server = http.createServer((request, response) => {
      response.writeHead(404, { 'Content-Type': 'application/json' });
      response.end('{"message":"NOT_FOUND"}');
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { code, err } = await cafq(`127.0.0.1:${server.address().port}`, 't');
    server.close();
    assert.equal(code, 1);
    assert.match(err, /cannot say why: it is nsqd/);
  });
});
