// What quiet clients and topics cost.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { isCafqd, withBroker } from './support/broker.mjs';
import { withClients } from './support/wire.mjs';

const limit = { timeout: 120000 };

const files = Number(
  readFileSync('/proc/self/limits', 'utf8').match(/^Max open files\s+(\d+)/m)?.[1] ??
    Infinity,
);

// How often a thread of the broker had to wait for work between two heartbeats
// five seconds apart: what it does unasked, as a count and not as a time.
async function wakeUps(broker, connect) {
  const clock = await connect();
  clock.answering = true;
  await clock.identify({ heartbeat_interval: 1000 });
  await clock.heartbeat(1);
  const start = broker.waits();
  await clock.heartbeat(6, 20000);
  return broker.waits() - start;
}

// nsqd is measured and not judged.
function judge(t, what, value, bound) {
  t.diagnostic(`${what}: ${Math.round(value)} (bound ${bound})`);
  if (isCafqd) assert.ok(value < bound, `${what}: ${value}, bound ${bound}`);
}

async function each(count, work) {
  for (let i = 0; i < count; i += 100)
    await Promise.all(Array.from({ length: 100 }, (_, k) => work(i + k)));
}

describe('footprint', () => {
  it('5,000 idle subscribed connections', { ...limit, skip: files < 6000 }, (t) =>
    withBroker({}, (broker) =>
      withClients(broker.port, async (connect) => {
        // The first few pay for what all share.
        const subscribe = async () => (await connect()).subscribe('t', 'c');
        await each(100, subscribe);
        const before = broker.memory();
        await each(5000, subscribe);
        judge(t, 'bytes per connection', (broker.memory() - before) / 5000, 8192);
      }),
    ),
  );

  it('1,000 quiet topics with a channel', limit, (t) =>
    withBroker({}, (broker) =>
      withClients(broker.port, async (connect) => {
        const visit = async (i) => {
          const client = await connect();
          await client.subscribe(`t${i}`, 'c');
          await client.publish(`t${i}`, 'x');
          client.rdy(1);
          client.fin(await client.message());
          await client.quiet();
          await client.leave();
        };
        await each(100, (i) => visit(10000 + i));
        const before = broker.memory();
        await each(1000, visit);
        judge(
          t,
          'bytes per topic and channel',
          (broker.memory() - before) / 1000,
          16384,
        );
        // Two for each a second would already be a topic that looks for work.
        // Those there are come from clients that have left and their timers.
        judge(t, 'wake-ups in 5 seconds', await wakeUps(broker, connect), 10000);
      }),
    ),
  );
});
