/** Work on many things of which one may fail alone: the others are done all the same, and the failures told at the end. */

/**
 * @param work called for one after the other
 * @throws what failed: the one error, or an AggregateError of several, after all were tried
 */
export async function oneByOne<T>(items: Iterable<T>, work: (item: T) => Promise<unknown>): Promise<void> {
  const failures: unknown[] = [];
  for (const item of items) {
    try {
      await work(item);
    } catch (error) {
      failures.push(error);
    }
  }
  throwAll(failures);
}

/** Throws where there is something to throw. */
export function throwAll(failures: readonly unknown[]): void {
  if (failures.length === 1) throw failures[0];
  if (failures.length > 1) throw new AggregateError(failures, `${failures.length} failed`);
}
