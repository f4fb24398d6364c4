/** How urgent a group's incident is. Pure. */

import { type GroupKey, OTHER_ISSUERS, type Severity } from '../model.js';
import type { Verdict } from './detect.js';

/** Reasons that strangers who try the door meet; a partner meets them rarely, and then is told by the issuer. */
const STRANGERS_REASONS: readonly string[] = ['self-signed', 'self-signed-in-chain'];

export function severityOf(group: GroupKey, { numbers }: Verdict): Severity {
  if (group.issuerDn === OTHER_ISSUERS || STRANGERS_REASONS.includes(group.reason)) return 'low';
  return numbers.count >= 10 * Math.max(1, numbers.expected) && numbers.count >= 100 ? 'high' : 'medium';
}
