import { useRef } from 'preact/hooks';
import { perform } from './dialogs';

// Creates a topic, or a channel of one.
export function CreateForm({ topic }: { topic?: string }) {
  const input = useRef<HTMLInputElement>(null);
  const submit = (e: Event) => {
    e.preventDefault();
    const name = input.current!.value;
    input.current!.value = '';
    const names = topic === undefined ? { topic: name } : { topic, channel: name };
    void perform({ verb: 'create', ...names, title: `Create ${Object.values(names).join('/')}` });
  };
  return (
    <form class="tools" onSubmit={submit}>
      <label>
        New {topic === undefined ? 'topic' : 'channel'}{' '}
        <input ref={input} required pattern="[.a-zA-Z0-9_\-]+(#ephemeral)?" maxLength={64} />
      </label>
      <button type="submit">Create</button>
    </form>
  );
}
