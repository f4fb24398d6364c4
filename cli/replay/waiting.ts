/** Waiting lists in the order of their time, which in a replay is the order of arrival. Packed as one text each. */

import type { Waiting, WaitingStore } from '../../shared/ports/index.js';
import { compactString } from './compact-string.js';

export function createWaitingQueue(): WaitingStore {
  const queue = new Map<string, { readonly dueAt: number; readonly text: string }>();
  const keyOf = ({ id, dueAt }: Waiting): string => `${dueAt} ${id}`;
  return {
    save: async (waiting) => {
      queue.set(keyOf(waiting), { dueAt: waiting.dueAt, text: compactString(JSON.stringify(waiting)) });
    },
    due: async (now, limit) => {
      const due: Waiting[] = [];
      for (const { dueAt, text } of queue.values()) {
        if (dueAt > now || due.length === limit) break;
        due.push(JSON.parse(text));
      }
      return due;
    },
    remove: async (waiting) => {
      queue.delete(keyOf(waiting));
    },
  };
}
