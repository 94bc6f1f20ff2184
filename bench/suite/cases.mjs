// What bench/run measures: the cases of the design's table of targets, each on
// a broker of its own. `flags` returns nothing where a broker has no such mode.

const memory = (product) => {
  const sync = product.sync('overflow');
  return [
    '--mem-queue-size=100000000',
    ...(product.kind === 'cafqd' ? [...sync, `--memory-limit=${8 * 2 ** 30}`] : []),
  ];
};
const defaults = (mode) => (product) => product.sync(mode);
const durable = (product) =>
  product.kind === 'nsqd' ? ['--mem-queue-size=0', '--sync-every=1'] : product.sync('always');

// What one throughput run says.
function cost(result, rate) {
  return {
    rate: result[rate],
    cpu: result.broker_cpu_us_per_message,
    switches: result.broker_switches_per_message,
    generator: result.generator_cpu_percent,
  };
}

function pub(connections, wanted, extra = {}) {
  return {
    name: `PUB, ${connections} connection${connections > 1 ? 's' : ''}`,
    mode: 'overflow, big memory',
    flags: memory,
    wanted,
    measure: async ({ bench, seconds }) =>
      cost(await bench('pub', { connections, duration: seconds }), 'published_per_s'),
    ...extra,
  };
}

function fanOut(channels, mode, flags, wanted, extra = {}) {
  return {
    name: `MPUB 200, consumed by ${channels} channel${channels > 1 ? 's' : ''}`,
    mode,
    flags,
    wanted,
    measure: async ({ bench, seconds }) =>
      cost(
        await bench('pubsub', { batch: 200, outstanding: 2, channels, duration: seconds }),
        'end_to_end_per_s',
      ),
    ...extra,
  };
}

function http(connections, wanted) {
  return {
    name: `POST /pub, ${connections} connection${connections > 1 ? 's' : ''}`,
    mode: 'overflow, big memory',
    flags: memory,
    wanted,
    measure: async ({ bench, seconds }) =>
      cost(await bench('http', { connections, duration: seconds }), 'published_per_s'),
  };
}

function always(options, name, wanted) {
  return {
    name,
    mode: 'always',
    flags: durable,
    wanted,
    measure: async ({ bench, seconds }) =>
      cost(await bench('pub', { ...options, duration: seconds }), 'published_per_s'),
  };
}

// What a message costs: a rate, and the broker's CPU time.
export const rates = [
  pub(1, '', { readme: true }),
  pub(10, '1.1 x; CPU 1.0 x', { readme: true }),
  pub(50, '1.1 x; CPU 1.0 x', { readme: true }),
  {
    name: 'MPUB 200, nobody reads',
    mode: 'overflow, big memory',
    flags: memory,
    wanted: '1.3 x; CPU 0.5 x',
    readme: true,
    measure: async ({ bench, quick }) =>
      cost(
        await bench('pub', { batch: 200, messages: quick ? 400000 : 2000000 }),
        'published_per_s',
      ),
  },
  fanOut(1, 'overflow, big memory', memory, '2.5 x; CPU 0.4 x', { readme: true }),
  fanOut(5, 'overflow, big memory', memory, '2.5 x; CPU 0.4 x'),
  fanOut(10, 'overflow, big memory', memory, '2.5 x; CPU 0.4 x', { readme: true }),
  fanOut(1, 'interval', defaults('interval'), '90 % of overflow'),
  fanOut(5, 'interval', defaults('interval'), '90 % of overflow'),
  fanOut(10, 'interval', defaults('interval'), '90 % of overflow'),
  {
    name: 'past the memory queue, publish',
    mode: 'overflow',
    flags: defaults('overflow'),
    wanted: '2.5 x',
    readme: true,
    measure: async ({ bench, quick }) => {
      const result = await bench('sub', { publish: quick ? 400000 : 1000000 });
      return {
        rate: result.published_per_s,
        cpu: result.publish_broker_cpu_us_per_message,
      };
    },
  },
  {
    name: 'past the memory queue, consume',
    mode: 'overflow',
    flags: defaults('overflow'),
    wanted: '2.5 x',
    readme: true,
    measure: async ({ bench, quick }) =>
      cost(await bench('sub', { publish: quick ? 400000 : 1000000 }), 'delivered_per_s'),
  },
  always({ connections: 50 }, 'durable PUB, 50 connections', '60 x'),
  always({ connections: 2, batch: 200 }, 'durable MPUB 200, 2 connections', '500 x'),
  http(1, '1 x'),
  http(10, '1 x'),
];

const milliseconds = (us) => us / 1000;

function latency(rate) {
  return {
    name: `latency at ${rate} msg/s, p50 / p99 / p99.9`,
    mode: 'as shipped',
    unit: 'ms',
    flags: () => [],
    wanted: '0.2 / 1 ms',
    readme: true,
    measure: async ({ bench, quick }) => {
      const result = await bench('latency', {
        rate,
        duration: quick ? 2 : 10,
        warmup: 1,
        spin: true,
      });
      return ['p50', 'p99', 'p99.9'].map((p) => milliseconds(result[`latency_${p}_us`]));
    },
  };
}

async function each(count, work) {
  let next = 0;
  const worker = async () => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: 20 }, worker));
}

// What is told in a unit of its own; less is better but for rates.
export const figures = [
  latency(100),
  latency(5000),
  {
    name: 'memory per idle subscribed connection',
    mode: 'as shipped',
    unit: 'KB',
    flags: () => [],
    wanted: '8 KB',
    readme: true,
    measure: async ({ bench }) => [
      (await bench('connections', { connections: 5000, duration: 1 }))
        .broker_bytes_per_connection / 1024,
    ],
  },
  {
    name: 'memory per idle topic with a channel',
    mode: 'as shipped',
    unit: 'KB',
    flags: () => [],
    wanted: '16 KB',
    readme: true,
    measure: async ({ broker }) => {
      const create = async (i) => {
        await broker.post(`/topic/create?topic=t${i}`);
        await broker.post(`/channel/create?topic=t${i}&channel=c`);
      };
      // The first few pay for what all share.
      await each(100, (i) => create(10000 + i));
      const before = broker.memory();
      await each(1000, create);
      return [(broker.memory() - before) / 1000 / 1024];
    },
  },
  {
    name: 'restart with 2 M waiting, until ready',
    mode: 'as shipped',
    unit: 'ms',
    flags: () => [],
    wanted: '100 ms',
    measure: async ({ bench, broker, quick }) => {
      await backlog({ bench, broker, quick });
      return [await broker.launch()];
    },
  },
  {
    name: 'restart with 2 M waiting, drain',
    mode: 'as shipped',
    unit: 'k msg/s',
    flags: () => [],
    wanted: '1,200 k msg/s',
    measure: async ({ bench, broker, quick }) => {
      const messages = await backlog({ bench, broker, quick });
      await broker.launch();
      const result = await bench('sub', { topic: 'backlog', messages });
      return [result.delivered_per_s / 1000];
    },
  },
];

// Leaves a stopped broker with a channel full of messages.
async function backlog({ bench, broker, quick }) {
  const messages = quick ? 200000 : 2000000;
  await broker.post('/topic/create?topic=backlog');
  await broker.post('/channel/create?topic=backlog&channel=bench0');
  await bench('pub', { topic: 'backlog', batch: 200, messages });
  await broker.stop();
  return messages;
}
