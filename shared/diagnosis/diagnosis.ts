/**
 * Diagnoses the certificate that failed most: loads it and the truststore of its custom domain, and lets `x509/` work
 * out why it is refused and what changed shortly before. When one of them cannot be read, the alert goes out without a
 * verdict.
 */

import { MtlsWatchError } from '../base/errors.js';
import { getOrInsert } from '../base/get-or-insert.js';
import { lazily } from '../base/lazily.js';
import { limits } from '../base/limits.js';
import { DAY_MS } from '../base/time.js';
import { truststoreUri } from '../config/qualified-names.js';
import {
  type ClientTally,
  type Diagnosis,
  type Fact,
  type GroupKey,
  isUnloggedIssuer,
  type NoticeSaid,
  type Presented,
} from '../model/index.js';
import { english, type Phrase, plain, say } from '../model/phrases.js';
import { proves, type RefusedWith, refusedWithOf } from '../model/reasons.js';
import type { World } from '../ports/index.js';
import { certificateFromLoggedPem } from '../x509/certificate.js';
import { isNamed, organizationOf } from '../x509/names.js';
import type { Truststore } from '../x509/truststore.js';
import type { OneDiagnosis } from './one-diagnosis.js';
import { probedOf } from './probed.js';

export interface Diagnosed {
  readonly verdict: Diagnosis | null;
  /** Why there is no verdict, in a sentence; null where there is one or none was expected. */
  readonly verdictNote: string | null;
  /**
   * What changed in the truststore shortly before the failures began, in sentences; null where nothing did or it is not
   * known.
   */
  readonly change: string | null;
  /** Note and change as data, for other languages. */
  readonly said?: NoticeSaid | undefined;
  /** Whether the truststore holds a CA of the issuer's name; null where no truststore could be read. */
  readonly issuerTrusted: boolean | null;
  /** Whether only a version of the last week holds one. */
  readonly isLost: boolean;
  /**
   * Whether the issuer's name is nothing but a claim: no CA of that name, in the truststore or in its versions of the last
   * week, signed any of the certificates that were looked at. False where that is not known.
   */
  readonly isClaimed: boolean;
  /** Whether a CA of the truststore names the organisation of the issuer or of a client. */
  readonly isOrganisationKnown: boolean;
}

/**
 * The readers of certificates and truststores, with their caches. Loaded when the first certificate is looked at,
 * because most invocations look at none.
 */
const x509 = lazily(async () => (await import('./readers.js')).createReaders());

/**
 * Verifies a certificate that called against the truststore of its domain, as `x509/` does.
 * @param pems certificates that the caller has, by fingerprint; others are looked up in the store
 * @param refusedWith the gateway's own reason for the refusal; null where it gave none
 * @throws MtlsWatchError `truststore-unreadable`
 */
export async function diagnosisOf(
  fingerprint: string | null,
  scope: string,
  at: number,
  world: World,
  pems: ReadonlyMap<string, string> = new Map(),
  refusedWith: RefusedWith | null = null,
): Promise<OneDiagnosis> {
  const uri = truststoreUri(scope, world.config.truststores);
  if (uri === null) return { kind: 'none', because: null };
  const pem =
    fingerprint === null ? null : (pems.get(fingerprint) ?? (await world.stores.certificates.load(fingerprint)));
  if (pem === null)
    return { kind: 'none', because: say`The access log holds no readable certificate of these clients.` };
  const certificate = certificateFromLoggedPem(pem);
  if (certificate.kind === 'malformed') {
    return { kind: 'none', because: say`The logged certificate cannot be read: ${plain(certificate.detail)}.` };
  }
  const [{ cache }, truststore, probed] = await Promise.all([
    x509(),
    world.truststores.read(uri),
    probedOf(scope, world),
  ]);
  return { kind: 'made', verdict: cache.diagnose(certificate, truststore, at, refusedWith, probed), uri };
}

/**
 * Diagnoses the client of a group that failed most: by its certificate, or by what the door's connection log says of it.
 * @param clients those with most failures first
 * @throws MtlsWatchError `truststore-unreadable`
 */
export async function diagnosisOfGroup(
  clients: readonly ClientTally[],
  group: GroupKey,
  at: number,
  refusedWith: RefusedWith | null,
  world: World,
): Promise<OneDiagnosis> {
  if (group.door !== undefined) {
    const { cache, diagnosisOfLogged } = await x509();
    const truststoreOf = async (uri: string) => cache.truststore(await world.truststores.read(uri));
    return diagnosisOfLogged(clients, group, at, refusedWith, world, truststoreOf);
  }
  const fingerprint = clients.find((client) => client.fingerprint !== null)?.fingerprint ?? null;
  return diagnosisOf(fingerprint, group.scope, at, world, new Map(), refusedWith);
}

