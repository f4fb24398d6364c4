/**
 * Assembles lines of text into events: by the form of the file's lines if it has one, else by the patterns of API
 * Gateway's log lines.
 */

import { commandLimits } from '../../shared/base/command-limits.js';
import { limits } from '../../shared/base/limits.js';
import { isConnectionText } from '../../shared/doors/connection-logs.js';
import { isAccessRecordText } from '../../shared/logs/text-record.js';
import { type Begun, begunWith, isTabbedNoise, type LineForm, tabbed, timeBehind, timeFirst } from './forms.js';
import { PREFIXED_LINE, TEMPLATE_LINES } from './looks.js';
import { withoutColours } from './sniff.js';

export interface LineEvents {
  /**
   * @param form the form of lines that begin an event; null for a file with values and plain lines
   * @param areRecords whether they are access records in the known format
   */
  begin(form: LineForm | null, areRecords: boolean): void;
  line(raw: string): void;
  /** Ends the current event. */
  close(): void;
  /** Processes lines from within a value, to which the file's form does not apply. */
  within(work: () => void): void;
}

export interface LineSink {
  /** Whether a line is an access record in the known format. */
  isByFormat(text: string): boolean;
  /** @param at null if the event has no time */
  onEvent(from: Begun, at: number | null, message: string): void;
  /** A value with spaces before it. */
  onValue(text: string): void;
  /** Base64 of data that begins like gzip. */
  onData(base64: string): void;
  /** A recognised line that is not an event. */
  onKnown(): void;
  onReject(detail: string): void;
}

/** `aws s3 ls` lists this object first in every export task: CloudWatch Logs tests whether it may write. */
const EXPORT_PROBE = 'Permission Check Successful';
/** What stands in front of the header in a file of the form `w3c`. */
const DIRECTIVE = /^#[A-Z][\w-]{1,32}:/;
const DENIED = 'Access denied. Reason: ';
/** A bare `awslogs.data` value. */
const BASE64_OF_GZIP = /^H4sI[\w+/]{60,}={0,2}\s{0,8}$/;

interface OpenEvent {
  readonly begun: Begun;
  /** Lines after the first one, which is in the message of `begun`. */
  readonly more: string[];
  /** A record of text, which ends with its line; what an execution log writes goes on over several, which may hold anything. */
  readonly isRecord: boolean;
  chars: number;
}

export function lineEvents(sink: LineSink): LineEvents {
  let form: LineForm | null = null;
  let areRecords = false;
  let open: OpenEvent | null = null;

  const close = () => {
    if (open === null) return;
    const { begun, more } = open;
    open = null;
    const message = more.length === 0 ? begun.message : `${begun.message}\n${more.join('\n')}`;
    const behind = form === tabbed ? timeBehind(message) : null;
    sink.onEvent(begun, behind?.at ?? begun.at, behind?.message ?? message);
  };
  const beginEvent = (begun: Begun, isRecord = false) => {
    close();
    open = { begun, more: [], isRecord, chars: begun.message.length };
  };
  const beginBare = (message: string, isRecord = false) => beginEvent(begunWith({ message }), isRecord);

  function bareLine(text: string): void {
    const template = TEMPLATE_LINES.find((shape) => shape.test(text));
    const continues =
      template !== undefined && open !== null && !linesOf(open).some((l) => template.test(unprefixed(l)));
    if (text === EXPORT_PROBE) sink.onKnown();
    else if (/^\s+\{/.test(text) && open === null) sink.onValue(text.trim());
    else if (PREFIXED_LINE.test(text) || (template !== undefined && !continues)) beginBare(text);
    else if (open?.isRecord !== false && (isAccessRecordText(text) || isConnectionText(text))) beginBare(text, true);
    else if (open === null && DIRECTIVE.test(text)) sink.onKnown();
    else if (open !== null) append(open, text);
    else if (text.startsWith('arn:') || text.includes(DENIED)) beginBare(text);
    else if (BASE64_OF_GZIP.test(text)) sink.onData(text.trim());
    else sink.onReject('a line that is no log event of API Gateway');
  }

  function formedLine(text: string): void {
    // A time in front begins an event in every file; other forms are looked for only where the file has them.
    const begun = form?.(text) ?? (form === tabbed ? null : timeFirst(text));
    if (begun !== null) {
      if (begun.at !== null && Number.isNaN(begun.at)) sink.onReject('a line with a date that does not exist');
      else beginEvent(begun);
    } else if (form === null) bareLine(text);
    else if (form === tabbed && isTabbedNoise(text)) close();
    else if (open !== null) append(open, text);
    else sink.onReject('a line before the first event');
  }

  return {
    begin(linesForm, linesAreRecords) {
      form = linesForm;
      areRecords = linesAreRecords;
    },
    line(raw) {
      const text = withoutColours(raw);
      if (areRecords && sink.isByFormat(text)) beginBare(text);
      else if (areRecords && text.startsWith('{')) {
        close();
        sink.onValue(text);
      } else formedLine(text);
    },
    close,
    within(work) {
      const outer = form;
      form = null;
      work();
      close();
      form = outer;
    },
  };
}

/** Lines beyond the bound are counted in `chars` only: the event is rejected when it closes. */
function append(to: OpenEvent, line: string): void {
  to.chars += line.length + 1;
  if (to.chars <= limits.eventCharsMax + commandLimits.inputLineBytesMax) to.more.push(line);
}

const linesOf = ({ begun, more }: OpenEvent): string[] => [...begun.message.split('\n'), ...more];
const unprefixed = (line: string): string => line.replace(PREFIXED_LINE, '');
