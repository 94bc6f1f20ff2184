// Where the user is, kept in the address: #/view/part/part?key=value.

import { signal } from '@preact/signals';

export interface Route {
  view: string;
  parts: string[];
  query: Record<string, string>;
}

export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  const [view = '', ...parts] = path.split('/').map(decode);
  return { view: view || 'topics', parts, query: Object.fromEntries(new URLSearchParams(query)) };
}

function decode(x: string): string {
  try {
    return decodeURIComponent(x);
  } catch {
    return x;
  }
}

export function link(view: string, parts: string[] = [], query: Record<string, string> = {}): string {
  const path = [view, ...parts].map(encodeURIComponent).join('/');
  const kept = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== ''));
  return `#/${path}${kept.size > 0 ? `?${kept}` : ''}`;
}

export const route = signal(parseRoute(location.hash));
addEventListener('hashchange', () => (route.value = parseRoute(location.hash)));

// Changes what stands behind the `?`, without a step in the history.
export function set(changes: Record<string, string>): void {
  const { view, parts, query } = route.value;
  history.replaceState(null, '', link(view, parts, { ...query, ...changes }));
  route.value = parseRoute(location.hash);
}
