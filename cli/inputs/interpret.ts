/**
 * Makes log events of units. Whatever carries events is opened (payloads, CLI output, records of an event each); lines
 * of text are put together to events: by their timestamps where they have them, else by what API Gateway's lines look
 * like.
 */

import { MtlsWatchError } from '../../shared/base/errors.js';
import { limits } from '../../shared/base/limits.js';
import { decodePayload, decodeSubscription } from '../../shared/logs/decode.js';
import type { InputItem } from './read.js';
import { eventOf, isGatewayRecord, timeInText, timeOfRecord } from './records.js';
import { DATED_LINE } from './sniff.js';
import type { Unit } from './split.js';
import type { EventWindow } from './window.js';

export interface Interpreter {
  /** @param fallbackAt the time of lines that carry none, until one does */
  begin(layout: 'dated' | 'mixed', fallbackAt: number): void;
  take(unit: Unit): void;
  end(): void;
  /** How many things were recognised that are no event of this file's window: payloads and probes. */
  readonly known: () => number;
}

/** What `aws s3 ls` shows first in every export task: CloudWatch tries whether it may write. */
const EXPORT_PROBE = 'Permission Check Successful';
/** `(request id) text`: an execution log line as it stands. */
const PREFIXED_LINE = /^\([\w-]{1,128}\) /;
/** The failure template's lines, for events that were written without a prefix. */
const TEMPLATE_LINES = [/^Extended Request Id:/, /^Access denied\. Reason:/, /^ForbiddenException Forbidden:/] as const;
const ENVELOPE = /"(?:logGroup|logStream|logStreamName|awslogs|messageType|eventId)"\s{0,8}:/;

const UNWRAPPED = /"(?:extended_?)?request_?id"/i;

interface OpenEvent {
  readonly logStream: string;
  readonly timestamp: number;
  readonly undated: boolean;
  readonly lines: string[];
  chars: number;
}

export function interpreter(window: EventWindow, emit: (item: InputItem) => void): Interpreter {
  let dated = false;
  let lastAt = 0;
  let known = 0;
  let open: OpenEvent | null = null;

  const close = () => {
    if (open === null) return;
    const { logStream, timestamp, undated, lines } = open;
    addEvent({ logGroup: '', logStream, id: null, timestamp, undated, message: lines.join('\n') });
    open = null;
  };
  const addEvent = (event: Parameters<EventWindow['add']>[0]) => {
    if (event.message.length > limits.eventCharsMax) {
      window.reject(
        'event-too-large',
        `an event of ${event.message.length} characters, more than a log event can have`,
      );
    } else window.add(event);
  };
  const begin = (line: string, at: number, undated: boolean, logStream = '') => {
    close();
    open = { logStream, timestamp: at, undated, lines: [line], chars: line.length };
  };
  /** Lines beyond the bound are counted in `chars` only: the event is rejected when it closes. */
  const append = (to: OpenEvent, line: string) => {
    to.chars += line.length + 1;
    if (to.chars <= limits.eventCharsMax + limits.inputLineBytesMax) to.lines.push(line);
  };

  function line(text: string): void {
    const stamp = DATED_LINE.exec(text);
    if (stamp !== null) datedLine(text.slice(stamp[0].length), stamp);
    else if (dated) {
      if (open !== null) append(open, text);
      else notAnEvent('a line before the first timestamp');
    } else bareLine(text);
  }

  function datedLine(rest: string, [, time = '', zone]: RegExpExecArray): void {
    const at = Date.parse(`${time.replace(',', '.')}${zone ?? 'Z'}`);
    if (Number.isNaN(at)) {
      notAnEvent('a line with a date that does not exist');
      return;
    }
    lastAt = at;
    // Only `aws logs tail` writes an offset, and it puts the stream before the message.
    const offset = zone !== undefined && zone !== 'Z' && !TEMPLATE_LINES.some((shape) => shape.test(rest));
    const named = offset ? /^([^\s({"]{1,512})(?:\s|$)/.exec(rest) : null;
    begin(named === null ? rest : rest.slice(named[0].length), at, false, named?.[1] ?? '');
  }

  function bareLine(text: string): void {
    const template = TEMPLATE_LINES.find((shape) => shape.test(text));
    const inside = open;
    const continues = template !== undefined && inside?.lines.some((l) => template.test(unprefixed(l))) === false;
    if (text === EXPORT_PROBE) known += 1;
    else if (/^\s+\{/.test(text) && inside === null) value(text.trim());
    else if (PREFIXED_LINE.test(text) || (template !== undefined && !continues)) begin(text, lastAt, true);
    else if (inside !== null) append(inside, text);
    else notAnEvent('a line that is no log event of API Gateway');
  }

  function value(text: string): void {
    const json = parsed(text);
    if (json === undefined) {
      broken(text);
      return;
    }
    close();
    if (typeof json === 'object' && json !== null && 'events' in json && Array.isArray(json.events)) {
      for (const event of json.events) record(event, JSON.stringify(event));
    } else record(json, text);
  }

  function record(json: unknown, text: string): void {
    if (typeof json !== 'object' || json === null) notAnEvent('a JSON value that is no object');
    else if ('awslogs' in json) payload(() => decodeSubscription(json));
    else if ('messageType' in json) payload(() => decodePayload(json));
    else {
      const event = eventOf(json);
      if (event !== null) addEvent(event);
      else if (isGatewayRecord(json)) addUnwrapped(text, timeOfRecord(json));
      else notAnEvent('a JSON object that is no log event');
    }
  }

  /** A record that stands alone, without the log event around it. */
  function addUnwrapped(message: string, at: number | null): void {
    lastAt = at ?? lastAt;
    addEvent({ logGroup: '', logStream: '', id: null, timestamp: lastAt, undated: at === null, message });
  }

  function payload(decode: () => ReturnType<typeof decodePayload>): void {
    try {
      const decoded = decode();
      known += 1;
      emit(decoded.kind === 'batch' ? { kind: 'batch', batch: decoded } : { kind: 'control', control: decoded });
    } catch (error) {
      if (!(error instanceof MtlsWatchError)) throw error;
      window.reject(error.code === 'payload-too-large' ? 'event-too-large' : 'not-a-log-event', error.message);
    }
  }

  /** An access record whose PEM has raw newlines is no JSON, and still an event; the parser repairs it. */
  function broken(text: string): void {
    close();
    if (ENVELOPE.test(text.slice(0, 4096)) || !UNWRAPPED.test(text)) notAnEvent('broken JSON, cut off or damaged');
    else addUnwrapped(text.trimEnd(), timeInText(text));
  }

  function notAnEvent(detail: string): void {
    window.reject('not-a-log-event', detail);
  }

  return {
    begin(layout, fallbackAt) {
      dated = layout === 'dated';
      lastAt = fallbackAt;
    },
    take(unit) {
      if (unit.kind === 'text') line(unit.text);
      else if (unit.kind === 'value') value(unit.text);
      else if (unit.kind === 'cut') broken(unit.text);
      else window.reject('event-too-large', `${unit.bytes} bytes without an end, more than a log event can have`);
    },
    end: close,
    known: () => known,
  };
}

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
