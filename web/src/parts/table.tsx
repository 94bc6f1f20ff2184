// A table that sorts, filters, and shows the first rows of many. Which column it
// sorts by and what it filters stand in the address.

import { useState } from 'preact/hooks';
import type { ComponentChildren } from 'preact';
import { route, set } from '../route';

export interface Column<Row> {
  title: string;
  // What it sorts by: numbers the greatest first, texts from A to Z.
  value: (row: Row) => number | string;
  cell?: (row: Row) => ComponentChildren;
  // Whether it is not a number that people see.
  word?: boolean;
  // Says more about the column.
  about?: string;
}

interface Props<Row> {
  caption: string;
  // In front of its keys in the address, where a view has several tables.
  prefix?: string;
  rows: Row[];
  columns: Column<Row>[];
  id: (row: Row) => string | number;
  // What a filter is looked for in.
  text: (row: Row) => string;
  empty: string;
}

// More rows at once would make a browser slow; a filter finds the others.
const page = 200;

export function sorted<Row>(rows: Row[], column: Column<Row>, turned: boolean): Row[] {
  const sign = turned ? -1 : 1;
  return rows
    .map((row) => ({ row, value: column.value(row) }))
    .sort((x, y) => sign * compare(x.value, y.value))
    .map((x) => x.row);
}

const isNumber = <Row,>(x: Column<Row>, value: number | string): boolean => !x.word && typeof value === 'number';

function compare(x: number | string, y: number | string): number {
  if (typeof x === 'string' || typeof y === 'string') return String(x) < String(y) ? -1 : x === y ? 0 : 1;
  return (Number.isNaN(y) ? -1 : y) - (Number.isNaN(x) ? -1 : x);
}

export function Table<Row>({ caption, prefix = '', rows, columns, id, text, empty }: Props<Row>) {
  const { [`${prefix}sort`]: sort = '', [`${prefix}filter`]: filter = '' } = route.value.query;
  const [most, setMost] = useState(page);
  const turned = sort.startsWith('-');
  const by = columns.find((x) => x.title === sort.replace(/^-/, '')) ?? columns[0]!;
  const wanted = filter.toLowerCase();
  const found = wanted ? rows.filter((x) => text(x).toLowerCase().includes(wanted)) : rows;
  const shown = sorted(found, by, turned).slice(0, most);

  const choose = (x: Column<Row>) => set({ [`${prefix}sort`]: x === by && !turned ? `-${x.title}` : x.title });
  return (
    <>
      <div class="tools">
        <label>
          Filter{' '}
          <input
            type="search"
            data-search={prefix === '' ? '' : undefined}
            value={filter}
            onInput={(e) => set({ [`${prefix}filter`]: e.currentTarget.value })}
          />
        </label>
        <span class="quiet">
          {found.length === rows.length ? `${rows.length} rows` : `${found.length} of ${rows.length} rows`}
        </span>
      </div>
      <div class="scroll" role="region" aria-label={caption} tabIndex={0}>
        <table>
          <caption class="unseen">{caption}</caption>
          <thead>
            <tr>
              {columns.map((x) => (
                <th
                  key={x.title}
                  scope="col"
                  class={rows[0] && isNumber(x, x.value(rows[0])) ? 'number' : ''}
                  aria-sort={x === by ? (turned ? 'descending' : 'ascending') : 'none'}
                >
                  <button type="button" title={x.about} onClick={() => choose(x)}>
                    {x.title}
                  </button>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map((row) => (
              <tr key={id(row)}>
                {columns.map((x, i) => {
                  const value = x.value(row);
                  const content = x.cell ? x.cell(row) : value;
                  return i === 0 ? (
                    <th key={x.title} scope="row">{content}</th>
                  ) : (
                    <td key={x.title} class={isNumber(x, value) ? 'number' : ''}>{content}</td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {found.length === 0 && <p class="quiet">{rows.length === 0 ? empty : 'Nothing matches the filter.'}</p>}
      {found.length > shown.length && (
        <button type="button" onClick={() => setMost(most + page)}>
          Show {Math.min(page, found.length - shown.length)} more
        </button>
      )}
    </>
  );
}
