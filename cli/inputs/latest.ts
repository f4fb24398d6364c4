/**
 * A number for each of the latest digests, in flat arrays: a map of texts would need many times the memory, and garbage collection
 * would visit a million of them repeatedly.
 *
 *     places: where a digest begins to be looked for -> its row        rows, one after the other and round again: digest, number
 */

export interface Latest {
  /** 0 for a digest that is not among them. */
  get(digests: Int32Array, at: number): number;
  /**
   * A digest that is among them keeps its place in the order.
   * @param number at least 1
   */
  set(digests: Int32Array, at: number, number: number): void;
  /**
   * Adds 1 to the number, and makes the digest the latest.
   * @returns the number before
   */
  count(digests: Int32Array, at: number): number;
}

/** 32-bit words of a digest. */
export const DIGEST_WORDS = 4;

const FACTOR = 0x9e3779b1;
const OTHER_FACTOR = 0x85ebca6b;

/**
 * @param most how many of the latest are kept
 * @param rows for how many there is room at first; all, so that a short input takes as much memory as a long one, unless there are
 *   many of these
 */
export function latest(most: number, rows: number = most): Latest {
  let { mask, places, high, low, numbers } = tablesOf(rows);
  let next = 0;

  /** Where the digest is, or the free place for it. */
  const placeOf = (one: number, other: number): number => {
    for (let place = one & mask; ; place = (place + 1) & mask) {
      const row = (places[place] as number) - 1;
      if (row < 0 || (high[row] === one && low[row] === other)) return place;
    }
  };
  /** What stands behind a place moves up where it would no longer be found. */
  const free = (place: number): void => {
    let hole = place;
    for (let at = (place + 1) & mask; places[at] !== 0; at = (at + 1) & mask) {
      const wanted = (high[(places[at] as number) - 1] as number) & mask;
      if (((at - wanted) & mask) < ((at - hole) & mask)) continue;
      places[hole] = places[at] as number;
      hole = at;
    }
    places[hole] = 0;
  };
  const grow = (): void => {
    const before = { high, low, numbers };
    ({ mask, places, high, low, numbers } = tablesOf(Math.min(most, 2 * next)));
    high.set(before.high);
    low.set(before.low);
    numbers.set(before.numbers);
    for (let row = 0; row < next; row++) {
      if (numbers[row] !== 0) places[placeOf(high[row] as number, low[row] as number)] = row + 1;
    }
  };
  const append = (one: number, other: number, number: number): void => {
    if (next === numbers.length && next < most) grow();
    else if (next === most) next = 0;
    if (numbers[next] !== 0) free(placeOf(high[next] as number, low[next] as number));
    high[next] = one;
    low[next] = other;
    numbers[next] = number;
    next += 1;
    places[placeOf(one, other)] = next;
  };

  return {
    get(digests, at) {
      const row = places[placeOf(mixed(digests, at, FACTOR), mixed(digests, at, OTHER_FACTOR))] as number;
      return row === 0 ? 0 : (numbers[row - 1] as number);
    },
    set(digests, at, number) {
      const [one, other] = [mixed(digests, at, FACTOR), mixed(digests, at, OTHER_FACTOR)];
      const known = places[placeOf(one, other)] as number;
      if (known === 0) append(one, other, number);
      else numbers[known - 1] = number;
    },
    count(digests, at) {
      const [one, other] = [mixed(digests, at, FACTOR), mixed(digests, at, OTHER_FACTOR)];
      const place = placeOf(one, other);
      const known = places[place] as number;
      const before = known === 0 ? 0 : (numbers[known - 1] as number);
      if (known !== 0) {
        numbers[known - 1] = 0;
        free(place);
      }
      append(one, other, before + 1);
      return before;
    },
  };
}

function tablesOf(rows: number) {
  // Two in five places are free at least, so that the next free one is near.
  const mask = 2 ** Math.ceil(Math.log2(rows / 0.6)) - 1;
  return {
    mask,
    /** Rows, counted from 1. */
    places: new Uint32Array(mask + 1),
    // 64 bits: among millions of events no two are ever taken for one.
    high: new Int32Array(rows),
    low: new Int32Array(rows),
    numbers: new Uint32Array(rows),
  };
}

/** 32 bits of all words; those by two factors have nothing in common. */
function mixed(digests: Int32Array, at: number, factor: number): number {
  let bits = factor;
  for (let n = at; n < at + DIGEST_WORDS; n++) {
    bits = Math.imul(bits ^ (digests[n] as number), factor);
    bits ^= bits >>> 15;
  }
  return bits | 0;
}
