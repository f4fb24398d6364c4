/** What the renderings for people share: the texts for a notice, and its numbers in short form. */

import { limits } from '../base/limits.js';
import { MINUTE_MS } from '../base/time.js';
import type { FindingCode } from '../model/finding-codes.js';
import {
  type ClientTally,
  countOf,
  type Finding,
  isSeveral,
  isUnloggedIssuer,
  type Notice,
  OTHER_ISSUERS,
  type Refused,
  UNKNOWN_ISSUER,
} from '../model/index.js';
import { isCode } from '../model/reasons.js';
import { issuerText, isWithoutCertificate } from './names.js';
import { cut, cutName, domainText, nameIn } from './safe.js';
import { timeText } from './times.js';
import type { FindingMessages, Messages, SeveralMessages } from './types.js';

export type Inert = (text: string) => string;

/**
 * What is wrong in a few words, and what to do first: by the diagnosis where there is one, else by the gateway's reason. Of those
 * who use an issuer's name, that they do.
 */
export function wordsOf(notice: Notice, messages: Messages): Pick<SeveralMessages, 'title' | 'steps'> {
  const { group } = notice;
  if (isSeveral(group.issuerDn)) return group.isUnverified ? messages.claims : messages.severalIssuers;
  const code = causeOf(notice);
  const found = code === null ? null : findingWords({ code }, messages);
  if (group.isUnverified) return { title: found?.short ?? messages.claims.title, steps: messages.claims.steps };
  if (found !== null) return { title: found.short, steps: found.steps };
  return messages.reasons[group.reason];
}

/**
 * The title for a subject. Where the gateway gives a reason that has no name, its own words are the title.
 * @returns null where `whoOf` says it
 */
export function titleOf(notice: Notice, messages: Messages, inert: Inert): string | null {
  const { group, reasonText } = notice;
  if (isWithoutCertificate(group)) return null;
  const isNamed =
    causeOf(notice) !== null ||
    group.isUnverified ||
    isSeveral(group.issuerDn) ||
    group.reason !== 'other' ||
    reasonText === '';
  return isNamed ? wordsOf(notice, messages).title : saidBy(reasonText, messages, inert);
}

function saidBy(text: string, messages: Messages, inert: Inert): string {
  return messages.unknownReason(inert(cut(text, limits.nameShownCharsMax)));
}

/** The title, with the gateway's own words beside it. */
export function whatWords(notice: Notice, messages: Messages, inert: Inert): string {
  const { title } = wordsOf(notice, messages);
  const { reasonText, group } = notice;
  // A notice of an earlier version names no door: there a code tells that it was none of API Gateway's.
  const isGateway = group.door === undefined && !isCode(reasonText);
  return reasonText === '' ? title : messages.besideGateway(title, inert(reasonText), isGateway);
}

/** The code of the finding that people are told as the cause, or null. */
function causeOf(notice: Notice): string | null {
  return notice.cause === undefined ? (decisiveFinding(notice)?.code ?? null) : notice.cause;
}

/** Who is refused, for a sentence; every whole DN is shown below it. The name is cut before it is escaped. */
export function whoOf(notice: Notice, { who, ...messages }: Messages, inert: Inert, charsMax: number): string {
  if (isWithoutCertificate(notice.group)) return messages.withoutIssuer;
  const { party, client, others, isProven } = refusedIn(notice);
  const issuer = issuerName(notice, messages, inert, charsMax);
  if (notice.group.isUnverified) return who.claimant(issuer);
  if (party === 'issuer' || client === null) return who.clientsOf(issuer);
  const name = shown(client, inert, charsMax);
  return isProven ? who.client(name, others) : who.claimed(name, others);
}

/** What a row of a table says of a notice: the client and the reason where it is about the client, else the reason. */
export function reasonRow(notice: Notice, title: string, messages: Messages, inert: Inert): string {
  const { party, client = null, isProven = false } = notice.refused ?? {};
  const isAboutClient = party === 'client' && client !== null && isProven;
  return isAboutClient ? `${whoOf(notice, messages, inert, ROW_NAME_CHARS_MAX)}: ${title}` : title;
}

const ROW_NAME_CHARS_MAX = 60;

/** The same in full, for the first line: with the issuer of a client, and the client of an issuer. */
export function whoseOf(notice: Notice, { whose, ...messages }: Messages, inert: Inert): string {
  if (isWithoutCertificate(notice.group)) return messages.withoutIssuer;
  const { party, client, others, isProven } = refusedIn(notice);
  const issuer = issuerName(notice, messages, inert, limits.nameShownCharsMax);
  if (notice.group.isUnverified) return whose.claimant(issuer);
  if (client === null) return whose.clientsOf(issuer);
  const name = shown(client, inert, limits.nameShownCharsMax);
  if (party === 'issuer') return whose.oneClientOf(issuer, name, isProven);
  const named = isUnloggedIssuer(notice.group.issuerDn) ? null : issuer;
  return isProven ? whose.client(name, others, named) : whose.claimed(name, others, named);
}

