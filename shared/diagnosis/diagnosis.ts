/**
 * Looks at the certificate that failed most: loads it and the truststore of its custom domain, and has `x509/` say why it
 * is refused and what changed shortly before. What cannot be read costs the alert its verdict, never the alert.
 */

import { MtlsWatchError } from '../base/errors.js';
import { lazily } from '../base/lazily.js';
import { DAY_MS } from '../base/time.js';
import { truststoreUri } from '../config/qualified-names.js';
import {
  type ClientTally,
  type Diagnosis,
  type Fact,
  type GroupKey,
  isSeveral,
  OTHER_ISSUERS,
  UNKNOWN_ISSUER,
} from '../model/index.js';
import type { ReasonId } from '../model/reasons.js';
import type { World } from '../ports/index.js';
import { certificateFromLoggedPem } from '../x509/certificate.js';
import { organizationOf } from '../x509/names.js';
import type { Truststore } from '../x509/truststore.js';

export interface Diagnosed {
  readonly verdict: Diagnosis | null;
  /** Why there is no verdict, in a sentence; null where there is one or none was expected. */
  readonly verdictNote: string | null;
  /** What changed in the truststore shortly before it began, in sentences. */
  readonly change: string | null;
  /** Whether the truststore holds a CA of the issuer's name; null where no truststore could be read. */
  readonly issuerTrusted: boolean | null;
  /** Whether a CA of the truststore names the organisation of the issuer or of a client. */
  readonly isOrganisationKnown: boolean;
}

/**
 * What reads certificates and truststores, with what it remembers. Loaded when the first one is looked at: most
 * invocations look at none.
 */
const x509 = lazily(async () => {
  const [{ diagnosisCache }, change] = await Promise.all([import('../x509/cache.js'), import('../x509/change.js')]);
  return { cache: diagnosisCache(), ...change };
});

export type OneDiagnosis =
  | { readonly kind: 'made'; readonly verdict: Diagnosis; readonly uri: string }
  | { readonly kind: 'none'; readonly because: string | null };

/**
 * What `x509/` says of a certificate that called, against the truststore of its domain.
 * @param pems certificates at hand, by fingerprint; others are looked up in the store
 * @param refusedWith what the gateway said when it refused the certificate; null where it left no word
 * @throws MtlsWatchError `truststore-unreadable`
 */
export async function diagnosisOf(
  fingerprint: string | null,
  scope: string,
  at: number,
  world: World,
  pems: ReadonlyMap<string, string> = new Map(),
  refusedWith: ReasonId | null = null,
): Promise<OneDiagnosis> {
  const uri = truststoreUri(scope, world.config.truststores);
  if (uri === null) return { kind: 'none', because: null };
  const pem =
    fingerprint === null ? null : (pems.get(fingerprint) ?? (await world.stores.certificates.load(fingerprint)));
  if (pem === null) return { kind: 'none', because: 'The access log holds no readable certificate of these clients.' };
  const certificate = certificateFromLoggedPem(pem);
  if (certificate.kind === 'malformed') {
    return { kind: 'none', because: `The logged certificate cannot be read: ${certificate.detail}.` };
  }
  const [{ cache }, truststore] = await Promise.all([x509(), world.truststores.read(uri)]);
  return { kind: 'made', verdict: cache.diagnose(certificate, truststore, at, refusedWith), uri };
}

/** @param clients those that failed most first */
export async function diagnoseClients(
  clients: readonly ClientTally[],
  group: GroupKey,
  facts: readonly Fact[],
  world: World,
): Promise<Diagnosed> {
  const lastAt = Math.max(...facts.map((fact) => fact.lastAt));
  const fingerprint = clients.find((client) => client.fingerprint !== null)?.fingerprint ?? null;
  const diagnosis = await unlessUnreadable(
    diagnosisOf(fingerprint, group.scope, lastAt, world, new Map(), group.reason),
    (because): OneDiagnosis => ({
      kind: 'none',
      because,
    }),
  );
  const surroundings = await surroundingsOf(group, facts, world);
  if (diagnosis.kind === 'none') return { verdict: null, verdictNote: diagnosis.because, ...surroundings };
  return { verdict: diagnosis.verdict, verdictNote: null, ...surroundings };
}

/** What the truststore tells without a look at any client's certificate. */
export async function surroundingsOf(
  group: GroupKey,
  facts: readonly Fact[],
  world: World,
): Promise<Pick<Diagnosed, 'change' | 'issuerTrusted' | 'isOrganisationKnown'>> {
  const unknown = { change: null, issuerTrusted: null, isOrganisationKnown: false };
  const uri = truststoreUri(group.scope, world.config.truststores);
  if (uri === null) return unknown;
  const firstAt = Math.min(...facts.map((fact) => fact.firstAt));
  const names = new Set([group.issuerDn, ...facts.flatMap(({ clients }) => clients.map(({ subjectDn }) => subjectDn))]);
  const look = async () => {
    const bundle = (await x509()).cache.truststore(await world.truststores.read(uri));
    return {
      change: await changeBefore(uri, firstAt, world),
      issuerTrusted: holds(bundle, group.issuerDn),
      isOrganisationKnown: namesOneOf(bundle, names),
    };
  };
  return unlessUnreadable(look(), () => unknown);
}

/** Null for what is no issuer's name. */
function holds({ certificates }: Truststore, issuerDn: string): boolean | null {
  if (issuerDn === UNKNOWN_ISSUER || issuerDn === OTHER_ISSUERS || isSeveral(issuerDn)) return null;
  const name = issuerDn.toLowerCase();
  return certificates.some(({ certificate }) => certificate.subjectDn.toLowerCase() === name);
}

function namesOneOf({ certificates }: Truststore, dns: ReadonlySet<string>): boolean {
  const organisations = new Set([...dns].flatMap((dn) => organizationOf(dn)?.toLowerCase() ?? []));
  return certificates.some(({ certificate }) =>
    organisations.has(organizationOf(certificate.subjectDn)?.toLowerCase() ?? ''),
  );
}

/** A change is news for a day; what is older has stood the test. */
const CHANGE_MS_MAX = DAY_MS;

/** Null where there is nothing to tell, or where the versions may not be listed: the verdict stands without it. */
async function changeBefore(uri: string, firstFailureAt: number, { truststores }: World): Promise<string | null> {
  const current = await truststores.read(uri);
  if (firstFailureAt - current.modifiedAt > CHANGE_MS_MAX) return null;
  const previous = await unlessUnreadable(truststores.previous(uri), () => null);
  if (previous === null) return null;
  const { cache, changesBetween, describeChange } = await x509();
  const change = changesBetween(cache.truststore(previous), cache.truststore(current));
  return describeChange(change, current, previous, firstFailureAt);
}

/** A truststore that cannot be read costs what it would have told, never the alert. */
export async function unlessUnreadable<T>(reading: Promise<T>, otherwise: (why: string) => T): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    if (!(error instanceof MtlsWatchError) || error.code !== 'truststore-unreadable') throw error;
    return otherwise(error.message);
  }
}

/**
 * The subjects of a domain's truststore; none where it has no truststore.
 * @throws MtlsWatchError `truststore-unreadable` (retryable)
 */
export async function trustedIssuers(scope: string, { config, truststores }: World): Promise<ReadonlySet<string>> {
  const uri = truststoreUri(scope, config.truststores);
  if (uri === null) return new Set();
  const bundle = await truststores.read(uri);
  const { cache } = await x509();
  return new Set(cache.truststore(bundle).certificates.map(({ certificate }) => certificate.subjectDn));
}
