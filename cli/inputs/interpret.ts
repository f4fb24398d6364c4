/**
 * Turns the units of an input into log events. Containers of events are opened (payloads, CLI output, single records);
 * lines of text are assembled into events.
 */

import { commandLimits } from '../../shared/base/command-limits.js';
import { jsonIn } from '../../shared/base/json.js';
import { limits } from '../../shared/base/limits.js';
import { textOf } from '../../shared/logs/decode.js';
import type { RecordFormat } from '../../shared/logs/record-format.js';
import { isAccessRecordText } from '../../shared/logs/text-record.js';
import { CLOSE_OBJECT, RETURN } from './characters.js';
import { type Opened, openValue } from './containers.js';
import type { InputItem } from './item.js';
import { lineEvents } from './lines.js';
import type { PlainSuccess } from './marks.js';
import { PLAIN_BYTES_MAX } from './plain-bytes.js';
import { timeByFormat, timeInText } from './records.js';
import type { Layout } from './sniff.js';
import { splitter, type Unit } from './split.js';
import type { EventWindow, InputEvent } from './window.js';

export interface Interpreter {
  /** @param fallbackAt the time of lines without one, until a line has one */
  begin(layout: Layout, fallbackAt: number): void;
  take(unit: Unit): void;
  /** A whole line that is an object, before it is split; false leaves it to `take`. */
  object(chunk: Buffer, from: number, to: number): boolean;
  passed(success: PlainSuccess): void;
  /** A row of a table or of a query's result. */
  row(row: object): void;
  reject(detail: string): void;
  end(): void;
  /** The number of recognised units without events of this file: payloads and probes. */
  readonly known: () => number;
}

const ENVELOPE = /"(?:logGroup|logStream|logStreamName|awslogs|messageType|eventId)"\s{0,8}:/;
const UNWRAPPED = /"(?:extended_?)?request_?id"/i;

/** The source of an event. */
type Origin = Pick<InputEvent, 'owner' | 'logGroup' | 'logStream' | 'id'>;
const NOWHERE: Origin = { logGroup: '', logStream: '', id: null };

/** @param format the format of access records, if known */
export function interpreter(
  window: EventWindow,
  format: RecordFormat | null,
  emit: (item: InputItem) => void,
): Interpreter {
  const records = recordsOf(format);
  const { add, addPlain, startAt } = datedEvents(window, records.timeWithin);
  let known = 0;
  const nest = nesting();
  const notAnEvent = (detail: string) => window.reject('not-a-log-event', detail);
  const onKnown = () => ++known;
  const opened = openedInto({ add, records, emit, onBytes: nestedBytes, onKnown, onReject: window.reject });
  const lines = lineEvents({
    isByFormat: records.isByFormat,
    onEvent: add,
    onValue: value,
    onData: (data) => openValue({ data }, null, opened),
    onKnown,
    onReject: notAnEvent,
  });

  function nestedBytes(bytes: Buffer): void {
    if (!nest(() => lines.within(() => cutWhole(bytes, take)))) notAnEvent('data nested deeper than a log is');
  }

  function value(text: string): void {
    const json = jsonIn(text);
    lines.close();
    if (json !== undefined) openValue(json, text, opened);
    // An access record whose PEM contains raw newlines is invalid JSON, but still an event; the parser repairs it.
    else if (isBrokenRecord(text) || records.isRecord(text)) add(NOWHERE, timeInText(text), text.trimEnd());
    else notAnEvent('broken JSON, cut off or damaged');
  }

  function take(unit: Unit): void {
    if (unit.kind === 'text') lines.line(unit.text);
    else if (unit.kind === 'overlong') rejectTooLarge(window, `${unit.bytes} bytes without an end`);
    else value(unit.text);
  }

  return {
    begin(layout, fallbackAt) {
      lines.begin(layout.kind === 'lines' ? layout.form : null, layout.kind === 'records');
      startAt(fallbackAt);
    },
    take,
    object(chunk, from, to) {
      const found = objectIn(chunk, from, to);
      if (found === null) return false;
      lines.close();
      openValue(found.json, found.text, opened);
      return true;
    },
    passed(success) {
      lines.close();
      addPlain(success);
    },
    row: (row) => openValue(row, null, opened),
    reject: notAnEvent,
    end: lines.close,
    known: () => known,
  };
}

