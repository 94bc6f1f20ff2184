// Clients: who publishes, who consumes, and what each waits for.

import { useEffect } from 'preact/hooks';
import { report, stats, want } from '../data/feed';
import { figure, moodRank, type Actor, type Client } from '../data/report';
import { waitsFor } from '../data/waiting';
import { count, span } from '../parts/format';
import { StateOf } from '../parts/state';
import { Table, type Column } from '../parts/table';

// What clients say of themselves can be anything: it is only ever text.
export const clientText = (x: Client): string =>
  `${x.client_id} ${x.hostname} ${x.remote_address} ${x.user_agent}`;

const text = (title: string, of: (x: Client) => string): Column<Client> => ({ title, value: of });
const number = (title: string, of: (x: Client) => number): Column<Client> => ({ title, value: of, cell: (x) => count(of(x)) });

const since: Column<Client> = {
  title: 'Connected',
  value: (x) => -x.connect_ts,
  cell: (x) => `${span(Math.max(0, Date.now() - x.connect_ts * 1000))} ago`,
};
const who = [text('Address', (x) => x.remote_address), text('Client', (x) => x.client_id), text('User agent', (x) => x.user_agent)];

export const consumerColumns: Column<Client>[] = [
  ...who,
  number('RDY', (x) => x.ready_count),
  number('In flight', (x) => x.in_flight_count),
  number('Messages', (x) => x.message_count),
  number('Finished', (x) => x.finish_count),
  number('Requeued', (x) => x.requeue_count),
  since,
];

export const publisherColumns = (topic: string): Column<Client>[] => [
  ...who,
  number('Published', (x) => x.pub_counts?.find((y) => y.topic === topic)?.count ?? 0),
  since,
];

interface Row {
  actor: Actor;
  client?: Client;
  // What it consumes, or publishes to.
  of: string;
}

function clientRows(): Row[] {
  const now = report.value!;
  const known = new Map<string, Client>();
  for (const topic of stats.value?.topics ?? [])
    for (const channel of topic.channels)
      for (const x of channel.clients ?? []) known.set(x.remote_address, x);
  for (const x of stats.value?.producers ?? []) known.set(x.remote_address, x);
  const name = (id: number): string => {
    const x = now.byId.get(id);
    if (x?.kind === 'topic') return `→ ${x.name}`;
    return x?.kind === 'channel' ? `← ${now.byId.get(x.parent)?.name ?? ''}/${x.name}` : '';
  };
  return now.actors
    .filter((x) => x.kind === 'connection' || x.kind === 'http')
    .map((actor) => ({
      actor,
      client: known.get(actor.name),
      of: actor.peers.map(name).filter(Boolean).join(', '),
    }));
}

const columns: Column<Row>[] = [
  { title: 'Address', value: (x) => x.actor.name },
  { title: 'State', word: true, value: (x) => -moodRank(x.actor.mood), cell: (x) => <StateOf actor={x.actor} /> },
  { title: 'Waits for', value: (x) => waitsFor(report.value!, x.actor) },
  { title: 'Kind', value: (x) => (x.actor.kind === 'http' ? 'HTTP' : 'NSQ') },
  { title: 'Client', value: (x) => x.client?.client_id ?? '' },
  { title: 'User agent', value: (x) => x.client?.user_agent ?? '' },
  { title: 'Of', value: (x) => x.of, about: '→ publishes to, ← consumes' },
  { title: 'Published', value: (x) => figure(x.actor, 'published'), cell: (x) => count(figure(x.actor, 'published')) },
  { title: 'RDY', value: (x) => x.client?.ready_count ?? 0 },
  { title: 'In flight', value: (x) => x.client?.in_flight_count ?? 0 },
  {
    title: 'To be read',
    value: (x) => figure(x.actor, 'pending_bytes'),
    cell: (x) => `${count(figure(x.actor, 'pending_bytes'))} B`,
    about: 'bytes that the client has not read',
  },
  {
    title: 'Session',
    value: (x) => [x.client?.tls && 'TLS', x.client?.snappy && 'snappy', x.client?.deflate && 'deflate'].filter(Boolean).join(', '),
  },
];

export function Clients() {
  useEffect(() => want({ stats: '' }), []);
  if (!report.value) return null;
  return (
    <>
      <h1>Clients</h1>
      <Table
        caption="Clients"
        rows={clientRows()}
        columns={columns}
        id={(x) => x.actor.id}
        text={(x) => `${x.actor.name} ${x.actor.state} ${x.of} ${x.client ? clientText(x.client) : ''}`}
        empty="There are no clients."
      />
    </>
  );
}
