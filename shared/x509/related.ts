/**
 * Finds the CA of a truststore that is most similar to a missing one: one with the same key under another name, an
 * earlier generation of the same CA, or a CA of the same organization. It is a hint in the text of a finding, and never
 * changes the verdict.
 */

import type { Certificate } from './certificate.js';
import type { Rdn } from './dn.js';
import type { Truststore, TruststoreCertificate } from './truststore.js';

export interface Related {
  readonly held: TruststoreCertificate;
  readonly how: 'same-key' | 'other-generation' | 'same-organization';
}

/** Words that occur in most names of CAs, and therefore say nothing about similarity. */
const GENERIC: ReadonlySet<string> = new Set(
  'and authority ca cas certificate certificates certification class cert client clients device devices ecc ev for intermediate internal issuer issuing level network of partner policy primary private public root rsa secure server service services sha256 signing sub subordinate test the tls trust'.split(
    ' ',
  ),
);

/** The CA most similar to the issuer that `child` names, except the certificates of its own path. */
export function nearestRelative(
  child: Certificate,
  truststore: Truststore,
  path: readonly Certificate[],
): Related | null {
  const missing = describe(child.issuerRdns);
  let best: Related | null = null;
  for (const held of truststore.certificates) {
    const { certificate } = held;
    if (path.some(({ fingerprint }) => fingerprint === certificate.fingerprint)) continue;
    if (child.authorityKeyId !== null && certificate.subjectKeyId === child.authorityKeyId)
      return { held, how: 'same-key' };
    const how = relation(missing, describe(certificate.subjectRdns));
    if (how === null || certificate.basicConstraints?.ca === false) continue;
    const better =
      best === null ||
      (how === 'other-generation' && best.how !== how) ||
      (how === best.how && held.selfSigned && !best.held.selfSigned);
    if (better) best = { held, how };
  }
  return best;
}

const SUBORDINATE: ReadonlySet<string> = new Set(
  'ica intermediate issuer issuing level sub subca subordinate'.split(' '),
);
const ENVIRONMENTS: ReadonlySet<string> = new Set(
  'acceptance demo dev development devel int integration lab nonprod preprod preproduction qa sandbox stage staging stg test testing tst uat'.split(
    ' ',
  ),
);

/**
 * Whether the name of a missing issuer suggests that it stands below a CA of the truststore: it calls itself
 * subordinate, the truststore has no other such CA of the organization, and both belong to the same environment. The
 * organization alone is not enough, because a test CA has the same one.
 */
export function namesSubordinate(missing: readonly Rdn[], relative: Certificate, truststore: Truststore): boolean {
  const { words, organization } = describe(missing);
  const there = describe(relative.subjectRdns).words;
  if (words.includes('root') || !words.some((word) => SUBORDINATE.has(word))) return false;
  if (words.some((word) => ENVIRONMENTS.has(word) && !there.includes(word))) return false;
  return !truststore.certificates.some(
    ({ certificate, selfSigned }) => !selfSigned && describe(certificate.subjectRdns).organization === organization,
  );
}

interface Described {
  readonly organization: string | null;
  readonly domain: string;
  /** Words of the common name, or of the organizational units if there is none. */
  readonly words: readonly string[];
}

function describe(rdns: readonly Rdn[]): Described {
  const texts = (attribute: string) =>
    rdns.flatMap((rdn) =>
      rdn.flatMap(({ name, value }) => (name === attribute && 'text' in value ? [value.text.toLowerCase()] : [])),
    );
  const common = texts('CN').length > 0 ? texts('CN') : texts('OU');
  return {
    organization: texts('O')[0] ?? null,
    domain: texts('DC').join('.'),
    words: common.flatMap((text) => text.split(/[^\p{L}\p{N}]+/u)).filter((word) => word !== ''),
  };
}

function relation(a: Described, b: Described): 'other-generation' | 'same-organization' | null {
  const sameOrganization =
    a.organization !== null
      ? a.organization === b.organization
      : b.organization === null && a.domain !== '' && a.domain === b.domain;
  const neither = a.organization === null && b.organization === null;
  if (!sameOrganization && !neither) return null;
  const left = withoutGeneration(a);
  const right = withoutGeneration(b);
  if (left.length > 0 && left.join(' ') === right.join(' ') && (sameOrganization || left.some(isDistinct)))
    return 'other-generation';
  if (sameOrganization || left.some((word) => isDistinct(word) && right.includes(word))) return 'same-organization';
  return null;
}

function withoutGeneration({ words }: Described): readonly string[] {
  return words.filter((word) => !isGeneration(word));
}

/** A number, a year, `G2`, `R3`, `V1` or a Roman numeral, which distinguishes generations of a CA. */
function isGeneration(word: string): boolean {
  return /^(?:[a-z]?\d{1,4}|i{1,3}|iv|vi{0,3}|ix|x|old|new)$/.test(word);
}

function isDistinct(word: string): boolean {
  return word.length > 1 && !GENERIC.has(word) && !isGeneration(word);
}
