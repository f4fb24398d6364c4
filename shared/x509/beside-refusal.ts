/**
 * Compares a verdict with the sentence with which the gateway itself refused the certificate. The gateway knows its own
 * checks, while a part of the rules here is taken from OpenSSL. Therefore a finding that is usually a warning becomes
 * the cause if it fits the sentence, and a verdict that contradicts the sentence explains what the contradiction means.
 */

import type { FindingCode } from '../model/finding-codes.js';
import type { Diagnosis, Finding } from '../model/index.js';
import { type Phrase, plain, say } from '../model/phrases.js';
import { type ReasonId, type RefusedWith, reasonOfRefusal } from '../model/reasons.js';
import { type DoorRules, doorRules } from './door-rules.js';
import { isStandingNote } from './standing.js';
import { reworded, wordsOf } from './wording.js';

/** The findings that each sentence of the gateway may refer to. */
const FITTING: Readonly<Record<ReasonId, readonly FindingCode[]>> = {
  'issuer-not-found': [
    'issuer-rekeyed',
    'intermediate-missing',
    'issuer-missing',
    'key-identifier-mismatch',
    'malformed',
    'two-issuers',
  ],
  'insecure-signature-algorithm': [
    'unsupported-signature',
    'weak-signature',
    'unsupported-key',
    'weak-key',
    'unsupported-curve',
  ],
  'self-signed': ['self-signed'],
  'self-signed-in-chain': ['issuer-missing', 'issuer-rekeyed', 'key-identifier-mismatch', 'two-issuers'],
  expired: ['issuer-expired', 'expired'],
  'not-yet-valid': ['issuer-not-yet-valid', 'not-yet-valid'],
  'chain-too-long': ['chain-too-long'],
  'signature-failure': ['content-altered', 'issuer-rekeyed', 'malformed', 'unsupported-signature', 'two-issuers'],
  'invalid-ca': ['issuer-not-ca', 'malformed'],
  'path-length-exceeded': ['path-length-exceeded'],
  'unsupported-purpose': ['unsupported-purpose'],
  'unhandled-critical-extension': ['unhandled-critical-extension'],
  'weak-key': ['weak-key', 'unsupported-curve', 'unsupported-key'],
  untrusted: [
    'issuer-rekeyed',
    'intermediate-missing',
    'issuer-missing',
    'self-signed',
    'content-altered',
    'key-identifier-mismatch',
    'issuer-not-ca',
    'path-length-exceeded',
    'name-constraint-violated',
    'unhandled-critical-extension',
    'weak-signature',
    'unsupported-signature',
    'weak-key',
    'two-issuers',
  ],
  'no-client-certificate': [],
  'certificate-too-large': ['certificate-too-large'],
  'invalid-certificate': ['malformed', 'content-altered', 'unhandled-critical-extension'],
  'unsupported-certificate': [
    'unsupported-key',
    'unsupported-curve',
    'unsupported-signature',
    'weak-key',
    'weak-signature',
  ],
  revoked: [],
  'revocation-check-failed': [],
  rejected: [],
  'denied-by-function': [],
  'function-failed': [],
  other: [],
};

/** Whether the gateway's sentence may refer to such a finding. */
export function fits(code: string, refusedWith: ReasonId): boolean {
  return FITTING[refusedWith].includes(code as FindingCode);
}

export function besideRefusal(
  diagnosis: Diagnosis,
  refused: RefusedWith,
  door: DoorRules = doorRules['api-gateway'],
): Diagnosis {
  const { verdict, findings } = diagnosis;
  const refusedWith = reasonOfRefusal(refused);
  const said = saidBy(door, refused);
  const fitting = findings.filter(({ code }) => fits(code, refusedWith));
  // If several findings fit, an error is a better explanation than a warning.
  const cause = fitting.find(({ severity }) => severity === 'error') ?? fitting[0];
  if (cause !== undefined) return ledBy({ ...cause, severity: 'error', standing: 'seen' }, cause, diagnosis, said);
  // An unknown sentence may refer to any unusual property of the certificate.
  const unusual = findings.find(({ severity }) => severity === 'warning');
  if (verdict === 'trusted' && refusedWith === 'other' && unusual !== undefined)
    return ledBy({ ...unusual, severity: 'error' }, unusual, diagnosis, said);
  const [first, ...rest] = findings;
  if (first === undefined) return diagnosis;
  return { ...diagnosis, findings: [contradicted(first, verdict, refusedWith, said, door), ...rest] };
}

