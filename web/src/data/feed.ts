// The only module that reads from the broker: once a second, for what the view
// at hand wants, and not at all while nobody looks.

import { computed, signal } from '@preact/signals';
import { makeReport, type Actor, type History, type Report, type Stats, type Why } from './report';
import { readStream } from './stream';

const interval = 1000;
// What is asked for less often, as every actor is asked.
const many = 2500;
const longest = 10_000;
// How long the broker may be silent.
const patience = 5000;
// As many as a stream shows; on a node with more, all are asked for each time.
const mostStreamed = 20_000;

// How often to look at so many actors: they are all asked each time.
const pace = (actors: number): number =>
  Math.round(Math.min(longest, interval * Math.max(1, actors / many)));

// The last two reports: rates are what lies between them.
export const report = signal<Report | null>(null);
export const earlier = signal<Report | null>(null);
// What /stats says of single clients, if the view wants it.
export const stats = signal<Stats | null>(null);
export const why = signal<Why | null>(null);
export const history = signal<History | null>(null);
export const info = signal<Record<string, unknown> | null>(null);

// Why there is nothing new of the actors, or of the rest; empty if there is.
const troubles = { actors: signal(''), rest: signal('') };
export const trouble = computed(() => troubles.actors.value || troubles.rest.value);
const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

// What a view wants besides the actors.
export interface Wants {
  // The query of /stats.
  stats?: string;
  // Whether a few seconds old is good enough for it.
  rarely?: boolean;
  // The query of /debug/why.
  why?: string;
  // The query of /debug/history.
  history?: string;
}

let wants: Wants = {};

// What is dear to the broker is asked for every so many looks: why something
// does not move, and what a view wants rarely.
const rarely = 5;
let looks = 0;
let reading = false;

// /stats is long where there are many topics: bytes per millisecond of it, and
// when it may be read again.
const mostStats = 100;
let statsDue = 0;

// Says what is wanted from now on.
export function want(x: Wants): void {
  if (x.stats !== wants.stats) stats.value = null;
  if (x.why !== wants.why) why.value = null;
  if (x.history !== wants.history) history.value = null;
  wants = x;
  renew();
}

// Reads all that is wanted at once, as something was changed.
export function renew(): void {
  looks = 0;
  statsDue = 0;
  void readRest();
}

async function readText(target: string): Promise<string | null> {
  const answer = await fetch(target, { cache: 'no-store', signal: AbortSignal.timeout(patience) });
  if (answer.status === 404) return null;
  if (!answer.ok) throw new Error(`${target} answered ${answer.status}`);
  return answer.text();
}

async function read<T>(target: string): Promise<T | null> {
  const text = await readText(target);
  return text === null ? null : (JSON.parse(text) as T);
}

// -- the actors ---------------------------------------------------------------

function tell(actors: Actor[]): void {
  const now = makeReport(performance.now(), actors);
  const last = report.value;
  // A stream begins right behind an answer: too short a span for rates.
  if (last && now.at - last.at > interval / 2) earlier.value = last;
  report.value = now;
  troubles.actors.value = '';
  void readRest();
}

// Until the stream ends or is silent, the page is hidden, or there are too many
// actors.
async function followStream(): Promise<void> {
  const stop = new AbortController();
  const every = pace(report.value!.actors.length);
  const hide = () => document.hidden && stop.abort();
  const giveUp = () => setTimeout(() => stop.abort(), every + patience);
  document.addEventListener('visibilitychange', hide);
  let timer = giveUp();
  try {
    await readStream(`view=actors&first=${mostStreamed}&interval=${every}`, stop.signal, (actors, total) => {
      clearTimeout(timer);
      timer = giveUp();
      // It goes on at another pace.
      if (total > actors.length || pace(total) > 2 * every) stop.abort();
      else tell(actors);
    });
  } finally {
    clearTimeout(timer);
    document.removeEventListener('visibilitychange', hide);
  }
}

async function readActors(): Promise<void> {
  const found = await read<{ actors: Actor[] }>('debug/actors');
  if (!found) throw new Error('the broker has no /debug/actors');
  tell(found.actors);
}

// Waits for the interval to pass, and as long as the page is hidden.
function rest(): Promise<void> {
  return new Promise((resolve) => {
    const shown = () => {
      if (document.hidden) return;
      document.removeEventListener('visibilitychange', shown);
      resolve();
    };
    setTimeout(() => {
      document.addEventListener('visibilitychange', shown);
      shown();
    }, pace(report.value?.actors.length ?? 0));
  });
}

async function look(): Promise<void> {
  try {
    await readActors();
  } catch (error) {
    troubles.actors.value = textOf(error);
    return;
  }
  // Where no more streams may be, we ask again.
  if (report.value!.actors.length <= mostStreamed) await followStream().catch(() => {});
}

// Reads until the page is closed.
export async function follow(): Promise<never> {
  for (;;) {
    if (!document.hidden) await look();
    await rest();
  }
}

// -- the rest -----------------------------------------------------------------

async function readStats(query: string): Promise<Stats | null> {
  const text = await readText(`stats?format=json&include_mem=false${query}`);
  if (text === null) return null;
  statsDue = performance.now() + text.length / mostStats;
  return JSON.parse(text) as Stats;
}

// What was wanted may not be wanted any more when it comes.
async function readWanted(): Promise<void> {
  const asked = wants;
  const all = looks++ % rarely === 0;
  const oldStats = (asked.rarely && !all) || performance.now() < statsDue ? stats.value : null;
  const oldWhy = all ? null : why.value;
  info.value ??= await read('info');
  const oldHistory = all ? null : history.value;
  const [someStats, someWhy, someHistory] = await Promise.all([
    asked.stats === undefined ? null : (oldStats ?? readStats(asked.stats)),
    asked.why === undefined ? null : (oldWhy ?? read<Why>(`debug/why?${asked.why}`)),
    asked.history === undefined ? null : (oldHistory ?? read<History>(`debug/history?${asked.history}`)),
  ]);
  if (asked !== wants) return readWanted();
  stats.value = someStats;
  why.value = someWhy;
  history.value = someHistory;
}

async function readRest(): Promise<void> {
  if (reading) return;
  reading = true;
  try {
    await readWanted();
    troubles.rest.value = '';
  } catch (error) {
    troubles.rest.value = textOf(error);
  }
  reading = false;
}
