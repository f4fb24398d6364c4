/** Where settings stand in what was read: alone, or in the context of a `cdk.json`. */

/** Names a file of settings outside the checkout, for the CDK app and for every verb that takes settings. */
export const SETTINGS_VARIABLE = 'MTLS_WATCH_SETTINGS';

/** The key in the context of a `cdk.json`. */
export const CONTEXT_KEY = 'mtlsWatch';

export interface WrittenSettings {
  /** Not validated. */
  readonly settings: unknown;
  /** For messages: the file, with the place in it. */
  readonly source: string;
}

/** @param value the content of the file */
export function settingsIn(value: unknown, file: string): WrittenSettings {
  const context = field(value, 'context');
  return context === undefined
    ? { settings: value, source: file }
    : { settings: field(context, CONTEXT_KEY), source: `${file} context "${CONTEXT_KEY}"` };
}

function field(value: unknown, name: string): unknown {
  const has = typeof value === 'object' && value !== null && Object.hasOwn(value, name);
  return has ? (value as Readonly<Record<string, unknown>>)[name] : undefined;
}
