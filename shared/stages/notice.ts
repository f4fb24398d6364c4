/** Puts together what a notice says, from the transition and the facts behind it. Pure. */

import { digest } from '../digest.js';
import { limits } from '../limits.js';
import type { Diagnosis, Fact, Incident, Notice, NoticeKind } from '../model.js';
import { tally } from './count.js';
import type { Verdict } from './detect.js';

export interface NoticeParts {
  readonly kind: NoticeKind;
  readonly incident: Incident;
  readonly because: string;
  readonly verdict: Verdict;
  readonly now: number;
  /** The facts since the incident began, or of the window where that is longer. */
  readonly facts: readonly Fact[];
  readonly runbookBaseUrl: string;
  readonly diagnosis: Diagnosis | null;
}

export function noticeOf(parts: NoticeParts): Notice {
  const { kind, incident, verdict, facts } = parts;
  const { group } = incident;
  const total = facts.reduce((sum, fact) => sum + fact.count, 0);
  return {
    type: 'notice',
    version: 1,
    kind,
    noticeId: digest('notice', incident.incidentId, incident.version, kind),
    incidentId: incident.incidentId,
    at: new Date(parts.now).toISOString(),
    since: new Date(Math.min(incident.since, facts[0]?.firstAt ?? incident.since)).toISOString(),
    severity: incident.severity,
    group,
    reasonText: facts.at(-1)?.reasonText ?? group.reason,
    count: kind === 'resolved' ? total : verdict.numbers.count,
    windowMinutes: verdict.numbers.windowMinutes,
    expected: verdict.numbers.expected,
    because: parts.because,
    runbookUrl: runbookUrl(parts.runbookBaseUrl, group.reason),
    clients: tally(
      facts.flatMap((fact) => fact.clients),
      limits.clientsPerNoticeMax,
    ),
    verdict: parts.diagnosis,
  };
}

/** Pages are addressed by id: `<baseUrl>/en/<id>.md`. */
export function runbookUrl(baseUrl: string, id: string): string {
  return `${baseUrl.endsWith('/') ? baseUrl.slice(0, -1) : baseUrl}/en/${id}.md`;
}
