/** The fields around the payload of a vended record in plain text, told by their shapes. */

export interface Field {
  /** `any` stands for several fields without a separator. */
  readonly kind: 'arn' | 'time' | 'method' | 'path' | 'word' | 'any';
  readonly text: string;
}

type Kind = Exclude<Field['kind'], 'any'>;

const SHAPES: readonly (readonly [kind: Kind, shape: RegExp])[] = [
  ['arn', /^arn:aws[\w-]{0,20}:apigateway:[\w-]{0,40}:\d{0,12}:\/restapis\/[A-Za-z0-9]{1,64}\/stages\/[\w$-]{1,128}$/],
  ['time', /^(?:\d{10}|\d{13}|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:?\d\d))$/],
  ['method', /^(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|ANY|-)$/],
  ['path', /^\/[\w.\-:{}+/*$]{0,1024}$/],
  // A stage or an API; neither a status nor a request id.
  ['word', /^(?!\d{1,9}$|[0-9a-f]{8}-[0-9a-f]{4}-)[\w$-]{1,128}$/],
];
const MOST: Readonly<Record<Kind, number>> = { arn: 1, time: 1, method: 1, path: 1, word: 2 };

/** The fields of a text that holds nothing else, each at most once; null where there is anything else. */
export function fieldsIn(text: string, delimiter: string): Field[] | null {
  if (text === '') return [];
  if (delimiter === '') return UNDELIMITED.test(text) && !OF_ANOTHER_LOG.test(text) ? [{ kind: 'any', text }] : null;
  const found: Field[] = [];
  const counts = { arn: 0, time: 0, method: 0, path: 0, word: 0 };
  let steps = 0;
  const from = (at: number): boolean => {
    if (++steps > 5_000 || found.length > 6) return false;
    for (const end of endsIn(text, at, delimiter)) {
      const part = text.slice(at, end);
      for (const [kind, shape] of SHAPES) {
        if (counts[kind] >= MOST[kind] || !shape.test(part)) continue;
        counts[kind]++;
        found.push({ kind, text: part });
        if (end === text.length || from(end + delimiter.length)) return true;
        found.pop();
        counts[kind]--;
      }
    }
    return false;
  };
  return from(0) ? found : null;
}

/** Where a field may end: before a separator, or at the end of the text. */
function endsIn(text: string, at: number, delimiter: string): number[] {
  const ends: number[] = [];
  for (let end = text.indexOf(delimiter, at); end >= 0 && ends.length < 12; end = text.indexOf(delimiter, end + 1)) {
    if (end > at) ends.push(end);
  }
  ends.push(text.length);
  return ends;
}

/** The characters of fields without a separator. Where one field ends cannot be told. */
const UNDELIMITED = /^[\w$.\-:{}+/*]+$/;
/** What no vended record has around its payload: a status, a second request id, an address. */
const OF_ANOTHER_LOG =
  /(?:^|[^\w.])[1-5]\d\d(?:$|[^\w.])|[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-|\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}|HTTP\/\d/;

export function isOneRecord(fields: readonly Field[]): boolean {
  return SHAPES.every(([kind]) => fields.filter((field) => field.kind === kind).length <= MOST[kind]);
}

export function wordsOf(fields: readonly Field[]): string[] {
  return fields.flatMap(({ kind, text }) => (kind === 'word' ? [text] : []));
}

export function arnIn(fields: readonly Field[]): Field | undefined {
  return fields.find(({ kind }) => kind === 'arn');
}

/** An ARN holds the names of the API and the stage, so that words beside it which are neither belong to the sentence. */
export function fitsArn(fields: readonly Field[], front: readonly Field[]): boolean {
  const names = arnIn([...front, ...fields])?.text.split('/');
  return names === undefined || wordsOf(fields).every((word) => names.includes(word));
}
