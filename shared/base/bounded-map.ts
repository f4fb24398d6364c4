/** A map of bounded size that drops old entries, for caches that would otherwise grow with the input. */

export interface BoundedMap<V> {
  get(key: string): V | undefined;
  set(key: string, value: V): void;
  readonly size: () => number;
}

/** Whole parts are dropped at once, which costs nothing; more parts would make lookups slower. */
const PARTS = 8;

/** @param most the number of latest entries that are kept at least; at most about an eighth more */
export function boundedMap<V>(most: number): BoundedMap<V> {
  const sizeOfPart = Math.ceil(most / PARTS);
  const partsMax = Math.ceil((most - 1) / sizeOfPart);
  const parts: Map<string, V>[] = [];
  let young = new Map<string, V>();
  return {
    get: (key) => {
      const value = young.get(key);
      if (value !== undefined) return value;
      for (const part of parts) {
        const older = part.get(key);
        if (older !== undefined) return older;
      }
      return undefined;
    },
    set: (key, value) => {
      if (young.size >= sizeOfPart) {
        parts.unshift(young);
        parts.length = Math.min(parts.length, partsMax);
        young = new Map();
      }
      young.set(key, value);
    },
    size: () => parts.reduce((sum, part) => sum + part.size, young.size),
  };
}
