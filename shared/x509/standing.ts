/**
 * How certain it is that the gateway applies each rule of a verdict. AWS documents a part of the gateway's checks; the
 * others are taken from OpenSSL, whose messages the gateway returns. A verdict that rests on a rule which is neither
 * documented nor reported from a real gateway is called likely. `docs/verdicts.md` prints this table.
 */

import type { FindingCode } from '../model/finding-codes.js';
import type { ProbedKind, Standing } from '../model/index.js';
import { type Phrase, plain, say } from '../model/phrases.js';

export interface KnownRule {
  readonly code: FindingCode;
  /** What must hold, as a sentence. */
  readonly rule: string;
  readonly standing: Standing;
  readonly source: string;
  /** The probe of a canary that settles the rule at one gateway. */
  readonly probe?: ProbedKind;
}

const PAGE = "AWS's page on mutual TLS for REST APIs";
const VERIFY = 'OpenSSL, check_extensions in crypto/x509/x509_vfy.c';

/** By rule id; most rules have the same name as their finding code. */
export const knownRules = {
  malformed: {
    code: 'malformed',
    rule: 'A certificate follows the syntax of X.509.',
    standing: 'documented',
    source: PAGE,
  },
  'unreadable-extension': {
    code: 'malformed',
    rule: 'Extensions that validation looks at can be read, numbers are not padded, text is what its type says.',
    standing: 'openssl',
    source: 'OpenSSL, crypto/x509/v3_purp.c',
  },
  'self-signed': {
    code: 'self-signed',
    rule: 'A self-signed client certificate is itself in the truststore.',
    standing: 'documented',
    source: "AWS's article on 403s of mutual TLS",
  },
  'self-signed-listed': {
    code: 'self-signed',
    rule: 'A self-signed client certificate that is itself in the truststore is let in.',
    standing: 'documented',
    source: "AWS's article on 403s of mutual TLS",
  },
  'search-limit-exceeded': {
    code: 'search-limit-exceeded',
    rule: 'The CAs of the truststore can be followed in a bounded time.',
    standing: 'unknown',
    source: 'a bound of this tool',
  },
  'content-altered': {
    code: 'content-altered',
    rule: 'The signature covers the content.',
    standing: 'documented',
    source: PAGE,
  },
  'issuer-rekeyed': {
    code: 'issuer-rekeyed',
    rule: 'The issuer in the truststore has the key that signed.',
    standing: 'documented',
    source: PAGE,
  },
  'intermediate-missing': {
    code: 'intermediate-missing',
    rule: 'The truststore holds the complete chain, whatever the client presents.',
    standing: 'documented',
    source: PAGE,
  },
  'issuer-missing': {
    code: 'issuer-missing',
    rule: 'The issuer is in the truststore, and every CA above it up to the root.',
    standing: 'documented',
    source: PAGE,
  },
  'chain-incomplete': {
    code: 'issuer-missing',
    rule: 'A chain ends at a self-signed root, and at no CA whose own issuer is missing.',
    standing: 'documented',
    source: PAGE,
  },
  'key-identifier-mismatch': {
    code: 'key-identifier-mismatch',
    rule: 'The authority key identifier fits the issuer: its key identifier, its serial number, its own issuer.',
    standing: 'openssl',
    source: 'OpenSSL, X509_check_akid; AWS says that names and keys must chain, and not how',
  },
  'chain-too-long': {
    code: 'chain-too-long',
    rule: "At most four CA certificates, the client's own not counted.",
    standing: 'reported',
    source: 'a published test on a real gateway; AWS says four certificates in its paragraph on the truststore',
    probe: 'chain-of-five',
  },
  'chain-depth': {
    code: 'chain-too-long',
    rule: 'Four CA certificates are taken.',
    standing: 'reported',
    source: 'a published test on a real gateway',
  },
  'certificate-too-large': {
    code: 'certificate-too-large',
    rule: 'A certificate is not too large.',
    standing: 'unknown',
    source: "AWS's pages give no size for API Gateway",
  },
  'version-3': {
    code: 'malformed',
    rule: 'A certificate is of version 3 of X.509.',
    standing: 'unknown',
    source: "AWS's pages on API Gateway are silent on versions; OpenSSL takes the others",
  },
  'issuer-not-ca': {
    code: 'issuer-not-ca',
    rule: 'Whoever issues is a CA by basic constraints and key usage.',
    standing: 'openssl',
    source: 'OpenSSL, check_ca in crypto/x509/v3_purp.c',
  },
  'path-length-exceeded': {
    code: 'path-length-exceeded',
    rule: 'No CA has more CAs below it than its path length allows.',
    standing: 'openssl',
    source: VERIFY,
  },
  'unhandled-critical-extension': {
    code: 'unhandled-critical-extension',
    rule: 'Every critical extension is one that validation handles; key identifiers are not among them.',
    standing: 'openssl',
    source: VERIFY,
  },
  'extended-key-usage': {
    code: 'unsupported-purpose',
    rule: 'An extended key usage, where there is one, names client authentication.',
    standing: 'openssl',
    source: "not among AWS's documented checks for API Gateway (ALB and CloudFront have one); OpenSSL and s2n refuse",
    probe: 'server-only',
  },
  'any-purpose': {
    code: 'unsupported-purpose',
    rule: 'An extended key usage for any purpose does not stand for client authentication.',
    standing: 'openssl',
    source: 'OpenSSL, check_purpose_ssl_client in crypto/x509/v3_purp.c; s2n refuses as well',
  },
  'issuer-purpose': {
    code: 'unsupported-purpose',
    rule: 'An extended key usage of a CA, where there is one, names client authentication.',
    standing: 'openssl',
    source: 'OpenSSL, check_purpose_ssl_client in crypto/x509/v3_purp.c',
  },
  'netscape-type': {
    code: 'unsupported-purpose',
    rule: "Netscape's certificate type, where there is one, names SSL clients.",
    standing: 'openssl',
    source: 'OpenSSL, check_purpose_ssl_client in crypto/x509/v3_purp.c',
  },
  'unsupported-purpose': {
    code: 'unsupported-purpose',
    rule: "A client's key usage, where there is one, allows digital signatures or key agreement.",
    standing: 'openssl',
    source: 'OpenSSL, check_purpose_ssl_client in crypto/x509/v3_purp.c',
  },
  'name-constraint-violated': {
    code: 'name-constraint-violated',
    rule: 'Names are within the name constraints of every CA above, common names that look like hosts too.',
    standing: 'openssl',
    source: 'OpenSSL, crypto/x509/v3_ncons.c',
  },
  'unsupported-signature': {
    code: 'unsupported-signature',
    rule: 'Signatures are RSA or ECDSA.',
    standing: 'documented',
    source: PAGE,
  },
  'signature-pss': {
    code: 'unsupported-signature',
    rule: 'RSASSA-PSS is taken.',
    standing: 'unknown',
    source: "AWS's pages are silent on it; OpenSSL takes it",
    probe: 'pss',
  },
  'signature-sha3': {
    code: 'unsupported-signature',
    rule: 'SHA-3 is taken.',
    standing: 'unknown',
    source: "AWS's pages are silent on it; OpenSSL takes it",
  },
  'unsupported-key': {
    code: 'unsupported-key',
    rule: 'Keys are RSA or on an elliptic curve.',
    standing: 'documented',
    source: PAGE,
  },
  'weak-signature': {
    code: 'weak-signature',
    rule: 'Signatures use SHA-256 or stronger; the one of a root on itself does not matter.',
    standing: 'documented',
    source: PAGE,
  },
  'weak-key': {
    code: 'weak-key',
    rule: 'RSA keys have 2,048 bits or more.',
    standing: 'documented',
    source: PAGE,
  },
  'unsupported-curve': {
    code: 'unsupported-curve',
    rule: 'Elliptic curves are P-256 or P-384.',
    standing: 'documented',
    source: PAGE,
  },
  'curve-p521': {
    code: 'unsupported-curve',
    rule: 'P-521 is not taken.',
    standing: 'unknown',
    source: "AWS's pages disagree: P-256 or P-384 for REST APIs, 256 bits or stronger for HTTP APIs",
    probe: 'p521',
  },
  'issuer-expired': {
    code: 'issuer-expired',
    rule: 'Every CA of the chain is within its validity.',
    standing: 'documented',
    source: PAGE,
  },
  'issuer-not-yet-valid': {
    code: 'issuer-not-yet-valid',
    rule: 'Every CA of the chain is valid already.',
    standing: 'documented',
    source: PAGE,
  },
  expired: { code: 'expired', rule: 'The client is within its validity.', standing: 'documented', source: PAGE },
  'not-yet-valid': {
    code: 'not-yet-valid',
    rule: 'The client is valid already.',
    standing: 'documented',
    source: PAGE,
  },
  'two-issuers': {
    code: 'two-issuers',
    rule: 'One subject does not come with two issuers in one truststore.',
    standing: 'documented',
    source: PAGE,
  },
  revocation: {
    code: 'would-pass',
    rule: 'Revocation is not checked.',
    standing: 'documented',
    source: PAGE,
  },
  'would-pass': {
    code: 'would-pass',
    rule: 'A certificate that breaks none of these rules passes.',
    standing: 'openssl',
    source: 'what remains',
  },
} as const satisfies Readonly<Record<string, KnownRule>>;

