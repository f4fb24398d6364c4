/** Events as a storm's batches keep them: a mark for each, one after the other. */

import { digest } from '../base/digest.js';
import { EVENT_MARK_CHARS } from './stores.js';

export function markOf(eventId: string): string {
  return digest('event', eventId).slice(0, EVENT_MARK_CHARS);
}

export function marksIn(text: string): string[] {
  return Array.from({ length: text.length / EVENT_MARK_CHARS }, (_, index) =>
    text.slice(index * EVENT_MARK_CHARS, (index + 1) * EVENT_MARK_CHARS),
  );
}
