// What the map shows of a report: single actors, and groups where there are many.
// Pure. The order of everything is that of names and ids, so nothing jumps.

import { held, moodRank, type Actor, type Mood, type Report } from '../data/report';

// What stands in a column together becomes a group past these.
const mostTopics = 40;
const mostChannels = 12;
const mostClients = 6;

export interface Node {
  // Stays the same as long as it is there.
  key: string;
  kind: string;
  label: string;
  state: string;
  mood: Mood;
  mailbox: number;
  // For which share of the time the busiest of them runs.
  busy: number;
  actors: Actor[];
}

export interface Block {
  publishers: Node[];
  topic: Node;
  channels: { channel: Node; consumers: Node[] }[];
}

export interface Edge {
  from: string;
  to: string;
  // The actor whose rate is the width: what it takes in, or gives out.
  of?: Actor;
  rate: 'in' | 'out';
}

export interface Graph {
  listeners: Node[];
  // Clients that have to do with no topic.
  others: Node[];
  blocks: Block[];
  // Topics that are not shown one by one.
  rest: Node[];
  services: Node[];
  edges: Edge[];
  // From who waits to whom it waits for.
  waits: { from: string; to: string }[];
}

const single = (x: Actor, label = x.name): Node => ({
  key: `a${x.id}`,
  kind: x.kind,
  label: label || x.kind,
  state: x.state,
  mood: x.mood,
  mailbox: x.mailbox,
  busy: x.busy ?? 0,
  actors: [x],
});

// A group is as bad as its worst, and says how many are so.
function group(key: string, kind: string, label: string, actors: Actor[]): Node {
  const worst = actors.reduce((x, y) => (moodRank(y.mood) > moodRank(x.mood) ? y : x));
  const like = actors.filter((x) => x.state === worst.state).length;
  return {
    key,
    kind,
    label,
    state: like === actors.length ? worst.state : `${like} ${worst.state}`,
    mood: worst.mood,
    mailbox: actors.reduce((n, x) => n + x.mailbox, 0),
    busy: actors.reduce((most, x) => Math.max(most, x.busy ?? 0), 0),
    actors,
  };
}

function partition<T>(xs: T[], key: (x: T) => string): Map<string, T[]> {
  const result = new Map<string, T[]>();
  for (const x of xs) {
    const list = result.get(key(x));
    if (list) list.push(x);
    else result.set(key(x), [x]);
  }
  return result;
}

const byName = (x: Actor, y: Actor): number => (x.name < y.name ? -1 : x.name > y.name ? 1 : x.id - y.id);
const hostOf = (x: Actor): string => x.name.replace(/:\d+$/, '');

// Clients one by one, or by address and what they are called, or by address.
function clientNodes(place: string, clients: Actor[], names: (x: Actor) => string): Node[] {
  // Who says nothing is called by its address, which stands there anyway.
  const called = (x: Actor) => (names(x) === hostOf(x) ? '' : names(x));
  const one = (x: Actor) => single(x, called(x) || x.name);
  if (clients.length <= mostClients) return clients.sort(byName).map(one);
  const grouped = (name: (x: Actor) => string): Node[] =>
    [...partition(clients, name)]
      .sort(([x], [y]) => (x < y ? -1 : 1))
      .map(([label, xs]) => (xs.length === 1 ? one(xs[0]!) : group(`${place}:${label}`, xs[0]!.kind, `${xs.length} × ${label}`, xs)));
  const byCall = grouped((x) => `${called(x)} ${hostOf(x)}`.trim());
  const nodes = byCall.length <= mostClients ? byCall : grouped(hostOf);
  if (nodes.length <= mostClients) return nodes;
  const rest = nodes.slice(mostClients - 1).flatMap((x) => x.actors);
  return [...nodes.slice(0, mostClients - 1), group(`${place}:more`, 'connection', `${rest.length} more`, rest)];
}

// Who was shown stays, unless many others have come before it.
function choose(all: Actor[], most: number, before: Set<string>): Actor[] {
  if (all.length <= most) return all;
  const ranked = [...all].sort((x, y) => moodRank(y.mood) - moodRank(x.mood) || held(y) - held(x) || x.id - y.id);
  const kept = ranked.slice(0, 2 * most).filter((x) => before.has(`a${x.id}`));
  return [...new Set([...kept, ...ranked])].slice(0, most);
}

