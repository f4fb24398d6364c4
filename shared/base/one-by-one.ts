/** Processes items of which some may fail: the others are still processed, and the failures are thrown at the end. */

/**
 * @param work called for one item after another
 * @throws after all items: the one error, or an AggregateError of several
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

/** Throws if there are failures. */
export function throwAll(failures: readonly unknown[]): void {
  if (failures.length === 1) throw failures[0];
  if (failures.length > 1) throw new AggregateError(failures, `${failures.length} failed`);
}