/**
 * Diagnoses the client that failed most.
 * @param clients those with most failures first
 */
export async function diagnoseClients(
  clients: readonly ClientTally[],
  group: GroupKey,
  facts: readonly Fact[],
  world: World,
): Promise<Diagnosed> {
  const lastAt = Math.max(...facts.map((fact) => fact.lastAt));
  // A reason that was inferred from the certificate itself is not the gateway's word.
  const said = facts.findLast(({ count, inferred }) => count > inferred);
  const refusedWith = said === undefined ? null : refusedWithOf(group.reason, said.reasonText);
  const diagnosis = await unlessUnreadable(
    diagnosisOfGroup(clients, group, lastAt, refusedWith, world),
    (because): OneDiagnosis => ({
      kind: 'none',
      because: plain(because),
    }),
  );
  const surroundings = await surroundingsOf(group, facts, world);
  if (diagnosis.kind === 'none') {
    const { because } = diagnosis;
    const said = because === null ? surroundings.said : { ...surroundings.said, verdictNote: because };
    return { verdict: null, verdictNote: because === null ? null : english(because), ...surroundings, said };
  }
  return { verdict: diagnosis.verdict, verdictNote: null, ...surroundings };
}

type Standing = Pick<Diagnosed, 'issuerTrusted' | 'isLost' | 'isClaimed' | 'isOrganisationKnown'>;

/** What the truststore shows without reading any client's certificate. */
export async function surroundingsOf(
  group: GroupKey,
  facts: readonly Fact[],
  world: World,
): Promise<Standing & Pick<Diagnosed, 'change' | 'said'>> {
  const uri = truststoreUri(group.scope, world.config.truststores);
  const firstAt = Math.min(...facts.map((fact) => fact.firstAt));
  const change = uri === null ? null : await unlessUnreadable(changeBefore(uri, firstAt, world), () => null);
  const standing = await standingOf(group, facts, world);
  return change === null ? { change, ...standing } : { change: english(change), said: { change }, ...standing };
}

/** The same without what changed in it: who the issuer is to the domain. */
export async function standingOf(group: GroupKey, facts: readonly Fact[], world: World): Promise<Standing> {
  const isUnverified = group.isUnverified === true;
  const unknown = {
    issuerTrusted: null,
    isLost: false,
    isClaimed: isUnverified,
    isOrganisationKnown: false,
  };
  const uri = truststoreUri(group.scope, world.config.truststores);
  if (uri === null) return unknown;
  const names = new Set([group.issuerDn]);
  for (const { clients } of facts) for (const { subjectDn } of clients) names.add(subjectDn);
  const look = async () => {
    const bundle = (await x509()).cache.truststore(await world.truststores.read(uri));
    const issuerTrusted = holds(bundle, group.issuerDn);
    const isLost = issuerTrusted === false && (await bundlesOf(uri, world)).some((one) => holds(one, group.issuerDn));
    return {
      issuerTrusted,
      isLost,
      isClaimed: isUnverified || ((issuerTrusted === true || isLost) && (await isClaim(group, facts, uri, world))),
      isOrganisationKnown: namesOneOf(bundle, names),
    };
  };
  return unlessUnreadable(look(), () => unknown);
}

/**
 * Where it was not told when the refusals were counted, the kept certificates tell it. A single one that is proven is enough
 * to believe the name; so is the gateway's own reason, but not one that was inferred.
 */
async function isClaim(group: GroupKey, facts: readonly Fact[], uri: string, world: World): Promise<boolean> {
  if (proves(group.reason) && facts.some(({ count, inferred }) => count > inferred)) return false;
  const fingerprints = busiestOf(facts).slice(0, limits.claimsCheckedMax);
  const [{ isSignedByNamesake }, bundles, pems] = await Promise.all([
    x509(),
    bundlesOf(uri, world),
    Promise.all(fingerprints.map((one) => world.stores.certificates.load(one))),
  ]);
  const certificates = pems.flatMap((pem) => (pem === null ? [] : [certificateFromLoggedPem(pem)]));
  const read = certificates.filter((one) => one.kind !== 'malformed');
  return read.length > 0 && read.every((one) => bundles.every((bundle) => !isSignedByNamesake(one, bundle)));
}

