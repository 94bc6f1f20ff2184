// Numbers and tables as people read them.

import { readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

// Three digits of a number, thousands as k and millions as M.
export function short(x) {
  if (x === undefined || Number.isNaN(x)) return '';
  if (x >= 1e6) return `${(x / 1e6).toPrecision(3)} M`;
  if (x >= 1e4) return `${(x / 1e3).toPrecision(3)} k`;
  if (x >= 100) return x.toFixed(0);
  if (x >= 10) return x.toFixed(1);
  return x.toFixed(2);
}

export function table(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

export function machine() {
  const [cpu] = os.cpus();
  const memory = Math.round(os.totalmem() / 2 ** 30);
  return (
    `${os.cpus().length} cores (${cpu.model.trim()}), ${memory} GB, ` +
    `Linux ${os.release().split('-')[0]}`
  );
}

// How busy the machine is. Broker and generator alone make about 2 of it.
export function load() {
  const value = os.loadavg()[0];
  return `${value.toFixed(1)}${value > 4 ? ' (others were busy: provisional)' : ''}`;
}

// Replaces what is between the markers `name` in a file.
export function paste(file, name, text) {
  const before = readFileSync(file, 'utf8');
  const [begin, end] = [`<!-- ${name}: begin -->`, `<!-- ${name}: end -->`];
  const from = before.indexOf(begin);
  const to = before.indexOf(end);
  if (from < 0 || to < from) throw new Error(`${file} has no markers for ${name}`);
  writeFileSync(
    file,
    `${before.slice(0, from + begin.length)}\n${text}\n${before.slice(to)}`,
  );
}
