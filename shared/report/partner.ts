/** Whom a report is narrowed to, and which groups, clients and certificates are theirs. Pure. */

import { MtlsWatchError } from '../base/errors.js';
import { nearest } from '../base/nearest.js';
import { clean, compareTexts } from '../base/text.js';
import { issuerText, nameWords } from '../messages/names.js';
import { type GroupKey, isSeveral, type Rollup, unloggedClient } from '../model/index.js';
import { isNamed, organizationsOf } from '../x509/names.js';

/** Whom a report is for: a canonical issuer, or part of the name of an organization in any case. */
export type Partner = { readonly issuerDn: string } | { readonly organization: string };

function partnerText(partner: Partner): string {
  return 'issuerDn' in partner ? partner.issuerDn : partner.organization;
}

/** Whom the report speaks to: the organization by its whole name where a part of it finds one. */
export function partnerName(partner: Partner, organizations: readonly string[]): string {
  return organizations.length === 1 ? (organizations[0] ?? '') : partnerText(partner);
}

/** Where no issuer is logged, clients are known by a name, whichever attribute of theirs holds it. */
function isSameIssuer(a: string, b: string): boolean {
  const client = unloggedClient(a);
  return client === null ? a === b : client === unloggedClient(b);
}

/** Whether all that an issuer signed is theirs. */
export function isIssuerOf(partner: Partner | null, issuerDn: string): boolean {
  if (partner === null) return true;
  if (isSeveral(issuerDn)) return false;
  return 'issuerDn' in partner
    ? isSameIssuer(partner.issuerDn, issuerDn)
    : isOrganization(partner.organization, issuerDn);
}

/** Whether an issuer's groups can hold what is theirs. */
export function mayConcern(partner: Partner | null, issuerDn: string): boolean {
  return partner === null || 'organization' in partner || isSameIssuer(partner.issuerDn, issuerDn);
}

/** Whether a client is theirs: by its own name, or because its issuer is. */
export function isClientOf(
  partner: Partner | null,
  { subjectDn, issuerDn }: { readonly subjectDn: string; readonly issuerDn: string },
): boolean {
  if (partner === null || isIssuerOf(partner, issuerDn)) return true;
  return 'organization' in partner && isOrganization(partner.organization, subjectDn);
}

/**
 * What of an hour is theirs, or null. Of an issuer that signs for others too it is their own clients, as many as the hour
 * remembers: the busiest ones.
 */
export function theirPart(partner: Partner | null, rollup: Rollup): Rollup | null {
  const { group } = rollup;
  if (isIssuerOf(partner, group.issuerDn)) return rollup;
  const clients = rollup.clients.filter(({ subjectDn }) =>
    isClientOf(partner, { subjectDn, issuerDn: group.issuerDn }),
  );
  if (clients.length === 0) return null;
  const count = clients.reduce((sum, one) => sum + one.count, 0);
  return { ...rollup, clients, count, requests: count, unattributed: 0, inferred: Math.min(rollup.inferred, count) };
}

function isOrganization(part: string, dn: string): boolean {
  const wanted = folded(part);
  return organizationsOf(dn).some((name) => folded(name).includes(wanted));
}

function folded(text: string): string {
  return text.normalize('NFKC').trim().toLowerCase();
}

/** The organizations that a part of a name finds, each once: more than one may be more than was meant. */
export function organizationsFound(partner: Partner | null, dns: Iterable<string>): string[] {
  if (partner === null || 'issuerDn' in partner) return [];
  const wanted = folded(partner.organization);
  const names = [...dns].flatMap(organizationsOf).filter((name) => folded(name).includes(wanted));
  return [...new Map(names.map((name) => [folded(name), name])).values()].sort(compareTexts);
}

/** Says that a report would be empty, with the names that come nearest. */
export function nobodyFound(partner: Partner, groups: readonly GroupKey[], subjects: Iterable<string>): MtlsWatchError {
  const shown = (name: string): string => issuerText(name, nameWords.en);
  const issuers = groups.map(({ issuerDn }) => shown(issuerDn)).filter(isNamed);
  const names = 'issuerDn' in partner ? issuers : [...issuers, ...subjects].flatMap((dn) => organizationsOf(dn));
  const near = nearest(partnerText(partner), names).map((name) => `\n  ${clean(name, 200)}`);
  const what = 'issuerDn' in partner ? '--issuer' : '--organization';
  const rest = near.length === 0 ? 'no other was refused either' : `nearest:${near.join('')}`;
  return new MtlsWatchError(
    'not-found',
    `nobody who was refused in this time or the eight before it is ${what} ${clean(shown(partnerText(partner)), 200)}; ${rest}`,
  );
}
