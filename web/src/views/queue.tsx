// One topic or channel: what it has, why it does not move, who its clients are,
// and what can be done about it.

import { useEffect } from 'preact/hooks';
import { earlier, report, stats, want, why } from '../data/feed';
import { figure, held, type Actor, type Client, type Report } from '../data/report';
import { channelsOf, find, queueRows } from '../data/rows';
import { CreateForm } from '../parts/create';
import { propose, type Plan } from '../parts/dialogs';
import { count, plural, rateText, span } from '../parts/format';
import { StateOf } from '../parts/state';
import { Table } from '../parts/table';
import { link } from '../route';
import { consumerColumns, clientText, publisherColumns } from './clients';
import { columns } from './topics';
import { Past } from './past';
import { Findings } from './why';

interface Names {
  topic: string;
  channel: string;
}

function Facts({ actor }: { actor: Actor }) {
  const row = queueRows(report.value!, earlier.value).find((x) => x.id === actor.id);
  const facts: [string, string][] = [
    ['Depth', count(figure(actor, 'depth'))],
    ['In', `${rateText(row?.in ?? NaN)} /s`],
    ['Out', `${rateText(row?.out ?? NaN)} /s`],
  ];
  const add = (title: string, name: string) => {
    if (name in actor.counters) facts.push([title, count(figure(actor, name))]);
  };
  add('In flight', 'in_flight');
  add('Deferred', 'deferred');
  add('On disk only', 'backend_depth');
  add('Requeued', 'requeued');
  add('Timed out', 'timed_out');
  add('Dropped', 'dropped');
  add('Messages', 'messages');
  for (const [of, ms] of Object.entries(actor.ages_ms ?? {}))
    facts.push([`Oldest ${of.replace('_', ' ')}`, span(ms)]);
  if (actor.first_due_ms !== undefined) facts.push(['First due in', span(actor.first_due_ms)]);
  if (actor.sync) facts.push(['Sync', actor.sync]);
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

const sum = (xs: Actor[], of: (x: Actor) => number): number => xs.reduce((n, x) => n + of(x), 0);
const consumers = (x: Actor): number => figure(x, 'consumers');

// What an action does, in the words of the moment. Nobody knows it if the topic
// has just gone.
export function effectOf(verb: Plan['verb'], now: Report, { topic, channel }: Names): string {
  const actor = find(now, topic, channel);
  if (!actor) return 'It is not there any more.';
  const below = channel ? [] : channelsOf(now, actor);
  const all = [actor, ...below];
  const lost = `${plural(sum(all, held), 'message')} ${sum(all, held) === 1 ? 'is' : 'are'} discarded`;
  const away = `${plural(sum(all, consumers), 'consumer')} ${sum(all, consumers) === 1 ? 'is' : 'are'} disconnected`;
  switch (verb) {
    case 'delete':
      return channel ? `${lost}, ${away}.` : `Its ${plural(below.length, 'channel')} with it: ${lost}, ${away}.`;
    case 'empty':
      return channel
        ? `${plural(held(actor), 'message')} ${held(actor) === 1 ? 'is' : 'are'} discarded: ready, in flight and deferred.`
        : `${plural(held(actor), 'message')} of the topic itself ${held(actor) === 1 ? 'is' : 'are'} discarded; those in its channels stay.`;
    case 'pause':
      return channel
        ? `Nothing is delivered to its ${plural(consumers(actor), 'consumer')}; messages wait.`
        : `What is published stays in the topic, and does not get to its ${plural(below.length, 'channel')}.`;
    case 'unpause':
      return `${plural(held(actor), 'message')} may go on.`;
    case 'create':
      return '';
  }
}

function Actions({ actor, names }: { actor: Actor; names: Names }) {
  const name = names.channel ? `${names.topic}/${names.channel}` : names.topic;
  const button = (verb: Plan['verb'], word: string) => (
    <button
      type="button"
      onClick={() =>
        propose({
          ...names,
          verb,
          title: `${word} ${name}`,
          effect: () => effectOf(verb, report.value!, names),
          then: verb === 'delete' ? link(names.channel ? 'queue' : 'topics', names.channel ? [names.topic] : []) : '',
        })
      }
    >
      {word}
    </button>
  );
  return (
    <div class="tools">
      {actor.paused ? button('unpause', 'Unpause') : button('pause', 'Pause')}
      {button('empty', 'Empty')}
      {button('delete', 'Delete')}
    </div>
  );
}

const clientsOf = (channel: string): Client[] =>
  stats.value?.topics.flatMap((x) => x.channels).find((x) => x.channel_name === channel)?.clients ?? [];

function Channels({ now, topic }: { now: Report; topic: Actor }) {
  return (
    <>
      <h2>Channels</h2>
      <Table
        caption="Channels"
        rows={queueRows(now, earlier.value).filter((x) => x.channel && x.actor.parent === topic.id)}
        columns={columns}
        id={(x) => x.id}
        text={(x) => `${x.channel} ${x.actor.state}`}
        empty="There are no channels: what is published waits in the topic."
      />
      <CreateForm topic={topic.name} />
      <h2>Publishers</h2>
      <Table
        caption="Publishers"
        prefix="p"
        rows={stats.value?.producers ?? []}
        columns={publisherColumns(topic.name)}
        id={(x) => x.remote_address}
        text={clientText}
        empty="Nobody who is connected has published to it."
      />
    </>
  );
}

const Consumers = ({ channel }: { channel: string }) => (
  <>
    <h2>Consumers</h2>
    <Table
      caption="Consumers"
      rows={clientsOf(channel)}
      columns={consumerColumns}
      id={(x) => x.remote_address}
      text={clientText}
      empty="Nobody has subscribed."
    />
  </>
);

export function Queue({ topic, channel = '' }: { topic: string; channel?: string }) {
  const query = new URLSearchParams(channel ? { topic, channel } : { topic });
  useEffect(() => want({ stats: `&${query}`, why: String(query), history: String(query) }), [topic, channel]);
  const now = report.value;
  if (!now) return null;
  const actor = find(now, topic, channel);
  if (!actor) return <p>{channel ? `There is no channel ${topic}/${channel}.` : `There is no topic ${topic}.`}</p>;
  return (
    <>
      <h1>
        {channel ? (
          <>
            Channel <a href={link('queue', [topic])}>{topic}</a>/{channel}
          </>
        ) : (
          <>Topic {topic}</>
        )}
      </h1>
      <p>
        <StateOf actor={actor} />
        {actor.state_ms !== undefined && <span class="quiet"> for {span(actor.state_ms)}</span>}
        {' · '}
        <a href={link('map', [], { topic, at: String(actor.id) })}>on the map</a>
      </p>
      <Actions actor={actor} names={{ topic, channel }} />
      <Facts actor={actor} />
      <Past />
      <h2>Why</h2>
      <Findings of={why.value} />
      {channel ? <Consumers channel={channel} /> : <Channels now={now} topic={actor} />}
    </>
  );
}
