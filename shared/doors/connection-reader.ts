/**
 * Reads the records of doors that write one record for each connection. A record without a status is rejected with a reason,
 * a success is passed over, and everything else is a connection that failed.
 */

import { limits } from '../base/limits.js';
import { clean } from '../base/text.js';
import { pulseOf } from '../base/time.js';
import { inAccount, settingFor } from '../config/qualified-names.js';
import { templateOfGroup } from '../logs/formats-by-group.js';
import { idOf, type LogSource, sourcesOf } from '../logs/log-source.js';
import { readJsonObject } from '../logs/parse-access.js';
import { serialFromHex, timeFromText } from '../logs/parse-values.js';
import {
  type Client,
  type Connection,
  type HeardLine,
  type LogBatch,
  type LogEvent,
  type Parsed,
  type Rejected,
  UNLOGGED_ISSUER,
} from '../model/index.js';
import type { ReasonId } from '../model/reasons.js';
import { canonicalDn } from '../x509/dn.js';
import { ownerAttributeOf } from '../x509/names.js';
import { type ConnectionField, type ConnectionFields, type FieldNames, fieldsOfJson } from './connection-fields.js';
import { fieldsOfText, namedFields } from './connection-text.js';
import type { CodeMeaning, DoorRead, ReadSettings } from './door.js';
import { isHeader } from './recognize.js';

/** What the reader has to know of a door. */
export interface ConnectionLog {
  readonly door: string;
  readonly names: FieldNames;
  /** All fields, in the order of the documentation. */
  readonly order: readonly ConnectionField[];
  /** Names that no other log has. */
  readonly own: ReadonlySet<string>;
  readonly codes: Readonly<Record<string, CodeMeaning>>;
  /** What is called by its own name and not by a host name, such as `distribution/E2DX1SLDPK0123`. */
  readonly placeOf: (fields: ConnectionFields, logGroup: string, logStream: string) => string;
  /** Whether a text without names, read by its shapes, is of this door. */
  readonly isOwnText: (fields: ConnectionFields) => boolean;
}

interface Found {
  readonly connections: Connection[];
  readonly rejected: Rejected[];
  readonly declined: LogEvent[];
  /** The first success of each scope and span. */
  readonly heard: Map<string, HeardLine>;
  passed: number;
}

/** Pure: the same events always give the same result. */
export function readConnections(batch: LogBatch, settings: ReadSettings, log: ConnectionLog): DoorRead {
  const found: Found = { connections: [], rejected: [], declined: [], heard: new Map(), passed: 0 };
  // The settings of this kind of log name its fields; they are no access-log format, which sources know.
  for (const [source, events] of sourcesOf(null, batch, settings.domains, settings.byAccount, {})) {
    const header = events.find(({ message }) => isHeader(message))?.message;
    const named = header ?? templateOfGroup(settings.formats, source.logGroup);
    const order = named === undefined ? null : namedFields(named, log.names);
    // The header of a file of another door: none of its lines is of this one.
    const isForeign = header !== undefined && order === null;
    for (const event of events) {
      if (isForeign && !event.message.startsWith('{')) found.declined.push(event);
      else readEvent(event, order, { source, batch, log }, found);
    }
  }
  const { connections, rejected, declined, passed, heard } = found;
  const parsed: Parsed = {
    denials: [],
    accesses: [],
    connections,
    otherForbidden: [],
    rejected,
    certificates: new Map(),
    passed,
    heard: [...heard.values()],
    recovered: 0,
  };
  return { parsed, declined };
}

/** A connection as one record tells of it, whatever came of it. */
export interface ObservedConnection {
  /** The id of the front door that wrote the record. */
  readonly door: string;
  readonly scope: string;
  /** Null where the record says nothing of the client. */
  readonly client: Client | null;
  /** `failed`: for a cause that has nothing to do with the certificate. */
  readonly outcome: 'accepted' | 'refused' | 'failed';
  /** Why it was refused; null where it was not. */
  readonly reason: ReasonId | null;
  /** The door's own code for it, cleaned and cut; empty where the connection was accepted. */
  readonly code: string;
}

/** @returns null for what is no record of any of the logs, or does not tell what came of the connection */
export function observeConnection(message: string, logs: readonly ConnectionLog[]): ObservedConnection | null {
  const text = message.trim();
  const record = recordOf(text);
  for (const log of logs) {
    const observed = observedIn(fieldsOf(text, record, null, log), log);
    if (observed !== null) return observed;
  }
  return null;
}

function observedIn(fields: ConnectionFields | null, log: ConnectionLog): ObservedConnection | null {
  if (fields?.status === undefined) return null;
  const code = codeOf(fields.status);
  if (code === null) return null;
  const came = code === 'passed' ? null : outcomeOf(code, log.codes);
  const reason = came !== null && 'reason' in came ? came.reason : null;
  const outcome = came === null ? 'accepted' : reason === null ? 'failed' : 'refused';
  const { door } = log;
  return {
    door,
    reason,
    code: came === null ? '' : clean(code, limits.reasonCharsMax),
    scope: hostOf(fields.sni ?? '') || log.placeOf(fields, '', ''),
    client: clientOf(fields),
    outcome,
  };
}

interface Place {
  readonly source: LogSource;
  readonly batch: LogBatch;
  readonly log: ConnectionLog;
}

function readEvent(event: LogEvent, order: readonly ConnectionField[] | null, place: Place, found: Found): void {
  const { log } = place;
  const message = event.message.trim();
  if (isHeader(message)) {
    found.passed++;
    return;
  }
  const fields = fieldsOf(message, recordOf(message), order, log);
  if (fields === null) found.declined.push(event);
  else if (fields.status === undefined) found.rejected.push(reject(event, NO_STATUS));
  else {
    const code = codeOf(fields.status);
    if (code === null) found.rejected.push(reject(event, STRANGE_STATUS));
    else if (code === 'passed') hear(event, fields, place, found);
    else found.connections.push(connectionOf(event, fields, code, place));
  }
}

