// One write or sync of the real daemon's store fails: nothing is acknowledged
// that is not there afterwards, and the daemon goes on or says why it does not.
//
// CAFQ_SHIM names the library that makes it fail.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { executable } from '../e2e/support/broker.mjs';
import { Client, RESPONSE, pub } from '../e2e/support/wire.mjs';
import { drain } from './support/load.mjs';
import { World } from './support/world.mjs';

const knowsModes = spawnSync(executable(), ['--help'], { encoding: 'utf8' }).stdout.includes('-sync-interval');
const flags = knowsModes ? ['--sync=always'] : ['--mem-queue-size=0'];

// How many calls to let fail, one after the other. A commit is a write or two,
// a sync, and the write of LMDB's meta page, which comes back synced.
const calls = { write: 12, sync: 6 };
const publishes = 20;

// Publishes one by one, until the answers end.
async function publish(port, ledger, arm) {
  const client = await Client.connect(port);
  try {
    arm();
    for (let i = 0; i < publishes; ++i) {
      const batch = ledger.publish('lone', [50]);
      client.send(pub('lone', batch.bodies[0]));
      const frame = await client.next();
      if (!frame) break;
      if (frame.type === RESPONSE) batch.acknowledge();
      else assert.match(frame.data.toString('latin1'), /^E_PUB_FAILED /);
    }
  } finally {
    client.destroy();
  }
}

async function playFault(call, n, how) {
  const world = new World(flags);
  try {
    await world.prepare();
    const armed = path.join(world.folder, 'armed');
    let broker = await world.start([], {
      wrapper: [
        '/usr/bin/env',
        `LD_PRELOAD=${process.env.CAFQ_SHIM}`,
        `CAFQ_FAULT=${call}:${n}:${how}`,
        `CAFQ_FAULT_ARMED=${armed}`,
      ],
    });
    await publish(broker.port, world.ledger, () => writeFileSync(armed, ''));
    // A full disk ends nothing but in LMDB's meta page, which it then trusts no
    // more.
    if (how === 'ENOSPC') broker.kill('SIGTERM');
    const { code, signal } = await broker.ended();
    assert.equal(signal, null, broker.logTail());
    if (code !== 0) {
      assert.equal(code, 1, broker.logTail());
      assert.match(broker.logTail(), /STORE: .+ - stopping at once, nothing more is acknowledged/);
    }
    broker = await world.start();
    const taken = await drain(broker, world.ledger, world.lone);
    world.ledger.judge(world.lone, taken, {
      kept: (x) => knowsModes && Number.isFinite(x.ackedAt),
      old: () => false,
    });
    await broker.stop();
    return code === 0 ? 'went on' : 'ended';
  } finally {
    await world.destroy();
  }
}

describe('a failing disk', { concurrency: true, skip: !process.env.CAFQ_SHIM }, () => {
  for (const [call, how] of [
    ['sync', 'EIO'],
    ['write', 'EIO'],
    ['write', 'short'],
    ['write', 'ENOSPC'],
    ['sync', 'ENOSPC'],
  ])
    it(`each ${call} in turn: ${how}`, { timeout: 120000 }, async (t) => {
      const ends = {};
      for (let n = 1; n <= calls[call]; ++n) {
        const end = await playFault(call, n, how).catch((error) => {
          error.message = `${call} ${n}: ${error.message}`;
          throw error;
        });
        ends[end] = (ends[end] ?? 0) + 1;
      }
      t.diagnostic(JSON.stringify(ends));
      assert.ok(how === 'ENOSPC' ? ends['went on'] > 0 : !ends['went on']);
    });
});
