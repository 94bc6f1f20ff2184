// Clients that send as much as they can and read nothing.

import { secureClient } from './secure.mjs';
import { Client } from './wire.mjs';

export class Attackers {
  #all = [];
  #moved = performance.now();
  #left = false;
  // How many there are of each kind, as a connection costs something anyway.
  plain = 0;
  tls = 0;
  deflate = 0;

  // Sends `first`, then `more` again and again, `times` in all.
  async add(port, first, more, times = more ? 1 : 0) {
    ++this.plain;
    const client = await this.#join(Client.connect(port, { magic: null, reading: false }));
    if (client) this.#feed(client, [first]).then(() => this.#feed(client, Array(times).fill(more)));
  }

  // Upgrades first; `wire` goes below that.
  async addSecure(port, features, { plain, wire }) {
    ++this[features.deflate ? 'deflate' : 'tls'];
    const client = await this.#join(secureClient(port, features));
    if (plain) client?.send(plain);
    if (wire) client?.wire.write(wire);
  }

  // One that does not get in is no harm to anybody.
  async #join(connecting) {
    const client = await connecting.catch(() => null);
    this.#moved = performance.now();
    if (client) this.#all.push(client);
    if (this.#left) client?.destroy();
    return client;
  }

  async #feed(client, chunks) {
    for (const chunk of chunks) {
      if (!(await client.written(chunk))) return;
      this.#moved = performance.now();
    }
  }

  // Whether nobody gets any further.
  get stand() {
    return performance.now() - this.#moved > 500;
  }

  leave() {
    this.#left = true;
    for (const client of this.#all) client.destroy();
  }
}
