import { render } from 'preact';
import { App } from './app';
import { follow } from './data/feed';

render(<App />, document.getElementById('app')!);
addEventListener('keydown', (e) => {
  const typing = e.target instanceof HTMLInputElement || e.target instanceof HTMLSelectElement;
  if (e.key !== '/' || typing || e.ctrlKey || e.metaKey) return;
  const search = document.querySelector<HTMLInputElement>('[data-search]');
  if (!search) return;
  e.preventDefault();
  search.select();
});
void follow();
