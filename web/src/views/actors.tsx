import { report } from '../data/feed';
import { moodRank, type Actor } from '../data/report';
import { nameOf, waitsFor } from '../data/waiting';
import { count, percent, span } from '../parts/format';
import { StateOf } from '../parts/state';
import { Table, type Column } from '../parts/table';
import { link, route } from '../route';

const columns: Column<Actor>[] = [
  {
    title: 'Actor',
    value: (x) => nameOf(report.value!, x),
    cell: (x) => <a href={link('map', [], { ...route.value.query, at: String(x.id) })}>{nameOf(report.value!, x)}</a>,
  },
  { title: 'State', word: true, value: (x) => -moodRank(x.mood), cell: (x) => <StateOf actor={x} /> },
  { title: 'Since', value: (x) => x.state_ms ?? 0, cell: (x) => (x.state_ms === undefined ? '' : span(x.state_ms)) },
  { title: 'Waits for', value: (x) => waitsFor(report.value!, x) },
  {
    title: 'Busy',
    value: (x) => x.busy ?? NaN,
    cell: (x) => (x.busy === undefined ? '' : percent(x.busy)),
    about: 'for which share of the time it runs, lately',
  },
  { title: 'Mailbox', value: (x) => x.mailbox, cell: (x) => count(x.mailbox), about: 'messages that wait for it' },
  { title: 'Handled', value: (x) => x.handled, cell: (x) => count(x.handled), about: 'messages that it has taken since it was there' },
];

export const ActorTable = ({ actors }: { actors: Actor[] }) => (
  <Table
    caption="Actors"
    rows={actors}
    columns={columns}
    id={(x) => x.id}
    text={(x) => `${nameOf(report.value!, x)} ${x.state}`}
    empty="There are no actors."
  />
);
