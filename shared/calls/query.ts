/**
 * The query of CloudWatch Logs Insights that counts the calls in an access log by domain and issuer: all of them, and those that were
 * let in. It reads the text of a record by regular expressions, because Insights discovers no fields in a record that is not
 * strict JSON, and none at all in text. Source: "CloudWatch Logs Insights language query syntax" (`parse`, `stats`).
 * What a client wrote into a record, such as its user agent, can pass for one of its other fields here: a client can add to the calls of
 * another issuer, and take away none but its own. With a status alone no refused call passes for one that was let in, where the
 * record is JSON.
 */

import { limits } from '../base/limits.js';
import { clean } from '../base/text.js';
import { hostName } from '../config/qualified-names.js';
import { type AccessField, VARIABLE_OF } from '../logs/access-fields.js';
import { type Token, tokensOf } from '../logs/template.js';
import { canonicalDn } from '../x509/dn.js';
import type { CallPlace } from './calls.js';

/** Calls of one place and issuer, as a log group has them. */
export interface CallCount extends CallPlace {
  readonly issuerDn: string;
  readonly calls: number;
  readonly letIn: number;
  /** When one was let in for the last time, in milliseconds since the epoch; 0 for never. */
  readonly letInAt: number;
}

type Wanted = 'domainName' | 'apiId' | 'stage' | 'issuerDn' | 'status' | 'errorMessage' | 'errorResponseType';

/** The fields that the query makes. Their names are in no access log, where Insights would take the record's own. */
const NAME: Readonly<Record<Wanted, string>> = {
  domainName: 'mwDomain',
  apiId: 'mwApi',
  stage: 'mwStage',
  issuerDn: 'mwIssuer',
  status: 'mwStatus',
  errorMessage: 'mwError',
  errorResponseType: 'mwType',
};

const FIELDS = Object.keys(NAME) as Wanted[];

/**
 * Keys of formats that nobody named, in the spellings that `access-keys.ts` knows. Keys with an a or an i before the word are those
 * of others: integration, authorizer, WAF, backend.
 */
const USUAL_KEYS: Readonly<Record<Wanted, string>> = {
  domainName: '[^"]*[dD]omain[_-]?[nN]?a?m?e?',
  apiId: '[^"]*[aA][pP][iI][_-]?[iI][dD]',
  stage: '[^"]*[sS]tage[_-]?[nN]?a?m?e?',
  issuerDn: '[^"]*[iI]ssue[rd][^"]*',
  status: '[^"ai]*[sS]tatus[^"ai]*',
  errorMessage: '[^"ai]*[eE]rror[^"ai]*[mM]e?s+a?ge?',
  errorResponseType: '[^"ai]*[eErR][rReE][^"ai]*[tT]ype',
};

/** What a captured value looks like beside its key, so that of an empty one nothing is taken from behind it. */
const VALUE: Readonly<Record<Wanted, string>> = {
  domainName: '[\\w.:*-]+',
  apiId: '\\w+',
  stage: '[\\w$.-]+',
  issuerDn: '[^"=]+=.*?[^\\\\]',
  status: '\\d\\d\\d',
  errorMessage: '[\\w-][^"]*',
  errorResponseType: '[A-Z_0-9]+',
};

/**
 * @param template the access-log format of the log group, where it is known
 * @returns null where records of the format name no issuer or no status, or where the issuer ends cannot be told, so that nothing can
 * be counted
 */
export function callsQuery(template: string | undefined): string | null {
  const expressions = template === undefined ? usualExpressions() : expressionsOf(template);
  if (expressions === null) return null;
  return [
    ...expressions.map((expression) => `parse @message /${expression}/`),
    refusedCommand(template),
    // A refused certificate has the message Forbidden, or none where the log lacks it.
    `parse ${NAME.errorMessage} /(?<mwOther>^[^Ff-].*)/`,
    `parse ${NAME.errorResponseType} /(?<mwCause>^WAF_FILTERED|^INVALID_API_KEY|^MISSING_AUTHENTICATION_TOKEN|^EXPIRED_TOKEN|^INVALID_SIGNATURE)/`,
    `stats count(*) as calls, count(${NAME.status}) as judged, count(mwOther) as others, max(@timestamp) as newest by ${NAME.domainName}, ${NAME.apiId}, ${NAME.stage}, ${NAME.issuerDn}, mwRefused, mwCause`,
    'sort calls desc',
  ].join(' | ');
}

/** In JSON any status of 403 in the record counts, because an earlier one may be the client's text. */
function refusedCommand(template: string | undefined): string {
  const key = template === undefined ? USUAL_KEYS.status : statusKey(template);
  return key === null
    ? `parse ${NAME.status} /(?<mwRefused>^403)/`
    : `parse @message /"${key}"\\s*:\\s*"*(?<mwRefused>403)/`;
}

function statusKey(template: string): string | null {
  const tokens = tokensOf(template.trim());
  const key = keyBefore(tokens[tokens.findIndex((token) => isOf(token, 'status')) - 1]);
  return key !== undefined && template.trimStart().startsWith('{') ? escaped(key) : null;
}

