// Somebody sets the clock: delays stay what they were, across restarts, too.
// Needs libfaketime, which gives a process a wall clock of its own; the clock of
// its timers goes on.

import assert from 'node:assert/strict';
import { existsSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { isCafqd } from './support/broker.mjs';
import { makeChannel } from './support/bulk.mjs';
import { withDataPath } from './support/data_path.mjs';
import { now } from './support/scenario.mjs';
import { dpub, withClients } from './support/wire.mjs';

// Debian has a folder per architecture.
const library = readdirSync('/usr/lib')
  .map((folder) => path.join('/usr/lib', folder, 'faketime/libfaketimeMT.so.1'))
  .find(existsSync);
const limit = { timeout: 120000, skip: !isCafqd || (!library && 'no libfaketime') };

// Far less than the clock is set by.
const soon = 60000;

// Runs `body` with a function that starts brokers one after the other, and one
// that sets their clock by so many hours.
function withClock(flags, body) {
  return withDataPath((start, folder) => {
    const file = path.join(folder, 'clock');
    const setClock = (hours) => {
      writeFileSync(`${file}.new`, `${hours < 0 ? '' : '+'}${hours}h\n`);
      renameSync(`${file}.new`, file);
    };
    setClock(0);
    const wrapper = [
      '/usr/bin/env',
      `LD_PRELOAD=${library}`,
      `FAKETIME_TIMESTAMP_FILE=${file}`,
      'FAKETIME_NO_CACHE=1',
      'FAKETIME_DONT_FAKE_MONOTONIC=1',
    ];
    return body(() => start({ flags, wrapper }), setClock);
  });
}

// Waits for a message that was deferred by `delay` ms at `begun`.
async function due(client, body, begun, delay) {
  const message = await client.message({ body });
  const elapsed = message.at - begun;
  assert.ok(elapsed >= delay - 1, `early: ${elapsed} ms instead of ${delay}`);
  assert.ok(elapsed < delay + soon, `late: ${elapsed} ms instead of ${delay}`);
  return message;
}

async function subscribed(connect) {
  const client = await connect();
  await client.subscribe('t', 'c');
  client.rdy(10);
  return client;
}

describe('a clock that is set', { concurrency: 2 }, () => {
  for (const sync of ['overflow', 'interval', 'always'])
    for (const hours of [-8, 8]) {
      const name = `by ${hours} hours, --sync=${sync}`;

      it(`${name}: what is deferred then comes in time after a restart`, limit, () =>
        withClock([`--sync=${sync}`], async (start, setClock) => {
          const broker = await start();
          await makeChannel(broker.port, 't', 'c');
          setClock(hours);
          const begun = now();
          await withClients(broker.port, async (connect) => {
            const client = await connect();
            client.send(dpub('t', 3000, 'soon'), dpub('t', 3600000, 'late'));
            await client.ok();
            await client.ok();
          });
          await broker.stop();
          const again = await start();
          await withClients(again.port, async (connect) => {
            const client = await subscribed(connect);
            await due(client, 'soon', begun, 3000);
          });
          await again.stop();
        }),
      );

      it(`${name}: what is requeued then comes in time after a restart`, limit, () =>
        withClock([`--sync=${sync}`], async (start, setClock) => {
          const broker = await start();
          let begun;
          await withClients(broker.port, async (connect) => {
            const client = await subscribed(connect);
            const producer = await connect();
            await producer.publish('t', 'late');
            await producer.publish('t', 'soon');
            const late = await client.message({ body: 'late' });
            const message = await client.message({ body: 'soon' });
            setClock(hours);
            begun = now();
            client.req(late, 3600000);
            client.req(message, 3000);
            await client.quiet();
          });
          await broker.stop();
          const again = await start();
          await withClients(again.port, async (connect) => {
            const client = await subscribed(connect);
            await due(client, 'soon', begun, 3000);
          });
          await again.stop();
        }),
      );

      it(`${name}: what is in memory comes in time`, limit, () =>
        withClock([`--sync=${sync}`], async (start, setClock) => {
          const broker = await start();
          await makeChannel(broker.port, 't', 'c');
          await withClients(broker.port, async (connect) => {
            const client = await subscribed(connect);
            const begun = now();
            // Where it goes to disk first, the clock may be set in between.
            if (sync !== 'always') {
              client.send(dpub('t', 1000, 'before'));
              await client.ok();
            }
            setClock(hours);
            client.send(dpub('t', 2000, 'after'));
            await client.ok();
            if (sync !== 'always')
              client.fin(await due(client, 'before', begun, hours > 0 ? 0 : 1000));
            await due(client, 'after', begun, 2000);
          });
          await broker.stop();
        }),
      );
    }
});
