/**
 * zod for modules that a function loads before its first event: the small build, whose functions are imported one by
 * one, so that unused ones stay out of the bundle. It has no messages of its own; `expectedWords` are those of schemas that say none,
 * because messages must say what was expected.
 */

import { config, type core, safeParse } from 'zod/mini';

const TYPES: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
  null: 'nothing',
};

const UNITS: Readonly<Record<string, string>> = { string: ' characters', array: ' entries' };

/** What was expected, in words, and nothing of zod's terms. */
export function expectedWords(issue: core.$ZodRawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `expected ${TYPES[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return `expected ${issue.values.length > 1 ? 'one of ' : ''}${issue.values.map((one) => JSON.stringify(one)).join(', ')}`;
    case 'too_small':
      return `expected ${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}${UNITS[issue.origin] ?? ''}`;
    case 'too_big':
      return `expected ${issue.inclusive === false ? 'less than' : 'at most'} ${issue.maximum}${UNITS[issue.origin] ?? ''}`;
    case 'unrecognized_keys':
      return `expected no ${issue.keys.map((key) => JSON.stringify(key.slice(0, 80))).join(', ')}: there is no such key`;
    case 'invalid_union':
      return 'expected one of the documented forms';
    default:
      return 'expected another form';
  }
}

config({ localeError: expectedWords });

/** As `safeParse`, with `expectedWords` whatever else has set zod's words in this process. */
export function parseInWords<T extends core.$ZodType>(schema: T, value: unknown) {
  return safeParse(schema, value, { error: expectedWords, reportInput: true });
}

/** Issues as one line: where, and what was expected. @param whole stands for the value itself */
export function issuesText(issues: readonly Pick<core.$ZodIssue, 'path' | 'message'>[], whole = 'the value'): string {
  return issues
    .slice(0, ISSUES_MAX)
    .map(({ path, message }) => `${path.map(String).join('.') || whole}: ${message}`)
    .join('; ');
}

/** A value with hundreds of mistakes has one cause. */
const ISSUES_MAX = 5;

export * from 'zod/mini';
export { _default as withDefault } from 'zod/mini';
