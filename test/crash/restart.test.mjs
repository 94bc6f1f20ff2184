// Clean stops and starts under a mixed load: nothing is lost, and nothing comes
// again once the broker has taken its FIN.
//
// CAFQ_CYCLES=n restarts n times (100), SEED=n repeats a run.

import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { generator, seed } from '../e2e/support/random.mjs';
import { Load, drain } from './support/load.mjs';
import { World } from './support/world.mjs';

const cycles = Number(process.env.CAFQ_CYCLES ?? 100);

describe('clean stop and start', () => {
  it(`${cycles} times under load`, { timeout: 60000 + cycles * 3000 }, async (t) => {
    t.diagnostic(`SEED=${seed}`);
    const random = generator(seed);
    const world = new World([]);
    const { ledger } = world;
    try {
      await world.prepare();
      for (let cycle = 0; cycle < cycles; ++cycle) {
        const broker = await world.start([`--mem-queue-size=${random.pick([0, 20, 200, 10000])}`]);
        const load = new Load(broker.port, ledger, random);
        for (let i = 0; i < 2; ++i) load.addPublisher(world.topics);
        for (const channel of world.consumed) load.addConsumer(channel);
        await sleep(random.below(120));
        load.stopped = true;
        const stopped = broker.stop();
        await load.over();
        await stopped;
      }
      const broker = await world.start();
      const sum = { promised: 0, repeated: 0, attempts: 0 };
      const taken = await Promise.all(ledger.channels.map((x) => drain(broker, ledger, x)));
      ledger.channels.forEach((channel, i) => {
        const result = ledger.judge(channel, taken[i], {
          kept: (x) => Number.isFinite(x.ackedAt),
          old: Number.isFinite,
        });
        for (const key of Object.keys(sum)) sum[key] += result[key];
      });
      await broker.stop();
      t.diagnostic(
        `${ledger.messages.length} published: ${sum.promised} had to be left in the channels and ` +
          `were, ${sum.attempts} attempts checked, ${sum.repeated} came again whose FIN was on its way`,
      );
    } finally {
      await world.destroy();
    }
  });
});
