// All actors as a picture, and what the one that is marked does and waits for.

import { useEffect, useRef, useState } from 'preact/hooks';
import { earlier, report, stats, want, why } from '../data/feed';
import { figure, held, type Actor, type Report } from '../data/report';
import { rate } from '../data/rows';
import { chainOf, nameOf, waitsFor } from '../data/waiting';
import { makeGraph, nodesOf, type Edge, type Graph, type Node } from '../map/graph';
import { arrange, columnX, height, titles, width, type Place } from '../map/layout';
import { count, rateText, span } from '../parts/format';
import { State, StateOf } from '../parts/state';
import { link, route, set } from '../route';
import { ActorTable } from './actors';
import { Findings } from './why';

const cut = (x: string, most: number): string => (x.length > most ? `${x.slice(0, most - 1)}…` : x);
const nodeLink = (x: Node): string =>
  link('map', [], { ...route.value.query, at: x.actors.length === 1 ? String(x.actors[0]!.id) : x.key });

// Messages that wait, as the length of a bar.
const barWidth = (n: number): number => Math.min(width - 8, 2 + 12 * Math.log10(1 + n));

function Box({ place: { node, x, y }, marked }: { place: Place; marked: boolean }) {
  const text = `${node.kind} ${node.label}: ${node.state}`;
  return (
    <a
      href={nodeLink(node)}
      class={['box', node.mood, marked && 'marked', node.actors.length > 1 && 'many'].filter(Boolean).join(' ')}
      data-key={node.key}
    >
      <title>{text}</title>
      <g transform={`translate(${x} ${y})`}>
        <rect class="frame" width={width} height={height} rx="4" />
        <text x="10" y="13">{cut(node.label, 24)}</text>
        <text x="10" y="25" class="of">{cut(node.state, 26)}</text>
        {node.mailbox > 0 && <rect class="mailbox" x="4" y={height - 3} height="2" width={barWidth(node.mailbox)} />}
      </g>
    </a>
  );
}

const curve = (from: Place, to: Place): string => {
  const [x1, y1, x2, y2] = [from.x + width, from.y + height / 2, to.x, to.y + height / 2];
  const middle = (x1 + x2) / 2;
  return `M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}`;
};

// Whom one waits for may stand on either side.
const back = (from: Place, to: Place): string => {
  if (from.x < to.x) return curve(from, to);
  const [x1, y1, x2, y2] = [from.x, from.y + height / 2, to.x + width, to.y + height / 2];
  return from.x === to.x
    ? `M${x1} ${y1}C${x1 - 40} ${y1} ${x1 - 40} ${y2} ${x1} ${y2}`
    : `M${x1} ${y1}C${(x1 + x2) / 2} ${y1} ${(x1 + x2) / 2} ${y2} ${x2} ${y2}`;
};

const messages = (x: Actor): number => figure(x, 'messages');
function perSecond({ of, rate: what }: Edge): number {
  if (!of) return 0;
  return rate(report.value!, earlier.value, of.id, what === 'in' ? messages : (x) => messages(x) - held(x)) || 0;
}

function Picture({ graph, at, zoom }: { graph: Graph; at: string; zoom: number }) {
  const layout = arrange(graph);
  const place = (key: string) => layout.places.get(key)!;
  return (
    <svg
      role="group"
      aria-label="Map of the actors"
      width={layout.width * zoom}
      height={layout.height * zoom}
      viewBox={`0 0 ${layout.width} ${layout.height}`}
    >
      {titles.map((x, i) => (
        <text key={x} class="title" x={columnX(i)} y="20">{x}</text>
      ))}
      {graph.edges.map((x) => {
        const moved = perSecond(x);
        return (
          <path
            key={`${x.from} ${x.to}`}
            class={moved > 0 ? 'edge moving' : 'edge'}
            d={curve(place(x.from), place(x.to))}
            stroke-width={1 + Math.min(7, 1.4 * Math.log10(1 + moved))}
          />
        );
      })}
      {graph.waits.map((x) => (
        <path key={`w${x.from} ${x.to}`} class="edge waits" d={back(place(x.from), place(x.to))} />
      ))}
      {[...layout.places.values()].map((x) => (
        <Box key={x.node.key} place={x} marked={isAt(x.node, at)} />
      ))}
    </svg>
  );
}

