// The only module that reads from the broker. It asks once a second, for what
// the view at hand wants, and not at all while nobody looks.

import { signal } from '@preact/signals';
import { makeReport, type Actor, type Report, type Stats, type Why } from './report';

const interval = 1000;

// The last two reports: rates are what lies between them.
export const report = signal<Report | null>(null);
export const earlier = signal<Report | null>(null);
// What /stats says of single clients, if the view wants it.
export const stats = signal<Stats | null>(null);
export const why = signal<Why | null>(null);
export const info = signal<Record<string, unknown> | null>(null);
// Why there is nothing new; empty if there is.
export const trouble = signal('');

// What a view wants besides the actors.
export interface Wants {
  // The query of /stats.
  stats?: string;
  // Whether a few seconds old is good enough for it.
  rarely?: boolean;
  // The query of /debug/why.
  why?: string;
}

let wants: Wants = {};

// Says what is wanted from now on.
export function want(x: Wants): void {
  if (x.stats !== wants.stats) stats.value = null;
  if (x.why !== wants.why) why.value = null;
  wants = x;
  wake();
}

async function read<T>(target: string): Promise<T | null> {
  const answer = await fetch(target, { cache: 'no-store' });
  if (answer.status === 404) return null;
  if (!answer.ok) throw new Error(`${target} answered ${answer.status}`);
  return (await answer.json()) as T;
}

async function readActors(): Promise<void> {
  const found = await read<{ actors: Actor[] }>('debug/actors');
  if (!found) throw new Error('the broker has no /debug/actors');
  const now = makeReport(performance.now(), found.actors);
  // A view that has just changed asks at once: too short a span for rates.
  const last = report.value;
  if (last && now.at - last.at >= 0.8 * interval) earlier.value = last;
  report.value = now;
}

const rarely = 5;
let looks = 0;

// What was wanted may not be wanted any more when it comes.
async function readWanted(): Promise<void> {
  const asked = wants;
  const old = stats.value;
  const good = asked.rarely && old && ++looks % rarely !== 0;
  const [someStats, someWhy] = await Promise.all([
    asked.stats === undefined ? null : good ? old : read<Stats>(`stats?format=json&include_mem=false${asked.stats}`),
    asked.why === undefined ? null : read<Why>(`debug/why?${asked.why}`),
  ]);
  if (asked === wants) {
    stats.value = someStats;
    why.value = someWhy;
  }
}

let wakeUp: (() => void) | null = null;

function wake(): void {
  wakeUp?.();
}

// Waits for the interval to pass, or for somebody who wants something else; as
// long as it takes while the page is hidden.
function rest(): Promise<void> {
  return new Promise((resolve) => {
    const timer = document.hidden ? undefined : setTimeout(done, interval);
    function done(): void {
      clearTimeout(timer);
      wakeUp = null;
      resolve();
    }
    wakeUp = done;
  });
}

async function look(): Promise<void> {
  try {
    await Promise.all([
      readActors(),
      readWanted(),
      info.value ? null : read<Record<string, unknown>>('info').then((x) => (info.value = x)),
    ]);
    trouble.value = '';
  } catch (error) {
    trouble.value = error instanceof Error ? error.message : String(error);
  }
}

// Reads until the page is closed.
export async function follow(): Promise<never> {
  document.addEventListener('visibilitychange', wake);
  for (;;) {
    if (!document.hidden) await look();
    await rest();
  }
}
