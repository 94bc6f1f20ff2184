// Whom an actor waits for.

import type { Actor, Report } from './report';

const words = {
  client: 'the client',
  disk: 'the disk',
  memory: 'memory',
  operator: 'the operator',
  server: 'a server',
  time: 'its time',
};

export function nameOf(now: Report, x: Actor): string {
  if (x.kind === 'channel') return `channel ${now.byId.get(x.parent)?.name ?? ''}/${x.name}`;
  return x.name && x.name !== x.kind ? `${x.kind} ${x.name}` : x.kind;
}

export function waitsFor(now: Report, x: Actor): string {
  const awaited = x.waiting_for;
  if (!awaited) return '';
  if (awaited.what === 'actor') {
    const other = now.byId.get(awaited.actor ?? 0);
    return other ? nameOf(now, other) : 'somebody who is gone';
  }
  return awaited.who ? `${words[awaited.what]}: ${awaited.who}` : words[awaited.what];
}

// From an actor to the root of what it waits for.
export function chainOf(now: Report, x: Actor): Actor[] {
  const result = [x];
  for (;;) {
    const next = now.byId.get(result.at(-1)!.waiting_for?.actor ?? 0);
    if (!next || result.includes(next)) return result;
    result.push(next);
  }
}
