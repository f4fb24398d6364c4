/** Waiting lists in the order of their time, which in a replay is the order of arrival. Packed as one text each. */

import type { Waiting, WaitingStore } from '../../shared/ports/index.js';
import { compactString } from './compact-string.js';

interface Packed {
  readonly id: string;
  readonly dueAt: number;
  readonly text: string;
}

export interface WaitingQueue extends WaitingStore {
  readonly size: () => number;
}

export function createWaitingQueue(): WaitingQueue {
  let queue: (Packed | null)[] = [];
  let head = 0;
  return {
    save: async (waiting) => {
      const { id, dueAt } = waiting;
      const last = queue.at(-1);
      if (last !== undefined && last !== null && last.dueAt > dueAt) throw new Error('the time of a replay went back');
      queue.push({ id, dueAt, text: compactString(JSON.stringify(waiting)) });
    },
    due: async (now, limit) => {
      const due: Waiting[] = [];
      for (let index = head; index < queue.length && due.length < limit; index++) {
        const packed = queue[index] ?? null;
        if (packed !== null && packed.dueAt > now) break;
        if (packed !== null) due.push(JSON.parse(packed.text));
      }
      return due;
    },
    remove: async ({ id }) => {
      let index = head;
      while (index < queue.length && queue[index]?.id !== id) index++;
      if (index < queue.length) queue[index] = null;
      while (head < queue.length && queue[head] === null) head++;
      // The removed part is cut off when it is more than half, so that each list is moved about once.
      if (head > queue.length / 2) {
        queue = queue.slice(head);
        head = 0;
      }
    },
    size: () => queue.length - head,
  };
}
