/** Which topics a notice goes to. Pure. */

import type { Notice, Severity } from '../model/index.js';
import { severities } from '../model/notices.js';

/**
 * The topic of its severity; an escalation and an end also go to the topics of the lower severities at which the incident
 * was told, so that whoever heard of its beginning hears of its end.
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