/** A notice of an earlier version names the issuer. */
function refusedIn({ refused, group }: Notice): Refused {
  return refused ?? { party: 'issuer', client: null, others: 0, issuer: nameIn(group.issuerDn), isProven: false };
}

type IssuerWords = Pick<Messages, 'unknownIssuer' | 'otherIssuers' | 'issuerUnknown' | 'issuerNotLogged' | 'withNote'>;

function issuerName(notice: Notice, messages: IssuerWords, inert: Inert, charsMax: number): string {
  const { group } = notice;
  if (group.issuerDn === UNKNOWN_ISSUER) return messages.unknownIssuer;
  if (isSeveral(group.issuerDn) || group.issuerDn === OTHER_ISSUERS) return messages.otherIssuers;
  // A notice of an earlier version names the client's organization as the issuer.
  if (isUnloggedIssuer(group.issuerDn)) return shown(issuerText(group.issuerDn, messages), inert, charsMax);
  return shown(refusedIn(notice).issuer ?? nameIn(group.issuerDn), inert, charsMax);
}

/** The name may be followed by a full stop. */
function shown(name: string, inert: Inert, charsMax: number): string {
  return inert(cutName(name, charsMax).replace(/\.$/, ''));
}

/** The issuer; for an incident of a whole domain, the issuers that fail together. */
export function issuersOf({ group, groups }: Notice, messages: Messages, inert: Inert): string[] {
  const issuers = groups.length === 0 ? [group.issuerDn] : [...new Set(groups.map((one) => one.issuerDn))];
  // Groups of an earlier release may be missing for an incident of a whole domain.
  const nameOf = (issuer: string) => (isSeveral(issuer) ? messages.otherIssuers : issuerText(issuer, messages));
  const shown = issuers.slice(0, limits.issuersShownMax).map((issuer) => inert(nameOf(issuer)));
  return issuers.length > shown.length ? [...shown, '…'] : shown;
}

/** The finding that is the cause, if there is a diagnosis. */
export function decisiveFinding({ verdict }: Pick<Notice, 'verdict'>): Finding | null {
  return verdict?.findings.find((finding) => finding.code === (verdict.reason ?? 'would-pass')) ?? null;
}

export function findingWords({ code }: Pick<Finding, 'code'>, messages: Messages): FindingMessages | null {
  return code in messages.findings ? messages.findings[code as FindingCode] : null;
}

/** The verdict in one sentence if there is one, else the meaning of the reason. */
export function leadOf(notice: Notice, messages: Messages, inert: Inert): string {
  if (notice.kind === 'resolved') return messages.over;
  const finding = decisiveFinding(notice);
  const words = finding === null ? null : findingWords(finding, messages);
  if (finding === null || words === null)
    return `${meaningOf(notice, messages)}${presentedWords(notice, messages, inert)}`;
  const isCertain = notice.verdict?.verdict === 'trusted' || isKnownRule(finding);
  const basis = notice.verdict?.basis === 'log-fields' ? ` ${messages.fromLogFields}` : '';
  const told = messages.verdict(words.title, remedyOf(notice, finding, messages, inert), isCertain);
  const verdict = `${told}${basis}`;
  const isRefused = notice.verdict?.verdict === 'refused';
  return isRefused && finding.seenOn !== undefined ? `${messages.seenHere(finding.seenOn)}${verdict}` : verdict;
}

/** What clients without a certificate presented before; empty where that is not known. */
function presentedWords({ presentedBefore = [], at }: Notice, messages: Messages, inert: Inert): string {
  if (presentedBefore.length === 0) return '';
  const told = presentedBefore.map(({ sourceIp, subjectDn, serialNumber, notAfter, lastAt }) =>
    messages.presentedBefore({
      address: inert(sourceIp),
      name: inert(cut(commonNameIn(subjectDn), limits.nameShownCharsMax)),
      serial: inert(serialNumber),
      ends: notAfter === null ? null : notAfter.slice(0, DAY_CHARS),
      isExpired: notAfter !== null && notAfter < at,
      until: lastAt.slice(0, DAY_CHARS),
    }),
  );
  return ` ${[...told, messages.mayLackPurpose].join(' ')}`;
}

