/** Runs several async generators in parallel and yields their values as they come. */

/**
 * @param atOnce how many run in parallel; each waits until its last value was taken
 * @throws the first error; the other generators are ended
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
    // Running ones end by themselves; their failures are ignored.
    for (const [of, next] of running) {
      next.catch(() => {});
      of.return(undefined).catch(() => {});
    }
  }
}
