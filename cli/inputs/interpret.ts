/**
 * Makes log events of units. Whatever carries events is opened (payloads, CLI output, records of an event each); lines
 * of text are put together to events: by what each begins with where they have that, else by what API Gateway's lines look
 * like.
 */

import { limits } from '../../shared/base/limits.js';
import { openValue } from './containers.js';
import { type Begun, isTabbedNoise, type LineForm, tabbed, timeBehind, timeFirst } from './forms.js';
import type { InputItem } from './item.js';
import { PREFIXED_LINE, TEMPLATE_LINES } from './looks.js';
import { type FoundEvent, timeInText } from './records.js';
import { withoutColours } from './sniff.js';
import { splitter, type Unit } from './split.js';
import type { EventWindow, InputEvent } from './window.js';

export interface Interpreter {
  /**
   * @param form what the lines of the file begin with, null where it holds values and bare lines
   * @param fallbackAt the time of lines that carry none, until one does
   */
  begin(form: LineForm | null, fallbackAt: number): void;
  take(unit: Unit): void;
  /** A row of a table or of a query's result. */
  row(row: object): void;
  reject(detail: string): void;
  end(): void;
  /** How many things were recognised that are no event of this file's window: payloads and probes. */
  readonly known: () => number;
}

/** What `aws s3 ls` shows first in every export task: CloudWatch tries whether it may write. */
const EXPORT_PROBE = 'Permission Check Successful';
const ENVELOPE = /"(?:logGroup|logStream|logStreamName|awslogs|messageType|eventId)"\s{0,8}:/;
const UNWRAPPED = /"(?:extended_?)?request_?id"/i;
const DENIED = 'Access denied. Reason: ';

interface OpenEvent {
  readonly begun: Begun;
  /** Behind the first one, which the begin has as its message. */
  readonly more: string[];
  chars: number;
}

/** Where an event comes from. */
type Origin = Pick<InputEvent, 'owner' | 'logGroup' | 'logStream' | 'id'>;

export function interpreter(window: EventWindow, emit: (item: InputItem) => void): Interpreter {
  let form: LineForm | null = null;
  let lastAt = 0;
  let known = 0;
  let nested = 0;
  let open: OpenEvent | null = null;

  const notAnEvent = (detail: string) => window.reject('not-a-log-event', detail);
  const addEvent = (event: InputEvent) => {
    if (event.message.length > limits.eventCharsMax) {
      window.reject(
        'event-too-large',
        `an event of ${event.message.length} characters, more than a log event can have`,
      );
    } else window.add(event);
  };
  /** An event that does not say when it was written is taken to be as old as the one before it. */
  const addFound = (from: Origin, at: number | null, message: string) => {
    const { owner = '', logGroup, logStream, id } = from;
    lastAt = at ?? (message.startsWith('{') ? timeInText(message) : null) ?? lastAt;
    addEvent({ owner, logGroup, logStream, id, timestamp: lastAt, undated: at === null, message });
  };
  const close = () => {
    if (open === null) return;
    const { begun, more } = open;
    open = null;
    const message = more.length === 0 ? begun.message : `${begun.message}\n${more.join('\n')}`;
    const behind = form === tabbed ? timeBehind(message) : null;
    addFound(begun, behind?.at ?? begun.at, behind?.message ?? message);
  };
  const begin = (begun: Begun) => {
    close();
    open = { begun, more: [], chars: begun.message.length };
  };
  const beginBare = (message: string) => begin({ owner: '', logGroup: '', logStream: '', id: null, at: null, message });
  /** Lines beyond the bound are counted in `chars` only: the event is rejected when it closes. */
  const append = (to: OpenEvent, line: string) => {
    to.chars += line.length + 1;
    if (to.chars <= limits.eventCharsMax + limits.inputLineBytesMax) to.more.push(line);
  };

  function line(raw: string): void {
    const text = withoutColours(raw);
    // A time in front begins an event in every file; other forms are looked for only where the file has them.
    const begun = form?.(text) ?? (form === tabbed ? null : timeFirst(text));
    if (begun !== null) {
      if (begun.at !== null && Number.isNaN(begun.at)) notAnEvent('a line with a date that does not exist');
      else begin(begun);
    } else if (form === null) bareLine(text);
    else if (form === tabbed && isTabbedNoise(text)) close();
    else if (open !== null) append(open, text);
    else notAnEvent('a line before the first event');
  }

  function bareLine(text: string): void {
    const template = TEMPLATE_LINES.find((shape) => shape.test(text));
    const inside = open;
    const continues =
      template !== undefined && inside !== null && !linesOf(inside).some((l) => template.test(unprefixed(l)));
    if (text === EXPORT_PROBE) known += 1;
    else if (/^\s+\{/.test(text) && inside === null) value(text.trim());
    else if (PREFIXED_LINE.test(text) || (template !== undefined && !continues)) beginBare(text);
    else if (inside !== null) append(inside, text);
    else if (text.startsWith('arn:') || text.includes(DENIED)) beginBare(text);
    else if (BASE64_OF_GZIP.test(text)) openValue({ data: text.trim() }, null, opened);
    else notAnEvent('a line that is no log event of API Gateway');
  }

  function value(text: string): void {
    const json = parsed(text);
    if (json === undefined) broken(text);
    else {
      close();
      openValue(json, text, opened);
    }
  }

  const addUnwrapped = (message: string, at: number | null) =>
    addFound({ logGroup: '', logStream: '', id: null }, at, message);

  const opened = {
    onEvent: (event: FoundEvent) => addFound(event, event.timestamp, event.message),
    onRecord: addUnwrapped,
    onDelivery(delivery: Parameters<Parameters<typeof openValue>[2]['onDelivery']>[0]) {
      known += 1;
      emit(delivery.kind === 'batch' ? { kind: 'batch', batch: delivery } : { kind: 'control', control: delivery });
    },
    onBytes(bytes: Buffer) {
      if (nested >= limits.inputNestingMax) {
        notAnEvent('data nested deeper than a log is');
        return;
      }
      const outer = form;
      form = null;
      nested += 1;
      const inner = splitter(take);
      inner.push(bytes);
      inner.end();
      close();
      nested -= 1;
      form = outer;
    },
    onKnown() {
      known += 1;
    },
    onReject: window.reject,
  };

  /** An access record whose PEM has raw newlines is no JSON, and still an event; the parser repairs it. */
  function broken(text: string): void {
    close();
    if (ENVELOPE.test(text.slice(0, 4096)) || !UNWRAPPED.test(text)) notAnEvent('broken JSON, cut off or damaged');
    else addUnwrapped(text.trimEnd(), timeInText(text));
  }

  function take(unit: Unit): void {
    if (unit.kind === 'text') line(unit.text);
    else if (unit.kind === 'value') value(unit.text);
    else if (unit.kind === 'cut') broken(unit.text);
    else window.reject('event-too-large', `${unit.bytes} bytes without an end, more than a log event can have`);
  }

  return {
    begin(linesOf, fallbackAt) {
      form = linesOf;
      lastAt = fallbackAt;
    },
    take,
    row: (row) => openValue(row, null, opened),
    reject: notAnEvent,
    end: close,
    known: () => known,
  };
}

/** `awslogs.data` on its own: base64 of what begins as gzip does. */
const BASE64_OF_GZIP = /^H4sI[\w+/]{60,}={0,2}\s{0,8}$/;

const linesOf = ({ begun, more }: OpenEvent) => [...begun.message.split('\n'), ...more];
const unprefixed = (line: string) => line.replace(PREFIXED_LINE, '');

/** Undefined for what is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
