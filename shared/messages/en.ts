/** The English texts of alerts: the cause first, then what to do. */

import { english } from '../model/phrases.js';
import { findings } from './findings/en.js';
import { nameWords } from './names.js';
import { reasons } from './reasons/en.js';
import type { Messages } from './types.js';

function andOthers(others: number): string {
  return others === 0 ? '' : others === 1 ? ' and another' : ` and ${others} others`;
}

function because(why: string | null): string {
  return why === null ? '' : `: ${why}`;
}

const { issuerNotLogged: ISSUER_NOT_LOGGED } = nameWords.en;

export const en: Messages = {
  reasons,
  ...nameWords.en,
  severalIssuers: {
    title: 'several certificates at once',
    meaning:
      'Certificates of several issuers are refused at the same time: either a change of the domain refuses them, or somebody tries the door.',
    steps: [
      'Known issuers in the list: something changed for all of them. Look at the truststore’s last version and at the domain name’s status; go back to the version before if it began with it.',
      'Only strangers, a few tries each: a scanner. Nothing to do; they stay outside.',
    ],
  },
  claims: {
    title: 'not signed by that CA',
    meaning:
      'The certificates name a CA of the truststore as their issuer, and no CA of that name signed them: somebody uses its name, or the CA has a new key.',
    steps: [
      'Ask the CA, over a channel that you know, whether it issued these certificates. Take no certificate and no key identifier from the client.',
      'If it did, get its new certificate from the CA itself and add it to the truststore beside the old one.',
      'If it did not: nothing to do; whoever it is stays outside. The partner’s own refusals are counted and told apart from these.',
    ],
  },
  findings,
  say: english,
  contradiction: null,
  severities: { low: 'LOW', medium: 'MEDIUM', high: 'HIGH', critical: 'CRITICAL' },
  unknownIssuer: 'an unknown issuer',
  otherIssuers: 'several issuers',
  who: {
    client: (name, others) => `${name}${andOthers(others)}`,
    claimed: (name, others) => `unverified ${name}${andOthers(others)}`,
    clientsOf: (issuer) => `clients of ${issuer}`,
    claimant: (issuer) => `${issuer} (unverified)`,
  },
  whose: {
    client: (name, others, issuer) =>
      `the client certificates of ${name}${andOthers(others)}, ${issuer === null ? ISSUER_NOT_LOGGED : `issued by ${issuer}`}`,
    claimed: (name, others, issuer) =>
      `client certificates in the name of ${name}${andOthers(others)}, a name that is not verified (${issuer === null ? ISSUER_NOT_LOGGED : `issuer: ${issuer}`})`,
    clientsOf: (issuer) => `the client certificates of ${issuer}`,
    claimant: (issuer) => `client certificates in the name of ${issuer}, which no CA of that name signed`,
    oneClientOf: (issuer, name, isProven) =>
      `the client certificates of ${issuer}, all in the name of ${name}${isProven ? '' : ' (not verified)'}`,
  },
  subject: {
    spike: (who, where, why) => `${where} refuses ${who}${because(why)}`,
    ongoing: (who, where, why) => `still: ${where} refuses ${who}${because(why)}`,
    escalated: (who, where, why) => `worse: ${where} refuses ${who}${because(why)}`,
    resolved: (who, where, why) => `resolved: ${where} no longer refuses ${who}${why === null ? '' : ` (${why})`}`,
  },
  headline: {
    spike: (whose, where) => `${where} refuses ${whose}.`,
    ongoing: (whose, where) => `${where} still refuses ${whose}.`,
    escalated: (whose, where) => `${where} refuses ${whose}, and many more than when it began.`,
    resolved: (whose, where) => `${where} no longer refuses ${whose}.`,
  },
  besideGateway: (title, text, isGateway) => `${title}; ${isGateway ? 'the gateway' : 'the log'} says “${text}”`,
  stop: '. ',
  over: 'Nothing to do now. If nobody changed anything, ask the clients: they may have stopped calling.',
  labels: {
    reason: 'What',
    domain: 'Where',
    issuer: 'Issuer',
    account: 'Account',
    owner: 'Owner',
    since: 'Since',
    failures: 'How many',
    lastHour: 'Last hour',
    clients: 'Who',
    firstSteps: 'First steps',
    evidence: 'Evidence',
    remedy: 'What to change',
    noVerdict: 'No diagnosis of the certificate',
    change: 'What changed before',
    executionLog: 'Refusals in the log',
    accessLog: 'Callers in the log',
    dashboard: 'Dashboard',
    runbook: 'Runbook',
    silence: 'Silence it for two hours',
    acknowledge: 'Stop the repeats',
    cloudShell: 'The same in CloudShell',
    incident: 'Incident',
  },
  since: (time, minutes) => `${time}, ${minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} hours`} ago`,
  failures: (count, minutes, expected) => `${count} in ${minutes} min; usually ${expected}`,
  failuresInAll: (count) => `${count} in all`,
  ofWhich: (count, reason) => `${count} “${reason}”`,
  together: (sum, each) => `${sum} (${each.join(', ')})`,
  peak: (count, minutes) => `at most ${count} in ${minutes} min`,
  allRefused: (refused, since, letInAt) =>
    `refused ${refused} of ${refused} calls since ${since}; let in for the last time ${letInAt}`,
  scopeShare: (percent) => `${percent} of all that this domain refused in the last hour`,
  heldBackUntil: (where, until) =>
    `Enough of strangers at ${where} for today: what else they try is counted, and nobody is told of it until ${until}. The weekly report has it, and so has “mtls-watch incidents”. Partners are told of as ever.`,
  clientsKnown: (count, shown, isEstimate) =>
    count > shown
      ? `${isEstimate ? 'about ' : ''}${count} clients; the busiest ${shown}:`
      : count === 1
        ? '1 client:'
        : `${count} clients:`,
  issuerTrusted: (isTrusted) => (isTrusted ? 'in the truststore' : 'not in the truststore'),
  client: (subject, serial, sources, count) =>
    `${count}×  ${subject}  serial ${serial}${sources === '' ? '' : `  from ${sources}`}`,
  seenHere: (day) => `Seen at this gateway on ${day}: `,
  fromLogFields: 'This is from the log’s fields, not from the certificate.',
  presentedBefore: ({ address, name, serial, ends, isExpired, until }) => {
    const validity = ends === null ? '' : isExpired ? `, expired ${ends}` : `, valid until ${ends}`;
    return `${address} presented ${name} (serial ${serial}${validity}) until ${until}.`;
  },
  mayLackPurpose: 'The new certificate may lack client authentication: then many clients send none.',
  withoutCertificate: (sources, count) =>
    `${count}×  without a certificate${sources === '' ? '' : `  from ${sources}`}`,
  verdict: (title, remedy, isCertain) =>
    `${isCertain ? '' : 'Likely: '}${remedy === '' ? `${title}.` : `${title}. ${remedy}`}`,
};
