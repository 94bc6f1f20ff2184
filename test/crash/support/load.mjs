// Publishers and consumers that do everything at random until they are told to
// stop, or the broker is gone.

import assert from 'node:assert/strict';
import { ask } from '../../e2e/support/http.mjs';
import { Client, MESSAGE, RESPONSE, dpub, mpub, pub } from '../../e2e/support/wire.mjs';

export const longestDelay = 800; // ms

const isGone = (client) => client.ended !== null;

function parse(data) {
  return {
    timestamp: data.readBigUInt64BE(0),
    attempts: data.readUInt16BE(8),
    id: data.toString('latin1', 10, 26),
    body: data.toString('latin1', 26),
  };
}

// The next frame, or null when there will be none.
async function nextOf(client) {
  try {
    return await client.next(15000);
  } catch (error) {
    if (isGone(client)) return null;
    throw error;
  }
}

export class Load {
  stopped = false;
  #clients = [];
  #tasks = [];

  constructor(port, ledger, random) {
    this.port = port;
    this.ledger = ledger;
    this.random = random;
  }

  // Publishes to these topics: some commands, then their answers.
  addPublisher(topics) {
    this.#tasks.push(this.#publish(topics));
  }

  addConsumer(channel) {
    this.#tasks.push(this.#consume(channel));
  }

  // null when the broker goes first: it closes its listening socket, and the
  // kernel resets those who wait at it.
  async #connect() {
    try {
      const client = await Client.connect(this.port);
      this.#clients.push(client);
      return client;
    } catch (error) {
      if (this.stopped && ['ECONNREFUSED', 'ECONNRESET'].includes(error.code)) return null;
      throw error;
    }
  }

  // Until the load is over; with a broker that still runs, `stopped` has to be
  // set first.
  async over() {
    await Promise.all(this.#tasks);
    for (const client of this.#clients) client.destroy();
  }

  async #publish(topics) {
    const { random } = this;
    const client = await this.#connect();
    if (!client) return;
    const size = () => (random.below(20) === 0 ? random.below(20000) : random.below(300));
    while (!this.stopped) {
      const open = [];
      const commands = [];
      for (let n = 1 + random.below(6); n > 0; --n) {
        const topic = random.pick(topics);
        const dice = random.below(10);
        const count = dice < 3 ? 1 + random.below(50) : 1;
        const delay = random.below(longestDelay);
        const how = dice < 3 ? `MPUB ${count}` : dice < 5 ? `DPUB ${delay}` : 'PUB';
        const batch = this.ledger.publish(topic, Array.from({ length: count }, size), how);
        open.push(batch);
        if (dice < 3) commands.push(mpub(topic, batch.bodies));
        else if (dice < 5) commands.push(dpub(topic, delay, batch.bodies[0]));
        else commands.push(pub(topic, batch.bodies[0]));
      }
      client.send(commands);
      for (const batch of open) {
        const frame = await nextOf(client);
        if (!frame) return;
        // Refused is no promise.
        if (frame.type === RESPONSE) batch.acknowledge();
      }
      // Not faster than consumers are, on the whole.
      await new Promise((resolve) => setTimeout(resolve, random.below(15)));
    }
  }

  // Takes a batch, answers it, and waits until the broker has seen the answers.
  async #consume(channel) {
    const { random, ledger } = this;
    const client = await this.#connect();
    if (!client) return;
    client.send(`SUB ${channel.topic} ${channel.name}\nRDY ${1 + random.below(60)}\n`);
    if (!(await nextOf(client))) return;
    const held = [];
    for (let round = 0; !this.stopped; ++round) {
      const answers = [];
      const finishing = [];
      for (const x of held.splice(0)) {
        const dice = random.below(20);
        if (dice < 11) {
          answers.push(`FIN ${x.id}\n`);
          finishing.push(x);
        } else if (dice < 13) answers.push(`REQ ${x.id} 0\n`);
        else if (dice < 16) answers.push(`REQ ${x.id} ${random.below(longestDelay)}\n`);
        else if (dice < 17) answers.push(`TOUCH ${x.id}\n`);
        // Else it stays in flight.
      }
      for (const x of finishing) channel.finishing.add(x.number);
      const marker = `round${round}`.padEnd(16, '.');
      client.send(answers, `TOUCH ${marker}\n`);
      for (;;) {
        const frame = await nextOf(client);
        if (!frame) return;
        if (frame.type === MESSAGE) {
          const message = parse(frame.data);
          held.push({ id: message.id, number: ledger.deliver(channel, message) });
        } else if (frame.data.toString('latin1').includes(marker)) break;
        else {
          const text = frame.data.toString('latin1');
          const x = finishing.find(({ id }) => text.includes(id));
          assert.match(text, /^E_TOUCH_FAILED /, `${text}: ${ledger.tell(channel, [x?.number])}`);
        }
      }
      const now = performance.now();
      for (const x of finishing) channel.finished.set(x.number, now);
      await new Promise((resolve) => setTimeout(resolve, random.below(20)));
    }
  }
}

// -- after a restart ----------------------------------------------------------

async function statsOf(port, channel) {
  const { body } = await ask(port, 'GET', `/stats?format=json&topic=${channel.topic}`);
  return JSON.parse(body).topics[0];
}

// What a channel holds by its counters.
async function countOf(port, channel) {
  const topic = await statsOf(port, channel);
  const x = topic?.channels.find((c) => c.channel_name === channel.name);
  if (!x) return { total: topic?.depth ?? 0, inFlight: 0 };
  return { total: x.depth + x.deferred_count + x.in_flight_count, inFlight: x.in_flight_count };
}

// Takes all there is in a channel, which must be exactly what /stats says.
// Returns the numbers in order.
export async function drain({ port, httpPort }, ledger, channel) {
  const { total, inFlight } = await countOf(httpPort, channel);
  assert.equal(inFlight, 0, 'in flight to nobody');
  const numbers = [];
  const client = await Client.connect(port);
  try {
    await client.subscribe(channel.topic, channel.name);
    client.rdy(100);
    while (numbers.length < total) {
      const frame = await client.next(longestDelay + 20000, `message ${numbers.length + 1} of ${total} of ${channel.topic}/${channel.name}`);
      assert.equal(frame?.type, MESSAGE);
      const message = parse(frame.data);
      numbers.push(ledger.deliver(channel, message));
      client.fin(message);
    }
    await client.quiet(); // not one more
    assert.deepEqual(await countOf(httpPort, channel), { total: 0, inFlight: 0 });
  } finally {
    client.destroy();
  }
  return numbers;
}
