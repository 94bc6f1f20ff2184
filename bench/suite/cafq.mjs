// Runs `cafq bench`.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

// Returns a function that measures `broker`: ('pub', { batch: 200 }) -> results.
export function benchOf(cafq, broker) {
  return async (name, options = {}) => {
    const port = name === 'http' ? broker.httpPort : broker.port;
    const args = ['bench', name, '--json', '--timeout=60s'];
    args.push(`--address=127.0.0.1:${port}`, `--pid=${broker.pid}`);
    for (const [key, value] of Object.entries(options))
      args.push(value === true ? `--${key}` : `--${key}=${value}`);
    try {
      const { stdout } = await run(cafq, args, { maxBuffer: 1 << 24 });
      return JSON.parse(stdout);
    } catch (error) {
      throw new Error(`cafq ${args.join(' ')}: ${error.stderr || error.message}\n${broker.log()}`);
    }
  };
}
