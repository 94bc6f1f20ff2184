// What the tests of queues share.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { lateness } from './broker.mjs';
import { topicName, withClients } from './wire.mjs';

export const limit = { timeout: 60000 };
export const now = () => performance.now();

export function assertDue(message, start, delay) {
  const elapsed = message.at - start;
  assert.ok(elapsed >= delay - 1, `early: ${elapsed} ms instead of ${delay}`);
  assert.ok(elapsed < delay + lateness, `late: ${elapsed} ms instead of ${delay}`);
}

// '0', '1', ...
export function numbers(count) {
  return Array.from({ length: count }, (_, i) => `${i}`);
}

// Test cases on the broker of `box`. `connect` gives clients, `topic` is new,
// `consumer` is a client subscribed to a channel of it.
export function cases(box) {
  return (name, body) =>
    it(name, limit, () =>
      withClients(box.broker.port, async (connect) => {
        const topic = topicName();
        const consumer = async ({ channel = 'c', identify, rdy = 0 } = {}) => {
          const client = await connect();
          if (identify) await client.identify(identify);
          await client.subscribe(topic, channel);
          if (rdy) client.rdy(rdy);
          return client;
        };
        await body({ connect, topic, consumer });
      }),
    );
}
