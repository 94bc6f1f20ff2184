// Topics and channels as rows of a table.

import { figure, held, type Actor, type Report } from './report';

export interface QueueRow {
  id: number;
  topic: string;
  // Empty for a topic.
  channel: string;
  actor: Actor;
  // Messages per second; NaN while there is only one look.
  in: number;
  out: number;
}

const grown = (now: number, before: number): number => Math.max(0, now - before);

// Returns what a figure of an actor grew by per second.
export function rate(now: Report, before: Report | null, id: number, of: (x: Actor) => number): number {
  const [x, y] = [now.byId.get(id), before?.byId.get(id)];
  const seconds = (now.at - (before?.at ?? now.at)) / 1000;
  return x && y && seconds > 0 ? grown(of(x), of(y)) / seconds : NaN;
}

export const messages = (x: Actor): number => figure(x, 'messages');
// What went out for good: what came and is not here any more.
export const gone = (x: Actor): number => messages(x) - held(x);

export function queueRows(now: Report, before: Report | null): QueueRow[] {
  const result: QueueRow[] = [];
  for (const x of now.actors) {
    if (x.kind !== 'topic' && x.kind !== 'channel') continue;
    const topic = x.kind === 'topic' ? x.name : now.byId.get(x.parent)?.name;
    if (topic === undefined) continue;
    result.push({
      id: x.id,
      topic,
      channel: x.kind === 'topic' ? '' : x.name,
      actor: x,
      in: rate(now, before, x.id, messages),
      out: rate(now, before, x.id, gone),
    });
  }
  return result;
}

export const rowName = (x: QueueRow): string => (x.channel ? `${x.topic}/${x.channel}` : x.topic);

export function find(now: Report | null, topic: string, channel = ''): Actor | undefined {
  const found = now?.actors.find((x) => x.kind === 'topic' && x.name === topic);
  if (!channel || !found) return found;
  return now?.actors.find((x) => x.kind === 'channel' && x.parent === found.id && x.name === channel);
}

export const channelsOf = (now: Report, topic: Actor): Actor[] =>
  now.actors.filter((x) => x.kind === 'channel' && x.parent === topic.id);