/** A success shows that the log of its scope arrives. */
function hear(event: LogEvent, fields: ConnectionFields, place: Place, found: Found): void {
  found.passed++;
  const { scope } = placeNames(fields, place);
  const key = `${pulseOf(event.timestamp)} ${scope}`;
  if (!found.heard.has(key)) found.heard.set(key, { scope, at: event.timestamp });
}

const NO_STATUS =
  'a connection record without its status (connectionStatus, tls_verify_status), so that nobody can tell whether the connection failed; expected that field among those of the delivery: choose it in the record fields';
const STRANGE_STATUS = 'a connection record whose status is neither Success nor Failed:CODE';

/** The record as JSON; null where it is none. */
function recordOf(message: string): Record<string, unknown> | null {
  const json = message.startsWith('{') ? readJsonObject(message) : null;
  // What a log transformer of CloudWatch Logs makes.
  return (typeof json?.['@message'] === 'string' ? readJsonObject(json['@message']) : null) ?? json;
}

function fieldsOf(
  message: string,
  record: Record<string, unknown> | null,
  order: readonly ConnectionField[] | null,
  log: ConnectionLog,
): ConnectionFields | null {
  if (message.startsWith('{')) return record && fieldsOfJson(record, log.names, log.own);
  const fields = fieldsOfText(message, order, log.order);
  return fields === null || (order === null && !log.isOwnText(fields)) ? null : fields;
}

/** @returns the code behind `Failed:`, `passed` for a connection that was not refused, null for an unknown status */
function codeOf(status: string): string | null {
  // Where no certificate is asked for there is nothing to verify, and the status has no value.
  if (status === '' || /^success$/i.test(status)) return 'passed';
  const [, code] = /^failed(?::\s{0,4}(.{0,200}))?$/is.exec(status) ?? [];
  return /^failed/i.test(status) && (code !== undefined || /^failed$/i.test(status)) ? (code?.trim() ?? '') : null;
}

/** What was called, as the record has it, and by the name that the settings give it. */
function placeNames(
  fields: ConnectionFields,
  { source: { account, domains }, batch, log }: Place,
): Required<Pick<Connection, 'called' | 'scope'>> {
  const sni = hostOf(fields.sni ?? '');
  const place = sni || log.placeOf(fields, batch.logGroup, batch.logStream);
  const scope = sni || (settingFor(domains, place) ?? place);
  const name = (text: string): string => inAccount(account, clean(text, limits.scopeCharsMax));
  return { called: name(place), scope: name(scope) };
}

function connectionOf(event: LogEvent, fields: ConnectionFields, code: string, place: Place): Connection {
  const { source, log } = place;
  const id = clean(fields.connectionId?.trim() ?? '', limits.requestIdCharsMax);
  return {
    kind: 'connection',
    door: log.door,
    eventId: idOf(event, source),
    connectionId: id === '' ? '' : `${log.door} ${inAccount(source.account, id)}`,
    at: event.timestamp,
    ...placeNames(fields, place),
    client: clientOf(fields),
    outcome: outcomeOf(code, log.codes),
  };
}

/** A name that a client sends; what is no host name is as good as none. */
function hostOf(sni: string): string {
  const host = sni.trim().toLowerCase().replace(/\.$/, '');
  return /^(?=.{1,253}$)(?:\*\.)?[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63}){0,126}$/.test(host) ? host : '';
}

function outcomeOf(code: string, codes: ConnectionLog['codes']): Connection['outcome'] {
  const meaning = Object.hasOwn(codes, code) ? codes[code] : undefined;
  if (meaning !== undefined && 'cause' in meaning) return meaning;
  const reasonText = code === '' ? 'Failed' : clean(code, limits.reasonCharsMax);
  return { reason: meaning?.reason ?? 'other', reasonText };
}

/** Null where the record says nothing of the client. */
function clientOf({
  subject = '',
  issuer = '',
  serial = '',
  validity = '',
  clientIp = '',
}: ConnectionFields): Client | null {
  if (`${subject}${issuer}${serial}${validity}${clientIp}` === '') return null;
  const [, notBefore, notAfter] = /^NotBefore=([^;]{0,40});\s?NotAfter=(.{0,40})$/.exec(validity) ?? [];
  const subjectDn = canonicalDn(subject.slice(0, NAME_CHARS_MAX));
  return {
    subjectDn,
    issuerDn: issuer === '' ? unlogged(subjectDn, serial) : canonicalDn(issuer.slice(0, NAME_CHARS_MAX)),
    serialNumber: serial === '' ? '' : serialFromHex(serial),
    notBefore: timeFromText(notBefore),
    notAfter: timeFromText(notAfter),
    fingerprint: null,
    sourceIp: clean(clientIp.trim(), limits.sourceIpCharsMax),
    userAgent: '',
  };
}

/** Without an issuer, clients are counted by their own organization, and said to be; '' where no certificate is named. */
function unlogged(subjectDn: string, serial: string): string {
  if (`${subjectDn}${serial}` === '') return '';
  const owner = ownerAttributeOf(subjectDn);
  return owner === null ? UNLOGGED_ISSUER : `${owner},${UNLOGGED_ISSUER}`;
}

const NAME_CHARS_MAX = 4 * limits.dnCharsMax;

function reject({ id }: LogEvent, detail: string): Rejected {
  return { kind: 'rejected', eventId: id, code: 'unreadable-connection-record', detail };
}
