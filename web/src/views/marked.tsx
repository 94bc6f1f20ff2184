// What the actor or group that is marked on the map does, and why.

import { why } from '../data/feed';
import type { Actor, Report } from '../data/report';
import { chainOf, nameOf, waitsFor } from '../data/waiting';
import { nodesOf, type Graph } from '../map/graph';
import { count, percent, span } from '../parts/format';
import { State, StateOf } from '../parts/state';
import { link, route, set } from '../route';
import { ActorTable } from './actors';
import { Findings } from './why';

// The names of topic and channel, if it is one.
export function queueOf(now: Report, x?: Actor): [string?, string?] {
  if (x?.kind === 'topic') return [x.name];
  return x?.kind === 'channel' ? [now.byId.get(x.parent)?.name, x.name] : [];
}

function One({ now, actor }: { now: Report; actor: Actor }) {
  const [topic, channel] = queueOf(now, actor);
  return (
    <>
      <h2>{nameOf(now, actor)}</h2>
      <p>
        <StateOf actor={actor} />
        {actor.state_ms !== undefined && <span class="quiet"> for {span(actor.state_ms)}</span>}
      </p>
      {topic !== undefined && (
        <p>
          <a href={link('queue', channel ? [topic, channel] : [topic])}>Clients and actions</a>
        </p>
      )}
      {topic !== undefined && <Findings of={why.value} />}
      {topic === undefined && actor.waiting_for && (
        <ol class="why">
          {chainOf(now, actor).map((x) => (
            <li key={x.id}>
              <a href={link('map', [], { ...route.value.query, at: String(x.id) })}>{nameOf(now, x)}</a> <StateOf actor={x} />
              {x.waiting_for && <p>waits for {waitsFor(now, x)}</p>}
            </li>
          ))}
        </ol>
      )}
      <dl class="facts">
        {actor.busy !== undefined && (
          <div>
            <dt>busy</dt>
            <dd>{percent(actor.busy)}</dd>
          </div>
        )}
        {Object.entries({ mailbox: actor.mailbox, handled: actor.handled, ...actor.counters }).map(([name, value]) => (
          <div key={name}>
            <dt>{name.replaceAll('_', ' ')}</dt>
            <dd>{count(value)}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}

export function Marked({ now, graph, at }: { now: Report; graph: Graph; at: string }) {
  const actor = now.byId.get(Number(at));
  const node = nodesOf(graph).find((x) => x.key === at);
  return (
    <aside aria-label="What is marked">
      <button type="button" class="close" aria-label="Close" onClick={() => set({ at: '' })}>×</button>
      {actor && <One now={now} actor={actor} />}
      {!actor && node && (
        <>
          <h2>{node.label}</h2>
          <p>
            <State mood={node.mood}>{node.state}</State>
          </p>
          <ActorTable actors={node.actors} />
        </>
      )}
      {!actor && !node && <p>It is not there any more.</p>}
    </aside>
  );
}