/** Fingerprints of the clients, those with most failures first. */
function busiestOf(facts: readonly Fact[]): string[] {
  const counts = new Map<string, number>();
  for (const { fingerprint, count } of facts.flatMap(({ clients }) => clients)) {
    if (fingerprint !== null) counts.set(fingerprint, (counts.get(fingerprint) ?? 0) + count);
  }
  return [...counts].sort(([, a], [, b]) => b - a).map(([fingerprint]) => fingerprint);
}

/** Null for what is not the name of an issuer. */
function holds(bundle: Truststore, issuerDn: string): boolean | null {
  if (!isNamed(issuerDn) || isUnloggedIssuer(issuerDn)) return null;
  const names = getOrInsert(
    namesOf,
    bundle,
    () => new Set(bundle.certificates.map(({ certificate }) => certificate.subjectDn.toLowerCase())),
  );
  return names.has(issuerDn.toLowerCase());
}

/** The names of the CAs of a truststore, in lower case. */
const namesOf = new WeakMap<Truststore, ReadonlySet<string>>();

/** The organisations of the CAs of a truststore, in lower case. */
const organisationsOf = new WeakMap<Truststore, ReadonlySet<string>>();

function namesOneOf(bundle: Truststore, dns: ReadonlySet<string>): boolean {
  const all = (names: readonly string[]) => new Set(names.flatMap((dn) => organizationOf(dn)?.toLowerCase() ?? []));
  const known = getOrInsert(organisationsOf, bundle, () =>
    all(bundle.certificates.map(({ certificate }) => certificate.subjectDn)),
  );
  return [...all([...dns])].some((one) => known.has(one));
}

/** A change of the truststore is mentioned for a day; an older one cannot be the cause. */
const CHANGE_MS_MAX = DAY_MS;

/** Null where there is nothing to say, or where the versions may not be listed; the verdict is given without it. */
async function changeBefore(uri: string, firstFailureAt: number, { truststores }: World): Promise<Phrase | null> {
  const current = await truststores.read(uri);
  if (firstFailureAt - current.modifiedAt > CHANGE_MS_MAX) return null;
  const [previous] = await unlessUnreadable(truststores.earlier(uri), () => []);
  if (previous === undefined) return null;
  const { cache, changesBetween, describeChange } = await x509();
  const change = changesBetween(cache.truststore(previous), cache.truststore(current));
  return describeChange(change, current, previous, firstFailureAt);
}

/**
 * Runs a read of a truststore. Where the truststore cannot be read, returns `otherwise`, so that the alert goes out
 * without what the truststore would have shown.
 */
export async function unlessUnreadable<T>(reading: Promise<T>, otherwise: (why: string) => T): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    if (!(error instanceof MtlsWatchError) || error.code !== 'truststore-unreadable') throw error;
    return otherwise(error.message);
  }
}

/**
 * A truststore, and its versions of the last week where they can be read; none where the truststore itself cannot be read.
 * @param uri of the truststore
 */
export async function bundlesOf(
  uri: string,
  { truststores }: Pick<World, 'truststores'>,
): Promise<readonly Truststore[]> {
  const [{ cache }, current] = await Promise.all([x509(), unlessUnreadable(truststores.read(uri), () => null)]);
  if (current === null) return [];
  const earlier = await unlessUnreadable(truststores.earlier(uri), () => []);
  return [current, ...earlier].map(cache.truststore);
}

/**
 * The subject DNs of the CAs in a domain's truststore, and after them those of its versions of the last week: bad uploads must not
 * make strangers of the partners that they lost. Empty where the domain has no truststore.
 * @throws MtlsWatchError `truststore-unreadable` (retryable), for the current version only
 */
export async function trustedIssuers(
  scope: string,
  { config, truststores }: Pick<World, 'config' | 'truststores'>,
): Promise<ReadonlySet<string>> {
  const uri = truststoreUri(scope, config.truststores);
  if (uri === null) return new Set();
  await truststores.read(uri);
  const bundles = await bundlesOf(uri, { truststores });
  return new Set(bundles.flatMap(({ certificates }) => certificates.map(({ certificate }) => certificate.subjectDn)));
}

/** What the addresses of clients without a certificate were refused with before; see `seen-before.ts`. */
export async function presentedBefore(
  group: GroupKey,
  facts: readonly Fact[],
  world: World,
): Promise<readonly Presented[]> {
  return (await x509()).presentedBefore(group, facts, world);
}
