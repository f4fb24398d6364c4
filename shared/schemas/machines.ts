/**
 * A notice in the forms that security lakes and telemetry backends expect: OCSF and OpenTelemetry. Pure; published as part of
 * `mtls-watch/schemas`, for a function of one's own behind the topic or the event bus. `docs/machines.md` has the tables.
 */

import { bareName } from '../config/qualified-names.js';
import { isSeveral, isUnloggedIssuer, type Notice, OTHER_ISSUERS, UNKNOWN_ISSUER } from '../model/index.js';
import type { Severity } from '../model/notices.js';

export const OCSF_VERSION = '1.8.0';

type Client = Notice['clients'][number];

const SEVERITY_IDS: Readonly<Record<Severity, number>> = { low: 2, medium: 3, high: 4, critical: 5 };
const SHA_256 = 3;
const UNKNOWN = 'unknown';

/**
 * The refused logons that a notice tells of: one event of the class Authentication (3002) for each client that it names, or one
 * without a name where it names nobody. Nothing for the end of an incident, which tells of no new refusal.
 * `count` is that of the notice, which a later notice of the same incident may tell again: `metadata.correlation_uid` is the
 * incident, `metadata.uid` differs for each event.
 */
export function ocsfEvents(notice: Notice): Record<string, unknown>[] {
  if (notice.kind === 'resolved') return [];
  const { clients } = notice;
  return clients.length === 0 ? [ocsfEvent(notice, null, 0)] : clients.map((one, n) => ocsfEvent(notice, one, n));
}

function ocsfEvent(notice: Notice, client: Client | null, n: number): Record<string, unknown> {
  const { group, severity } = notice;
  const [ip] = client?.sourceIps ?? [];
  return {
    ...{ category_uid: 3, category_name: 'Identity & Access Management' },
    ...{ class_uid: 3002, class_name: 'Authentication' },
    ...{ activity_id: 1, activity_name: 'Logon', type_uid: 300201, type_name: 'Authentication: Logon' },
    time: Date.parse(notice.at),
    ...{ start_time: Date.parse(notice.since), end_time: Date.parse(notice.at) },
    count: Math.round(client?.count ?? notice.count),
    ...{ severity_id: SEVERITY_IDS[severity], severity: severity.slice(0, 1).toUpperCase() + severity.slice(1) },
    ...{ status_id: 2, status: 'Failure', status_code: group.reason, status_detail: notice.reasonText },
    ...{ auth_protocol_id: 99, auth_protocol: 'TLS client certificate' },
    ...{ logon_type_id: 3, logon_type: 'Network', is_remote: true },
    message: notice.because,
    user: { name: client?.subjectDn || UNKNOWN },
    ...certificateOf(notice, client),
    ...(ip === undefined ? {} : { src_endpoint: { ip } }),
    dst_endpoint: { hostname: bareName(group.scope) },
    service: { name: group.door ?? 'api-gateway' },
    metadata: {
      version: OCSF_VERSION,
      product: { name: 'mtls-watch', vendor_name: 'mtls-watch' },
      uid: `${notice.noticeId}/${n}`,
      correlation_uid: notice.incidentId,
      event_code: notice.kind,
      ...(hasPlace(notice) ? { profiles: ['cloud'] } : {}),
    },
    ...cloudOf(notice),
    unmapped: {
      incident_count: notice.count,
      clients: notice.clientCount,
      source_ips: client?.sourceIps ?? [],
      finding: notice.cause ?? null,
      is_unverified: group.isUnverified === true,
      runbook_url: notice.runbookUrl,
    },
  };
}

