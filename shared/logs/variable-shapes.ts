/**
 * What the values of API Gateway's variables look like, and so where a value ends in a text without keys. A separator
 * alone does not end a value: distinguished names hold commas, slashes and spaces, dates and user agents hold spaces,
 * certificates hold line breaks.
 */

import type { Token } from './template.js';

const UUID = /[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}/y;
const ID = /[\w+/=-]{1,128}/y;
const WORD = /[\w$.-]{1,255}/y;
const NUMBER = /\d{1,20}(?:\.\d{1,12})?/y;
const ADDRESS = /[0-9a-fA-F.:]{2,45}/y;
const SERIAL = /[0-9a-fA-F:]{1,120}/y;
const TIME =
  /[A-Z][a-z]{2} {1,2}\d{1,2} \d\d:\d\d:\d\d \d{4} GMT|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:?\d\d)/y;
const REQUEST_TIME = /\d{1,2}\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}/y;

/** A variable listed here accepts nothing but these shapes; the first one that matches is tried first. */
const SHAPES: Readonly<Record<string, readonly RegExp[]>> = {
  status: [/\d{3}/y],
  requestId: [UUID, ID],
  extendedRequestId: [ID],
  'integration.requestId': [UUID, ID],
  domainName: [WORD],
  domainPrefix: [WORD],
  apiId: [/[A-Za-z0-9]{1,64}/y],
  stage: [/[\w$-]{1,128}/y],
  accountId: [/\d{12}/y],
  httpMethod: [/[A-Za-z]{1,20}/y],
  protocol: [/HTTP\/\d(?:\.\d)?/y],
  requestTime: [REQUEST_TIME],
  requestTimeEpoch: [/\d{10,16}/y],
  responseLength: [NUMBER],
  responseLatency: [NUMBER],
  integrationLatency: [NUMBER],
  'integration.latency': [NUMBER],
  integrationStatus: [/\d{3}/y],
  'integration.status': [/\d{3}/y],
  'identity.sourceIp': [ADDRESS],
  'identity.clientCert.serialNumber': [SERIAL],
  'identity.clientCert.validity.notBefore': [TIME],
  'identity.clientCert.validity.notAfter': [TIME],
  'identity.clientCert.clientCertPem': [],
  'error.responseType': [/[A-Z][A-Z0-9_]{1,63}/y],
};

/** For free text, at most this many ends are tried: the next places where the following text occurs. */
const ENDS_MAX = 64;

export interface Around {
  readonly next: Token | undefined;
  readonly after: Token | undefined;
  /** Whether variables whose shapes are not certain accept any text. */
  readonly isLenient: boolean;
}

/** Where the value of a variable that begins at `at` may end, the likely places first. */
export function* endsOf(name: string, text: string, at: number, around: Around): Generator<number> {
  const { next, after } = around;
  // `-` stands for a missing value.
  if (text[at] === '-') yield at + 1;
  if (name === 'identity.clientCert.clientCertPem') yield* endsOfPem(text, at);
  const shapes = SHAPES[name];
  if (shapes !== undefined) {
    for (const shape of shapes) {
      shape.lastIndex = at;
      if (shape.test(text)) yield shape.lastIndex;
    }
    yield at;
    if (!around.isLenient || !LENIENT.has(name)) return;
  }
  if (next === undefined) yield text.length;
  else if (DN.has(name) && next.kind === 'text') yield* endsOfDn(text, at, next.text, after);
  else if (next.kind === 'text') yield* placesOf(next.text, text, at);
  else for (let end = at; end <= Math.min(text.length, at + ENDS_MAX); end++) yield end;
}

const LENIENT: ReadonlySet<string> = new Set([
  'identity.clientCert.clientCertPem',
  'identity.clientCert.serialNumber',
  'identity.clientCert.validity.notBefore',
  'identity.clientCert.validity.notAfter',
  'requestTime',
]);

const DN: ReadonlySet<string> = new Set(['identity.clientCert.subjectDN', 'identity.clientCert.issuerDN']);

function* placesOf(part: string, text: string, from: number): Generator<number> {
  let end = text.indexOf(part, from);
  for (let count = 0; end >= 0 && count < ENDS_MAX; count++) {
    yield end;
    end = text.indexOf(part, end + 1);
  }
}

const PEM_END = /-----END [A-Z0-9% ]{0,24}CERTIFICATE-----(?:\\n|\\r|%0A|\s){0,4}/g;

/** The end of a PEM, including the line breaks that follow it, however they are written. */
function* endsOfPem(text: string, at: number): Generator<number> {
  if (!text.startsWith('-----BEGIN', at)) return;
  PEM_END.lastIndex = at;
  const match = PEM_END.exec(text);
  if (match === null) return;
  const mark = match[0].lastIndexOf('-----') + 5;
  for (let end = PEM_END.lastIndex; end >= match.index + mark; end--) yield end;
}

/**
 * A name may contain the very text that follows it (`, `). Where two names follow one another, the second begins where
 * the attributes start again: API Gateway writes them from the country down to the common name. For names in the
 * opposite order, the second name begins with the attribute that the first one began with.
 */
function* endsOfDn(text: string, at: number, part: string, after: Token | undefined): Generator<number> {
  const places = [...placesOf(part, text, at)];
  if (after?.kind === 'variable' && DN.has(after.name)) {
    const attributes = [at, ...places.map((end) => end + part.length)].map((start) => attributeAt(text, start));
    const isStart = (index: number): boolean => {
      const [before, first] = [attributes[index], attributes[index + 1]];
      return before != null && first != null && rankOf(first) < rankOf(before);
    };
    const starts = places.filter((_, index) => isStart(index));
    if (starts.length === 1) yield* starts;
    else
      yield* places.filter(
        (_, index) => attributes[index] !== attributes[0] && attributes[index + 1] === attributes[0],
      );
  }
  yield* places;
}

/** From the country down to the common name. */
const RANKS = ['C', 'DC', 'ST', 'S', 'L', 'STREET', 'O', 'OU', 'CN'];

function rankOf(attribute: string): number {
  const rank = RANKS.indexOf(attribute);
  return rank < 0 ? RANKS.length : rank;
}

/** The name of the attribute that begins at `at`, such as `C`; null where none does. */
function attributeAt(text: string, at: number): string | null {
  ATTRIBUTE.lastIndex = at;
  return ATTRIBUTE.exec(text)?.[1]?.toUpperCase() ?? null;
}

const ATTRIBUTE = /\/?([A-Za-z][\w.-]{0,40})=/y;
