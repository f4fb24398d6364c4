/** The report in English. */

import { causes } from '../../messages/causes.js';
import { en as alerts } from '../../messages/en.js';
import { nameWords } from '../../messages/names.js';
import { reasons } from '../../messages/reasons/en.js';
import { english } from '../../model/phrases.js';
import type { ReportMessages } from './types.js';

const n = (count: number, one: string, many = `${one}s`): string =>
  `${count.toLocaleString('en')} ${count === 1 ? one : many}`;

export const en: ReportMessages = {
  language: 'en',
  ...nameWords.en,
  title: (period) => `Refused client certificates, ${period}`,
  titleFor: (partner, period) => `Refused client certificates of ${partner}, ${period}`,
  subtitle: (from, to, generated) => `${from} to ${to}, all times UTC. Made ${generated} by mtls-watch.`,
  contents: 'Contents',
  reasons,
  say: english,
  list: (items) => items.join(', '),
  listWithOthers: (items, others) => `${items.join(', ')}${others === 0 ? '' : ` and ${n(others, 'other')}`}`,
  note: (parts) => `(${parts.join('; ')})`,
  ofWhich: alerts.ofWhich,
  contradiction: null,
  seenHere: (day) => `(seen at this gateway on ${day})`,
  causes: causes.en,
  severities: { low: 'low', medium: 'medium', high: 'high', critical: 'critical' },
  unknownIssuer: 'unknown issuer',
  otherIssuers: 'other issuers, together',
  severalIssuers: 'several issuers at once',
  sections: {
    summary: 'The period in three sentences',
    actions: 'What needs action',
    doors: 'By front door',
    days: 'Refusals by day and reason',
    issuers: 'By issuer',
    shares: 'Share of calls refused, by partner and domain',
    incidents: 'Incidents',
    changes: 'New and vanished issuers',
    expiry: 'Certificates and CAs that expire next',
    sunset: 'Will lose client authentication at the next renewal',
    forbidden: 'Other 403s and failed connections, which are not about certificates',
    silences: 'Silences in force',
    pipeline: 'How the pipeline did',
    method: 'Method and definitions',
  },
  labels: {
    refused: 'Refused',
    before: 'Before',
    median: '4-week median',
    change: 'Change',
    issuers: 'Issuers',
    issuer: 'Issuer',
    whom: 'Refused party',
    incidents: 'Incidents',
    open: 'needs action',
    over: 'over: confirm',
    owner: 'Owner',
    reason: 'Reason',
    verdict: 'Diagnosis',
    remedy: 'What to do',
    runbook: 'Runbook',
    domain: 'Domain',
    evidence: 'Evidence',
    clients: 'Clients',
    client: 'Client',
    lastSeen: 'Last seen',
    firstSeen: 'First seen',
    figures: 'The figures as a table',
    date: 'Day',
    total: 'Total',
    severity: 'Severity',
    noticed: 'Noticed',
    toDetect: 'To detect',
    toResolve: 'To resolve',
    stillFiring: 'goes on',
    newIssuers: 'New',
    vanishedIssuers: 'Vanished',
    expires: 'Expires',
    kind: 'What',
    requests: 'Requests',
    successor: 'Successor',
    noSuccessor: 'none seen',
    caStops: 'CA stops',
    moved: 'Moved',
    certificate: 'client',
    ca: 'CA',
    cause: 'Cause',
    domains: 'Domains',
    count: 'Count',
    what: 'What',
    until: 'Until',
    because: 'Because',
    serial: 'serial',
    sources: 'Sources',
    agents: 'User agents',
    none: 'none',
    unknown: 'not known',
    stretch: 'Weeks back',
    thisPeriod: 'This',
    events: 'Log events read',
    rejected: 'Records that could not be read',
    duplicates: 'Delivered twice, counted once',
    lag: 'Longest delivery lag',
    unattributed: 'Refusals whose client is not known',
    inferred: 'Refusals whose reason was inferred',
    unattributedNote: 'their access-log record never came: they count, but under no issuer',
    inferredNote: 'of APIs without an execution log',
    otherReasons: 'other reasons',
    missing: 'What this report lacks',
    door: 'Door',
    groups: 'Groups',
    otherCauses: 'Other causes',
    letIn: 'Let in',
    shareRefused: 'Share refused',
  },
  doorsNote:
    'What each front door refused for the client certificate. Other causes are no refusals of a certificate: other 403s of API Gateway, and connections that broke off at the other doors.',
  sentences: {
    quiet: 'No client certificate was refused.',
    total: (failures, scopes, issuers, trend) =>
      `${failures} requests were refused for their client certificate, at ${n(scopes, 'domain')} and from ${n(issuers, 'issuer')}${trend}.`,
    trend: (percent, before, median) =>
      `, ${percent > 0 ? `${percent.toLocaleString('en')}% more` : `${Math.abs(percent)}% fewer`} than the ${before} of the period before${median === null ? '' : ` (median of the last four: ${median})`}`,
    same: (median) =>
      `, as many as in the period before${median === null ? '' : ` (median of the last four: ${median})`}`,
    course: (way, periods, from, to) =>
      `; over ${periods} periods they ${way === 'rising' ? 'rise' : 'fall'}, from about ${from} to about ${to}`,
    courseOfOne: (way, periods) => `${way} over ${periods} periods`,
    noTrend: '; there is nothing yet to compare this with',
    biggest: (owner, share, why, isOver) =>
      `${share} of them are ${owner}’s (${why})${isOver ? ', and that is over' : ', and that goes on'}.`,
    strangersOnly: 'No partner stands out among them.',
    todo: (open, over, expiring) => {
      const acts =
        open === 0 ? 'Nothing needs action' : open === 1 ? 'One thing needs action' : `${open} things need action`;
      const done =
        over === 0
          ? ''
          : `, ${over} more ${over === 1 ? 'is' : 'are'} over and wait${over === 1 ? 's' : ''} for a word with the owner`;
      return `${acts}${done}; ${expiring === 0 ? 'no certificate in use is known to expire soon without a successor' : `${n(expiring, 'certificate')} in use ${expiring === 1 ? 'expires' : 'expire'} soon without a successor`}.`;
    },
  },
  nothing: {
    actions: 'Nothing: no partner’s certificates were refused more than once or twice.',
    incidents: 'No incident.',
    new: 'No issuer that was not seen in the eight periods before.',
    vanished: 'No issuer stopped failing.',
    expiry:
      'No certificate in use expires within 90 days; one that lives 200 days or less is listed in its last quarter.',
    sunset: 'No certificate or CA that is known to be public.',
    forbidden: 'None.',
    silences: 'None.',
    issuers: 'No refusals.',
    shares: 'No calls with a client certificate were counted.',
  },
  shares: {
    note: 'Let in are the calls whose certificate the gateway took, whatever they were answered. “Not known”: the calls at this domain, or under this name of the issuer, were not counted, or in some of its access logs only.',
    mail: (owner, scope, refused, calls, share) =>
      `${owner} at ${scope}: ${refused} of ${calls} calls refused (${share}).`,
  },
  sunset: {
    why: (publicCa, usages) => {
      if (publicCa === null) return 'both usages, server and client; only if its CA is public';
      if (usages === 'server') return `${publicCa}, by name; has lost it already`;
      return usages === 'client' ? `${publicCa}, by name; for clients only: ask the CA` : `${publicCa}, by name`;
    },
    note: 'Public CAs stop issuing for client authentication: Let’s Encrypt did on 2026-07-08, Sectigo does on 2027-02-10, DigiCert on 2027-03-01, all others by 2027-03-15 at the latest. A client is let in until it renews after that, and then goes dark.',
    waysOut:
      'Ways out: a private CA, such as AWS Private CA, or ACM’s private roots for client authentication (since November 2026). Add its CA to the truststore before the client changes over. Runbook: client-authentication-sunset.',
    mail: (clients, requests) =>
      `${n(clients, 'client')} with ${requests} requests will lose client authentication at the next renewal: ${clients === 1 ? 'its CA is public by name and stops' : 'their CAs are public by name and stop'} issuing it. A private CA is the way out.`,
  },
  strangers: (issuers, failures) =>
    `Besides these, ${failures} refusals of ${issuers} strangers, who sign themselves or only scan: they stay outside. Nothing to do.`,
  claimed: (title) => `${title}, only in the name of that CA, which did not sign`,
  heldBack: (count) =>
    `${count} more nobody was told of: a silence held them back, or they were strangers’ beyond the notices of a day. The JSON file has them.`,
  more: (count) => `and ${count} more; the JSON and CSV files have them`,
  refusals: (count) => `${count} refused`,
  issuersLeftOut: (issuers, failures) => `${issuers} more issuers with ${failures} refusals in all are not listed.`,
  ago: (stretches) => (stretches === 1 ? 'last seen in the period before' : `last seen ${stretches} periods ago`),
  inDays: (days) => (days < 0 ? `${n(-days, 'day')} ago` : days === 0 ? 'today' : `in ${n(days, 'day')}`),
  duration: (seconds) =>
    seconds < 90
      ? `${Math.round(seconds)} s`
      : seconds < 5400
        ? `${Math.round(seconds / 60)} min`
        : `${(seconds / 3600).toLocaleString('en', { maximumFractionDigits: 1 })} h`,
  daysPicture: (total, worst, worstCount) => `${total} refusals in all; most on ${worst}: ${worstCount}.`,
  otherDays: 'The days that the largest ones hide, on a scale of their own',
  multiplesNote:
    'One column for each period, oldest first, this one in strong colour; the dashed line is the median of the four before. Each picture has its own scale.',
  forbiddenNote: 'These answers look the same to a client, but changing a certificate or the truststore does not help.',
  silencesUnknown: 'Not part of this report.',
  gaps: {
    'successes-format':
      'Successes are not counted for some access logs, because their format holds no issuer or no status: add $context.identity.clientCert.issuerDN and $context.status to it.',
    'successes-unreadable':
      'Successes are not counted for some access logs, because the format of their records is not known: name it under `accessLogFormats`.',
    'successes-unavailable':
      'Successes are not counted for some access logs, because Logs Insights did not answer, or may not be asked: a discovered log group has to be named under `successes.logGroups`.',
    'successes-cut':
      'Successes of some issuers, because their log groups hold calls of more domains and issuers than one query tells.',
    'successes-too-many':
      'Successes are not counted for some access logs, because there are more of them than one report queries, or the queries took too long.',
    'successes-part':
      'Which share of calls is refused at some domains, because not all of their access logs are counted: with the others it would be lower.',
    'successes-elsewhere':
      'Successes are not counted for the domains of other accounts, because their access logs are in those accounts.',
    'successes-connections':
      'Successes are not counted for CloudFront and load balancers: only the access logs of API Gateway are queried.',
    'details-unavailable': 'Sources, user agents and times of single clients: the failure records could not be read.',
    'details-cut': 'Sources, user agents and times of some clients: there are more than were asked for.',
    'expiry-unknown':
      'Certificates that expire next or lose client authentication: the report was made without access logs of successes and without a truststore.',
    'expiry-without-clients':
      'Clients among the certificates that expire next or lose client authentication, and their traffic: only the truststores’ CAs are known here. `mtls-watch expiry` on the access logs tells the rest.',
    'expiry-of-the-past':
      'Clients that were first let in since the exported logs which `mtls-watch backfill` has read, and all clients among those that lose client authentication; anybody’s traffic. `mtls-watch expiry` on the access logs tells the rest.',
    'pipeline-unknown': 'The pipeline’s own numbers could not be read.',
    'nothing-judged':
      'Nothing could be judged: no log record of this period was read. That nothing was refused is not known.',
    'forbidden-unknown': 'Other 403s of this period: they are kept for 16 days.',
    'forbidden-cut': 'Some of the other 403s: there are more than are read for one report, so the counts are too low.',
    'groups-cut': 'Some groups: there are more than are read for one report, so the counts are too low.',
    'incidents-cut': 'Some incidents: there are more than a report lists.',
    'verdicts-cut': 'Diagnoses of the smaller groups.',
    'verdicts-unavailable': 'Some diagnoses: a truststore could not be read.',
    narrowed:
      'Anything about others: this report is narrowed to one partner. Other 403s, silences and the pipeline’s numbers are left out.',
  },
  method: [
    [
      'Refusal',
      'A request that API Gateway answered with 403 because of its client certificate. Each is counted once, however often its log lines were delivered, from the line in the execution log that gives the reason. At CloudFront and at load balancers: a connection that was refused, from its connection log.',
    ],
    [
      'Issuer',
      'The issuer’s name in the client certificate, as the access log has it. Whoever connects chooses it; it proves nothing.',
    ],
    [
      'Period before, median',
      'The same length of time right before, and the middle of the four before. Periods before the first one with data are left out, not counted as zero.',
    ],
    [
      'Needs action',
      'Issuer and reason with at least three refusals, or refusals on two days. “Over”: its incident was resolved and nothing was refused since.',
    ],
    [
      'Time to detect',
      'From the first refusal of the incident until it was noticed. Time to resolve: from the first refusal until refusals fell below the threshold.',
    ],
    ['New, vanished', 'Compared with the eight periods before.'],
    [
      'Clients',
      'From hourly lists of the ten that failed most: a client that is never among them in any hour is not listed.',
    ],
    [
      'Storms',
      'When far more is refused than can be joined, issuers’ numbers are estimates from a sample; totals stay exact.',
    ],
  ],
  mail: {
    subject: (period, failures, open) =>
      `mtls-watch ${period}: ${failures} refused, ${open === 0 ? 'nothing needs action' : `${open} need${open === 1 ? 's' : ''} action`}`,
    where: (url) => `The report: ${url}`,
    signIn: 'The link opens for whoever may read the bucket and is signed in to the account; it does not expire.',
    attached: 'The page is attached: open it in a browser, it loads nothing from elsewhere.',
    tooLarge: 'The page is too large to be attached.',
    first: 'What needs action:',
  },
};
