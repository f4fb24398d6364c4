/** Finds texts that say nothing, in catalogues of any depth. */

/** Stands for a name, a number, a list or an object alike, and reads as `42`. */
const anything: unknown = new Proxy(() => anything, {
  get: (_, key) => (key === Symbol.toPrimitive ? () => 42 : key === Symbol.iterator ? undefined : anything),
  apply: () => anything,
});

/** The places of the empty texts in a value; functions are called with arguments of any kind, and their result counts. */
export function silentIn(value: unknown, path = ''): string[] {
  if (value === anything) return [];
  if (typeof value === 'function') return silentIn(value(...Array.from({ length: 8 }, () => anything)), `${path}()`);
  if (typeof value === 'string') return value.trim() === '' ? [path] : [];
  if (value instanceof Set) return silentIn([...value], path);
  if (typeof value !== 'object' || value === null) return value === undefined ? [path] : [];
  return Object.entries(value).flatMap(([key, inner]) => silentIn(inner, `${path}.${key}`));
}
