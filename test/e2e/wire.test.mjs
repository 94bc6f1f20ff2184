// Every row of wire_cases.mjs, sent in three ways.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isCafqd, useBroker, withBroker } from './support/broker.mjs';
import { L, bytes, identify, topicName, withClients } from './support/wire.mjs';
import { wireCases } from './wire_cases.mjs';

const limit = { timeout: 30000 };

// How the bytes of a row are sent.
const modes = {
  'step by step': (steps) => steps,
  'byte by byte': (steps) => steps,
  'in one write': (steps) => [
    { send: bytes(...steps.flatMap((s) => s.send ?? [])) },
    ...steps.filter((s) => !s.send),
  ],
};

function plan(row, mode) {
  if (row.modes && !row.modes.includes(mode)) return false;
  const steps = row.steps('t');
  const sends = steps.filter((s) => s.send);
  const size = sends.reduce((sum, s) => sum + s.send.length, 0);
  if (mode === 'byte by byte') return size < 2000;
  if (mode === 'in one write') return sends.length > 1;
  return true;
}

async function take(client, step, mode) {
  if (step.send && mode === 'byte by byte') await client.dribble(step.send);
  else if (step.send) client.send(step.send);
  else if (step.response) await client.response(step.response);
  else if (step.error) await client.error(step.error);
  else if (step.raw) await client.raw(step.raw);
  else if (step.halfClose) client.halfClose();
  else if (step.eof) await client.eof();
  else if (step.alive) await client.alive();
  else if (step.abandon) client.destroy();
  else assert.fail(`no such step: ${JSON.stringify(step)}`);
}

describe('wire', { concurrency: 16 }, () => {
  const box = useBroker();
  for (const mode of Object.keys(modes))
    for (const row of wireCases) {
      const { steps } = (isCafqd && row.cafqd) || row;
      if (!plan({ ...row, steps }, mode)) continue;
      // CAF forgets what it has to send when the client ends its half.
      const half = steps(topicName()).some((x) => x.halfClose);
      if (half && process.env.BROKER_FLAGS?.includes('--event-loop=caf')) continue;
      it(`${row.n}: ${row.name}, ${mode}`, limit, () =>
        withClients(box.broker.port, async (connect) => {
          const client = await connect({
            magic: row.magic,
            frames: row.frames,
          });
          for (const step of modes[mode](steps(topicName())))
            await take(client, step, mode);
        }),
      );
    }
});

// Deadlines of the connection. Never early; late as the machine likes.
describe('connection', { concurrency: true }, () => {
  const box = useBroker();
  const connected = (body) => () => withClients(box.broker.port, body);

  it(
    '4: waits for a magic',
    limit,
    connected(async (connect) => {
      const client = await connect({ magic: false });
      const other = await connect();
      await other.identify({ heartbeat_interval: 1000 });
      await other.eof(); // two seconds later
      client.send('  V2', 'NOP\n');
      await client.alive();
    }),
  );

  it(
    '35: a body that stops coming',
    limit,
    connected(async (connect) => {
      const client = await connect();
      await client.identify({ heartbeat_interval: 1000 });
      const start = performance.now();
      client.send('PUB t\n', L(10), 'abc');
      const { at } = await client.error(
        'E_BAD_MESSAGE PUB failed to read message body',
      );
      await client.eof();
      assert.ok(at - start >= 1900, `${at - start} ms`);
    }),
  );

  it(
    '84: heartbeats go on after CLS',
    limit,
    connected(async (connect) => {
      const client = await connect();
      await client.identify({ heartbeat_interval: 1000 });
      await client.subscribe(topicName(), 'c#ephemeral');
      client.send('CLS\n');
      await client.response('CLOSE_WAIT');
      const before = client.heartbeats.length;
      await client.heartbeat(before + 1);
      client.send('NOP\n');
      await client.heartbeat(before + 2);
      client.send('NOP\n');
      await client.heartbeat(before + 3);
      await client.alive();
    }),
  );

  it(
    '116: the first IDENTIFY sets the heartbeat',
    limit,
    connected(async (connect) => {
      const client = await connect();
      const start = performance.now();
      const ask = (heartbeat_interval) =>
        identify({ feature_negotiation: true, heartbeat_interval });
      client.send(ask(1000), ask(5000));
      const reply = () => client.next().then((f) => JSON.parse(f.data));
      assert.equal((await reply()).version, '1.3.0');
      assert.equal((await reply()).version, '1.3.0');
      const second = await client.heartbeat(2);
      assert.ok(second - start >= 1900, `${second - start} ms`);
      assert.ok(second - start < 4900, `${second - start} ms`);
      // The read deadline is that of the second: 10 s.
      await client.heartbeat(4);
      await client.alive();
    }),
  );

  it(
    '118: a silent client',
    limit,
    connected(async (connect) => {
      const client = await connect();
      const start = performance.now();
      await client.identify({ heartbeat_interval: 1000 });
      const first = await client.heartbeat(1);
      assert.ok(first - start >= 990, `heartbeat after ${first - start} ms`);
      await client.eof();
      const end = performance.now() - start;
      assert.ok(end >= 1990 && end < 4000, `end after ${end} ms`);
      assert.ok(client.heartbeats.length <= 2);
    }),
  );

  it(
    '118: NOP, or any line, keeps a client',
    limit,
    connected(async (connect) => {
      const client = await connect();
      await client.identify({ heartbeat_interval: 1000 });
      for (let i = 1; i <= 4; ++i) {
        await client.heartbeat(i);
        client.send('NOP\n');
      }
      await client.alive();
    }),
  );

  it(
    '103: heartbeats off',
    limit,
    connected(async (connect) => {
      const client = await connect();
      await client.identify({ heartbeat_interval: -1 });
      const other = await connect();
      await other.identify({ heartbeat_interval: 1000 });
      await other.eof(); // two seconds later
      assert.equal(client.heartbeats.length, 0);
      await client.alive();
    }),
  );
});

