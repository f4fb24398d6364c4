/**
 * Reads access records by the stage's own format. To API Gateway a format is text with variables (`$context.status`),
 * which it replaces by values; JSON, Common Log Format, CSV, XML and free text make no difference to it, nor here. In a
 * JSON format the keys show which variable a value belongs to. In any other format, and in JSON that a value has
 * broken, the texts between the variables show it.
 * Clients wrote parts of a record. Matching a record with its format is therefore bounded, and a variable whose values
 * have a known shape (a status, a request id, a date) accepts nothing else, so that text in a user agent cannot move
 * the other fields.
 */

import { jsonIn } from '../base/json.js';
import { limits } from '../base/limits.js';
import { type AccessFields, fieldOfVariable, type MutableFields, noFields, setField } from './access-fields.js';
import { type FormatsByLogGroup, templateOfGroup } from './formats-by-group.js';
import { type Pair, pairsOf, tolerantPairs } from './json-pairs.js';
import { type Token, tokensOf } from './template.js';
import { endsOf } from './variable-shapes.js';

/** What a reader found in one record. */
export interface ReadRecord {
  readonly fields: AccessFields;
  /** The record is not exactly what its format produces: it is cut off, or was broken and repaired. */
  readonly isRecovered: boolean;
}

/** A compiled format. */
export interface RecordFormat {
  readonly template: string;
  readonly isJson: boolean;
  /**
   * @param json the record, where it is valid JSON
   * @returns null where the record does not fit this format
   */
  readonly read: (text: string, json: Record<string, unknown> | null) => ReadRecord | null;
  /**
   * The value of a variable that is not among the fields.
   * @param variable without `$context.`
   * @returns null where the format or the record lacks it
   */
  readonly valueOf: (variable: string, text: string, json: Record<string, unknown> | null) => string | null;
}

const compiled = new Map<string, RecordFormat | null>();

/**
 * Compiles a format. Memoised, because a log group has one format.
 * @returns null for a text without variables, which is not a format
 */
export function recordFormat(template: string): RecordFormat | null {
  const known = compiled.get(template);
  if (known !== undefined) return known;
  const format = compile(template.trim().slice(0, limits.accessFormatCharsMax));
  if (compiled.size >= limits.accessFormatsCachedMax) compiled.clear();
  compiled.set(template, format);
  return format;
}

/** @param logGroup with its account in front where accounts are told apart */
export function formatOfGroup(formats: FormatsByLogGroup, logGroup: string): RecordFormat | null {
  const template = templateOfGroup(formats, logGroup);
  return template === undefined ? null : recordFormat(template);
}

function compile(template: string): RecordFormat | null {
  const tokens = tokensOf(template);
  if (!tokens.some(({ kind }) => kind === 'variable')) return null;
  const byPath = template.startsWith('{') ? variablesByPath(template) : null;
  return {
    template,
    isJson: byPath !== null,
    read: (text, json) => {
      if (byPath !== null && json !== null) return byKeys(pairsOf(json), byPath, false);
      const fields = fitWhole(tokens, text.trim());
      if (fields !== null) return { fields, isRecovered: byPath !== null };
      const pairs = byPath === null ? null : tolerantPairs(text);
      if (byPath !== null && pairs !== null) return byKeys(pairs, byPath, true);
      const cut = fitCut(tokens, text.trim());
      return cut === null ? null : { fields: cut, isRecovered: true };
    },
    valueOf: (variable, text, json) => {
      if (!tokens.some((token) => token.kind === 'variable' && token.name === variable)) return null;
      const pairs = byPath === null ? null : json !== null ? pairsOf(json) : tolerantPairs(text);
      const values =
        byPath !== null && pairs !== null
          ? pairs.flatMap(([path, value]) => fitted(byPath.get(path) ?? [], value) ?? [])
          : (fitted(tokens, text.trim()) ?? fitted(tokens, text.trim(), true));
      return values?.find(([name]) => name === variable)?.[1] ?? null;
    },
  };
}

type ByPath = ReadonlyMap<string, readonly Token[]>;

