/**
 * Bounds how many scopes a day has. Under a wildcard domain the caller chooses the host name, and every scope is a metric and may
 * have an incident. The names of a day have places as the issuers of a scope have (`GroupStore.admit`): the first ones, up to the
 * bound, and beyond it those that settings or discovery knew when the question first came up. The others are counted together.
 */

import pMap from 'p-map';
import { getOrInsert } from '../base/get-or-insert.js';
import { limits } from '../base/limits.js';
import { dayOf } from '../base/time.js';
import { accountOf, inAccount, isHostScope, knownDomain } from '../config/qualified-names.js';
import type { Config } from '../config/settings.js';
import { type Failure, OTHER_DOMAINS } from '../model/index.js';
import type { World } from '../ports/index.js';

/** Whatever is counted under a scope. */
interface Scoped {
  readonly scope: string;
  readonly at: number;
}

/** Scopes of one account and UTC day that ask for a place. */
interface ScopePlace {
  /** Names the set of places, as a scope names that of its issuers; no scope is called like it. */
  readonly scope: string;
  /** Days since the epoch. */
  readonly day: number;
  /** Those with most requests first. */
  readonly names: readonly string[];
}

/** Where the scopes of these have their places. API stages and log groups need none: no caller chooses them. */
export function scopePlaces(scoped: readonly Scoped[]): ScopePlace[] {
  const places = new Map<string, { scope: string; day: number; times: Map<string, number> }>();
  for (const { scope, at } of scoped) {
    if (!isHostScope(scope)) continue;
    const [place, day] = [placeOf(scope), dayOf(at)];
    const { times } = getOrInsert(places, `${day} ${place}`, () => ({ scope: place, day, times: new Map() }));
    times.set(scope, (times.get(scope) ?? 0) + 1);
  }
  return [...places.values()].map(({ scope, day, times }) => ({
    scope,
    day,
    names: [...times].sort(([, a], [, b]) => b - a).map(([name]) => name),
  }));
}

/** One stranger's account must not take another's places. */
function placeOf(scope: string): string {
  return inAccount(accountOf(scope), '(custom domains)');
}

/** @returns gives each thing the scope under which it is counted; the same one for every repeat of a batch */
export async function admitScopes(
  failures: readonly Failure[],
  others: readonly Scoped[],
  world: World,
): Promise<<T extends Scoped & { readonly denialScope?: string }>(one: T) => T> {
  // What a sampled request stands for beyond itself is taken off the scope of its denial.
  const corrected = failures.map(({ denialScope, at }) => ({ scope: denialScope, at }));
  const outside = new Set<string>();
  await pMap(
    scopePlaces([...failures, ...corrected, ...others]),
    async (place) => {
      const inside = await admit(place, world);
      for (const name of place.names) if (!inside.has(name)) outside.add(`${place.day} ${name}`);
    },
    { concurrency: limits.storeConcurrencyMax },
  );
  if (outside.size === 0) return (one) => one;
  const bound = (scope: string, at: number): string =>
    outside.has(`${dayOf(at)} ${scope}`) ? inAccount(accountOf(scope), OTHER_DOMAINS) : scope;
  return (one) => ({
    ...one,
    scope: bound(one.scope, one.at),
    ...(one.denialScope !== undefined && { denialScope: bound(one.denialScope, one.at) }),
  });
}

async function admit({ scope, day, names }: ScopePlace, { stores, config }: World): Promise<ReadonlySet<string>> {
  const { groups } = stores;
  const inside = await groups.admit(scope, day, names, limits.domainsPerDayMax);
  const outside = names.filter((name) => !inside.has(name));
  if (outside.length === 0) return inside;
  const known = await groups.trusted(scope, day, outside);
  if (known !== null) return new Set([...inside, ...known]);
  await groups.fixTrusted(scope, day, knownScopes(accountOf(scope), config));
  return new Set([...inside, ...((await groups.trusted(scope, day, outside)) ?? [])]);
}

/** The custom domains that settings and discovery name, as scopes of an account. */
function knownScopes(account: string, config: Config): string[] {
  const names = [...knownNames(config)].filter((name) => accountOf(name) === '' || accountOf(name) === account);
  return names.map((name) => (accountOf(name) === '' ? inAccount(account, name) : name));
}

function knownNames({ domains, truststores, canaries }: Config): ReadonlySet<string> {
  const names = [...Object.values(domains), ...Object.keys(truststores), ...canaries.map(({ domain }) => domain)];
  return new Set(names);
}

/** Gives what callers of a known wildcard domain sent the scope of that domain, whatever name they called. */
export function underWildcards<T extends Scoped>(scoped: readonly T[], config: Config): readonly T[] {
  const known = knownNames(config);
  if (![...known].some((name) => name.includes('*.'))) return scoped;
  return scoped.map((one) => {
    const domain = isHostScope(one.scope) ? knownDomain(one.scope, known) : null;
    return domain === null || domain === one.scope ? one : { ...one, scope: domain };
  });
}
