// The disk: how much room the store takes and has, how long its commits take, and
// which queues lie there.

import { useEffect } from 'preact/hooks';
import { earlier, report, want } from '../data/feed';
import { figure, type Actor } from '../data/report';
import { queueRows, rate, rowName, type QueueRow } from '../data/rows';
import { waitsFor } from '../data/waiting';
import { bytes, count, percent, rateText, span } from '../parts/format';
import { StateOf } from '../parts/state';
import { Table, type Column } from '../parts/table';
import { link } from '../route';

// What the store has room for until it refuses messages.
function roomLeft(x: Actor): number {
  const room = figure(x, 'usable_bytes') + figure(x, 'available_bytes') - figure(x, 'reserve_bytes');
  const limit = figure(x, 'limit_bytes');
  return Math.max(0, limit ? Math.min(room, limit - figure(x, 'used_bytes')) : room);
}

function Facts({ store }: { store: Actor }) {
  const perSecond = (name: string) => rate(report.value!, earlier.value, store.id, (x) => figure(x, name));
  const commits = perSecond('commits');
  const unsaved = store.ages_ms?.unsaved;
  const facts: [string, string][] = [
    ['Room for messages', bytes(roomLeft(store))],
    ['File', bytes(figure(store, 'file_bytes'))],
    ['In use of it', bytes(figure(store, 'used_bytes'))],
    ['Left on the disk', `${bytes(figure(store, 'available_bytes'))} of ${bytes(figure(store, 'disk_bytes'))}`],
    ['Reserve', bytes(figure(store, 'reserve_bytes'))],
    ['--max-backlog-bytes', figure(store, 'limit_bytes') ? bytes(figure(store, 'limit_bytes')) : 'no limit'],
    ['Commits', `${rateText(commits)} /s`],
    ['Each takes', commits > 0 ? span(perSecond('commit_us') / commits / 1000) : '–'],
    ['Groups that wait', count(figure(store, 'waiting'))],
    ['Bytes that wait', bytes(figure(store, 'staged_bytes'))],
    ['Oldest not saved', unsaved === undefined ? 'none' : span(unsaved)],
    ['Rows set aside', count(figure(store, 'damaged_blocks'))],
  ];
  return (
    <dl class="facts">
      {facts.map(([title, value]) => (
        <div key={title}>
          <dt>{title}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

// The disk as a bar: what the store uses, what others do, the reserve, what is left.
function Room({ store }: { store: Actor }) {
  const [disk, used] = [figure(store, 'disk_bytes'), figure(store, 'used_bytes')];
  if (disk === 0) return null;
  const share = (x: number) => Math.min(100, (100 * x) / disk);
  const taken = share(disk - figure(store, 'available_bytes'));
  const ours = share(used);
  const reserve = share(figure(store, 'reserve_bytes'));
  return (
    <svg class="room" viewBox="0 0 100 4" preserveAspectRatio="none" role="img" aria-label={`${taken.toFixed(0)} % of the disk are taken`}>
      <rect class="free" width="100" height="4" />
      <rect class="reserve" x={100 - reserve} width={reserve} height="4" />
      <rect class="others" width={taken} height="4" />
      <rect class="used" width={ours} height="4" />
    </svg>
  );
}

interface Step {
  title: string;
  from: number;
  commits: number;
  share: number;
}

// How many commits took how long, since the start.
function steps(store: Actor): Step[] {
  const all = figure(store, 'commits');
  const within: [string, number][] = [
    ['up to 1 ms', figure(store, 'commits_1ms')],
    ['1 to 10 ms', figure(store, 'commits_10ms')],
    ['10 to 100 ms', figure(store, 'commits_100ms')],
    ['longer', all],
  ];
  return within.map(([title, upTo], i) => {
    const commits = Math.max(0, upTo - (within[i - 1]?.[1] ?? 0));
    return { title, from: i, commits, share: all > 0 ? commits / all : 0 };
  });
}

const stepColumns: Column<Step>[] = [
  { title: 'A commit took', word: true, value: (x) => -x.from, cell: (x) => x.title },
  { title: 'Commits', value: (x) => x.commits, cell: (x) => count(x.commits) },
  { title: 'Of all', value: (x) => x.share, cell: (x) => percent(x.share) },
];

const onDisk = (x: QueueRow): number => figure(x.actor, 'backend_depth');
const queueColumns: Column<QueueRow>[] = [
  {
    title: 'Topic, channel',
    value: rowName,
    cell: (x) => <a href={link('queue', x.channel ? [x.topic, x.channel] : [x.topic])}>{rowName(x)}</a>,
  },
  {
    title: 'On disk only',
    value: onDisk,
    cell: (x) => count(onDisk(x)),
    about: 'messages whose bodies are not in memory',
  },
  { title: 'Depth', value: (x) => figure(x.actor, 'depth'), cell: (x) => count(figure(x.actor, 'depth')) },
  { title: 'Deferred', value: (x) => figure(x.actor, 'deferred'), cell: (x) => count(figure(x.actor, 'deferred')) },
  { title: 'State', word: true, value: (x) => x.actor.state, cell: (x) => <StateOf actor={x.actor} /> },
];

export function Disk() {
  useEffect(() => want({}), []);
  const now = report.value;
  const store = now?.actors.find((x) => x.kind === 'store');
  if (!now) return null;
  if (!store) return <p>The store has not answered for a second: the disk is slow.</p>;
  return (
    <>
      <h1>Disk</h1>
      <p>
        <StateOf actor={store} />
        {store.waiting_for && <> · waits for {waitsFor(now, store)}</>}
      </p>
      <Room store={store} />
      <Facts store={store} />
      <h2>Commits since the start</h2>
      <Table
        caption="Commits"
        prefix="c"
        rows={steps(store)}
        columns={stepColumns}
        id={(x) => x.title}
        text={(x) => x.title}
        empty=""
      />
      <h2>Queues on disk</h2>
      <Table
        caption="Queues on disk"
        rows={queueRows(now, earlier.value).filter((x) => onDisk(x) > 0)}
        columns={queueColumns}
        id={(x) => x.id}
        text={rowName}
        empty="All messages are in memory as well."
      />
    </>
  );
}
