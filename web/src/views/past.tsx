// The last quarter of an hour of a topic, a channel, or the node.

import { history } from '../data/feed';
import { pointsOf } from '../data/report';
import { Chart } from '../parts/chart';

export function Past() {
  const known = history.value;
  if (!known) return null;
  const of = (name: string) => pointsOf(known, name);
  return (
    <div class="charts">
      <Chart
        title="Messages"
        lines={[
          { title: 'in', rate: true, points: of('in') },
          { title: 'out', rate: true, points: of('out') },
        ]}
      />
      <Chart
        title="Depth"
        lines={[
          { title: 'ready', points: of('depth') },
          { title: 'in flight', points: of('in_flight') },
        ]}
      />
    </div>
  );
}
