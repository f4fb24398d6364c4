/** Messages on keys and names that do not exist, and on keys that are missing, for those who write settings. Pure. */

import { nearest } from '../base/nearest.js';
import type * as z from '../base/zod.js';
import { type Explain, show } from './settings.js';

/** Names keys that do not exist, each with the nearest one of the same object; and says what the required `runbooks` is. */
export const nearKey: Explain = (schema, issue) => {
  if (issue.code === 'invalid_type' && issue.path.join('.') === 'runbooks') {
    return [
      `  runbooks: got ${show(issue.input)}; expected an object such as {"baseUrl":"https://wiki.example.com/mtls"}`,
    ];
  }
  if (issue.code === 'invalid_value' && issue.values.length > NAMES_READ_MAX && typeof issue.input === 'string') {
    const near = nearest(issue.input, issue.values.map(String));
    return [`  ${issue.path.join('.')}: got ${show(issue.input)}; ${issue.message}; nearest: ${near.join(', ')}`];
  }
  if (issue.code !== 'unrecognized_keys') return null;
  const given = issue.input as Readonly<Record<string, unknown>>;
  return issue.keys.map((key) => {
    const [near] = nearest(key, keysAt(schema, issue.path), 1);
    const what = `  ${[...issue.path, key].join('.')}: got ${show(given[key])}; there is no such setting`;
    return near === undefined ? what : `${what}; nearest: ${near}`;
  });
};

/** Of more names than this, those that come nearest are told beside them. */
const NAMES_READ_MAX = 8;

/** The keys that an object of the settings may have; none where they depend on its other values. */
function keysAt(schema: z.core.$ZodType, path: readonly PropertyKey[]): string[] {
  const { shape, innerType, element, valueType } = schema._zod.def as {
    readonly shape?: Readonly<Record<PropertyKey, z.core.$ZodType>>;
  } & Readonly<Partial<Record<'innerType' | 'element' | 'valueType', z.core.$ZodType>>>;
  if (innerType !== undefined) return keysAt(innerType, path);
  const [first, ...rest] = path;
  if (first === undefined) return Object.keys(shape ?? {});
  const inner = shape?.[first] ?? element ?? valueType;
  return inner === undefined ? [] : keysAt(inner, rest);
}
