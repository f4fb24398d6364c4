/**
 * Names of a stack that receives the logs of several accounts. What is unique in one account only (custom domain, API,
 * log group, request id) gets the account in front, `111122223333/partners.bank.example`, before anything is derived from
 * it, so that two accounts never meet in a key, a group or a name. Settings may name a thing with its account, or without
 * it to mean the thing of that name in every account.
 */

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

/** The address of a custom domain's truststore; `*` stands for every domain that has none of its own. */
export function truststoreUri(scope: string, truststores: Readonly<Record<string, string>>): string | null {
  return settingFor(truststores, scope) ?? truststores['*'] ?? null;
}

/** A scope may be any text, also one that every object has a property of. */
function own<T>(settings: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(settings, name) ? settings[name] : undefined;
}
