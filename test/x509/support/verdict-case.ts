/** What a minimal case for verdicts is, and the chains that cases are drawn from. */

import type { Certificate } from '../../../shared/x509/certificate.js';
import { pemOf } from '../../../shared/x509/pem.js';
import { ca, type Issued, leaf, type Spec } from '../../support/certificates.js';

export interface VerdictCase {
  readonly name: string;
  readonly client: Certificate;
  readonly truststore: readonly Certificate[];
  readonly presented?: readonly Certificate[];
  /** Null: trusted. */
  readonly reason: string | null;
  readonly depth: number;
  /** Codes of the warnings beside a verdict of trusted. */
  readonly warnings?: readonly string[];
  /** Where `openssl verify` follows other rules than the gateway, which. */
  readonly otherRules?: string;
}

export const ROOT = 'C=US,O=Acme,CN=Acme Root CA';
export const ISSUING = 'C=US,O=Acme,CN=Acme Issuing CA';
export const CLIENT = 'C=US,O=Partner,CN=client.partner.example';
export const LEVELS = ['b', 'c', 'd', 'e', 'f'];

export type Family = 'rsa' | 'ec';
export type Change = Partial<Spec>;

/** client -> issuing CA* -> root*, with changes to each. */
export function chain(family: Family, changes: { root?: Change; issuing?: Change; client?: Change } = {}) {
  const root = ca({ subject: ROOT, key: `${family}-a`, ...changes.root });
  const issuing = ca({ subject: ISSUING, key: `${family}-b`, issuer: root, ...changes.issuing });
  const client = leaf({ subject: CLIENT, key: `${family}-c`, issuer: issuing, ...changes.client });
  return { root, issuing, client };
}

export function of(
  name: string,
  reason: string | null,
  depth: number,
  client: Issued | Certificate,
  truststore: readonly Issued[],
  more: Partial<VerdictCase> = {},
): VerdictCase {
  return {
    name,
    client: 'certificate' in client ? client.certificate : client,
    truststore: truststore.map(({ certificate }) => certificate),
    reason,
    depth,
    ...more,
  };
}

/** A chain of `count` certificates, client and root included. */
export function longChain(family: Family, count: number, change: (level: number) => Change = () => ({})) {
  const cas = [ca({ subject: ROOT, key: `${family}-a`, ...change(0) })];
  for (let level = 1; level < count - 1; level++) {
    cas.push(
      ca({
        subject: `C=US,O=Acme,CN=Acme Sub CA ${level}`,
        key: `${family}-${LEVELS[level - 1]}`,
        issuer: cas[level - 1]!,
        ...change(level),
      }),
    );
  }
  return { cas, client: leaf({ subject: CLIENT, key: `${family}-f`, issuer: cas.at(-1)! }) };
}

export function pemsOf(certificates: readonly Certificate[]): string {
  return certificates.map(({ der: bytes }) => pemOf(bytes)).join('');
}