// What all others lean on, the most important first.
function serving(actors: Actor[]): Actor[] {
  const drawn = ['topic', 'channel', 'connection', 'http', 'listener'];
  const first = ['store', 'node', 'discovery', 'lookup_peer'];
  const rankOf = (x: Actor): number => (first.includes(x.kind) ? first.indexOf(x.kind) : first.length);
  return actors
    .filter((x) => !drawn.includes(x.kind))
    .sort((x, y) => rankOf(x) - rankOf(y) || (x.kind < y.kind ? -1 : x.kind > y.kind ? 1 : byName(x, y)));
}

export interface Choice {
  // Only topics with this in their names.
  topic: string;
  // What the last graph had.
  before: Set<string>;
  // What a client calls itself, empty if that is not known.
  called: (x: Actor) => string;
}

export function makeGraph(now: Report, { topic: wanted, before, called }: Choice): Graph {
  const of = partition(now.actors, (x) => x.kind);
  const kind = (x: string): Actor[] => of.get(x) ?? [];
  const clients = [...kind('connection'), ...kind('http')];
  const channelsOf = partition(kind('channel'), (x) => String(x.parent));
  const consumers = new Map<number, Actor[]>();
  const publishers = new Map<number, Actor[]>();
  const others: Actor[] = [];
  const edges: Edge[] = [];
  const shownAs = new Map<number, string>();

  for (const x of clients) {
    const peers = x.peers.map((id) => now.byId.get(id));
    const channel = peers.find((y) => y?.kind === 'channel');
    const topic = peers.find((y) => y?.kind === 'topic');
    if (channel) push(consumers, channel.id, x);
    else if (topic) push(publishers, topic.id, x);
    else others.push(x);
  }

  const topics = kind('topic').filter((x) => x.name.includes(wanted));
  const shown = choose(topics, mostTopics, before).sort(byName);
  const note = (nodes: Node[]): Node[] => {
    for (const node of nodes) for (const x of node.actors) shownAs.set(x.id, node.key);
    return nodes;
  };

  const blocks = shown.map((topic): Block => {
    const all = channelsOf.get(String(topic.id)) ?? [];
    const chosen = choose(all, mostChannels, before).sort(byName);
    const left = all.filter((x) => !chosen.includes(x));
    const channels = chosen.map((x) => ({
      channel: single(x),
      consumers: clientNodes(`c${x.id}`, consumers.get(x.id) ?? [], called),
    }));
    if (left.length > 0)
      channels.push({ channel: group(`m${topic.id}`, 'channel', `${left.length} more channels`, left), consumers: [] });
    const block = { publishers: clientNodes(`p${topic.id}`, publishers.get(topic.id) ?? [], called), topic: single(topic), channels };
    note([...block.publishers, block.topic, ...channels.flatMap((x) => [x.channel, ...x.consumers])]);
    return block;
  });

  for (const { publishers: from, topic, channels } of blocks) {
    for (const x of from) edges.push({ from: x.key, to: topic.key, of: topic.actors[0], rate: 'in' });
    for (const { channel, consumers: to } of channels) {
      edges.push({ from: topic.key, to: channel.key, of: channel.actors[0], rate: 'in' });
      for (const x of to) edges.push({ from: channel.key, to: x.key, of: channel.actors[0], rate: 'out' });
    }
  }

  const left = topics.filter((x) => !shown.includes(x));
  const rest = note(
    [...partition(left, (x) => x.mood)].map(([mood, xs]) => group(`rest:${mood}`, 'topic', `${xs.length} more topics`, xs)),
  );
  const listeners = note(kind('listener').sort(byName).map((x) => single(x)));
  const idle = note(clientNodes('others', others, called));
  const services = note(serving(now.actors).map((x) => single(x)));

  const waits = now.actors.flatMap((x) => {
    const [from, to] = [shownAs.get(x.id), shownAs.get(x.waiting_for?.actor ?? 0)];
    return from && to && from !== to ? [{ from, to }] : [];
  });
  const unique = [...new Map(waits.map((x) => [`${x.from} ${x.to}`, x])).values()];
  return { listeners, others: idle, blocks, rest, services, edges, waits: unique };
}

function push(to: Map<number, Actor[]>, id: number, x: Actor): void {
  const list = to.get(id);
  if (list) list.push(x);
  else to.set(id, [x]);
}

export const nodesOf = (x: Graph): Node[] => [
  ...x.listeners,
  ...x.others,
  ...x.blocks.flatMap((b) => [...b.publishers, b.topic, ...b.channels.flatMap((c) => [c.channel, ...c.consumers])]),
  ...x.rest,
  ...x.services,
];
