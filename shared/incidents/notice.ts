/** Builds a notice from the transition and the facts behind it. Pure. */

import { limits } from '../base/limits.js';
import { minuteOf } from '../base/time.js';
import { ownerIn } from '../config/owners.js';
import { accountOf } from '../config/qualified-names.js';
import { runbookUrl } from '../config/runbooks.js';
import type { Config } from '../config/settings.js';
import { tally } from '../count/count.js';
import { clientCountOf } from '../count/distinct.js';
import type { Detection } from '../detect/detection.js';
import { refusedOf } from '../diagnosis/refused.js';
import {
  type AllRefused,
  type ClientTally,
  type Deployment,
  type Diagnosis,
  type Fact,
  type GroupKey,
  type Incident,
  isSeveral,
  type Notice,
  type NoticeKind,
  type Presented,
} from '../model/index.js';
import { linksOf } from './console-links.js';
import { noticeIdOf } from './incident.js';
import type { ScopeTotal } from './scope-total.js';

export interface NoticeParts {
  readonly kind: NoticeKind;
  readonly incident: Incident;
  readonly because: string;
  readonly detection: Detection;
  readonly now: number;
  /** The facts since the incident began. */
  readonly facts: readonly Fact[];
  readonly clients: readonly ClientTally[];
  /** For a scope's incident that is over, what it refused. */
  readonly whole?: ScopeTotal | null;
  /** For a scope's incident, the groups that fail together. */
  readonly groups: readonly GroupKey[];
  /** Facts that cover the last hour. */
  readonly recentFacts: readonly Fact[];
  readonly scopeShare: number | null;
  /** Until when no further notice about strangers of the scope is sent; null where more may follow. */
  readonly heldBackUntil: number | null;
  readonly config: Config;
  readonly deployment: Deployment | null;
  /** Left out where there is nothing to tell. */
  readonly presentedBefore?: readonly Presented[];
  readonly diagnosed: {
    readonly verdict: Diagnosis | null;
    readonly verdictNote: string | null;
    readonly change: string | null;
    readonly said?: Notice['said'];
    readonly issuerTrusted: boolean | null;
  };
}

export function noticeOf(parts: NoticeParts): Notice {
  const { kind, incident, detection, facts, clients, groups, config, deployment, now } = parts;
  const { group } = incident;
  const since = parts.whole?.firstAt ?? facts.reduce((first, fact) => Math.min(first, fact.firstAt), incident.since);
  const told = toldBy(parts);
  const reasonText = groups.length > 0 ? '' : (facts.at(-1)?.reasonText ?? '');
  return {
    type: 'notice',
    version: 1,
    kind,
    noticeId: noticeIdOf(incident),
    incidentId: incident.incidentId,
    at: new Date(now).toISOString(),
    since: new Date(since).toISOString(),
    severity: incident.severity,
    group,
    ...told,
    account: accountOf(group.scope) || (deployment?.accountId ?? null),
    region: deployment?.region ?? null,
    timeZone: config.timeZone,
    owner: ownerIn(config, group, clients[0]?.subjectDn ?? null),
    groups,
    reasonText,
    count: kind === 'resolved' ? (parts.whole?.count ?? sumOf(facts)) : detection.numbers.count,
    windowMinutes: detection.numbers.windowMinutes,
    expected: detection.numbers.expected,
    ...(kind === 'spike' && incident.allRefused && { allRefused: withTimes(incident.allRefused) }),
    lastHour: lastHourOf(parts.recentFacts, now),
    clientCount: Math.max(clientCountOf(facts), clients.length),
    scopeShare: parts.scopeShare,
    severityAtFirst: incident.severityAtFirst,
    because: parts.because,
    runbookUrl: runbookUrl(config, group, runbookId(group, told.cause)),
    clients: clients.map(({ notBefore: _, notAfter: __, ...shown }) => shown),
    ...(parts.presentedBefore?.length && { presentedBefore: parts.presentedBefore }),
    ...parts.diagnosed,
    ...(parts.heldBackUntil === null ? {} : { heldBackUntil: new Date(parts.heldBackUntil).toISOString() }),
    links: linksOf({ group, reasonText, since, at: now }, config, deployment),
    commands: commandsOf(incident.incidentId, deployment),
  };
}

