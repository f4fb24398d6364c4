/** How urgent a group's incident is. Pure. */

import type { DetectionPolicy } from '../config.js';
import type { GroupKey, Severity } from '../model.js';
import type { Verdict } from './detect.js';
import { severityOf } from './incident.js';

/** Reasons that strangers who try the door meet; a partner meets them rarely, and then is told by the issuer. */
const STRANGERS_REASONS: readonly string[] = ['self-signed', 'self-signed-in-chain'];

export function severityFor(group: GroupKey, verdict: Verdict, policy: DetectionPolicy): Severity {
  return STRANGERS_REASONS.includes(group.reason) ? 'low' : severityOf(verdict, group, policy);
}
