/**
 * Who is named as refused: the client where the cause lies with its certificate, or where all refused certificates bear
 * one name; the issuer where the cause lies with a CA. Pure. Names are what certificates say, and as hostile as they.
 */

import type { FindingCode } from '../model/finding-codes.js';
import {
  type ClientTally,
  type Diagnosis,
  type GroupKey,
  isSeveral,
  isUnloggedIssuer,
  OTHER_ISSUERS,
  type Refused,
} from '../model/index.js';
import { proves, type ReasonId } from '../model/reasons.js';
import { commonNameOf, isNamed, organizationOf, unitOf } from '../x509/names.js';

/** Findings about a CA, at whatever depth they are. */
const ABOUT_A_CA: readonly FindingCode[] = [
  'search-limit-exceeded',
  'issuer-rekeyed',
  'intermediate-missing',
  'issuer-missing',
  'key-identifier-mismatch',
  'chain-too-long',
  'issuer-not-ca',
  'path-length-exceeded',
  'issuer-expired',
  'issuer-not-yet-valid',
  'two-issuers',
];

/** With any of these at the client's own certificate, no CA of the truststore is known to have signed its name. */
const UNSIGNED: readonly FindingCode[] = [
  'malformed',
  'self-signed',
  'search-limit-exceeded',
  'content-altered',
  'issuer-rekeyed',
  'intermediate-missing',
  'issuer-missing',
];

/** The gateway's reasons for which a CA is the cause. The others may be the client's or a CA's. */
const CAS_REASONS: readonly ReasonId[] = [
  'issuer-not-found',
  'self-signed-in-chain',
  'chain-too-long',
  'invalid-ca',
  'path-length-exceeded',
  'untrusted',
];

type Subject = Pick<ClientTally, 'subjectDn'>;

/** @param clients those with most failures first */
export function refusedOf(group: GroupKey, verdict: Diagnosis | null, clients: readonly Subject[]): Refused {
  const isIssuerKnown = isNamed(group.issuerDn) && !isUnloggedIssuer(group.issuerDn);
  const issuer = isIssuerKnown ? issuerNameOf(group.issuerDn) : null;
  const isProven = isProvenBy(group, verdict);
  if (group.issuerDn === OTHER_ISSUERS || isSeveral(group.issuerDn)) {
    return { party: 'issuer', client: null, others: 0, issuer, isProven };
  }
  const dns = [...new Set(clients.map(({ subjectDn }) => subjectDn))].filter((dn) => dn !== '');
  const issuersOrganization = (isIssuerKnown ? organizationOf(group.issuerDn) : null) ?? '';
  const shared = nameOf(dns, issuersOrganization);
  const party = partyOf(group, verdict, shared !== null);
  if (shared !== null || party === 'issuer') return { party, client: shared, others: 0, issuer, isProven };
  const client = nameOf(dns.slice(0, 1), issuersOrganization);
  const names = new Set(dns.map((dn) => (organizationOf(dn) ?? commonNameOf(dn) ?? dn).toLowerCase()));
  // Without a name of the client there is only the issuer to name.
  return { party: client === null ? 'issuer' : party, client, others: Math.max(0, names.size - 1), issuer, isProven };
}

function partyOf({ issuerDn, reason }: GroupKey, verdict: Diagnosis | null, isShared: boolean): Refused['party'] {
  const cause = causeIn(verdict);
  if (cause !== undefined) return cause.depth !== 0 || isAboutCa(cause.code) ? 'issuer' : 'client';
  if (!isShared) return 'issuer';
  return verdict === null && isNamed(issuerDn) && !isUnloggedIssuer(issuerDn) && CAS_REASONS.includes(reason)
    ? 'issuer'
    : 'client';
}

function causeIn(verdict: Diagnosis | null) {
  return verdict?.verdict === 'refused' ? verdict.findings.find(({ code }) => code === verdict.reason) : undefined;
}

function isAboutCa(code: string): boolean {
  return ABOUT_A_CA.includes(code as FindingCode);
}

function isProvenBy({ reason, isUnverified }: GroupKey, verdict: Diagnosis | null): boolean {
  if (isUnverified) return false;
  if (verdict === null) return proves(reason);
  const cause = causeIn(verdict);
  return cause === undefined || cause.depth !== 0 || !UNSIGNED.includes(cause.code as FindingCode);
}

/** A CA whose common name holds the first word of its organization needs no organization beside it. */
function issuerNameOf(dn: string): string | null {
  const commonName = commonNameOf(dn);
  const [word = ''] = (organizationOf(dn) ?? '').toLowerCase().split(' ', 1);
  const isInIt = word === '' || (word.length > 2 && commonName?.toLowerCase().includes(word));
  return commonName !== null && isInIt ? commonName : nameOf([dn], '');
}

/**
 * The name that all DNs share: the organization with the common name, or either. A CA often gives its own organization to
 * those whom it issues to: then the organizational unit tells them apart.
 */
function nameOf(dns: readonly string[], issuersOrganization: string): string | null {
  const organization = sharedBy(dns, organizationOf);
  const commonName = sharedBy(dns, commonNameOf);
  const isIssuers = organization !== null && organization.toLowerCase() === issuersOrganization.toLowerCase();
  const unit = isIssuers || organization === null ? sharedBy(dns, unitOf) : null;
  const outer = [organization, unit].filter((one) => one !== null).join(', ');
  if (outer === '') return commonName ?? (dns.length === 1 ? (dns[0] ?? null) : null);
  return commonName === null || commonName.toLowerCase() === outer.toLowerCase() ? outer : `${outer} (${commonName})`;
}

function sharedBy(dns: readonly string[], of: (dn: string) => string | null): string | null {
  const values = dns.map(of);
  const [first] = values;
  return first != null && values.every((value) => value?.toLowerCase() === first.toLowerCase()) ? first : null;
}
