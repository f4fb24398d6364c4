/** Asynchronous work on items, on so many at a time. */

import pMap from 'p-map';

/** @param most at a time. Where there are no more items, which is nearly always, nothing keeps count of them */
export async function mapAtOnce<T, R>(items: readonly T[], most: number, work: (item: T) => Promise<R>): Promise<R[]> {
  return items.length <= most ? Promise.all(items.map(work)) : pMap(items, work, { concurrency: most });
}