const isAt = (x: Node, at: string): boolean =>
  at !== '' && (x.key === at || x.actors.some((y) => String(y.id) === at));

// -- what is marked -----------------------------------------------------------

// The names of topic and channel, if it is one.
function queueOf(now: Report, x?: Actor): [string?, string?] {
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

function Marked({ now, graph, at }: { now: Report; graph: Graph; at: string }) {
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

// -- the view -----------------------------------------------------------------

const zooms = [0.4, 0.55, 0.7, 0.85, 1, 1.25, 1.5, 2];

// Whoever drags the picture moves it.
function drag(e: PointerEvent): void {
  const box = e.currentTarget as HTMLElement;
  if (e.button !== 0 || e.pointerType === 'touch' || (e.target as Element).closest('a')) return;
  const from = { x: e.clientX + box.scrollLeft, y: e.clientY + box.scrollTop };
  const move = (to: PointerEvent) => box.scrollTo(from.x - to.clientX, from.y - to.clientY);
  box.setPointerCapture(e.pointerId);
  box.addEventListener('pointermove', move);
  box.addEventListener('pointerup', () => box.removeEventListener('pointermove', move), { once: true });
}

// What clients call themselves, by their addresses.
function callers(): (x: Actor) => string {
  const known = new Map<string, string>();
  const add = (x: { remote_address: string; client_id: string }) => known.set(x.remote_address, x.client_id);
  for (const topic of stats.value?.topics ?? []) for (const channel of topic.channels) channel.clients?.forEach(add);
  stats.value?.producers?.forEach(add);
  return (x) => known.get(x.name) ?? '';
}

export function ActorMap() {
  const { topic = '', at = '', zoom = '' } = route.value.query;
  const [marked, channel] = report.value ? queueOf(report.value, report.value.byId.get(Number(at))) : [];
  const asked = marked && String(new URLSearchParams(channel ? { topic: marked, channel } : { topic: marked }));
  useEffect(() => want({ stats: '', rarely: true, why: asked }), [asked]);
  const before = useRef(new Set<string>());
  const [table, setTable] = useState(false);
  const now = report.value;
  if (!now) return null;
  const graph = makeGraph(now, { topic, before: before.current, called: callers() });
  before.current = new Set(nodesOf(graph).map((x) => x.key));
  const scale = Number(zoom) || (innerWidth < 1400 ? 0.85 : 1);
  const step = (by: number) => {
    const nearest = zooms.reduce((x, y) => (Math.abs(y - scale) < Math.abs(x - scale) ? y : x));
    set({ zoom: String(zooms[Math.max(0, Math.min(zooms.length - 1, zooms.indexOf(nearest) + by))]) });
  };
  const keys = (e: KeyboardEvent) => {
    if (e.key === '+' || e.key === '-') step(e.key === '+' ? 1 : -1);
    if (e.key === 'Escape') set({ at: '' });
  };
  return (
    <>
      <h1>Map</h1>
      <div class="tools">
        <label>
          Topic{' '}
          <input type="search" data-search value={topic} onInput={(e) => set({ topic: e.currentTarget.value })} />
        </label>
        <button type="button" aria-label="Smaller" onClick={() => step(-1)}>−</button>
        <button type="button" aria-label="Larger" onClick={() => step(1)}>+</button>
        <Legend graph={graph} />
      </div>
      <div class="split">
        <div class="scroll map" role="region" aria-label="Map" tabIndex={0} onPointerDown={drag} onKeyDown={keys}>
          <Picture graph={graph} at={at} zoom={scale} />
        </div>
        {at && <Marked now={now} graph={graph} at={at} />}
      </div>
      <h2>
        <button type="button" aria-expanded={table} onClick={() => setTable(!table)}>
          {table ? 'Hide the table' : `The same as a table of ${count(now.actors.length)} actors`}
        </button>
      </h2>
      {table && <ActorTable actors={now.actors} />}
    </>
  );
}

function Legend({ graph }: { graph: Graph }) {
  const sum = graph.blocks.reduce((n, x) => n + (rate(report.value!, earlier.value, x.topic.actors[0]!.id, messages) || 0), 0);
  return (
    <span class="quiet legend">
      <State mood="flowing">flowing</State> <State mood="idle">idle</State> <State mood="waiting">waiting</State>{' '}
      <State mood="stuck">stuck</State> · {rateText(sum)} messages/s
    </span>
  );
}
