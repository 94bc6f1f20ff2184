// All actors as a picture, and what the one that is marked does and waits for.

import { useEffect, useRef, useState } from 'preact/hooks';
import { earlier, report, stats, want } from '../data/feed';
import type { Actor } from '../data/report';
import { messages, rate } from '../data/rows';
import { makeGraph, nodesOf, type Graph } from '../map/graph';
import { Picture } from '../map/picture';
import { count, rateText } from '../parts/format';
import { State } from '../parts/state';
import { route, set } from '../route';
import { ActorTable } from './actors';
import { Marked, queueOf } from './marked';

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
