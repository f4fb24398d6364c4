/** What mtls-watch says, in English. Read at three in the morning: the cause first, then what to do. */

import type { Messages } from './types.js';

export const en: Messages = {
  reasons: {
    'issuer-not-found': {
      title: 'issuer not found',
      meaning: "The truststore does not hold the CA that issued the client's certificate, or not all of its chain.",
      steps: [
        'Ask the client for its CA chain, or compare the issuer above with the CAs in the truststore.',
        'If the CA is the right one: add it with every CA above it up to the root, upload the bundle, and update the custom domain name to the new truststore version.',
        'If it began right after a truststore update: go back to the version before.',
      ],
    },
    'insecure-signature-algorithm': {
      title: 'insecure signature algorithm',
      meaning: 'A certificate of the chain is signed with an algorithm weaker than SHA-256.',
      steps: [
        'Check the signature algorithm: openssl x509 -in client.pem -noout -text | grep "Signature Algorithm".',
        'Ask the client to have the certificate issued again with SHA-256 or stronger; no setting of the gateway allows less.',
      ],
    },
    'self-signed': {
      title: 'self-signed certificate',
      meaning: 'The client presents a certificate that it signed itself, and the truststore does not hold it.',
      steps: [
        'See who it is: a known client with the wrong certificate configured, or a stranger that tries the door.',
        'A known client: ask it to send the certificate that your CA issued.',
        'Strangers need no action; they stay outside.',
      ],
    },
    'self-signed-in-chain': {
      title: 'self-signed certificate in the chain',
      meaning: "The client's chain ends in a root that the truststore does not hold.",
      steps: [
        'Find the root: openssl verify -show_chain with the chain that the client sends.',
        'If you trust that root: add it to the truststore and update the custom domain name to the new version.',
      ],
    },
    expired: {
      title: 'certificate expired',
      meaning: "The client's certificate, or a CA above it, is past its end date.",
      steps: [
        'Compare the end date of the certificate with now: openssl x509 -in client.pem -noout -enddate. If the certificate itself is still valid, a CA in the truststore has expired.',
        'Ask the client to renew its certificate and to restart what holds the old one in memory.',
      ],
    },
    'not-yet-valid': {
      title: 'certificate not yet valid',
      meaning: "The client's certificate, or a CA above it, begins in the future.",
      steps: [
        'Compare the start date of the certificate with now: openssl x509 -in client.pem -noout -startdate. A few minutes point to the clock of the CA that issued it.',
        'Ask the client to go back to its previous certificate until the start date.',
      ],
    },
    'chain-too-long': {
      title: 'chain too long',
      meaning: 'There are more than four CA certificates from the client up to the root.',
      steps: [
        'Ask for a certificate from a CA nearer to the root: API Gateway accepts at most four CA certificates above the client’s.',
      ],
    },
    'signature-failure': {
      title: 'signature does not verify',
      meaning: 'The certificate names a CA of the truststore, but was not signed with that CA’s key.',
      steps: [
        'Ask whether the CA was issued again with a new key under the same name: compare its key identifier with the one in the truststore.',
        'If so: add the new CA certificate beside the old one and update the custom domain name.',
      ],
    },
    'invalid-ca': {
      title: 'invalid CA certificate',
      meaning: 'A certificate that acts as issuer is not marked as a CA.',
      steps: [
        'Check basicConstraints and keyUsage of every certificate above the client’s; replace the one that is no CA.',
      ],
    },
    'path-length-exceeded': {
      title: 'path length exceeded',
      meaning: 'A CA of the chain allows fewer CAs below it than there are.',
      steps: [
        'Check pathlen in basicConstraints of each CA in the chain; have the certificate issued by a CA that may.',
      ],
    },
    'unsupported-purpose': {
      title: 'wrong purpose',
      meaning: 'The certificate may not be used by a client.',
      steps: [
        'Ask for a certificate whose extended key usage includes clientAuth, from a private CA: public CAs stop issuing it, by 2027-03-15 at the latest.',
      ],
    },
    'unhandled-critical-extension': {
      title: 'unknown critical extension',
      meaning: 'The certificate holds a critical extension that the gateway does not know.',
      steps: ['Ask the CA to issue the certificate without that extension, or with it not critical.'],
    },
    'weak-key': {
      title: 'key too weak',
      meaning: 'A key of the chain is shorter than API Gateway accepts.',
      steps: ['Ask for a certificate with RSA of 2,048 bits or more, or ECDSA P-256 or P-384.'],
    },
    other: {
      title: 'another reason',
      meaning: 'The gateway gives a reason that this tool has no page for; its own words are above.',
      steps: [
        'Verify the certificate against the truststore: openssl verify -show_chain -CAfile truststore.pem client.pem.',
      ],
    },
  },
  severalIssuers: {
    title: 'several certificates at once',
    meaning:
      'Certificates of several issuers are refused at the same time: either a change of the domain refuses them, or somebody tries the door.',
    steps: [
      'Known issuers in the list: something changed for all of them. Look at the truststore’s last version and at the domain name’s status; go back to the version before if it began with it.',
      'Only strangers, a few tries each: a scanner. Nothing to do; they stay outside.',
    ],
  },
  findings: {
    malformed: { title: 'The certificate cannot be read', action: null },
    'self-signed': { title: 'The client signed its certificate itself', action: null },
    'search-limit-exceeded': { title: 'The truststore is too tangled to be checked', action: null },
    'content-altered': { title: 'The certificate was altered after it was signed', action: null },
    'issuer-rekeyed': { title: 'The issuing CA has a new key, and the truststore holds the old one', action: null },
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
  severities: { low: 'LOW', medium: 'MEDIUM', high: 'HIGH', critical: 'CRITICAL' },
  unknownIssuer: 'an unknown issuer',
  otherIssuers: 'several issuers',
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
