// What is asked before something is done, and what came of it.

import { signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { ComponentChildren } from 'preact';
import { act, question, type Verb } from '../data/actions';
import { renew } from '../data/feed';

export interface Plan {
  verb: Verb;
  topic: string;
  channel?: string;
  // What it does, for the button: "Empty orders/billing".
  title: string;
  // What is so behind it: "3 messages are discarded." Read anew while the
  // dialog is open.
  effect?: () => string;
  // Where to go when it is done.
  then?: string;
}

const plan = signal<Plan | null>(null);
const outcome = signal<{ text: string; good: boolean } | null>(null);

// Does what is planned if the user says so.
export const propose = (x: Plan): void => void (plan.value = x);

// Does it and says what came of it.
export async function perform(x: Plan): Promise<void> {
  const effect = x.effect?.() ?? '';
  const wrong = await act(x.verb, x.topic, x.channel);
  outcome.value = wrong
    ? { good: false, text: `${x.title}: refused, ${wrong}` }
    : { good: true, text: `${x.title}: done. ${effect}`.trim() };
  renew();
  if (!wrong && x.then) location.hash = x.then;
}

function Dialog({ label, onClose, children }: { label: string; onClose: () => void; children: ComponentChildren }) {
  const ref = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (!ref.current?.open) ref.current?.showModal();
  }, []);
  return (
    <dialog ref={ref} aria-label={label} onCancel={(e) => { e.preventDefault(); onClose(); }}>
      {children}
    </dialog>
  );
}

function Confirmation({ of }: { of: Plan }) {
  const close = () => (plan.value = null);
  const go = () => {
    close();
    void perform(of);
  };
  return (
    <Dialog label={of.title} onClose={close}>
      <h2>{of.title}?</h2>
      <p>{of.effect?.()}</p>
      <div class="tools">
        <button type="button" class="strong" onClick={go}>{of.title}</button>
        <button type="button" onClick={close} autofocus>Cancel</button>
      </div>
    </Dialog>
  );
}

function Secret() {
  const asked = question.value!;
  const input = useRef<HTMLInputElement>(null);
  return (
    <Dialog label="Secret" onClose={() => asked.answer(null)}>
      <form method="dialog" onSubmit={(e) => { e.preventDefault(); asked.answer(input.current!.value); }}>
        <h2>Secret</h2>
        <p>
          {asked.wrong ? 'The broker does not know this secret. ' : 'The broker asks who you are. '}
          The page keeps it until it is closed or loaded again.
        </p>
        <label>
          Secret <input ref={input} type="password" autocomplete="off" required autofocus />
        </label>
        <div class="tools">
          <button type="submit" class="strong">Send</button>
          <button type="button" onClick={() => asked.answer(null)}>Cancel</button>
        </div>
      </form>
    </Dialog>
  );
}

export function Dialogs() {
  return (
    <>
      <div role="status" class={outcome.value ? `outcome ${outcome.value.good ? '' : 'bad'}` : ''}>
        {outcome.value && (
          <>
            {outcome.value.text}{' '}
            <button type="button" aria-label="Dismiss" onClick={() => (outcome.value = null)}>×</button>
          </>
        )}
      </div>
      {plan.value && <Confirmation of={plan.value} />}
      {question.value && <Secret key={String(question.value.wrong)} />}
    </>
  );
}
