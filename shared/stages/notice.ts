/** Puts together what a notice says, from the transition and the facts behind it. Pure. */

import { limits } from '../limits.js';
import {
  type ClientTally,
  type Diagnosis,
  type Fact,
  type GroupKey,
  type Incident,
  type Notice,
  type NoticeKind,
  SEVERAL_ISSUERS,
} from '../model.js';
import { tally } from './count.js';
import type { Verdict } from './detect.js';
import { noticeIdOf } from './incident.js';

export interface NoticeParts {
  readonly kind: NoticeKind;
  readonly incident: Incident;
  readonly because: string;
  readonly verdict: Verdict;
  readonly now: number;
  /** The facts since the incident began. */
  readonly facts: readonly Fact[];
  readonly clients: readonly ClientTally[];
  /** For a scope's incident, the groups that fail together. */
  readonly groups: readonly GroupKey[];
  readonly runbookBaseUrl: string;
  readonly diagnosed: {
    readonly verdict: Diagnosis | null;
    readonly verdictNote: string | null;
    readonly change: string | null;
  };
}

export function noticeOf(parts: NoticeParts): Notice {
  const { kind, incident, verdict, facts, clients, groups } = parts;
  const { group } = incident;
  return {
    type: 'notice',
    version: 1,
    kind,
    noticeId: noticeIdOf(incident),
    incidentId: incident.incidentId,
    at: new Date(parts.now).toISOString(),
    since: new Date(facts.reduce((first, fact) => Math.min(first, fact.firstAt), incident.since)).toISOString(),
    severity: incident.severity,
    group,
    groups,
    reasonText: groups.length > 0 ? '' : (facts.at(-1)?.reasonText ?? ''),
    count: kind === 'resolved' ? countInAll(incident, facts) : verdict.numbers.count,
    windowMinutes: verdict.numbers.windowMinutes,
    expected: verdict.numbers.expected,
    because: parts.because,
    runbookUrl: runbookUrl(parts.runbookBaseUrl, runbookId(parts)),
    clients,
    ...parts.diagnosed,
  };
}

/** All failures of the incident; of a scope's incident, whose groups come and go, those of its worst window. */
function countInAll(incident: Incident, facts: readonly Fact[]): number {
  if (incident.group.issuerDn === SEVERAL_ISSUERS) return incident.noticedCount;
  return Math.max(
    0,
    facts.reduce((sum, fact) => sum + fact.count, 0),
  );
}

/** The clients that failed most, first. */
export function clientsOf(facts: readonly Fact[]): ClientTally[] {
  return tally(
    facts.flatMap((fact) => fact.clients),
    limits.clientsPerNoticeMax,
  );
}

function runbookId({ incident, diagnosed }: NoticeParts): string {
  if (incident.group.issuerDn === SEVERAL_ISSUERS) return SEVERAL_ISSUERS_PAGE;
  return diagnosed.verdict?.reason ?? incident.group.reason;
}

const SEVERAL_ISSUERS_PAGE = 'several-issuers';

/** Pages are addressed by id: `<baseUrl>/en/<id>.md`. */
export function runbookUrl(baseUrl: string, id: string): string {
  return `${baseUrl.endsWith('/') ? baseUrl.slice(0, -1) : baseUrl}/en/${id}.md`;
}
