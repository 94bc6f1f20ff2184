// Start, signals, end, and what the command line and the configuration file
// answer. Texts are checked for what they must name, not for their wording.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Broker, isCafqd, startBroker, withBroker } from './support/broker.mjs';
import { mpub, withClients } from './support/wire.mjs';

const limit = { timeout: 60000 };
const onlyCafqd = { ...limit, skip: !isCafqd };

// What has ended by itself: exit code and output.
async function run(args, files) {
  const broker = new Broker(args, { files });
  try {
    const { code, signal } = await broker.ended();
    return { code, signal, stdout: broker.stdout, stderr: broker.log };
  } finally {
    await broker.destroy();
  }
}

// A start that is refused with one line, which matches all of `patterns`.
async function refused(args, patterns, files) {
  const { code, signal, stdout, stderr } = await run(args, files);
  assert.equal(signal, null);
  assert.notEqual(code, 0, stdout);
  assert.equal(stdout, '');
  assert.equal(stderr.length, 1, stderr.join('\n'));
  for (const pattern of patterns) assert.match(stderr[0], pattern);
}

// Clients in every state, one of which has megabytes to read and does not.
// Returns those that should see the end.
async function crowd(connect) {
  // nsqd 1.3.0 waits for a client without magic, for ever.
  const silent = await connect({ magic: isCafqd ? false : undefined });
  const fresh = await connect();
  const producer = await connect();
  const idle = await connect();
  await idle.subscribe('t', 'idle');
  const holding = await connect();
  await holding.subscribe('t', 'holding');
  holding.rdy(1);
  const closing = await connect();
  await closing.subscribe('t', 'closing');
  closing.send('CLS\n');
  await closing.response('CLOSE_WAIT');
  const half = await connect();
  half.send('PUB t\n\0\0');
  const stuck = await connect({ reading: false });
  stuck.send('SUB big c\nRDY 2500\n');
  const body = Buffer.alloc(1 << 20, 'x');
  for (let i = 0; i < 16; ++i) await producer.publish('big', body);
  producer.send(mpub('t', ['a', 'b', 'c']));
  await producer.ok();
  await holding.message();
  return [silent, fresh, producer, idle, holding, closing, half];
}

describe('signals', { concurrency: 4 }, () => {
  for (const signal of ['SIGTERM', 'SIGINT'])
    it(`${signal} ends cleanly, whatever clients do`, limit, async () => {
      const broker = await startBroker();
      try {
        await withClients(broker.port, async (connect) => {
          const clients = await crowd(connect);
          await broker.stop({ signal, timeout: 8000 });
          await Promise.all(clients.map((client) => client.eof()));
        });
      } finally {
        await broker.destroy();
      }
    });

  it('SIGTERM right after the start', limit, async () => {
    const broker = await startBroker();
    try {
      await broker.stop({ timeout: 5000 });
    } finally {
      await broker.destroy();
    }
  });

  // cafqd: the end of a terminal is no reason to lose messages.
  it('SIGHUP', limit, async () => {
    const broker = await startBroker();
    try {
      await withClients(broker.port, async (connect) => {
        const client = await connect();
        await client.publish('t', 'x');
        broker.kill('SIGHUP');
        if (isCafqd) {
          await client.publish('t', 'y');
          const other = await connect();
          await other.subscribe('t', 'c');
          other.rdy(2);
          await other.message({ body: 'x' });
          await other.message({ body: 'y' });
          await broker.stop();
        } else {
          assert.deepEqual(await broker.ended(), { code: null, signal: 'SIGHUP' });
        }
      });
    } finally {
      await broker.destroy();
    }
  });

  it('a second signal ends at once', limit, async () => {
    const broker = await startBroker();
    try {
      await withClients(broker.port, async (connect) => {
        await crowd(connect);
        broker.kill('SIGTERM');
        broker.kill('SIGINT');
        await broker.ended(3000);
      });
    } finally {
      await broker.destroy();
    }
  });

  it('the port is free again at once', limit, () =>
    withBroker({}, async (first) => {
      await withClients(first.port, async (connect) => {
        const client = await connect();
        await client.subscribe('t', 'c');
        await first.stop(); // the broker closes first: its side is in TIME_WAIT
        await client.eof();
      });
      const second = await startBroker({ port: first.port });
      await second.stop();
      // `withBroker` stops the first, which has ended well.
      first.stop = async () => {};
    }),
  );
});

