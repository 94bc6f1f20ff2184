// GET /debug/stream: a snapshot, then what changes, once a second.

import type { Actor } from './report';

interface Told {
  rows: Actor[];
  gone: number[];
  // How many there are, shown or not.
  total: number;
}

// What only grows with time is not told again: ages go on from where they were.
function aged(x: Actor, ms: number): Actor {
  if (ms === 0) return x;
  const later = { ...x };
  if (x.state_ms !== undefined) later.state_ms = x.state_ms + ms;
  if (x.first_due_ms !== undefined) later.first_due_ms = Math.max(0, x.first_due_ms - ms);
  if (x.ages_ms) later.ages_ms = Object.fromEntries(Object.entries(x.ages_ms).map(([of, age]) => [of, age + ms]));
  return later;
}

// All rows that were told, as they are now.
class Rows {
  #rows = new Map<number, { row: Actor; at: number }>();

  take(told: Told, now: number): Actor[] {
    for (const id of told.gone) this.#rows.delete(id);
    for (const row of told.rows) this.#rows.set(row.id, { row, at: now });
    return [...this.#rows.values()].map(({ row, at }) => aged(row, now - at));
  }
}

const dataOf = (event: string): string => /^data: (.*)$/m.exec(event)?.[1] ?? '';

// Tells all actors at each event. Ends with the stream, by an error if need be.
export async function readStream(
  query: string,
  stop: AbortSignal,
  tell: (actors: Actor[], total: number) => void,
): Promise<void> {
  const answer = await fetch(`debug/stream?${query}`, { cache: 'no-store', signal: stop });
  if (!answer.ok || !answer.body) throw new Error(`the stream answered ${answer.status}`);
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  const rows = new Rows();
  let text = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    text += value;
    // Data has no ends of lines: a long event is not looked through again and
    // again.
    if (!value.includes('\n')) continue;
    const events = text.split('\n\n');
    text = events.pop()!;
    for (const event of events) {
      const told = JSON.parse(dataOf(event)) as Told;
      tell(rows.take(told, performance.now()), told.total);
    }
  }
}