function usualExpressions(): string[] {
  return FIELDS.map((field) => keyed(USUAL_KEYS[field], field));
}

/** Also where a value has no quotes, or those of `$context.error.messageString` beside its own. */
function keyed(key: string, field: Wanted): string {
  const behind = field === 'issuerDn' ? '"' : '';
  return `"${key}"\\s*:\\s*"*(?<${NAME[field]}>${VALUE[field]})${behind}`;
}

function expressionsOf(template: string): string[] | null {
  const tokens = tokensOf(template.trim());
  const has = (field: Wanted): boolean => tokens.some((token) => isOf(token, field));
  if (!has('issuerDn') || !has('status')) return null;
  if (!template.trimStart().startsWith('{')) {
    const line = wholeLine(tokens);
    return line === null ? null : [line];
  }
  return FIELDS.filter(has).map((field) => besideKey(tokens, field));
}

function isOf(token: Token, field: AccessField): boolean {
  if (token.kind === 'text') return false;
  return token.name === VARIABLE_OF[field] || (field === 'errorMessage' && token.name === 'error.messageString');
}

function besideKey(tokens: readonly Token[], field: Wanted): string {
  const index = tokens.findIndex((token) => isOf(token, field));
  const [before, behind] = [textOf(tokens[index - 1]), textOf(tokens[index + 1])];
  const key = keyBefore(tokens[index - 1]);
  if (key !== undefined) return keyed(escaped(key), field);
  return `${escaped(before.slice(-TEXT_BEFORE_CHARS))}(?<${NAME[field]}>.*?)${escaped(behind.slice(0, 3))}`;
}

/** The key of the value behind a text of a format. */
function keyBefore(token: Token | undefined): string | undefined {
  return /"([^"]{1,80})"\s*:\s*"*$/.exec(textOf(token))?.[1];
}

const TEXT_BEFORE_CHARS = 24;

/** From the beginning of the line to its end, because the texts between the variables may be mere blanks. */
function wholeLine(tokens: readonly Token[]): string | null {
  const seen = new Set<Wanted>();
  const parts = tokens.map((token) => {
    if (token.kind === 'text') return escaped(token.text);
    const field = FIELDS.find((one) => isOf(token, one));
    if (field === undefined || seen.has(field)) return '[\\s\\S]*?';
    seen.add(field);
    return `(?<${NAME[field]}>${field === 'status' ? VALUE.status : '.*?'})`;
  });
  const index = tokens.findIndex((token) => isOf(token, 'issuerDn'));
  const isFirst = index === 0;
  const isLast = index === tokens.length - 1;
  // Commas and blanks are in names, too, so they end none.
  const ends = [isFirst || endsName(textOf(tokens[index - 1])), isLast || endsName(textOf(tokens[index + 1]))];
  return ends.every(Boolean) ? `^${parts.join('')}\\s*$` : null;
}

function endsName(text: string): boolean {
  return /[^\s,]|\t/.test(text);
}

function textOf(token: Token | undefined): string {
  return token?.kind === 'text' ? token.text : '';
}

/** The text itself, with any blanks where it has some. A slash would end the expression. */
function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&').replace(/\s+/g, '\\s+');
}

type Row = Readonly<Record<string, string>>;

/**
 * @returns null where no record has a status that can be read, although there are some with an issuer: another format than
 * the query was made for
 */
export function callCounts(rows: readonly Row[]): CallCount[] | null {
  const named = rows.filter(({ [NAME.issuerDn]: issuer = '' }) => issuer !== '' && issuer !== '-');
  const judged = (row: Row): number => Number(row.judged ?? 0);
  if (rows.some(({ calls }) => Number(calls) > 0) && rows.every((row) => judged(row) === 0)) return null;
  const letInOf = (row: Row): number =>
    row.mwRefused ? (row.mwCause ? judged(row) : Number(row.others ?? 0)) : judged(row);
  return named.map((row) => ({
    domainName: hostName(clean(textIn(row[NAME.domainName]), limits.scopeCharsMax)),
    apiId: textIn(row[NAME.apiId]) || null,
    stage: textIn(row[NAME.stage]) || null,
    issuerDn: canonicalDn(textIn(row[NAME.issuerDn]).slice(0, limits.dnCharsMax * 4)),
    calls: judged(row),
    letIn: letInOf(row),
    // Of 403s, some of which have another cause, it may be that of one that has not: later than it was, never earlier.
    letInAt: letInOf(row) > 0 ? timeIn(row.newest) : 0,
  }));
}

/** Insights gives times as milliseconds, or in its own form, in UTC. */
function timeIn(text = ''): number {
  const at = /^\d+$/.test(text) ? Number(text) : Date.parse(`${text.replace(' ', 'T')}Z`);
  // Not known when: as if it were the last call of all.
  return Number.isNaN(at) ? Number.MAX_SAFE_INTEGER : at;
}

/** As the readers of records take a value: without the escapes of JSON, and nothing for a missing one. */
function textIn(raw = ''): string {
  const text = raw.trim();
  if (text === '-') return '';
  if (!text.includes('\\')) return text;
  try {
    return String(JSON.parse(`"${text}"`));
  } catch {
    return text;
  }
}
