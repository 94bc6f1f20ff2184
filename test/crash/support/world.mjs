// A data path, and brokers on it, one after the other.

import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { ask } from '../../e2e/support/http.mjs';
import { startBroker } from '../../e2e/support/broker.mjs';
import { Ledger } from './ledger.mjs';

// In memory if possible: what is killed is the broker, not the kernel, and a
// sync costs nothing there.
function parentFolder() {
  try {
    accessSync('/dev/shm', constants.W_OK);
    return '/dev/shm';
  } catch {
    return os.tmpdir();
  }
}

const topics = ['orders', 'metrics'];

// Two topics with two channels each, and one without.
export class World {
  ledger = new Ledger();
  topics = [...topics, 'lone'];

  constructor(flags) {
    this.flags = flags;
    this.folder = mkdtempSync(path.join(parentFolder(), 'cafq-crash-'));
    for (const topic of topics)
      for (const name of ['a', 'b']) this.ledger.addChannel(topic, name);
    this.lone = this.ledger.addChannel('lone', 'late');
  }

  async start(flags = [], options = {}) {
    this.broker = await startBroker({
      flags: [`--data-path=${this.folder}`, ...this.flags, ...flags],
      ...options,
    });
    return this.broker;
  }

  // The names are there before the first message.
  async prepare() {
    const broker = await this.start();
    for (const topic of this.topics) await ask(broker.httpPort, 'POST', `/topic/create?topic=${topic}`);
    for (const { topic, name } of this.ledger.channels)
      if (topic !== 'lone')
        await ask(broker.httpPort, 'POST', `/channel/create?topic=${topic}&channel=${name}`);
    await broker.stop();
  }

  // Of the topic that keeps its messages itself.
  async deleteLateChannel() {
    await ask(this.broker.httpPort, 'POST', '/channel/delete?topic=lone&channel=late');
  }

  get consumed() {
    return this.ledger.channels.filter((x) => x !== this.lone);
  }

  async destroy() {
    await this.broker?.destroy();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