/** Such as `CN=billing-batch`, or the whole name where it has none. */
function commonNameIn(dn: string): string {
  return /(?:^|,)(CN=(?:\\.|[^,\\+])+)/.exec(dn)?.[1] ?? dn;
}

/** `2026-06-15` of an ISO time. */
const DAY_CHARS = 10;

/** A notice of an earlier version has the remedy in English only; then the short one of the language stands for it. */
function remedyOf(notice: Notice, finding: Finding, messages: Messages, inert: Inert): string {
  if (finding.said !== undefined) {
    // What a contradiction means for a good certificate is a part of the remedy.
    const but = notice.verdict?.verdict === 'refused' ? contradictionOf(notice, finding, messages) : '';
    return `${but}${inert(messages.say(finding.said.remedy))}`;
  }
  const action = findingWords(finding, messages)?.action ?? null;
  return action === null ? inert(finding.remedy) : `${contradictionOf(notice, finding, messages)}${action}`;
}

/** The lines of evidence, as far as they are known in the language. */
export function evidenceOf({ said, evidence }: Finding, messages: Messages): readonly string[] {
  return said === undefined ? evidence : said.evidence.map(messages.say);
}

/** What changed in the truststore before, and why there is no verdict; null for each where there is nothing to say. */
export function notesOf(
  { change, verdictNote, said }: Pick<Notice, 'change' | 'verdictNote' | 'said'>,
  messages: Messages,
): { readonly change: string | null; readonly verdictNote: string | null } {
  return {
    change: said?.change === undefined ? change : messages.say(said.change),
    verdictNote: said?.verdictNote === undefined ? verdictNote : messages.say(said.verdictNote),
  };
}

function meaningOf({ group }: Notice, messages: Messages): string {
  if (group.isUnverified) return messages.claims.meaning;
  return (isSeveral(group.issuerDn) ? messages.severalIssuers : messages.reasons[group.reason]).meaning;
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
export function findingsShown(notice: Pick<Notice, 'verdict'>): Finding[] {
  const findings = notice.verdict?.findings ?? [];
  return findings.filter(({ severity }) => severity !== 'info').slice(0, limits.findingsShownMax);
}

/** The account and its Region, as far as they are known. */
export function placeWords({ account, region }: Notice, separator: string): string {
  return [account, region].filter((one) => one != null && one !== '').join(separator);
}

/** How many, in a few words. */
export function sumWords(notice: Notice, messages: Messages): string {
  const count = number(countOf(notice));
  if (notice.kind !== 'resolved') return messages.failures(count, notice.windowMinutes, number(notice.expected));
  return messages.failuresInAll(count);
}

/** The same, with how many each of the groups has that are told together. */
export function countWords(notice: Notice, messages: Messages, inert: Inert): string {
  const sum = sumWords(notice, messages);
  const { group, count, toldWith = [] } = notice;
  if (toldWith.length === 0) return sum;
  const each = [{ group, count }, ...toldWith].map(({ group: { reason, words }, count: own }) =>
    messages.ofWhich(number(own), words ? saidBy(words, messages, inert) : messages.reasons[reason].title),
  );
  return messages.together(sum, each);
}

/** That no further notice about strangers of the domain is sent for some time; null where more may follow. */
export function heldBackWords(
  { group, heldBackUntil, timeZone }: Notice,
  messages: Messages,
  inert: Inert,
): string | null {
  if (heldBackUntil === undefined) return null;
  return messages.heldBackUntil(domainText(group.scope, inert, messages), timeText(heldBackUntil, timeZone));
}

export function sinceWords({ since, at, timeZone }: Notice, messages: Messages): string {
  const minutes = Math.max(0, Math.round((Date.parse(at) - Date.parse(since)) / MINUTE_MS));
  return messages.since(timeText(since, timeZone), minutes);
}

/** Of how many calls all were refused; null where some calls were let in, or nobody knows. */
export function allRefusedWords({ allRefused, timeZone }: Notice, messages: Messages): string | null {
  if (allRefused === undefined) return null;
  const { refused, since, letInAt } = allRefused;
  return messages.allRefused(number(refused), timeText(since, timeZone), timeText(letInAt, timeZone));
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

/** A client, or that it presents no certificate. */
export function clientWords(
  { subjectDn, serialNumber, sourceIps, count }: ClientTally,
  messages: Messages,
  inert: Inert,
): string {
  const sources = sourceIps.map(inert).join(', ');
  if (`${subjectDn}${serialNumber}` === '') return messages.withoutCertificate(sources, number(count));
  return messages.client(inert(subjectDn), inert(serialNumber), sources, number(count));
}

export function percent(share: number): string {
  return share > 0 && share < 0.01 ? '<1%' : `${Math.round(share * 100)}%`;
}
