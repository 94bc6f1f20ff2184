// The node: its versions and options, and all its actors.

import { useEffect } from 'preact/hooks';
import { info, report, want } from '../data/feed';
import { span } from '../parts/format';
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
            <dd>{text(name, value)}</dd>
          </div>
        ))}
      </dl>
      <h2>Actors</h2>
      <ActorTable actors={report.value.actors} />
    </>
  );
}

function text(name: string, x: unknown): string {
  if (name === 'start_time') return `${new Date(Number(x) * 1000).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
  if (/interval|timeout/.test(name)) return span(Number(x) / 1e6);
  return Array.isArray(x) ? x.join(', ') || 'none' : String(x);
}
