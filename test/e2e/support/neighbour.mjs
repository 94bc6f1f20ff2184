// Who tells whether others notice an attack.

import assert from 'node:assert/strict';
import { topicName } from './wire.mjs';

const now = () => performance.now();

// A client that behaves. Every round is one message there and back.
export class Neighbour {
  rounds = 0;
  slowest = 0;

  static async join(connect) {
    const self = new Neighbour();
    self.topic = topicName('neighbour');
    self.producer = await connect();
    self.consumer = await connect();
    self.producer.answering = self.consumer.answering = true;
    await self.consumer.subscribe(self.topic, 'c');
    self.consumer.rdy(1);
    await self.round();
    return self;
  }

  async round() {
    const start = now();
    const body = `round ${++this.rounds}`;
    await this.producer.publish(this.topic, body);
    this.consumer.fin(await this.consumer.message({ body, attempts: 1 }));
    this.slowest = Math.max(this.slowest, now() - start);
  }

  // Goes on until `done()`; then looks at what it had to wait.
  async until(done) {
    while (!(await done())) {
      await this.round();
      await new Promise(setImmediate);
    }
    assert.ok(this.slowest < 5000, `a message took ${this.slowest} ms`);
  }

  async during(work) {
    let over = false;
    const finished = Promise.resolve(work).finally(() => (over = true));
    await Promise.all([finished, this.until(() => over)]);
    return finished;
  }
}

export async function inBatches(count, size, work) {
  for (let i = 0; i < count; i += size)
    await Promise.all(
      Array.from({ length: Math.min(size, count - i) }, (_, k) => work(i + k)),
    );
}
