// Runs `cafq`.

import { spawn } from 'node:child_process';
import { once } from 'node:events';

// The process, with what it wrote so far and a promise of its end.
export function startCafq(...args) {
  const child = spawn(process.env.CAFQ, args.map(String), { stdio: ['pipe', 'pipe', 'pipe'] });
  child.out = '';
  child.err = '';
  child.stdout.setEncoding('utf8').on('data', (x) => (child.out += x));
  child.stderr.setEncoding('utf8').on('data', (x) => (child.err += x));
  child.ended = once(child, 'close').then(([code, signal]) => ({ code: code ?? signal, out: child.out, err: child.err }));
  return child;
}

// Runs it without input.
export function cafq(...args) {
  const child = startCafq(...args);
  child.stdin.end();
  return child.ended;
}
