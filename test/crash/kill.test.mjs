// kill -9 at random moments under a mixed load, restart, drain, and a look at
// what became of each message that was acknowledged.
//
// CAFQ_ROUNDS=n kills n times in all (25), SEED=n repeats a run.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { executable } from '../e2e/support/broker.mjs';
import { generator, seed } from '../e2e/support/random.mjs';
import { Commits } from './support/commits.mjs';
import { Load, drain } from './support/load.mjs';
import { World } from './support/world.mjs';

const rounds = Number(process.env.CAFQ_ROUNDS ?? 25);

const interval = 50; // ms
// The store has what is an interval old, with room for actors that come late.
const bound = interval + 200;

// What each mode promises about a message the broker acknowledged; `old` says of
// a time whether what the broker knew then had to be on disk.
const promises = {
  overflow: { kept: () => () => false, attempts: false },
  interval: { kept: (old) => (x) => old(x.ackedAt) },
  always: { kept: () => (x) => Number.isFinite(x.ackedAt), batches: true },
};

const knowsModes = spawnSync(executable(), ['--help'], { encoding: 'utf8' }).stdout.includes('-sync-interval');

async function playRound(world, random, promise) {
  const { ledger } = world;
  let broker = await world.start([`--mem-queue-size=${random.pick([0, 20, 200, 10000])}`]);
  const load = new Load(broker.port, ledger, random);
  for (let i = 0; i < 3; ++i) load.addPublisher(world.topics);
  for (const channel of world.consumed)
    for (let i = 0; i < 2; ++i) load.addConsumer(channel);
  const commits = new Commits(broker.httpPort);
  await sleep(random.below(1800));
  const killed = (ledger.killedAt = performance.now());
  load.stopped = true; // what is sent from here on says nothing
  broker.kill('SIGKILL');
  await load.over(); // with all that the dead broker still had sent
  await commits.over();
  const durable = commits.durable(killed) - bound;
  await broker.ended();
  ledger.lifeStart = performance.now();
  broker = await world.start();
  const taken = await Promise.all(ledger.channels.map((x) => drain(broker, ledger, x)));
  const sum = { promised: 0, repeated: 0, attempts: 0, drained: 0 };
  ledger.channels.forEach((channel, i) => {
    const old = (time) => time < durable;
    const result = ledger.judge(channel, taken[i], { ...promise, kept: promise.kept(old), old });
    for (const key of ['promised', 'repeated', 'attempts']) sum[key] += result[key];
    sum.drained += taken[i].length;
    ledger.settle(channel, taken[i]);
  });
  await world.deleteLateChannel();
  await broker.stop();
  return sum;
}

describe('kill -9', { concurrency: true }, () => {
  Object.entries(promises).forEach(([mode, promise], index, all) => {
    const share = Math.floor((rounds + index) / all.length);
    const skip = mode !== 'overflow' && !knowsModes;
    it(`--sync=${mode}, ${share} times`, { timeout: 20000 + share * 20000, skip }, async (t) => {
      t.diagnostic(`SEED=${seed}`);
      const random = generator(seed + index);
      const flags = knowsModes ? [`--sync=${mode}`, `--sync-interval=${interval}ms`] : [];
      const total = { published: 0, promised: 0, repeated: 0, attempts: 0, drained: 0 };
      for (let round = 0; round < share; ) {
        // A world remembers all that was in it.
        const world = new World(flags);
        try {
          await world.prepare();
          for (const end = Math.min(share, round + 10); round < end; ++round) {
            const sum = await playRound(world, random, promise).catch((error) => {
              error.message = `SEED=${seed}, round ${round}: ${error.message}`;
              throw error;
            });
            for (const key of Object.keys(sum)) total[key] += sum[key];
          }
          total.published += world.ledger.messages.length;
        } finally {
          await world.destroy();
        }
      }
      t.diagnostic(
        `${total.published} published, ${total.drained} drained after ${share} kills: ` +
          `${total.promised} had to be there and were, ${total.attempts} attempts checked, ` +
          `${total.repeated} came again after a FIN that was not yet on disk`,
      );
      if (mode !== 'overflow') assert.ok(total.promised > 0, 'nothing was promised');
    });
  });
});
