import type { Why, WhyStep } from '../data/report';
import { plural } from '../parts/format';
import { State } from '../parts/state';
import type { Mood } from '../data/report';

function Step({ of, mood, first }: { of: WhyStep; mood: Mood; first: boolean }) {
  return (
    <li>
      <strong>
        {of.kind} {of.name}
      </strong>{' '}
      {of.state && (first ? <State mood={mood}>{of.state}</State> : <span class="quiet">{of.state}</span>)}
      {of.text && <p>{of.text}</p>}
    </li>
  );
}

// Each finding is a chain: what waits comes first, the root last.
export function Findings({ of }: { of: Why | null }) {
  if (!of) return <p class="quiet">The broker looks what moves …</p>;
  return (
    <>
      {of.findings.map((finding, i) => (
        <ol key={i} class="why" aria-label={finding.mood}>
          {finding.chain.map((step, j) => (
            <Step key={j} of={step} mood={finding.mood} first={j === 0} />
          ))}
        </ol>
      ))}
      {of.left_out !== undefined && <p class="quiet">{plural(of.left_out, 'more channel')}: no worse.</p>}
    </>
  );
}