function withTimes({ refused, since, letInAt }: AllRefused): NonNullable<Notice['allRefused']> {
  return { refused, since: new Date(since).toISOString(), letInAt: new Date(letInAt).toISOString() };
}

const MINUTES_SHOWN = 60;

function lastHourOf(facts: readonly Fact[], now: number): number[] {
  const counts = new Array<number>(MINUTES_SHOWN).fill(0);
  const first = minuteOf(now) - MINUTES_SHOWN + 1;
  for (const { minute, count } of facts) {
    const at = minute - first;
    if (at >= 0 && at < MINUTES_SHOWN) counts[at] = (counts[at] ?? 0) + count;
  }
  // In a storm the facts of unknown issuers may subtract more than the minute had.
  return counts.map((count) => Math.max(0, Math.round(count)));
}

/** The commands name the incident and nothing else: text that a client sent must not get into a shell. */
function commandsOf(incidentId: string, place: Deployment | null): Notice['commands'] {
  const table = place === null ? '' : ` --table ${place.tableName} --region ${place.region}`;
  const own = {
    silence: `mtls-watch silence add --incident ${incidentId} --for 2h --comment "why"${table}`,
    acknowledge: `mtls-watch ack ${incidentId}${table}`,
  };
  if (place?.operatorFunction == null) return own;
  const { operatorFunction, region } = place;
  // The shell fills in who calls, for the function's log and for the silence. Both versions of the AWS CLI read a file as it is.
  const caller = `$(aws sts get-caller-identity --region ${region} --query Arn --output text)`;
  const invoke = (request: object): string => {
    const payload = JSON.stringify({ ...request, by: caller });
    const quoted = payload.replaceAll('"', '\\"');
    return `aws lambda invoke --region ${region} --function-name ${operatorFunction} --payload fileb:///dev/stdin /dev/stdout <<< "${quoted}"`;
  };
  return {
    ...own,
    cloudShell: {
      silence: invoke({ verb: 'silence', incident: incidentId, for: '2h', comment: 'why' }),
      acknowledge: invoke({ verb: 'acknowledge', incident: incidentId }),
    },
  };
}

function sumOf(facts: readonly Fact[]): number {
  return Math.max(
    0,
    facts.reduce((sum, fact) => sum + fact.count, 0),
  );
}

/** The clients with most failures first. */
export function clientsOf(facts: readonly Fact[], most: number = limits.clientsPerNoticeMax): ClientTally[] {
  return tally(
    facts.flatMap((fact) => fact.clients),
    most,
  );
}

/** Whom the notice names, and the cause. The end of an incident is told in the words of the notice before it. */
function toldBy({ kind, incident, facts, diagnosed }: NoticeParts): NonNullable<Incident['told']> {
  if (kind === 'resolved' && incident.told !== null) return incident.told;
  const { verdict } = diagnosed;
  return {
    refused: refusedOf(incident.group, verdict, clientsOf(facts, Number.POSITIVE_INFINITY)),
    cause: verdict === null ? null : (verdict.reason ?? 'would-pass'),
  };
}

/** @param cause the code of the finding that people are told as the cause */
export function runbookId(group: GroupKey, cause: string | null | undefined): string {
  if (isSeveral(group.issuerDn)) return SEVERAL_ISSUERS_PAGE;
  return cause ?? (group.isUnverified ? CLAIMS_PAGE : group.reason);
}

const CLAIMS_PAGE = 'issuer-rekeyed';

const SEVERAL_ISSUERS_PAGE = 'several-issuers';
