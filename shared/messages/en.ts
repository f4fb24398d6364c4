/** The English texts of alerts: the cause first, then what to do. */

import { reasons } from './reasons/en.js';
import type { Messages } from './types.js';

export const en: Messages = {
  reasons,
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
  findings: {
    malformed: { title: 'The certificate cannot be read', action: null },
    'self-signed': { title: 'The client signed its certificate itself', action: null },
    'search-limit-exceeded': { title: 'The truststore is too tangled to be checked', action: null },
    'content-altered': { title: 'The certificate was altered after it was signed', action: null },
    'issuer-rekeyed': { title: 'No CA of that name in the truststore signed the certificate', action: null },
    'intermediate-missing': { title: 'An intermediate CA is missing in the truststore', action: null },
    'issuer-missing': { title: 'The issuing CA is not in the truststore', action: null },
    'chain-too-long': { title: 'The chain has more than four CA certificates', action: null },
    'issuer-not-ca': { title: 'A certificate in the chain acts as a CA and is none', action: null },
    'path-length-exceeded': { title: 'A CA of the chain allows fewer CAs below it', action: null },
    'unhandled-critical-extension': { title: 'A critical extension is unknown to the gateway', action: null },
    'unsupported-purpose': { title: 'The certificate is not meant for clients', action: null },
    'name-constraint-violated': { title: 'A CA of the chain may not give this name', action: null },
    'unsupported-signature': { title: 'A signature is of a kind that is not accepted', action: null },
    'weak-signature': { title: 'A signature is weaker than SHA-256', action: null },
    'weak-key': { title: 'A key is too short', action: null },
    'unsupported-curve': { title: 'The curve of a key is not accepted', action: null },
    'unsupported-key': { title: 'The kind of a key is not accepted', action: null },
    'issuer-expired': { title: 'A CA in the truststore has expired', action: null },
    'issuer-not-yet-valid': { title: 'A CA in the truststore is not valid yet', action: null },
    expired: { title: 'The client certificate has expired', action: null },
    'not-yet-valid': { title: 'The client certificate is not valid yet', action: null },
    'key-identifier-mismatch': { title: 'The key identifiers do not match', action: null },
    'two-issuers': { title: 'The truststore holds a CA with two issuers', action: null },
    'would-pass': { title: 'The certificate is good for the truststore in S3', action: null },
  },
  contradiction: null,
  severities: { low: 'LOW', medium: 'MEDIUM', high: 'HIGH', critical: 'CRITICAL' },
  unknownIssuer: 'an unknown issuer',
  otherIssuers: 'several issuers',
  claimant: (issuer) => `somebody claiming to be ${issuer}`,
  subject: {
    spike: (who, where, why) => `${where} refuses ${who}: ${why}`,
    ongoing: (who, where, why) => `still: ${where} refuses ${who}: ${why}`,
    escalated: (who, where, why) => `worse: ${where} refuses ${who}: ${why}`,
    resolved: (who, where, why) => `resolved: ${where} no longer refuses ${who} (${why})`,
  },
  headline: {
    spike: (who, where) => `${where} refuses the client certificates of ${who}.`,
    ongoing: (who, where) => `${where} still refuses the client certificates of ${who}.`,
    escalated: (who, where) => `${where} refuses many more client certificates of ${who} than when it began.`,
    resolved: (who, where) => `${where} no longer refuses the client certificates of ${who}.`,
  },
  over: 'Nothing to do now. If nobody changed anything, ask the clients: they may have stopped calling.',
  labels: {
    reason: 'What',
    domain: 'Where',
    issuer: 'Issuer',
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
    incident: 'Incident',
  },
  since: (utc, minutes) => `${utc} UTC, ${minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} hours`} ago`,
  failures: (count, minutes, expected) => `${count} in ${minutes} min; usually ${expected}`,
  failuresAtWorst: (count, minutes) => `${count} in ${minutes} min at its height`,
  failuresInAll: (count) => `${count} in all`,
  peak: (count, minutes) => `at most ${count} in ${minutes} min`,
  scopeShare: (percent) => `${percent} of all that this domain refused in the last hour`,
  heldBackUntil: (where, until) =>
    `Enough of strangers at ${where} for today: what else they try is counted, and nobody is told of it until ${until} UTC. The weekly report has it, and so has “mtls-watch incidents”. Partners are told of as ever.`,
  clientsKnown: (count, shown) =>
    count > shown
      ? `at least ${count} clients; the busiest ${shown}:`
      : count === 1
        ? '1 client:'
        : `${count} clients:`,
  issuerTrusted: (isTrusted) => (isTrusted ? 'in the truststore' : 'not in the truststore'),
  client: (subject, serial, sources, count) =>
    `${count}×  ${subject}  serial ${serial}${sources === '' ? '' : `  from ${sources}`}`,
  verdict: (title, remedy, isCertain) =>
    `${isCertain ? '' : 'Likely: '}${remedy === '' ? `${title}.` : `${title}. ${remedy}`}`,
};
