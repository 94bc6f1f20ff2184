// A graph as SVG: boxes that are links, and lines between them.

import { earlier, report } from '../data/feed';
import { gone, messages, rate } from '../data/rows';
import { percent } from '../parts/format';
import { link, route } from '../route';
import type { Edge, Graph, Node } from './graph';
import { arrange, columnX, height, titles, width, type Place } from './layout';

const cut = (x: string, most: number): string => (x.length > most ? `${x.slice(0, most - 1)}…` : x);
const nodeLink = (x: Node): string =>
  link('map', [], { ...route.value.query, at: x.actors.length === 1 ? String(x.actors[0]!.id) : x.key });

// Messages that wait, as the length of a bar.
const barWidth = (n: number): number => Math.min(width - 8, 2 + 12 * Math.log10(1 + n));

// Who runs for less of the time has no ring.
const leastRing = 0.01;

const Ring = ({ busy }: { busy: number }) => (
  <>
    <circle class="ring" cx={width - 14} cy={height / 2} r="7" />
    <circle
      class="ring busy"
      cx={width - 14}
      cy={height / 2}
      r="7"
      pathLength="100"
      stroke-dasharray={`${(100 * busy).toFixed(0)} 100`}
      transform={`rotate(-90 ${width - 14} ${height / 2})`}
    />
  </>
);

function Box({ place: { node, x, y }, marked }: { place: Place; marked: boolean }) {
  const ring = node.busy >= leastRing;
  const text = `${node.kind} ${node.label}: ${node.state}${ring ? `, busy ${percent(node.busy)}` : ''}`;
  return (
    <a
      href={nodeLink(node)}
      class={['box', node.mood, marked && 'marked', node.actors.length > 1 && 'many'].filter(Boolean).join(' ')}
      data-key={node.key}
    >
      <title>{text}</title>
      <g transform={`translate(${x} ${y})`}>
        <rect class="frame" width={width} height={height} rx="4" />
        <text x="10" y="13">{cut(node.label, ring ? 21 : 24)}</text>
        <text x="10" y="25" class="of">{cut(node.state, 26)}</text>
        {ring && <Ring busy={node.busy} />}
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

function perSecond({ of, rate: what }: Edge): number {
  if (!of) return 0;
  return rate(report.value!, earlier.value, of.id, what === 'in' ? messages : gone) || 0;
}

export function Picture({ graph, at, zoom }: { graph: Graph; at: string; zoom: number }) {
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