/** A line that is one object, and no list of events: the elements of that are units of their own. */
function objectIn(chunk: Buffer, from: number, to: number): { readonly text: string; readonly json: object } | null {
  const end = chunk[to - 1] === RETURN ? to - 1 : to;
  if (end - from > PLAIN_BYTES_MAX || chunk[end - 1] !== CLOSE_OBJECT) return null;
  const text = textOf(chunk.subarray(from, end));
  const json = jsonIn(text);
  return typeof json !== 'object' || json === null || 'events' in json ? null : { text, json };
}

interface OpenedParts extends Pick<Opened, 'onBytes' | 'onKnown' | 'onReject'> {
  readonly add: ReturnType<typeof datedEvents>['add'];
  readonly records: ReturnType<typeof recordsOf>;
  readonly emit: (item: InputItem) => void;
}

/** What becomes of the contents of a container. */
function openedInto({ add, records, emit, onBytes, onKnown, onReject }: OpenedParts): Opened {
  return {
    onEvent: (event) => add(event, event.timestamp, event.message),
    // The format identifies the time more reliably than the name of a key.
    onRecord: (message, at) => add(NOWHERE, records.timeByFormat(message) ?? at, message),
    isRecord: records.isRecord,
    onDelivery(delivery) {
      onKnown();
      emit(delivery.kind === 'batch' ? { kind: 'batch', batch: delivery } : { kind: 'control', control: delivery });
    },
    onBytes,
    onKnown,
    onReject,
  };
}

/** @returns runs work that may run itself again, within bounds; false where it was not run */
function nesting(): (work: () => void) => boolean {
  let nested = 0;
  return (work) => {
    if (nested >= commandLimits.inputNestingMax) return false;
    nested += 1;
    work();
    nested -= 1;
    return true;
  };
}

/** An event without a time gets that of the event before it. */
function datedEvents(window: EventWindow, timeWithin: (message: string) => number | null) {
  let lastAt = 0;
  return {
    startAt(at: number): void {
      lastAt = at;
    },
    addPlain(success: PlainSuccess): void {
      lastAt = success.timestamp;
      window.addPlain(success);
    },
    add({ owner = '', logGroup, logStream, id }: Origin, at: number | null, message: string): void {
      lastAt = at ?? timeWithin(message) ?? lastAt;
      if (message.length > limits.eventCharsMax) rejectTooLarge(window, `an event of ${message.length} characters`);
      else window.add({ owner, logGroup, logStream, id, timestamp: lastAt, undated: at === null, message });
    },
  };
}

function rejectTooLarge(window: EventWindow, what: string): void {
  window.reject('event-too-large', `${what}, more than a log event can have`);
}

function cutWhole(bytes: Buffer, take: (unit: Unit) => void): void {
  const cutter = splitter(take);
  cutter.push(bytes);
  cutter.end();
}

/** Recognises access records and their times if nothing else in the file does. */
function recordsOf(format: RecordFormat | null) {
  const isByFormat = (text: string): boolean => format !== null && format.read(text, null) !== null;
  const byFormat = (text: string): number | null => (format === null ? null : timeByFormat(format, text));
  return {
    isByFormat,
    isRecord: (text: string): boolean => isByFormat(text) || isAccessRecordText(text),
    timeByFormat: byFormat,
    timeWithin: (text: string): number | null =>
      byFormat(text) ?? (text.startsWith('{') || isAccessRecordText(text) ? timeInText(text) : null),
  };
}

function isBrokenRecord(text: string): boolean {
  return !ENVELOPE.test(text.slice(0, 4096)) && UNWRAPPED.test(text);
}