export type RuleId = keyof typeof knownRules;

/** Whether a rule with this standing allows the verdict "the gateway refuses"; otherwise the verdict says "likely". */
export function isCertain(standing: Standing | undefined): boolean {
  return standing !== 'openssl' && standing !== 'unknown';
}

/** The note beside a finding whose rule AWS does not document; null if AWS documents it. */
export function standingText({ standing, source }: Pick<KnownRule, 'standing' | 'source'>): Phrase | null {
  switch (standing) {
    case 'documented':
    case 'seen':
      return null;
    case 'reported':
      return say`known from ${plain(source)}`;
    case 'openssl':
      return say`likely, not documented by AWS: ${plain(source)}`;
    case 'unknown':
      return say`not known: ${plain(source)}`;
  }
}

const LIKELY = 'likely, not documented by AWS: ';
const NOT_KNOWN = 'not known: ';

/** Whether a sentence of evidence is only the note that a rule is not certain. */
export function isStandingNote({ say: words }: Phrase): boolean {
  return words.startsWith(LIKELY) || words.startsWith(NOT_KNOWN);
}

/** Whether a sentence of evidence is only the note that says where a rule is known from, certain or not. */
export function isSourceNote(phrase: Phrase): boolean {
  return isStandingNote(phrase) || phrase.say.startsWith('known from ');
}
