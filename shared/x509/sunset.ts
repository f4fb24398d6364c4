/**
 * Finds clients that will lose client authentication at their next renewal, because public CAs stop issuing it. Works
 * on the certificates that call today.
 */

import { DAY_MS } from '../base/time.js';
import type { Certificate } from './certificate.js';
import { OID } from './extensions.js';
import { type ClientRecord, successors, withoutStrangers } from './observed.js';
import { nearestAttempt, type Search, startSearch } from './paths.js';
import { endOf, type PublicCa, publicCaOf } from './public-cas.js';
import type { Truststore } from './truststore.js';

const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';

/**
 * What the extended key usages allow. `both`: a certificate for servers and clients, as public CAs issued it. `client`:
 * clients only, from a hierarchy of its own, which may continue. `server`: no client authentication any more. `any`: no
 * usage is named. `unknown`: the log has no certificate.
 */
export type Usages = 'both' | 'client' | 'server' | 'any' | 'unknown';

export interface ClientSunset {
  readonly client: ClientRecord;
  /** By the name of the issuer, or of a CA above it in the truststore; null if only the usages indicate it. */
  readonly publicCa: PublicCa | null;
  readonly usages: Usages;
  /**
   * ISO date after which the CA issues no client authentication; for CAs without a date of their own, Chrome's date.
   */
  readonly until: string;
  /** A later certificate of the same subject that was seen calling and is not affected. */
  readonly successor: ClientRecord | null;
}

/** A CA of the truststore whose clients will lose client authentication. */
export interface CaSunset {
  readonly certificate: Certificate;
  readonly line: number;
  readonly publicCa: PublicCa;
  readonly until: string;
}

/**
 * Clients with both usages, or under a public CA by name, in descending order of requests. Strangers, and certificates
 * that are expired and replaced, are left out. A client-only certificate that was issued after its CA's date does not
 * come from the public hierarchy and is left out too.
 */
export function clientSunsets(
  clients: readonly ClientRecord[],
  truststore: Truststore | null,
  at: number,
): ClientSunset[] {
  // If the truststore contains no public CA, no path does.
  const isSearched = truststore !== null && caSunsets(truststore).length > 0;
  const successorOf = successors(clients);
  const concerned = withoutStrangers(clients, truststore).flatMap((client) => {
    const publicCa = publicCaAbove(client, isSearched ? startSearch(truststore, at) : null);
    const usages = usagesOf(client.certificate);
    const until = endOf(publicCa);
    const isConcerned = publicCa === null ? usages === 'both' : usages !== 'client' || !isIssuedAfter(client, until);
    return isConcerned ? [{ client, publicCa, usages, until }] : [];
  });
  const lost = new Set(concerned.map(({ client }) => client));
  return concerned
    .filter(({ client }) => (client.notAfter ?? at) >= at || successorOf(client) === null)
    .map((one) => {
      const successor = successorOf(one.client);
      return { ...one, successor: successor === null || lost.has(successor) ? null : successor };
    })
    .sort((a, b) => b.client.requests - a.client.requests || (a.until < b.until ? -1 : a.until > b.until ? 1 : 0));
}

/** The CAs of a truststore whose names are those of public CAs, in the order of the file. */
export function caSunsets({ certificates }: Truststore): CaSunset[] {
  return certificates.flatMap(({ certificate, line }) => {
    const publicCa = publicCaOf(certificate.subjectDn) ?? publicCaOf(certificate.issuerDn);
    return publicCa === null ? [] : [{ certificate, line, publicCa, until: endOf(publicCa) }];
  });
}

function publicCaAbove({ issuerDn, certificate }: ClientRecord, search: Search | null): PublicCa | null {
  const byIssuer = publicCaOf(issuerDn);
  if (byIssuer !== null || search === null || certificate === null) return byIssuer;
  // A CA with the name of a customer or reseller may stand under a public root.
  const names = nearestAttempt(search, certificate)
    .path.slice(1)
    .map((one) => one.issuerDn);
  return names.map(publicCaOf).find((ca) => ca !== null) ?? null;
}

function usagesOf(certificate: Certificate | null): Usages {
  if (certificate === null) return 'unknown';
  const { extendedKeyUsage } = certificate;
  if (extendedKeyUsage === null) return 'any';
  const isClient = extendedKeyUsage.includes(OID.clientAuth);
  const isServer = extendedKeyUsage.includes(SERVER_AUTH);
  if (isClient) return isServer ? 'both' : 'client';
  return isServer ? 'server' : 'any';
}

function isIssuedAfter({ notBefore }: ClientRecord, until: string): boolean {
  return notBefore !== null && notBefore > Date.parse(until) + DAY_MS;
}
