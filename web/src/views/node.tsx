// The node: its versions and options, and all its actors.

import { useEffect } from 'preact/hooks';
import { info, report, want } from '../data/feed';
import { ActorTable } from './actors';

export function Node() {
  useEffect(() => want({}), []);
  if (!report.value) return null;
  return (
    <>
      <h1>Node</h1>
      <dl class="facts">
        {Object.entries(info.value ?? {}).map(([name, value]) => (
          <div key={name}>
            <dt>{name.replaceAll('_', ' ')}</dt>
            <dd>{name === 'start_time' ? new Date(Number(value) * 1000).toISOString() : text(value)}</dd>
          </div>
        ))}
      </dl>
      <h2>Actors</h2>
      <ActorTable actors={report.value.actors} />
    </>
  );
}

const text = (x: unknown): string => (typeof x === 'object' ? JSON.stringify(x) : String(x));