function variablesByPath(template: string): ByPath | null {
  // Of objects in a list, valid JSON has paths that the tolerant reader does not give.
  const pairs = [...(tolerantPairs(template) ?? []), ...pairsOf(jsonIn(template) ?? {})];
  const variables = pairs.flatMap(([path, value]) => {
    const tokens = tokensOf(value);
    return tokens.some(({ kind }) => kind === 'variable') ? [[path, tokens] as const] : [];
  });
  return variables.length === 0 ? null : new Map(variables);
}

/** Null where none of the keys is in the format: the stage has another format by now. */
function byKeys(pairs: readonly Pair[], byPath: ByPath, isRecovered: boolean): ReadRecord | null {
  const fields = noFields();
  let known = 0;
  for (const [path, value] of pairs) {
    const tokens = byPath.get(path);
    if (tokens === undefined) continue;
    known++;
    const [only] = tokens;
    if (tokens.length === 1 && only?.kind === 'variable') take(fields, only.name, value);
    else for (const [name, part] of fitted(tokens, value) ?? []) take(fields, name, part);
  }
  return known * 2 < byPath.size ? null : { fields, isRecovered };
}

function take(fields: MutableFields, variable: string, value: string): void {
  const field = fieldOfVariable(variable);
  if (field !== null) setField(fields, field, value);
}

function fitWhole(tokens: readonly Token[], text: string): AccessFields | null {
  return fieldsOf(fitted(tokens, text));
}

/**
 * Reads a record that ends before its format does.
 * @returns what stands before the cut; null unless that includes the status
 */
function fitCut(tokens: readonly Token[], text: string): AccessFields | null {
  const fields = fieldsOf(fitted(tokens, text, true));
  return fields?.status === undefined ? null : fields;
}

function fieldsOf(values: readonly Pair[] | null): AccessFields | null {
  if (values === null) return null;
  const fields = noFields();
  for (const [name, value] of values) take(fields, name, value);
  // Free text fits any format of free text; a record with none of these fields belongs to another log.
  const { status, requestId, extendedRequestId } = fields;
  return (status ?? requestId ?? extendedRequestId) === undefined ? null : fields;
}

/**
 * The value of each variable, such that texts and values together are the whole text. Tried from the left, the shortest
 * value first. Places that led nowhere are not tried again, and the total number of places is bounded.
 * @param isCut whether the text may end inside any variable
 */
function fitted(tokens: readonly Token[], text: string, isCut = false): Pair[] | null {
  if (text.length > limits.recoveredCharsMax) return null;
  // The forms of serial numbers and dates are not known for every case, so any text is accepted where the known
  // shapes do not fit.
  return fittedTo(tokens, text, isCut, false) ?? fittedTo(tokens, text, isCut, true);
}

function fittedTo(tokens: readonly Token[], text: string, isCut: boolean, isLenient: boolean): Pair[] | null {
  const dead = new Set<number>();
  let steps = 0;
  const values: Pair[] = [];
  const from = (index: number, at: number): boolean => {
    const token = tokens[index];
    if (token === undefined) return at === text.length;
    const place = index * (text.length + 1) + at;
    if (dead.has(place) || ++steps > limits.formatStepsMax) return false;
    if (token.kind === 'text') {
      if (text.startsWith(token.text, at) && from(index + 1, at + token.text.length)) return true;
      if (isCut && token.text.startsWith(text.slice(at))) return true;
    } else {
      for (const end of endsOf(token.name, text, at, {
        next: tokens[index + 1],
        after: tokens[index + 2],
        isLenient,
      })) {
        values.push([token.name, text.slice(at, end)]);
        if (from(index + 1, end)) return true;
        values.pop();
      }
      // The value itself may be cut off, so it is left out.
      if (isCut && !followed(tokens[index + 1], text, at)) return true;
    }
    dead.add(place);
    return false;
  };
  return from(0, 0) ? values : null;
}

/** Whether the text that follows a variable occurs anywhere after its beginning. */
function followed(next: Token | undefined, text: string, at: number): boolean {
  return next === undefined || next.kind === 'variable' || text.includes(next.text, at);
}
