// --max-topics and --max-channels-per-topic: what would be one too many is
// refused, on every way that creates something, and what is there goes on.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isCafqd, withBroker } from './support/broker.mjs';
import { withDataPath } from './support/data_path.mjs';
import { http } from './support/http.mjs';
import { withLookupd } from './support/lookupd.mjs';
import { dpub, mpub, pub, withClients } from './support/wire.mjs';

const limit = { timeout: 60000, skip: !isCafqd };
const noTopic = 'more topics than --max-topics allows';
const noChannel = 'more channels than --max-channels-per-topic allows';

const withLimits = (flags, body) =>
  withBroker({ flags }, (broker) =>
    withClients(broker.port, (connect) => body({ connect, api: http({ broker }), broker })),
  );

async function names(api) {
  const { topics } = JSON.parse((await api.get('/stats?format=json')).body);
  return topics.map((x) => [x.topic_name, x.channels.map((y) => y.channel_name)]);
}

describe('the number of topics', limit, () => {
  it('is bounded on every way', () =>
    withLimits(['--max-topics=2'], async ({ connect, api }) => {
      const client = await connect();
      await client.publish('a', 'x');
      await client.publish('b#ephemeral', 'x');
      for (const [command, name] of [
        [pub('c', 'x'), 'PUB'],
        [mpub('c', ['x', 'y']), 'MPUB'],
        [dpub('c', 1000, 'x'), 'DPUB'],
        [pub('c#ephemeral', 'x'), 'PUB'],
      ]) {
        const one = await connect();
        one.send(command);
        await one.error(`E_${name}_FAILED ${name} failed ${noTopic}`);
      }
      const reader = await connect();
      reader.send('SUB c d\n');
      await reader.error(`E_SUB_FAILED SUB failed ${noTopic}`);
      for (const target of ['/pub?topic=c', '/mpub?topic=c', '/topic/create?topic=c']) {
        const { status, body } = await api.post(target, 'x');
        assert.deepEqual([status, body], [403, '{"message":"TOO_MANY_TOPICS"}'], target);
      }
      // What is there goes on.
      await client.publish('a', 'y');
      assert.equal((await api.post('/topic/create?topic=a')).status, 200);
      assert.deepEqual(await names(api), [['a', []], ['b#ephemeral', []]]);
      // One that goes makes room.
      assert.equal((await api.post('/topic/delete?topic=a')).status, 200);
      assert.equal((await api.post('/topic/create?topic=c')).status, 200);
      assert.equal((await api.post('/topic/create?topic=a')).status, 403);
    }));

  it('is bounded for those that come at once', () =>
    withLimits(['--max-topics=10'], async ({ api }) => {
      const answers = await Promise.all(
        Array.from({ length: 40 }, (_, i) => api.post(`/topic/create?topic=t${i}`)),
      );
      assert.equal(answers.filter((x) => x.status === 200).length, 10);
      assert.equal((await names(api)).length, 10);
    }));

  it('does not keep a start from what is on disk', () =>
    withDataPath(async (start) => {
      const first = await start();
      for (const topic of ['a', 'b'])
        for (const channel of ['c', 'd']) {
          const api = http({ broker: first });
          await api.post(`/topic/create?topic=${topic}`);
          await api.post(`/channel/create?topic=${topic}&channel=${channel}`);
        }
      await first.stop();
      const second = await start({ flags: ['--max-topics=1', '--max-channels-per-topic=1'] });
      const api = http({ broker: second });
      assert.deepEqual(await names(api), [['a', ['c', 'd']], ['b', ['c', 'd']]]);
      assert.equal((await api.post('/topic/create?topic=x')).status, 403);
      assert.equal((await api.post('/channel/create?topic=a&channel=x')).status, 403);
      await second.stop();
    }));
});

describe('the number of channels', limit, () => {
  it('is bounded on every way', () =>
    withLimits(['--max-channels-per-topic=2'], async ({ connect, api }) => {
      const reader = await connect();
      await reader.subscribe('a', 'c1');
      assert.equal((await api.post('/channel/create?topic=a&channel=c2%23ephemeral')).status, 200);
      for (const channel of ['c3', 'c3#ephemeral']) {
        const one = await connect();
        one.send(`SUB a ${channel}\n`);
        await one.error(`E_SUB_FAILED SUB failed ${noChannel}`);
      }
      const { status, body } = await api.post('/channel/create?topic=a&channel=c3');
      assert.deepEqual([status, body], [403, '{"message":"TOO_MANY_CHANNELS"}']);
      const other = await connect();
      await other.subscribe('a', 'c1');
      // It is a number for each topic.
      const elsewhere = await connect();
      await elsewhere.subscribe('b', 'c3');
      assert.deepEqual(await names(api), [['a', ['c1', 'c2#ephemeral']], ['b', ['c3']]]);
    }));

  it('is bounded for those that a nsqlookupd knows', () =>
    withLookupd({}, (lookupd) =>
      withLimits(
        [`--lookupd-tcp-address=${lookupd.address}`, '--max-channels-per-topic=3'],
        async ({ api, broker }) => {
          await broker.logged(/peer info/);
          lookupd.channels.a = ['c1', 'c2', 'c3', 'c4', 'c5'];
          assert.equal((await api.post('/pub?topic=a', 'x')).status, 200);
          await broker.logged(/TOPIC\(a\): a channel that nsqlookupd knows is not added - more channels than/);
          assert.equal((await names(api))[0][1].length, 3);
        },
      ),
    ));
});