describe('flags', () => {
  it('62: max-channel-consumers', limit, () =>
    withBroker({ flags: ['--max-channel-consumers=1'] }, ({ port }) =>
      withClients(port, async (connect) => {
        const first = await connect();
        await first.subscribe('okt', 'c');
        const second = await connect();
        second.send('SUB okt c\n');
        await second.error(
          'E_SUB_FAILED SUB failed consumers for okt:c exceeds limit of 1',
        );
        await second.eof();
        const other = await connect();
        await other.subscribe('okt', 'd');
        await first.leave();
        const third = await connect();
        await third.subscribe('okt', 'c');
        await third.alive();
      }),
    ),
  );

  it('limits of sizes, RDY and timeouts', limit, () =>
    withBroker(
      {
        flags: [
          '--max-msg-size=100',
          '--max-body-size=200',
          '--max-rdy-count=10',
          '--max-req-timeout=5s',
          '--msg-timeout=2s',
          '--max-msg-timeout=1m30s',
          '--max-heartbeat-interval=10s',
          '--max-output-buffer-size=1024',
          '--max-output-buffer-timeout=1s',
          '--min-output-buffer-timeout=50ms',
          '--output-buffer-timeout=100ms',
        ],
      },
      ({ port }) =>
        withClients(port, async (connect) => {
          const dies = async (text, ...parts) => {
            const client = await connect();
            client.send(...parts);
            await client.error(text);
            await client.eof();
          };
          await dies('E_BAD_MESSAGE PUB message too big 101 > 100', 'PUB t\n', L(101));
          await dies('E_BAD_BODY MPUB body too big 201 > 200', 'MPUB t\n', L(201));
          await dies(
            'E_BAD_BODY MPUB invalid message count 40',
            'MPUB t\n',
            L(8),
            L(40),
          );
          await dies(
            'E_INVALID DPUB timeout 5001 out of range 0-5000',
            'DPUB t 5001\n',
          );
          for (const [field, label, value] of [
            ['heartbeat_interval', 'heartbeat interval', 10001],
            ['output_buffer_size', 'output buffer size', 1025],
            ['output_buffer_timeout', 'output buffer timeout', 1001],
            ['output_buffer_timeout', 'output buffer timeout', 49],
            ['msg_timeout', 'msg timeout', 90001],
          ])
            await dies(
              `E_BAD_BODY IDENTIFY ${label} (${value}) is invalid`,
              identify({ [field]: value }),
            );
          const client = await connect();
          client.send(identify({ feature_negotiation: true }));
          const reply = JSON.parse((await client.next()).data);
          assert.equal(reply.max_rdy_count, 10);
          assert.equal(reply.msg_timeout, 2000);
          assert.equal(reply.max_msg_timeout, 90000);
          assert.equal(reply.output_buffer_timeout, 100);
          await client.subscribe('t', 'c');
          client.rdy(11);
          await client.error('E_INVALID RDY count 11 out of range 0-10');
          await client.eof();
        }),
    ),
  );
});
