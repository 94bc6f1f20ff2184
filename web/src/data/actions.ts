// What an operator can do to topics and channels: the endpoints that curl has.

import { signal } from '@preact/signals';

export type Verb = 'create' | 'delete' | 'empty' | 'pause' | 'unpause';

// The secret that --http-auth-required asks for. It is nowhere but here, and
// gone with the page.
let secret = '';

// Who waits for a secret from the user; null means that they would not.
export interface Question {
  wrong: boolean;
  answer: (secret: string | null) => void;
}
export const question = signal<Question | null>(null);

function ask(wrong: boolean): Promise<string | null> {
  return new Promise((resolve) => {
    question.value = {
      wrong,
      answer: (x) => {
        question.value = null;
        resolve(x);
      },
    };
  });
}

async function post(target: string): Promise<Response> {
  for (;;) {
    const headers: HeadersInit = secret ? { Authorization: `Bearer ${secret}` } : {};
    const answer = await fetch(target, { method: 'POST', headers });
    if (answer.status !== 401) return answer;
    const shown = await ask(secret !== '');
    if (shown === null) return answer;
    secret = shown;
  }
}

// Does it, and returns what is wrong, if anything.
export async function act(verb: Verb, topic: string, channel = ''): Promise<string> {
  const query = new URLSearchParams(channel ? { topic, channel } : { topic });
  try {
    const answer = await post(`${channel ? 'channel' : 'topic'}/${verb}?${query}`);
    if (answer.ok) return '';
    const text = await answer.text();
    return (JSON.parse(text) as { message?: string }).message ?? text;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
