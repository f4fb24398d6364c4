/** Runs several sequences at once and yields what they give as it comes. */

/**
 * @param atOnce how many run at the same time; each waits until what it gave last was taken
 * @throws what the first one throws; the others are ended
 */
export async function* merge<T>(tasks: Iterable<() => AsyncGenerator<T>>, atOnce: number): AsyncGenerator<T> {
  const waiting = tasks[Symbol.iterator]();
  const running = new Map<AsyncGenerator<T>, Promise<{ of: AsyncGenerator<T>; result: IteratorResult<T> }>>();
  const advance = (of: AsyncGenerator<T>) =>
    running.set(
      of,
      of.next().then((result) => ({ of, result })),
    );
  const start = () => {
    const { value, done } = waiting.next();
    if (!done) advance(value());
  };
  for (let n = 0; n < atOnce; n++) start();
  try {
    while (running.size > 0) {
      const { of, result } = await Promise.race(running.values());
      if (result.done) {
        running.delete(of);
        start();
      } else {
        yield result.value;
        advance(of);
      }
    }
  } finally {
    // What still runs ends by itself; its failure would be nobody's.
    for (const [of, next] of running) {
      next.catch(() => {});
      of.return(undefined).catch(() => {});
    }
  }
}
