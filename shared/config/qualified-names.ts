/**
 * Names of a stack that receives the logs of several accounts. What is unique in one account only (custom domain, API,
 * log group, request id) gets the account in front, `111122223333/partners.bank.example`, before anything is derived from
 * it, so that two accounts never meet in a key, a group or a name. Settings may name a thing with its account, or without
 * it to mean the thing of that name in every account.
 */

import { limits } from '../base/limits.js';

const ACCOUNT_ID = /^\d{12}$/;
/** No name starts like this by itself: ids of APIs have ten characters, and names of domains no slash. */
const QUALIFIED = /^(\d{12})\//;

/** The value if it is the id of an account, else ''. */
export function accountId(value: unknown): string {
  return typeof value === 'string' && ACCOUNT_ID.test(value) ? value : '';
}

/** The name with its account in front; as it is where accounts are not told apart. */
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

/** Whether a setting's name means this thing, which may carry an account. */
export function isNamed(setting: string, name: string): boolean {
  return setting === name || setting === bareName(name);
}

/** What a table of settings says of a thing: under its account first, then under its name alone. */
export function settingFor<T>(settings: Readonly<Record<string, T>>, name: string): T | undefined {
  return own(settings, name) ?? own(settings, bareName(name));
}

/**
 * A host name as it is compared: in lower case, without a port, without the dot of the root. The caller writes it into the
 * `Host` header as he likes. It never holds a slash, so that it looks neither like an API's stage nor like an account's.
 */
export function hostName(name: string): string {
  return name
    .replaceAll('/', '')
    .replace(/:\d{0,5}$/, '')
    .replace(/\.{1,8}$/, '')
    .replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/** The same for a setting's name of a scope, which may carry an account, or be an API's stage or a log group. */
export function scopeName(name: string): string {
  const account = accountOf(name);
  const bare = bareName(name);
  return bare.includes('/') || !/\w[.:]/.test(bare) ? name : inAccount(account, hostName(bare));
}

/** Whether a caller may have chosen the scope: a host name, neither an API's stage nor a log group. */
export function isHostScope(scope: string): boolean {
  return !bareName(scope).includes('/');
}

/** The names of wildcard domains that a name falls under, the nearest first: `*.b.example`, `*.example`. */
function wildcardsOver(host: string): string[] {
  const labels = host.split('.', limits.domainLabelsMax);
  return labels.slice(1).map((_, index) => `*.${labels.slice(index + 1).join('.')}`);
}

/**
 * The custom domain that answers to a host name: itself where it is known, else the nearest wildcard domain that is known, as
 * API Gateway chooses. Null where neither is. All callers of a wildcard domain then have one scope, whatever they call it.
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
 * The address of a custom domain's truststore. A wildcard domain's stands for all names below it that have none of their own,
 * `*` for every domain that has none otherwise, of one account or of all.
 */
export function truststoreUri(scope: string, truststores: Readonly<Record<string, string>>): string | null {
  for (const host of [bareName(scope), ...wildcardsOver(bareName(scope)), '*']) {
    const uri = settingFor(truststores, inAccount(accountOf(scope), host));
    if (uri !== undefined) return uri;
  }
  return null;
}

/** A scope may be any text, also one that every object has a property of. */
function own<T>(settings: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(settings, name) ? settings[name] : undefined;
}
