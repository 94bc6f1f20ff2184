// Consumers that come and go, finish, requeue, touch and forget at random: each
// message is finished in the end, and never seen again after that.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { useBroker } from './support/broker.mjs';
import { generator, seed } from './support/random.mjs';
import { dpub, identify, mpub, topicName, withClients } from './support/wire.mjs';

const total = 1500;

// One life of a consumer: some rounds of taking messages and answering them.
// FIN counts once the broker had the chance to say that it failed.
async function live(client, random, topic, finished) {
  const rdy = 1 + random.below(20);
  client.send(identify({ msg_timeout: 1000 }), `SUB ${topic} c\nRDY ${rdy}\n`);
  await client.ok();
  await client.ok();
  const held = [];
  const inFlight = new Set();
  for (let round = 0, rounds = 5 + random.below(20); round < rounds; ++round) {
    const answers = [];
    const finishing = new Map();
    for (const { id, body } of held.splice(0)) {
      const fate = random.below(10);
      if (fate < 6) {
        answers.push(`FIN ${id}\n`);
        finishing.set(id, body);
      } else if (fate < 7) answers.push(`REQ ${id} 0\n`);
      else if (fate < 8) answers.push(`REQ ${id} ${random.below(300)}\n`);
      else if (fate < 9) answers.push(`TOUCH ${id}\n`);
      // Else it is forgotten, and comes again at its timeout.
      if (fate < 8) inFlight.delete(id);
    }
    const marker = `round${round}`.padEnd(16, '.');
    client.send(answers, `TOUCH ${marker}\n`);
    for (;;) {
      const frame = await client.next();
      assert.ok(frame, 'the broker ended the connection');
      const text = frame.data.toString('latin1');
      if (frame.type === 2) {
        const message = { id: text.slice(10, 26), body: text.slice(26) };
        assert.ok(!finished.has(message.body), `${message.body} came after its FIN`);
        inFlight.add(message.id);
        assert.ok(
          inFlight.size <= rdy + answers.length + 20,
          'more in flight than RDY allows',
        );
        held.push(message);
      } else if (text.includes(marker)) break;
      else {
        assert.match(text, /^E_(FIN|REQ|TOUCH)_FAILED /);
        finishing.delete(text.split(' ')[2]);
      }
    }
    for (const body of finishing.values()) {
      assert.ok(!finished.has(body), `${body} was finished twice`);
      finished.add(body);
    }
    await new Promise(setImmediate);
  }
}

describe('churn', () => {
  const box = useBroker();

  it('loses nothing and repeats nothing that is finished', { timeout: 120000 }, (t) =>
    withClients(box.broker.port, async (connect) => {
      t.diagnostic(`SEED=${seed}`);
      const random = generator(seed);
      const topic = topicName('churn');
      const finished = new Set();
      const worker = async () => {
        while (finished.size < total) {
          const client = await connect();
          await live(client, random, topic, finished);
          client.destroy();
        }
      };
      const producer = await connect();
      const publish = async () => {
        for (let i = 0; i < total; i += 10) {
          const body = (k) => `m${i + k}`;
          producer.send(mpub(topic, [0, 1, 2, 3, 4, 5, 6, 7].map(body)));
          producer.send(dpub(topic, random.below(500), body(8)));
          producer.send(dpub(topic, 0, body(9)));
          for (let k = 0; k < 3; ++k) await producer.ok();
        }
      };
      await Promise.all([publish(), ...Array.from({ length: 6 }, worker)]);
      assert.equal(finished.size, total);
    }),
  );
});
