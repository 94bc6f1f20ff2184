// Where the nodes of a graph stand: columns from left to right as messages go,
// each topic with its clients and channels in a block of rows. O(n).

import type { Graph, Node } from './graph';

export const width = 168;
export const height = 30;
const column = 236;
const row = 38;
const gap = 14;
const margin = 12;
const top = 34;

export const titles = ['Listeners', 'Publishers', 'Topics', 'Channels', 'Consumers', 'Store and others'];

export interface Place {
  node: Node;
  x: number;
  y: number;
}

export interface Layout {
  places: Map<string, Place>;
  width: number;
  height: number;
}

export const columnX = (x: number): number => margin + x * column;

export function arrange(graph: Graph): Layout {
  const places = new Map<string, Place>();
  const put = (node: Node, at: number, y: number) => places.set(node.key, { node, x: columnX(at), y });
  // Puts nodes below each other, in the middle of the rows that they have.
  const stack = (nodes: Node[], at: number, from: number, rows: number) =>
    nodes.forEach((x, i) => put(x, at, from + ((rows - nodes.length) / 2 + i) * row));

  let y = top;
  for (const block of graph.blocks) {
    const rowsOf = block.channels.map((x) => Math.max(1, x.consumers.length));
    const rows = Math.max(1, block.publishers.length, rowsOf.reduce((n, x) => n + x, 0));
    stack(block.publishers, 1, y, rows);
    stack([block.topic], 2, y, rows);
    let at = y;
    block.channels.forEach((x, i) => {
      stack([x.channel], 3, at, rowsOf[i]!);
      stack(x.consumers, 4, at, rowsOf[i]!);
      at += rowsOf[i]! * row;
    });
    y += rows * row + gap;
  }
  stack(graph.rest, 2, y, graph.rest.length);
  stack(graph.others, 1, y, graph.others.length);
  stack(graph.listeners, 0, top, graph.listeners.length);
  stack(graph.services, 5, top, graph.services.length);
  const lowest = Math.max(top, ...[...places.values()].map((x) => x.y));
  return { places, width: columnX(5) + width + margin, height: lowest + height + margin };
}
