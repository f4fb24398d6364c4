/**
 * Names of a stack that receives the logs of several accounts. What is unique in one account only (custom domain, API,
 * log group, request id) gets the account in front, `111122223333/partners.bank.example`, before anything is derived from
 * it, so that two accounts never meet in a key, a group or a name. Settings may name a thing with its account, or without
 * it to mean the thing of that name in every account.
 */

import { type BoundedMap, boundedMap } from '../base/bounded-map.js';
import { getOrInsert } from '../base/get-or-insert.js';
import { limits } from '../base/limits.js';

const ACCOUNT_ID = /^\d{12}$/;
/** No unqualified name starts like this: ids of APIs have ten characters, and names of domains no slash. */
const QUALIFIED = /^(\d{12})\//;

/** In the address of a truststore: one entry for the truststores of many accounts. */
export const ACCOUNT_BLANK = '{account}';

/** The value if it is the id of an account, else ''. */
export function accountId(value: unknown): string {
  return typeof value === 'string' && ACCOUNT_ID.test(value) ? value : '';
}

/** The name with its account in front; unchanged if the account is ''. */
export function inAccount(account: string, name: string): string {
  return account === '' ? name : `${account}/${name}`;
}

/** The account in front of a name, or ''. */
export function accountOf(name: string): string {
  return QUALIFIED.exec(name)?.[1] ?? '';
}

/** The name without the account in front of it. */
export function bareName(name: string): string {
  return name.replace(QUALIFIED, '');
}

/** Whether the name in a setting refers to this name, which may have an account in front. */
export function isNamed(setting: string, name: string): boolean {
  return setting === name || setting === bareName(name);
}

/** Whether the DN of an issuer in a setting is this one: X.509 compares names without regard to case. */
export function isIssuer(setting: string, issuerDn: string): boolean {
  return setting === issuerDn || setting.toLowerCase() === issuerDn.toLowerCase();
}

/** The entry of a table of settings for a name: under its account first, then under the bare name. */
export function settingFor<T>(settings: Readonly<Record<string, T>>, name: string): T | undefined {
  return own(settings, name) ?? own(settings, bareName(name));
}

/**
 * A host name in the form in which it is compared: lower case, without a port and without the trailing dot of the root.
 * A caller can write the `Host` header in any of these forms. The result contains no slash, so it cannot be confused
 * with an API's stage or an account's name.
 */
export function hostName(name: string): string {
  return name
    .replaceAll('/', '')
    .replace(/:\d{0,5}$/, '')
    .replace(/\.{1,8}$/, '')
    .replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/**
 * The same for the name of a scope in the settings, which may have an account in front, or be an API's stage or a log
 * group.
 */
export function scopeName(name: string): string {
  const account = accountOf(name);
  const bare = bareName(name);
  return bare.includes('/') || !/\w[.:]/.test(bare) ? name : inAccount(account, hostName(bare));
}

/** Whether a caller may have chosen the scope: it is a host name, not an API's stage or a log group. */
export function isHostScope(scope: string): boolean {
  return !bareName(scope).includes('/');
}

/** The names of wildcard domains that cover a name, the nearest first: `*.b.example`, `*.example`. */
function wildcardsOver(host: string): string[] {
  const labels = host.split('.', limits.domainLabelsMax);
  return labels.slice(1).map((_, index) => `*.${labels.slice(index + 1).join('.')}`);
}

/**
 * The custom domain that serves a host name: the domain itself if it is known, else the nearest known wildcard domain,
 * as API Gateway chooses. Null if neither is known. So all calls to a wildcard domain have one scope, under any host
 * name.
 * @param known names of custom domains, with or without an account in front
 */
export function knownDomain(scope: string, known: ReadonlySet<string>): string | null {
  const account = accountOf(scope);
  const host = bareName(scope);
  const isKnown = (name: string): boolean => known.has(name) || known.has(inAccount(account, name));
  const domain = [host, ...wildcardsOver(host)].find(isKnown);
  return domain === undefined ? null : inAccount(account, domain);
}

/**
 * The address of a custom domain's truststore. The entry of a wildcard domain applies to all names below it without an
 * entry of their own, `*` to every other domain, of one account or of all. `{account}` in an address stands for the account of the
 * scope, which CloudWatch Logs tells and no caller can choose.
 */
export function truststoreUri(scope: string, truststores: Readonly<Record<string, string>>): string | null {
  const known = getOrInsert(uris, truststores, () =>
    boundedMap<{ readonly uri: string | null }>(limits.scopesPerDayMax),
  );
  return getOrInsert(known, scope, () => ({ uri: findUri(scope, truststores) })).uri;
}

/** Each minute asks for the same scopes. */
const uris = new WeakMap<Readonly<Record<string, string>>, BoundedMap<{ readonly uri: string | null }>>();

function findUri(scope: string, truststores: Readonly<Record<string, string>>): string | null {
  for (const host of [bareName(scope), ...wildcardsOver(bareName(scope)), '*']) {
    const uri = settingFor(truststores, inAccount(accountOf(scope), host));
    if (uri === undefined) continue;
    if (!uri.includes(ACCOUNT_BLANK)) return uri;
    const account = accountOf(scope);
    if (account !== '') return uri.replaceAll(ACCOUNT_BLANK, account);
  }
  return null;
}

/** A scope may be any text, even the name of a property that every object has. */
function own<T>(settings: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(settings, name) ? settings[name] : undefined;
}
