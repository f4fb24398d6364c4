/**
 * Puts lines of text together to events: by what each begins with where the file has that, else by what API Gateway's lines
 * look like.
 */

import { limits } from '../../shared/base/limits.js';
import { isAccessRecordText } from '../../shared/logs/text-record.js';
import { type Begun, isTabbedNoise, type LineForm, tabbed, timeBehind, timeFirst } from './forms.js';
import { PREFIXED_LINE, TEMPLATE_LINES } from './looks.js';
import { withoutColours } from './sniff.js';

export interface LineEvents {
  /**
   * @param form what the lines of the file begin with, null where it holds values and bare lines
   * @param areRecords whether they are access records of the format that is known
   */
  begin(form: LineForm | null, areRecords: boolean): void;
  line(raw: string): void;
  /** Ends the event that is open. */
  close(): void;
  /** Does something with lines that come from within a value, which have no form of the file's. */
  within(work: () => void): void;
}

export interface LineSink {
  /** Whether a line is an access record by the format that is known. */
  isByFormat(text: string): boolean;
  /** @param at null where nothing says when it was written */
  onEvent(from: Begun, at: number | null, message: string): void;
  /** A value that stands behind blanks. */
  onValue(text: string): void;
  /** Base64 of what begins as gzip does. */
  onData(base64: string): void;
  /** A line that is known and no event. */
  onKnown(): void;
  onReject(detail: string): void;
}

/** What `aws s3 ls` shows first in every export task: CloudWatch tries whether it may write. */
const EXPORT_PROBE = 'Permission Check Successful';
const DENIED = 'Access denied. Reason: ';
/** `awslogs.data` on its own. */
const BASE64_OF_GZIP = /^H4sI[\w+/]{60,}={0,2}\s{0,8}$/;

interface OpenEvent {
  readonly begun: Begun;
  /** Lines behind the first one, which the begin has as its message. */
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
  const beginBare = (message: string, isRecord = false) =>
    beginEvent({ owner: '', logGroup: '', logStream: '', id: null, at: null, message }, isRecord);

  function bareLine(text: string): void {
    const template = TEMPLATE_LINES.find((shape) => shape.test(text));
    const continues =
      template !== undefined && open !== null && !linesOf(open).some((l) => template.test(unprefixed(l)));
    if (text === EXPORT_PROBE) sink.onKnown();
    else if (/^\s+\{/.test(text) && open === null) sink.onValue(text.trim());
    else if (PREFIXED_LINE.test(text) || (template !== undefined && !continues)) beginBare(text);
    else if (open?.isRecord !== false && isAccessRecordText(text)) beginBare(text, true);
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
  if (to.chars <= limits.eventCharsMax + limits.inputLineBytesMax) to.more.push(line);
}

const linesOf = ({ begun, more }: OpenEvent): string[] => [...begun.message.split('\n'), ...more];
const unprefixed = (line: string): string => line.replace(PREFIXED_LINE, '');