/** Of a reason that is not known here, the door's own words. */
function saidBy({ name }: DoorRules, refused: RefusedWith): Phrase {
  const words = typeof refused === 'object' ? say`“${refused.words}”` : plain(WORDS[refused]);
  return say`${plain(name)} refused it with: ${words}`;
}

function ledBy(cause: Finding, was: Finding, { findings, path }: Diagnosis, said: Phrase): Diagnosis {
  const others = findings.filter((one) => one !== was && one.code !== 'would-pass');
  const isSeen = cause.standing === 'seen';
  const known = wordsOf(cause).evidence;
  const evidence = [...(isSeen ? known.filter((line) => !isStandingNote(line)) : known), said];
  return { verdict: 'refused', reason: cause.code, findings: [reworded(cause, { evidence }), ...others], path };
}

function contradicted(
  finding: Finding,
  verdict: Diagnosis['verdict'],
  refusedWith: ReasonId,
  said: Phrase,
  door: DoorRules,
): Finding {
  const { evidence, remedy } = wordsOf(finding);
  if (verdict !== 'trusted') {
    if (refusedWith === 'other') return reworded(finding, { evidence: [...evidence, said] });
    const but = say`${said}, which this does not explain: ${plain(door.name)} may hold another version of the truststore`;
    return { ...reworded(finding, { evidence: [...evidence, but] }), isContradicted: true };
  }
  const unexplained = say`nothing in this certificate and this truststore explains that`;
  const words = {
    evidence: [...evidence, said, unexplained],
    remedy: say`${meaningOf(refusedWith, door)} ${remedy}`,
  };
  return { ...reworded(finding, words), isContradicted: true };
}

/** The sentences below hold no names, so that the door's own can be put in. */
function meaningOf(refusedWith: ReasonId, { name }: DoorRules): Phrase {
  return { say: (MEANING[refusedWith] ?? MEANING_OF_OTHERS).replaceAll('the gateway', '{0}'), of: [plain(name)] };
}

const WORDS: Readonly<Record<ReasonId, string>> = {
  'issuer-not-found': 'issuer not found',
  'insecure-signature-algorithm': 'insecure signature algorithm',
  'self-signed': 'self-signed',
  'self-signed-in-chain': 'self-signed certificate in the chain',
  expired: 'certificate has expired',
  'not-yet-valid': 'certificate is not yet valid',
  'chain-too-long': 'chain too long',
  'signature-failure': 'signature failure',
  'invalid-ca': 'invalid CA certificate',
  'path-length-exceeded': 'path length exceeded',
  'unsupported-purpose': 'unsupported purpose',
  'unhandled-critical-extension': 'unhandled critical extension',
  'weak-key': 'key too weak',
  untrusted: 'certificate not trusted',
  'no-client-certificate': 'client sends no certificate',
  'certificate-too-large': 'certificate too large',
  'invalid-certificate': 'certificate invalid',
  'unsupported-certificate': 'kind of certificate not supported',
  revoked: 'certificate revoked',
  'revocation-check-failed': 'revocation could not be checked',
  rejected: 'rejected by validation',
  'denied-by-function': 'denied by the connection function',
  'function-failed': 'connection function failed',
  other: 'a reason that is not known here',
};

const MEANING_OF_OTHERS =
  'Believe the gateway: it sees what is not in this truststore or checks what is not known here.';

const MEANING: Partial<Readonly<Record<ReasonId, string>>> = {
  'issuer-not-found':
    'Believe the gateway: it did not find an issuer that this truststore has, so it works with another version of the truststore.',
  expired:
    'Believe the gateway: everything here is within its validity, so its version of the truststore holds an older certificate of one of these CAs.',
  'not-yet-valid':
    'Believe the gateway: everything here is valid already, so its version of the truststore holds another certificate of one of these CAs.',
  'insecure-signature-algorithm':
    'Believe the gateway: every signature here is SHA-256 or stronger, so its version of the truststore holds an older certificate of one of these CAs.',
  'self-signed':
    'Believe the gateway: it takes for self-signed what is none here, so the client presented another certificate than the one that was logged, or the truststore of the gateway lacks it.',
};
