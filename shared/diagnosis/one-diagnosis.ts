/** What came of looking at one client. */

import type { Diagnosis } from '../model/index.js';
import type { Phrase } from '../model/phrases.js';

export type OneDiagnosis =
  | { readonly kind: 'made'; readonly verdict: Diagnosis; readonly uri: string }
  /** Why there is none, in a sentence; null where none was expected. */
  | { readonly kind: 'none'; readonly because: Phrase | null };
