/** Seeded randomness: the same seed gives the same day, down to the byte. */

export interface Random {
  /** From 0 up to, but not including, 1. */
  next(): number;
  /** An integer between both bounds, which are included. */
  between(from: number, to: number): number;
  pick<T>(from: readonly T[]): T;
  hex(digits: number): string;
  uuid(): string;
  /** Randomness of its own for one purpose, so that a change in one story leaves the others as they are. */
  fork(label: string): Random;
}

export function random(seed: string): Random {
  let state = hash(seed);
  /** Mulberry32: 32 bits of state, good enough for traffic. */
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const between = (from: number, to: number) => from + Math.floor(next() * (to - from + 1));
  const hex = (digits: number) => Array.from({ length: digits }, () => between(0, 15).toString(16)).join('');
  return {
    next,
    between,
    hex,
    pick: (from) => from[between(0, from.length - 1)] as (typeof from)[number],
    uuid: () => `${hex(8)}-${hex(4)}-4${hex(3)}-${'89ab'[between(0, 3)]}${hex(3)}-${hex(12)}`,
    fork: (label) => random(`${seed}/${label}`),
  };
}

/** FNV-1a. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const char of text) value = Math.imul(value ^ (char.codePointAt(0) ?? 0), 0x01000193);
  return value | 0;
}
