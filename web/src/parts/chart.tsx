// What happened in the last quarter of an hour, as lines.

import { count, rateText } from './format';

export interface Line {
  title: string;
  // Of points in the order of time; seconds of the epoch.
  points: { at: number; value: number }[];
  rate?: boolean;
}

const width = 300;
const height = 60;
const span = 15 * 60;

// All lines have one scale: what stands beside them is the greatest value.
export function Chart({ title, lines }: { title: string; lines: Line[] }) {
  const all = lines.flatMap((x) => x.points);
  if (all.length < 2) return null;
  const end = Math.max(...all.map((x) => x.at));
  const most = Math.max(...all.map((x) => x.value));
  const x = (at: number) => (((at - end + span) / span) * width).toFixed(1);
  const y = (value: number) => (height - 1 - (value / Math.max(most, 1e-9)) * (height - 2)).toFixed(1);
  const text = (line: Line, value: number) => (line.rate ? `${rateText(value)} /s` : count(value));
  const last = (line: Line) => line.points.at(-1)?.value ?? 0;
  return (
    <figure class="chart">
      <figcaption>
        {title}: {lines.map((line) => `${line.title} ${text(line, last(line))}`).join(', ')}{' '}
        <span class="quiet">(at most {text(lines[0]!, most)})</span>
      </figcaption>
      <svg viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" role="img" aria-label={`${title}, the last 15 minutes`}>
        {lines.map((line, i) => (
          <polyline key={line.title} class={`line${i}`} points={line.points.map((p) => `${x(p.at)},${y(p.value)}`).join(' ')} />
        ))}
      </svg>
    </figure>
  );
}
