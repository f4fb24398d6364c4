/** Which topics a notice goes to. Pure. */

import type { Notice, Severity } from '../model/index.js';
import { severities } from '../model/notices.js';

/**
 * The topic of the notice's severity. Escalations and ends also go to the topics of the lower severities at which the
 * incident was reported, so that everybody who got its beginning gets its end.
 */
export function topicsFor(
  { kind, severity, severityAtFirst }: Pick<Notice, 'kind' | 'severity' | 'severityAtFirst'>,
  topics: Readonly<Record<Severity, string>>,
): string[] {
  const last = severities.indexOf(severity);
  const first =
    kind === 'escalated' || kind === 'resolved' ? Math.min(last, severities.indexOf(severityAtFirst)) : last;
  return [...new Set(severities.slice(first, last + 1).map((one) => topics[one]))];
}
