// Numbers as people read them.

const grouped = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat('en-US', { notation: 'compact', maximumSignificantDigits: 3 });

export const count = (x: number): string => grouped.format(x);

export function rateText(x: number): string {
  if (Number.isNaN(x)) return '–';
  if (x === 0) return '0';
  return x < 10 ? x.toFixed(1) : x < 10000 ? grouped.format(x) : short.format(x);
}

export function bytes(x: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log2(Math.max(1, x)) / 10)));
  const value = x / 2 ** (10 * power);
  return `${value < 10 && power > 0 ? value.toFixed(1) : grouped.format(value)} ${units[power]}`;
}

export const percent = (x: number): string => `${(100 * x).toFixed(x < 0.1 ? 1 : 0)} %`;

// A span of milliseconds, in its two largest units.
export function span(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const s = ms / 1000;
  if (s < 60) return `${s < 10 ? s.toFixed(1) : Math.floor(s)} s`;
  const units: [number, string][] = [
    [86400, 'd'],
    [3600, 'h'],
    [60, 'min'],
    [1, 's'],
  ];
  const at = units.findIndex(([size]) => s >= size);
  return units
    .slice(at, at + 2)
    .map(([size, name], i) => [Math.floor(i === 0 ? s / size : (s % units[at]![0]) / size), name])
    .filter(([n]) => n !== 0)
    .map((x) => x.join(' '))
    .join(' ');
}

export const plural = (n: number, one: string): string => `${count(n)} ${one}${n === 1 ? '' : 's'}`;
