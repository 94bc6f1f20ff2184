// The frame around the views.

import type { ComponentChild } from 'preact';
import { info, report, trouble } from './data/feed';
import { Dialogs } from './parts/dialogs';
import { link, route } from './route';
import { Clients } from './views/clients';
import { Disk } from './views/disk';
import { ActorMap } from './views/map';
import { Node } from './views/node';
import { Queue } from './views/queue';
import { Topics } from './views/topics';

interface View {
  title: string;
  show: (...parts: string[]) => ComponentChild;
}

// Those with a title stand in the navigation.
const views: Record<string, View> = {
  map: { title: 'Map', show: () => <ActorMap /> },
  topics: { title: 'Topics', show: () => <Topics /> },
  queue: { title: '', show: (topic = '', channel = '') => <Queue topic={topic} channel={channel} /> },
  clients: { title: 'Clients', show: () => <Clients /> },
  disk: { title: 'Disk', show: () => <Disk /> },
  node: { title: 'Node', show: () => <Node /> },
};

function Navigation() {
  return (
    <nav aria-label="Views">
      {Object.entries(views).map(
        ([name, x]) =>
          x.title && (
            <a key={name} href={link(name)} aria-current={route.value.view === name ? 'page' : undefined}>
              {x.title}
            </a>
          ),
      )}
    </nav>
  );
}

export function App() {
  const { view, parts } = route.value;
  const found = views[view];
  const name = String(info.value?.broadcast_address ?? '');
  return (
    <>
      <header>
        <a class="brand" href={link('topics')}>cafq</a>
        <span class="node">{name}</span>
        <Navigation />
      </header>
      <main>
        {trouble.value && (
          <p role="alert" class="outcome bad">
            {report.value ? 'The broker does not answer, this is what it last said: ' : 'The broker does not answer: '}
            {trouble.value}
          </p>
        )}
        <div key={[view, ...parts].join('/')}>{found ? found.show(...parts) : <p>There is no such view.</p>}</div>
      </main>
      <Dialogs />
    </>
  );
}