describe('start', { concurrency: 4 }, () => {
  it('--version', limit, async () => {
    const { code, stdout } = await run(['--version']);
    assert.equal(code, 0);
    assert.match(
      stdout,
      isCafqd ? /^cafqd v\d+\.\d+\.\d+ .*nsqd v1\.3\.0/ : /^nsqd v1\.3\.0/,
    );
    assert.equal(stdout.trim().split('\n').length, 1);
  });

  it('under the name of nsqd', onlyCafqd, async () => {
    // As a script that finds a nsqd in its path.
    const wrapper = ['/bin/sh', '-c', 'ln -s "$0" nsqd; exec ./nsqd "$@"'];
    const asNsqd = new Broker(['-version'], { wrapper });
    assert.equal((await asNsqd.ended()).code, 0);
    assert.match(asNsqd.stdout, /^nsqd v1\.3\.0 \(built w\/cafqd-\d+\.\d+\.\d+\)\n$/);
    const broker = new Broker(['--tcp-address=127.0.0.1:0', '--http-address='], { wrapper });
    try {
      await broker.logged(/^\[nsqd\] .* INFO: TCP: listening on/);
      assert.match(broker.log[0], /^\[nsqd\] .* INFO: nsqd v1\.3\.0 \(built w\//);
      await broker.stop();
      assert.match(broker.log.at(-1), /^\[nsqd\] .* INFO: NSQ: bye$/);
    } finally {
      await broker.destroy();
    }
  });

  it('warns where the network may do everything', onlyCafqd, async () => {
    const warning = /WARNING: .*: open to the network without TLS and AUTH/;
    const tcp = '--tcp-address=0.0.0.0:0';
    const http = '--http-address=0.0.0.0:0';
    for (const [flags, doors] of [
      [[tcp, http], /TCP \S+:\d+ and HTTP \S+:\d+: open/],
      [[tcp, '--http-address=127.0.0.1:0'], /WARNING: TCP \S+:\d+: open/],
      // HTTP does not ask for the secret by itself.
      [[tcp, http, '--auth-http-address=127.0.0.1:1'], /WARNING: HTTP \S+:\d+: open/],
      [[tcp, http, '--auth-http-address=127.0.0.1:1', '--http-auth-required'], null],
      [['--tcp-address=127.0.0.1:0', '--http-address=127.0.0.1:0'], null],
      [['--tcp-address=tcp.sock', '--http-address=http.sock'], null],
    ]) {
      const broker = new Broker(flags);
      try {
        await broker.logged(/HTTP: listening on/);
        const found = broker.log.filter((line) => warning.test(line));
        assert.equal(found.length, doors ? 1 : 0, flags.join(' '));
        if (doors) assert.match(found[0], doors);
        await broker.stop();
      } finally {
        await broker.destroy();
      }
    }
  });

  it('--help', onlyCafqd, async () => {
    const { code, stdout, stderr } = await run(['--help']);
    assert.equal(code, 0);
    assert.deepEqual(stderr, []);
    for (const flag of [
      '--tcp-address',
      '--mem-queue-size',
      '--config-file',
      '--max-rdy-count',
    ])
      assert.ok(stdout.includes(flag), flag);
    for (const line of stdout.split('\n')) assert.ok(line.length <= 100, line);
  });

  for (const args of [
    ['-tcp-address=127.0.0.1:0', '-verbose'],
    ['-tcp-address', '127.0.0.1:0', '--verbose=false'],
    ['--tcp-address', '127.0.0.1:0', '--msg-timeout', '1m30s'],
    ['--tcp-address=127.0.0.1:1', '--tcp-address=127.0.0.1:0', '-max-rdy-count', '9'],
  ])
    it(`starts with ${args.join(' ')}`, limit, async () => {
      const rest = ['-http-address=127.0.0.1:0'];
      if (!isCafqd) rest.push('-https-address=');
      const broker = new Broker([...args, ...rest]);
      try {
        await broker.listening();
        await broker.stop();
      } finally {
        await broker.destroy();
      }
    });

  it('an address in use', limit, () =>
    withBroker({}, async ({ port }) => {
      const args = [`--tcp-address=127.0.0.1:${port}`];
      args.push('--http-address=127.0.0.1:0');
      const { code, stderr } = await run(args);
      assert.notEqual(code, 0);
      assert.match(stderr.join('\n'), new RegExp(`127\\.0\\.0\\.1:${port}`));
      assert.match(stderr.join('\n'), /address already in use/i);
    }),
  );

  for (const [args, ...patterns] of [
    [['--tcp-adress=x'], /tcp-adress/, /--tcp-address/],
    [['-max-rdy-cout', '5'], /max-rdy-cout/, /--max-rdy-count/],
    [['--zzzzzzzzzz'], /zzzzzzzzzz/],
    [['--max-rdy-count=many'], /--max-rdy-count/, /many/],
    [['--msg-timeout=60'], /--msg-timeout/, /60/],
    [['--mem-queue-size=-1'], /--mem-queue-size/, /-1/],
    [['--node-id=1024'], /--node-id/, /1024/, /1023/],
    [['--log-level=loud'], /--log-level/, /loud/, /debug/],
    [['--max-msg-size'], /--max-msg-size/, /value/],
    [['extra'], /extra/],
    [['--config=nsqd.cfg'], /--config\b/, /--config-file/],
    [['--config-file=none.conf'], /none\.conf/, /No such file/],
  ])
    it(`${args.join(' ')} is refused`, onlyCafqd, () => refused(args, patterns));

  const file = (...lines) => ({ 'cafqd.conf': [...lines, ''].join('\n') });
  for (const [name, files, ...patterns] of [
    [
      'an unknown key',
      file('; a comment', '[cafqd]', 'max-rdy-cout = 5'),
      /cafqd\.conf:3/,
      /max-rdy-cout/,
      /max-rdy-count/,
    ],
    [
      'a wrong type',
      file('[cafqd]', '', 'max_rdy_count = "x"'),
      /cafqd\.conf:3/,
      /max_rdy_count/,
    ],
    [
      'a value out of range',
      file('[cafqd]', 'node-id = 1024'),
      /cafqd\.conf:2/,
      /1023/,
    ],
    [
      'an unknown section',
      file('[cafq]', 'node-id = 1'),
      /cafqd\.conf:1/,
      /\[cafq\]/,
      /cafqd/,
    ],
    [
      "a wrong type in CAF's own section",
      file('[scheduler]', 'max-threads = "two"'),
      /cafqd\.conf:2/,
      /max-threads/,
    ],
    [
      'a zero byte',
      file('[cafqd]\0', 'mem-queue-size = 5', 'no-such = 3'),
      /cafqd\.conf:1/,
      /zero byte/,
    ],
    [
      'a file of zero bytes, as a power cut leaves it,',
      { 'cafqd.conf': '\0'.repeat(300) },
      /cafqd\.conf:1/,
      /zero byte/,
    ],
    ['broken syntax', file('[cafqd]', 'node-id 1'), /cafqd\.conf:2/],
  ])
    it(`${name} in the file is refused`, onlyCafqd, () =>
      refused(['--config-file=cafqd.conf'], patterns, files),
    );

  it('the file counts, and a flag beats it', onlyCafqd, async () => {
    const files = file(
      '[cafqd]',
      'max_rdy_count = 7',
      'msg-timeout = 3s',
      'node_id = 5',
    );
    const args = ['--config-file=cafqd.conf', '--node-id=6', '--dump-config'];
    const { code, stdout } = await run(args, files);
    assert.equal(code, 0);
    assert.match(stdout, /^\s*max-rdy-count *= *7\b/m);
    assert.match(stdout, /^\s*msg-timeout *= *"?3s/m);
    assert.match(stdout, /^\s*node-id *= *6\b/m);
    // What it prints is a file.
    const again = await run(['--config-file=dumped.conf', '--check-config'], {
      'dumped.conf': stdout,
    });
    assert.deepEqual([again.code, again.stderr], [0, []]);
  });

  it('log lines look as those of nsqd', limit, async () => {
    const broker = await startBroker();
    try {
      const line = await broker.logged(/TCP: listening on/);
      assert.match(
        line,
        isCafqd
          ? /^\[cafqd\] \d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d\.\d{6} INFO: TCP: listening on 127/
          : /^\[nsqd\] \d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d\.\d{6} INFO: TCP: listening on 127/,
      );
      await withClients(broker.port, async (connect) => {
        const client = await connect();
        await client.subscribe('some_topic', 'some_channel');
        await broker.logged(/INFO: TOPIC\(some_topic\): created/);
        await broker.logged(/INFO: TOPIC\(some_topic\): new channel\(some_channel\)/);
      });
      await broker.stop();
    } finally {
      await broker.destroy();
    }
  });

  it('--log-level and --log-prefix', limit, () =>
    withBroker(
      { flags: ['--log-level=debug', '--log-prefix=here: '] },
      async (broker) => {
        assert.match(broker.log[0], /^here: /);
      },
    ),
  );

  it('--log-level=debug shows every command', limit, () =>
    withBroker({ flags: ['--log-level=debug'] }, (broker) =>
      withClients(broker.port, async (connect) => {
        const client = await connect();
        await client.publish('orders', 'secret');
        await client.subscribe('orders', 'billing');
        await broker.logged(/DEBUG: PROTOCOL\(V2\): \[127.0.0.1:\d+\] \[PUB orders\]$/);
        await broker.logged(/DEBUG: PROTOCOL\(V2\): \[.*\] \[SUB orders billing\]$/);
        assert.doesNotMatch(broker.log.join('\n'), /secret/);
      }),
    ),
  );

  it('flags without a meaning are taken, and the log says so', onlyCafqd, () =>
    withBroker({ flags: ['--sync-every=1'] }, (broker) => broker.logged(/sync-every/)),
  );
});
