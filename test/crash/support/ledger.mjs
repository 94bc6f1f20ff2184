// What clients know about messages, and what a broker may make of them.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';

const checksum = (text) => createHash('sha1').update(text).digest('hex').slice(0, 12);

// Number, filler and a checksum over both, so that no part can change unseen.
function makeBody(number, filler) {
  const text = `${number} ${filler} `;
  return text + checksum(text);
}

function numberIn(body) {
  const end = body.length - 12;
  assert.equal(checksum(body.slice(0, end)), body.slice(end), `altered: ${body.slice(0, 100)}`);
  return Number(body.slice(0, body.indexOf(' ')));
}

// One queue as its consumers see it.
class Channel {
  constructor(topic, name) {
    this.topic = topic;
    this.name = name;
    this.seen = new Map(); // number -> {timestamp, attempts, at}
    this.finished = new Map(); // number -> when the broker surely knew
    this.finishing = new Set(); // FIN was sent, or may have been
    this.settled = 0; // below this number all is finished or lost
  }
}

export class Ledger {
  messages = []; // by number: {topic, batch, how, ackedAt}
  batches = 0;
  // What the broker finished since then it must remember: the last kill.
  lifeStart = 0;
  killedAt = performance.now();
  channels = [];
  #size = new Map(); // batch -> how many messages

  addChannel(topic, name) {
    const channel = new Channel(topic, name);
    this.channels.push(channel);
    return channel;
  }

  // Bodies of a batch that is about to be published.
  publish(topic, sizes, how = 'PUB') {
    const batch = this.batches++;
    this.#size.set(batch, sizes.length);
    const first = this.messages.length;
    const bodies = sizes.map((size) => {
      const number = this.messages.length;
      this.messages.push({ topic, batch, how, ackedAt: Infinity });
      return makeBody(number, '.'.repeat(size));
    });
    return { bodies, acknowledge: () => this.#acknowledge(first, bodies.length) };
  }

  #acknowledge(first, count) {
    const now = performance.now();
    for (let i = first; i < first + count; ++i) this.messages[i].ackedAt = now;
  }

  // A message came. Checks what holds for every delivery.
  deliver(channel, { body, timestamp, attempts }) {
    const number = numberIn(body);
    assert.ok(number < this.messages.length, `nobody published ${number}`);
    assert.equal(this.messages[number].topic, channel.topic, `${number} is in a wrong topic`);
    const before = channel.seen.get(number);
    if (before)
      assert.equal(timestamp, before.timestamp, `${number} has another timestamp`);
    const finished = channel.finished.get(number) ?? -Infinity;
    assert.ok(finished < this.lifeStart, `${number} came after its FIN`);
    channel.seen.set(number, { timestamp, attempts, at: performance.now(), before });
    return number;
  }

  // Judges what a channel gave after a restart: `drained`, numbers in order of
  // delivery, was all it had.
  //
  // `kept(message)` says whether the mode promises that an acknowledged message
  // is there; `old(time)` whether what the broker knew then had to be on disk.
  // Returns how much was checked.
  judge(channel, drained, { kept, old, attempts = true, batches = false }) {
    const where = `${channel.topic}/${channel.name}`;
    const there = new Set(drained);
    assert.equal(there.size, drained.length, `${where}: came twice without a reason`);
    const result = { promised: 0, missing: 0, repeated: 0, attempts: 0 };
    const lost = [];
    this.messages.forEach((x, number) => {
      if (number < channel.settled) return;
      if (x.topic !== channel.topic || !kept(x) || channel.finishing.has(number)) return;
      ++result.promised;
      if (!there.has(number)) lost.push(number);
    });
    assert.equal(lost.length, 0, `${where}: ${lost.length} lost of ${result.promised}: ${this.tell(channel, lost)}`);
    const risen = drained.filter((x) => x < channel.settled && !channel.finishing.has(x));
    assert.equal(risen.length, 0, `${where}: was lost before: ${this.tell(channel, risen)}`);
    const again = drained.filter((x) => old(channel.finished.get(x) ?? Infinity));
    assert.equal(again.length, 0, `${where}: finished long ago: ${this.tell(channel, again)}`);
    result.repeated = drained.filter((x) => channel.finishing.has(x)).length;
    if (attempts)
      for (const number of drained) {
        const { before, attempts: now } = channel.seen.get(number);
        // The last delivery that had to be on disk.
        let x = before;
        while (x && !old(x.at)) x = x.before;
        if (!x) continue;
        ++result.attempts;
        assert.ok(now > x.attempts, `${where}: attempt ${now} of ${number} after attempt ${x.attempts}`);
      }
    if (batches) this.#judgeBatches(channel, there, where);
    return result;
  }

  // What was drained is finished, and what is not there now never may be.
  settle(channel, drained) {
    const now = performance.now();
    for (const x of drained) {
      channel.finishing.add(x);
      channel.finished.set(x, now);
    }
    channel.settled = this.messages.length;
  }

  // All of a batch or nothing.
  #judgeBatches(channel, there, where) {
    const count = new Map();
    this.messages.forEach((x, number) => {
      if (x.topic === channel.topic && (there.has(number) || channel.seen.has(number)))
        count.set(x.batch, (count.get(x.batch) ?? 0) + 1);
    });
    for (const [batch, n] of count)
      assert.equal(n, this.#size.get(batch), `${where}: part of a batch`);
  }

  // The history of some messages.
  tell(channel, numbers) {
    const ago = (time) =>
      Number.isFinite(time) ? `${Math.round(performance.now() - time)} ms ago` : 'never';
    const history = (x) => (x ? `${history(x.before)} ${x.attempts}: ${ago(x.at)}` : '');
    const after = ago(this.killedAt);
    return numbers
      .slice(0, 5)
      .map((x) => {
        const { how, ackedAt } = this.messages[x] ?? {};
        return `${x} (${how}, acknowledged ${ago(ackedAt)}, attempts${history(channel.seen.get(x))}, finished ${ago(channel.finished.get(x))}; killed ${after})`;
      })
      .join(', ');
  }
}
