import type { Actor, Mood } from '../data/report';

// A state as a word with a dot in the colour of its mood.
export function State({ mood, children }: { mood: Mood; children: string }) {
  return (
    <span class={`state ${mood}`} title={mood}>
      {children}
    </span>
  );
}

export const StateOf = ({ actor }: { actor: Actor }) => <State mood={actor.mood}>{actor.state}</State>;
