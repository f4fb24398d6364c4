/** Work that is done when it is first asked for, such as loading a module, and never again. */

export function once<T>(work: () => Promise<T>): () => Promise<T> {
  let done: Promise<T> | undefined;
  return () => {
    done ??= work();
    return done;
  };
}

const loaders = new Set<() => Promise<unknown>>();

/**
 * A module that most invocations never need: loaded when somebody first asks, and remembered, because Node's loader takes
 * its time even for a module that it has.
 * @param load as `() => import('./module.js')`, so that the bundler sees the path
 */
export function lazily<T>(load: () => Promise<T>): () => Promise<T> {
  const loader = once(load);
  loaders.add(loader);
  return loader;
}

/** Loads every module that is loaded lazily, and those that only these load, so that nothing is loaded later on. */
export async function loadAll(): Promise<void> {
  for (let known = 0; known < loaders.size; ) {
    known = loaders.size;
    await Promise.all([...loaders].map((load) => load()));
  }
}
