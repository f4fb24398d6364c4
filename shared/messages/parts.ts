/** What the renderings for people share: the texts for a notice, and its numbers in short form. */

import { limits } from '../base/limits.js';
import { MINUTE_MS } from '../base/time.js';
import type { FindingCode } from '../model/finding-codes.js';
import { type Finding, isSeveral, type Notice, OTHER_ISSUERS, UNKNOWN_ISSUER } from '../model/index.js';
import { domainText, nameIn } from './safe.js';
import type { FindingMessages, Messages, SeveralMessages } from './types.js';

export type Inert = (text: string) => string;

/** The texts for the reason, for those who use an issuer's name, or for an incident of a whole domain. */
export function wordsOf({ group }: Notice, messages: Messages): SeveralMessages {
  if (group.isUnverified) return messages.claims;
  return isSeveral(group.issuerDn) ? messages.severalIssuers : messages.reasons[group.reason];
}

/** The organization or common name of an issuer, for a sentence; the whole DN is shown below it. */
export function issuerName({ group }: Notice, messages: Messages, inert: Inert): string {
  if (group.issuerDn === UNKNOWN_ISSUER) return messages.unknownIssuer;
  if (isSeveral(group.issuerDn) || group.issuerDn === OTHER_ISSUERS) return messages.otherIssuers;
  // The name may be followed by a full stop.
  const name = inert(nameIn(group.issuerDn).replace(/\.$/, ''));
  return group.isUnverified ? messages.claimant(name) : name;
}

/** The issuer; for an incident of a whole domain, the issuers that fail together. */
export function issuersOf({ group, groups }: Notice, inert: Inert): string[] {
  const issuers = groups.length === 0 ? [group.issuerDn] : [...new Set(groups.map((one) => one.issuerDn))];
  const shown = issuers.slice(0, limits.issuersShownMax).map(inert);
  return issuers.length > shown.length ? [...shown, '…'] : shown;
}

/** The finding that is the cause, if there is a diagnosis. */
export function decisiveFinding({ verdict }: Notice): Finding | null {
  return verdict?.findings.find((finding) => finding.code === (verdict.reason ?? 'would-pass')) ?? null;
}

export function findingWords({ code }: Finding, messages: Messages): FindingMessages | null {
  return code in messages.findings ? messages.findings[code as FindingCode] : null;
}

/** The verdict in one sentence if there is one, else the meaning of the reason. */
export function leadOf(notice: Notice, messages: Messages, inert: Inert): string {
  if (notice.kind === 'resolved') return messages.over;
  const finding = decisiveFinding(notice);
  const words = finding === null ? null : findingWords(finding, messages);
  if (finding === null || words === null) return wordsOf(notice, messages).meaning;
  const isCertain = notice.verdict?.verdict === 'trusted' || isKnownRule(finding);
  const action =
    words.action === null ? inert(finding.remedy) : `${contradictionOf(notice, finding, messages)}${words.action}`;
  return messages.verdict(words.title, action, isCertain);
}

/** Empty if the gateway's sentence agrees with the diagnosis, or if the finding's text already says so. */
function contradictionOf({ verdict, group }: Notice, { isContradicted }: Finding, messages: Messages): string {
  const { contradiction, reasons } = messages;
  if (contradiction === null || isContradicted !== true) return '';
  if (verdict?.verdict === 'refused') return contradiction.refused(reasons[group.reason].title);
  return contradiction.trusted[group.reason] ?? contradiction.trustedOtherwise;
}

/** Whether AWS documents the rule, or a real gateway was seen to apply it. */
function isKnownRule({ standing }: Finding): boolean {
  return standing !== 'openssl' && standing !== 'unknown';
}

/** The findings to show: the cause first, then other errors. */
export function findingsShown(notice: Notice): Finding[] {
  const findings = notice.verdict?.findings ?? [];
  return findings.filter(({ severity }) => severity !== 'info').slice(0, limits.findingsShownMax);
}

export function countWords(notice: Notice, messages: Messages): string {
  const count = number(notice.count);
  if (notice.kind !== 'resolved') return messages.failures(count, notice.windowMinutes, number(notice.expected));
  return isSeveral(notice.group.issuerDn)
    ? messages.failuresAtWorst(count, notice.windowMinutes)
    : messages.failuresInAll(count);
}

/** That no further notice about strangers of the domain is sent for some time; null where more may follow. */
export function heldBackWords({ group, heldBackUntil }: Notice, messages: Messages, inert: Inert): string | null {
  if (heldBackUntil === undefined) return null;
  return messages.heldBackUntil(domainText(group.scope, inert), heldBackUntil.slice(0, 16).replace('T', ' '));
}

export function sinceWords({ since, at }: Notice, messages: Messages): string {
  const minutes = Math.max(0, Math.round((Date.parse(at) - Date.parse(since)) / MINUTE_MS));
  return messages.since(since.slice(0, 16).replace('T', ' '), minutes);
}

/** At most one decimal, with thousands separators, the same in every language. */
export function number(n: number): string {
  return n.toLocaleString('en', { maximumFractionDigits: n < 10 ? 1 : 0 });
}

const BARS = '▁▂▃▄▅▆▇█';
const MINUTES_PER_BAR = 3;

/** The last hour as twenty bars of three minutes each; a dot means no failures. */
function sparkline(lastHour: readonly number[]): string {
  const sums = barsOf(lastHour);
  const most = Math.max(...sums);
  const bar = (sum: number): string =>
    sum <= 0 ? '·' : (BARS[Math.min(BARS.length - 1, Math.floor((BARS.length * sum) / most))] ?? '█');
  return sums.map(bar).join('');
}

/** The bars, and the value of the highest one. */
export function lastHourWords({ lastHour }: Notice, messages: Messages): string {
  return `${sparkline(lastHour)}  ${messages.peak(number(Math.max(...barsOf(lastHour))), MINUTES_PER_BAR)}`;
}

function barsOf(lastHour: readonly number[]): number[] {
  return Array.from({ length: Math.ceil(lastHour.length / MINUTES_PER_BAR) }, (_, bar) =>
    lastHour.slice(bar * MINUTES_PER_BAR, (bar + 1) * MINUTES_PER_BAR).reduce((sum, count) => sum + count, 0),
  );
}

export function percent(share: number): string {
  return share > 0 && share < 0.01 ? '<1%' : `${Math.round(share * 100)}%`;
}