/** The schema wants issuer and serial number of a certificate; where the notice does not know both, it has none. */
function certificateOf({ group }: Notice, client: Client | null): object {
  const issuer = issuerOf(group.issuerDn);
  if (client === null || issuer === null || client.serialNumber === '') return {};
  const { fingerprint, subjectDn, serialNumber } = client;
  const fingerprints =
    fingerprint === null
      ? {}
      : { fingerprints: [{ algorithm_id: SHA_256, algorithm: 'SHA-256', value: hex(fingerprint) }] };
  const subject = subjectDn === '' ? {} : { subject: subjectDn };
  return { certificate: { ...subject, issuer, serial_number: serialNumber, ...fingerprints } };
}

/** Null for the names that stand for several issuers, or for none that is known. */
function issuerOf(issuerDn: string): string | null {
  const isName = !isSeveral(issuerDn) && !isUnloggedIssuer(issuerDn) && issuerDn !== UNKNOWN_ISSUER;
  return isName && issuerDn !== OTHER_ISSUERS ? issuerDn : null;
}

function hasPlace({ account, region }: Notice): boolean {
  return Boolean(account) || Boolean(region);
}

function cloudOf(notice: Notice): object {
  if (!hasPlace(notice)) return {};
  const { account, region } = notice;
  const cloud = { provider: 'AWS', ...(region ? { region } : {}), ...(account ? { account: { uid: account } } : {}) };
  return { cloud };
}

const hex = (fingerprint: string): string => fingerprint.replaceAll(':', '').toUpperCase();

/** Of log records of OpenTelemetry: WARN, WARN2, ERROR and FATAL. */
const SEVERITY_NUMBERS: Readonly<Record<Severity, number>> = { low: 13, medium: 14, high: 17, critical: 21 };

export interface OtelLogRecord {
  /** Milliseconds since the epoch; exporters want nanoseconds, which a number cannot hold. */
  readonly timestampMs: number;
  readonly eventName: string;
  readonly severityNumber: number;
  readonly severityText: string;
  readonly body: string;
  readonly resource: Readonly<Record<string, string>>;
  readonly attributes: Readonly<Record<string, string | number | boolean | readonly string[]>>;
}

/** A notice as log records in the terms of OpenTelemetry's semantic conventions: one for each client, as for OCSF, and one for an end. */
export function otelLogRecords(notice: Notice): OtelLogRecord[] {
  const { clients, kind } = notice;
  const of = kind === 'resolved' || clients.length === 0 ? [null] : clients;
  return of.map((client) => otelLogRecord(notice, client));
}

function otelLogRecord(notice: Notice, client: Client | null): OtelLogRecord {
  const { group, severity, account, region } = notice;
  const issuer = issuerOf(group.issuerDn);
  const [ip] = client?.sourceIps ?? [];
  return {
    timestampMs: Date.parse(notice.at),
    eventName: `mtls_watch.${notice.kind}`,
    severityNumber: SEVERITY_NUMBERS[severity],
    severityText: severity,
    body: notice.because,
    resource: {
      'service.name': 'mtls-watch',
      'cloud.provider': 'aws',
      ...(region ? { 'cloud.region': region } : {}),
      ...(account ? { 'cloud.account.id': account } : {}),
    },
    attributes: {
      'error.type': group.reason,
      'server.address': bareName(group.scope),
      ...(ip === undefined ? {} : { 'client.address': ip }),
      ...(issuer === null ? {} : { 'tls.client.issuer': issuer }),
      ...(client === null || client.subjectDn === '' ? {} : { 'tls.client.subject': client.subjectDn }),
      ...(client?.fingerprint == null ? {} : { 'tls.client.hash.sha256': hex(client.fingerprint) }),
      // API Gateway refuses after the handshake, with a 403; the others cut the connection.
      'tls.established': group.door === undefined,
      'mtls_watch.incident.id': notice.incidentId,
      'mtls_watch.count': Math.round(client?.count ?? notice.count),
      'mtls_watch.finding': notice.cause ?? '',
      'mtls_watch.is_unverified': group.isUnverified === true,
      'mtls_watch.runbook_url': notice.runbookUrl,
    },
  };
}
