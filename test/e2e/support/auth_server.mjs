// The auth server of auth_server.py.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import readline from 'node:readline';

export class AuthServer {
  requests = [];
  #waiting = [];

  async start() {
    this.child = spawn('python3', [new URL('auth_server.py', import.meta.url).pathname], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    process.once('exit', () => this.child.kill('SIGKILL'));
    const lines = readline.createInterface({ input: this.child.stdout });
    [this.port] = await once(lines, 'line');
    lines.on('line', (line) => {
      this.requests.push(JSON.parse(line));
      for (const check of this.#waiting.splice(0)) check();
    });
    return this;
  }

  // The requests with this secret, once there are `count`.
  async asked(secret, count) {
    for (;;) {
      const found = this.requests.filter((x) => (x.target + x.body).includes(secret));
      if (found.length >= count) return found;
      await new Promise((resolve) => this.#waiting.push(resolve));
    }
  }

  async stop() {
    this.child.kill();
    await once(this.child, 'close');
  }
}
