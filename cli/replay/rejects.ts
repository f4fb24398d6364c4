/** Adds up the records that could not be read: how many of each code, and the first of each as an example. */

import { clean } from '../../shared/base/text.js';
import type { Rejected } from '../../shared/model/index.js';
import type { ReplaySummary } from '../../shared/schemas/lines.js';

const EXAMPLE_CHARS_MAX = 300;

export interface RejectTally {
  add(rejected: readonly Rejected[]): void;
  readonly read: () => Pick<ReplaySummary, 'rejected' | 'rejectedBy' | 'rejectedExamples'>;
}

export function rejectTally(): RejectTally {
  let rejected = 0;
  const rejectedBy: Record<string, number> = {};
  const rejectedExamples: Record<string, string> = {};
  return {
    add(some) {
      rejected += some.length;
      for (const { code, detail, eventId } of some) {
        rejectedBy[code] = (rejectedBy[code] ?? 0) + 1;
        // The id is whatever the input says.
        rejectedExamples[code] ??= clean(`${detail} (${eventId})`, EXAMPLE_CHARS_MAX);
      }
    },
    read: () => ({ rejected, rejectedBy, rejectedExamples }),
  };
}
