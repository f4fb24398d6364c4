/** Counts the records that could not be read, by code, with the first of each code as an example. */

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
        // The id comes from the input, so it is cleaned.
        rejectedExamples[code] ??= clean(`${detail} (${eventId})`, EXAMPLE_CHARS_MAX);
      }
    },
    read: () => ({ rejected, rejectedBy, rejectedExamples }),
  };
}
