/** Work that is done once, when it is first needed, such as loading a module. */

export function once<T>(work: () => Promise<T>): () => Promise<T> {
  let done: Promise<T> | undefined;
  return () => {
    done ??= work();
    return done;
  };
}

const loaders = new Set<() => Promise<unknown>>();

/**
 * A module that most invocations do not need: it is loaded at the first call and cached, because a dynamic import takes
 * time even for a loaded module.
 * @param load as `() => import('./module.js')`, so that the bundler sees the path
 */
export function lazily<T>(load: () => Promise<T>): () => Promise<T> {
  const loader = once(load);
  loaders.add(loader);
  return loader;
}

/** Loads every lazily loaded module, and those that only these load, so that nothing is loaded later. */
export async function loadAll(): Promise<void> {
  for (let known = 0; known < loaders.size; ) {
    known = loaders.size;
    await Promise.all([...loaders].map((load) => load()));
  }
}
