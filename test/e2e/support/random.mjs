// Random input that can be had again: SEED=n repeats a run.

export const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));

// mulberry32: numbers in [0, 1).
export function generator(start) {
  let state = start >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    below: (n) => Math.floor(next() * n),
    pick: (items) => items[Math.floor(next() * items.length)],
    bytes: (n) =>
      Buffer.from(Array.from({ length: n }, () => Math.floor(next() * 256))),
  };
}
