// What a broker's commits say about what is on disk: an observer's knowledge,
// which holds however slow disk and machine are.

import { ask } from '../../e2e/support/http.mjs';

// Between two looks at a broker that tells of no commit by itself.
const pause = () => new Promise((resolve) => setTimeout(resolve, 15));

export class Commits {
  #polls = []; // {asked, answered, count}
  #stopped = false;
  #task;

  constructor(httpPort) {
    this.#task = this.#observe(httpPort);
  }

  async #observe(port) {
    while (!this.#stopped) {
      const asked = performance.now();
      // Nobody answers once the broker is killed.
      const answer = await ask(port, 'GET', '/metrics').catch(() => null);
      if (!answer) return;
      const [, count] = /^cafq_store_commit_seconds_count (\d+)$/m.exec(answer.body);
      this.#polls.push({ asked, answered: performance.now(), count: Number(count) });
      await pause();
    }
  }

  async over() {
    this.#stopped = true;
    await this.#task;
  }

  // What the store had before the returned time was on disk at the time of
  // `end`: since then a commit ended that had begun after it.
  durable(end) {
    const seen = this.#polls.filter((x) => x.answered < end);
    const last = seen.at(-1)?.count ?? 0;
    return seen.findLast((x) => x.count + 2 <= last)?.asked ?? -Infinity;
  }
}
