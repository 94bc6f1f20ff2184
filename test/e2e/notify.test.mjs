// What the daemon tells a service manager, received on a real NOTIFY_SOCKET.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, it } from 'node:test';
import { freePort, isCafqd, startBroker, withBroker } from './support/broker.mjs';
import { withManager } from './support/manager.mjs';
import { withRegistry } from './support/registry.mjs';
import { withClients } from './support/wire.mjs';

const limit = { timeout: 60000, skip: !isCafqd };

describe('a service manager', () => {
  it('is told of the start, a reload and the end', limit, () =>
    withManager((next, options) =>
      withBroker(options, async (broker) => {
        const ready = await next();
        assert.equal(ready.READY, '1');
        assert.equal(
          ready.STATUS,
          `NSQ on 127.0.0.1:${broker.port}, HTTP on 127.0.0.1:${broker.httpPort}; ` +
            'started with 0 topics, 0 channels, 0 stored messages',
        );
        broker.kill('SIGHUP');
        assert.equal((await next()).RELOADING, '1');
        assert.deepEqual(await next(), ready);
        broker.kill('SIGTERM');
        assert.equal((await next()).STOPPING, '1');
        assert.deepEqual(await broker.ended(), { code: 0, signal: null });
      }),
    ),
  );

  it('is told by cafqlookupd as well', limit, () =>
    withManager((next, options) =>
      withRegistry(options, async (registry) => {
        const ready = await next();
        assert.equal(ready.READY, '1');
        assert.equal(
          ready.STATUS,
          `nodes on 127.0.0.1:${registry.port}, HTTP on 127.0.0.1:${registry.httpPort}`,
        );
        registry.kill('SIGTERM');
        assert.equal((await next()).STOPPING, '1');
        assert.deepEqual(await registry.ended(), { code: 0, signal: null });
      }),
    ),
  );

  // READY before the sockets listen would fail what is started behind it.
  it('may let clients in as soon as it is told', limit, () =>
    withManager(async (next, { wrapper }) => {
      const port = await freePort();
      const starting = startBroker({ wrapper, port });
      try {
        assert.equal((await next()).READY, '1');
        await withClients(port, async (connect) => (await connect()).publish('t', 'x'));
      } finally {
        await (await starting).destroy();
      }
    }),
  );

  it('is told how much there is to go on with', limit, async () => {
    const data = mkdtempSync(path.join(os.tmpdir(), 'cafq-notify-data-'));
    const flags = [`--data-path=${data}`];
    try {
      await withBroker({ flags }, ({ port }) =>
        withClients(port, async (connect) => {
          const client = await connect();
          await client.subscribe('t', 'c');
          await client.publish('t', 'a');
          await client.publish('t', 'b');
          await client.publish('u', 'c');
        }),
      );
      await withManager((next, options) =>
        withBroker({ ...options, flags }, async () => {
          const { STATUS } = await next();
          assert.match(STATUS, /; started with 2 topics, 1 channel, 3 stored messages$/);
        }),
      );
    } finally {
      rmSync(data, { recursive: true, force: true });
    }
  });
});
