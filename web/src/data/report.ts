// What the broker tells of itself, as it stands in /debug/actors and /stats.

// The worst is the last.
const moods = ['idle', 'flowing', 'waiting', 'stuck'] as const;
export type Mood = (typeof moods)[number];
export const moodRank = (x: Mood): number => moods.indexOf(x);

export interface Awaited {
  what: 'actor' | 'client' | 'disk' | 'memory' | 'operator' | 'server' | 'time';
  actor?: number;
  who?: string;
}

export interface Actor {
  id: number;
  parent: number;
  kind: string;
  name: string;
  mailbox: number;
  handled: number;
  // For which share of the time it runs; not known at the first look.
  busy?: number;
  paused: boolean;
  state: string;
  mood: Mood;
  state_ms?: number;
  waiting_for?: Awaited;
  first_due_ms?: number;
  ages_ms?: Record<string, number>;
  sync?: string;
  counters: Record<string, number>;
  peers: number[];
}

// All actors at one moment.
export interface Report {
  // Milliseconds of a clock that only goes forward.
  at: number;
  actors: Actor[];
  byId: Map<number, Actor>;
}

export function makeReport(at: number, actors: Actor[]): Report {
  return { at, actors, byId: new Map(actors.map((x) => [x.id, x])) };
}

export const figure = (x: Actor, name: string): number => x.counters[name] ?? 0;

// Messages that a topic or channel has, wherever.
export const held = (x: Actor): number =>
  figure(x, 'depth') + figure(x, 'in_flight') + figure(x, 'deferred');

// How long that waits which waits longest; what is deferred is meant to wait.
export const age = (x: Actor): number =>
  Math.max(0, ...Object.entries(x.ages_ms ?? {}).map(([of, ms]) => (of === 'deferred' ? 0 : ms)));

// A client as /stats has it.
export interface Client {
  client_id: string;
  hostname: string;
  remote_address: string;
  user_agent: string;
  ready_count: number;
  in_flight_count: number;
  message_count: number;
  finish_count: number;
  requeue_count: number;
  connect_ts: number;
  deflate: boolean;
  snappy: boolean;
  tls: boolean;
  pub_counts?: { topic: string; count: number }[];
}

export interface Stats {
  topics: {
    topic_name: string;
    channels: { channel_name: string; clients: Client[] | null }[];
  }[];
  producers: Client[] | null;
}

export interface Why {
  topic: string;
  mood: Mood;
  findings: { mood: Mood; chain: WhyStep[] }[];
  // Channels that are not told of, none of which is worse.
  left_out?: number;
}

// What a topic, a channel or the node did. Each point is a row of figures, named
// by the fields.
export interface History {
  fields: string[];
  points: number[][];
}

// One figure, by time.
export function pointsOf(from: History, name: string): { at: number; value: number }[] {
  const [at, figure] = [from.fields.indexOf('at'), from.fields.indexOf(name)];
  return from.points.map((point) => ({ at: point[at]!, value: point[figure]! }));
}

export interface WhyStep {
  id?: number;
  kind: string;
  name: string;
  state?: string;
  text: string;
}
