// All topics and channels, with what moves.

import { useEffect } from 'preact/hooks';
import { earlier, report, want } from '../data/feed';
import { age, figure, moodRank } from '../data/report';
import { queueRows, rowName, type QueueRow } from '../data/rows';
import { CreateForm } from '../parts/create';
import { count, rateText, span } from '../parts/format';
import { StateOf } from '../parts/state';
import { Table, type Column } from '../parts/table';
import { link } from '../route';
import { Past } from './past';

// A topic has not all that a channel has.
const counter = (title: string, name: string, about?: string): Column<QueueRow> => ({
  title,
  value: (x) => figure(x.actor, name),
  cell: (x) => (name in x.actor.counters ? count(figure(x.actor, name)) : ''),
  about,
});

export const columns: Column<QueueRow>[] = [
  {
    title: 'Topic, channel',
    value: rowName,
    cell: (x) => (
      <a href={link('queue', x.channel ? [x.topic, x.channel] : [x.topic])} class={x.channel ? 'below' : ''}>
        {rowName(x)}
      </a>
    ),
  },
  { title: 'State', word: true, value: (x) => -moodRank(x.actor.mood), cell: (x) => <StateOf actor={x.actor} /> },
  counter('Depth', 'depth', 'messages that wait'),
  { title: 'In/s', value: (x) => x.in, cell: (x) => rateText(x.in), about: 'messages that come, per second' },
  { title: 'Out/s', value: (x) => x.out, cell: (x) => rateText(x.out), about: 'messages that are finished, per second' },
  {
    title: 'Oldest',
    value: (x) => age(x.actor),
    cell: (x) => (age(x.actor) > 0 ? span(age(x.actor)) : ''),
    about: 'age of what waits longest',
  },
  counter('In flight', 'in_flight', 'with consumers and not finished'),
  counter('Deferred', 'deferred', 'wait for their time'),
  counter('Requeued', 'requeued', 'since the start'),
  counter('Timed out', 'timed_out', 'since the start'),
  counter('Clients', 'consumers', 'consumers'),
];

export function Topics() {
  useEffect(() => want({ history: '' }), []);
  const now = report.value;
  if (!now) return null;
  return (
    <>
      <h1>Topics and channels</h1>
      <Past />
      <Table
        caption="Topics and channels"
        rows={queueRows(now, earlier.value)}
        columns={columns}
        id={(x) => x.id}
        text={(x) => `${rowName(x)} ${x.actor.state}`}
        empty="There are no topics."
      />
      <CreateForm />
    </>
  );
}

