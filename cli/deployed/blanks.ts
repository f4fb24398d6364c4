/** What is known for the blanks of a runbook page: from an incident, the settings, the truststore and the stack. */

import { limits } from '../../shared/base/limits.js';
import { MINUTE_MS } from '../../shared/base/time.js';
import { accountOf, bareName, truststoreUri } from '../../shared/config/qualified-names.js';
import type { Config } from '../../shared/config/settings.js';
import { certificateByFingerprint } from '../../shared/diagnosis/by-fingerprint.js';
import { unlessUnreadable } from '../../shared/diagnosis/diagnosis.js';
import { clientsOf } from '../../shared/incidents/notice.js';
import type { Blanks, BlankValues } from '../../shared/messages/runbook.js';
import { timeText } from '../../shared/messages/times.js';
import { type ClientTally, isSeveral, isUnloggedIssuer, type Notice } from '../../shared/model/index.js';
import type { Stores } from '../../shared/ports/index.js';
import type { TruststoreSource } from '../../shared/ports/truststore.js';
import type { Certificate } from '../../shared/x509/certificate.js';
import { keyIdText, keyText } from '../../shared/x509/format.js';
import { commonNameOf, isNamed, organizationOf } from '../../shared/x509/names.js';
import { type FoundIncident, tellingNotice } from './incident.js';

export interface BlanksWorld {
  readonly stores: Pick<Stores, 'facts' | 'certificates'>;
  readonly truststores: TruststoreSource;
  readonly config: Config;
  /** The outputs of the stack; empty where there is none. */
  readonly outputs: Readonly<Record<string, string | undefined>>;
  readonly region: string | null;
}

/** Before the first failure, because logs arrive late and their times are not those of the requests. */
const AROUND_MS = 10 * MINUTE_MS;

/** Blanks that stand for an output of the stack. */
const BY_OUTPUT: Readonly<Record<string, string>> = {
  QUEUE_URL: 'DeadLetterQueueUrl',
  INGEST_FUNCTION: 'IngestFunctionName',
  SWEEP_FUNCTION: 'SweepFunctionName',
  REPORT_FUNCTION: 'ReportFunctionName',
  REPORT_BUCKET: 'ReportBucketName',
  CANARY_FUNCTION: 'CanaryFunctionName',
  RECONCILE_FUNCTION: 'ReconcileFunctionName',
  STREAM_NAME: 'StreamName',
  TOPIC_ARN: 'TopicArn',
  TABLE_NAME: 'TableName',
};

/** @param pageId the page, because a date means the client's certificate on some pages and a CA's on others */
export async function blanksOf(
  known: FoundIncident | null,
  pageId: string,
  now: number,
  world: BlanksWorld,
): Promise<Blanks> {
  const { config, outputs, region } = world;
  const ofStack = Object.entries(BY_OUTPUT).map(([blank, output]) => [blank, outputs[output]] as const);
  const scope = known?.group.scope ?? null;
  const [groups, choices] = logGroupsOf(scope, config);
  const place = { REGION: region, ...groups };
  if (known === null || scope === null)
    return { commands: present({ ...Object.fromEntries(ofStack), ...place }), letter: {}, choices };
  const notice = tellingNotice(known);
  const clients = notice?.clients.length ? notice.clients : await clientsIn(known, now, world);
  const certificate = await certificateByFingerprint(clients[0]?.fingerprint, world.stores.certificates);
  const [client] = clients;
  const { issuerDn } = known.group;
  const since = notice === null ? known.since : Date.parse(notice.since);
  const until = known.ended?.endedAt ?? now;
  const shared = {
    ...place,
    DOMAIN: bareName(scope),
    ...frontDoorIn(bareName(scope)),
    ACCOUNT: accountOf(scope) || notice?.account,
    REGION: notice?.region ?? region,
    SERIAL: client?.serialNumber,
    SUBJECT_DN: client?.subjectDn,
    ISSUER_DN: isNamed(issuerDn) && !isUnloggedIssuer(issuerDn) ? issuerDn : undefined,
    SOURCE_IP: client?.sourceIps[0],
  };
  return {
    commands: present({
      ...Object.fromEntries(ofStack),
      ...shared,
      ...(await truststoreOf(scope, world)),
      ...times(since - AROUND_MS, until),
      CLIENT_CN: client === undefined ? undefined : commonNameOf(client.subjectDn),
    }),
    letter: present({
      ...shared,
      ...letterOf(notice, client, certificate, pageId),
      ...period(since, until, config.timeZone),
    }),
    choices,
  };
}

/** Where a door's log names no host, the scope is the id of the door. */
function frontDoorIn(name: string): BlankValues {
  const [, balancer] = /^(app\/[^/:]+\/[0-9a-f]+)(?::\d+)?$/.exec(name) ?? [];
  const [, distribution] = /^distribution\/([A-Z0-9]+)$/.exec(name) ?? [];
  return { ...(balancer && { LOAD_BALANCER: balancer }), ...(distribution && { DISTRIBUTION_ID: distribution }) };
}

function present(values: Readonly<Record<string, string | null | undefined>>): BlankValues {
  return Object.fromEntries(Object.entries(values).flatMap(([name, value]) => (value ? [[name, value]] : [])));
}

function times(from: number, to: number): BlankValues {
  const iso = (at: number): string => `${new Date(at).toISOString().slice(0, 19)}Z`;
  return { START_MS: String(from), END_MS: String(to), START_ISO: iso(from), END_ISO: iso(to) };
}

/** The letters say `(UTC)` behind a time. */
function period(since: number, until: number, timeZone: string | undefined): BlankValues {
  const text = (at: number): string => timeText(new Date(at).toISOString(), timeZone).replace(/ UTC$/, '');
  return { TIME: text(since), START: text(since), END: text(until) };
}

function letterOf(
  notice: Notice | null,
  client: ClientTally | undefined,
  certificate: Certificate | null,
  pageId: string,
): Readonly<Record<string, string | null | undefined>> {
  const finding = notice?.verdict?.findings.find(({ code }) => code === pageId);
  const isOfClient = finding?.depth === 0 && certificate !== null;
  const day = (at: number | undefined): string | undefined =>
    at === undefined ? undefined : timeText(new Date(at).toISOString());
  return {
    PARTNER_COMPANY: notice?.owner?.name ?? (client === undefined ? undefined : organizationOf(client.subjectDn)),
    ISSUER: notice?.refused?.issuer,
    CA_DN: finding !== undefined && (finding.depth ?? 0) > 0 ? finding.subjectDn : undefined,
    REASON: notice?.reasonText,
    REASON_TEXT: notice?.reasonText,
    KEY_ID: certificate?.authorityKeyId == null ? undefined : keyIdText(certificate.authorityKeyId),
    ...(isOfClient && {
      KEY: keyText(certificate),
      ALGORITHM: certificate.signatureAlgorithm.name,
      NOT_BEFORE: day(certificate.notBefore),
      NOT_AFTER: day(certificate.notAfter),
    }),
  };
}

async function clientsIn(
  { group, since, ended }: FoundIncident,
  now: number,
  { stores }: BlanksWorld,
): Promise<readonly ClientTally[]> {
  if (isSeveral(group.issuerDn)) return [];
  const [from, to] = [since - AROUND_MS, ended?.endedAt ?? now].map((at) => Math.floor(at / MINUTE_MS));
  return clientsOf(await stores.facts.window(group, from ?? 0, to ?? 0), limits.clientsShownMax);
}

async function truststoreOf(
  scope: string,
  { config, truststores }: BlanksWorld,
): Promise<Readonly<Record<string, string | null | undefined>>> {
  const uri = truststoreUri(scope, config.truststores);
  // A load balancer's trust store; nobody gives CloudFront's out.
  if (uri?.includes(':truststore/')) return { TRUST_STORE_ARN: uri };
  const [, BUCKET, KEY] = /^s3:\/\/([^/]+)\/(.+)$/.exec(uri ?? '') ?? [];
  if (uri === null || BUCKET === undefined) return {};
  const current = await unlessUnreadable(truststores.read(uri), () => null);
  const [previous] = current === null ? [] : await unlessUnreadable(truststores.earlier(uri), () => []);
  return { BUCKET, KEY, VERSION: current?.versionId, PREVIOUS_VERSION: previous?.versionId };
}

/** The log groups, and the API where the domain has one stage; where there are several groups, which ones. */
function logGroupsOf(scope: string | null, config: Config): [BlankValues, Blanks['choices']] {
  const places = scope === null ? [] : Object.entries(config.domains).filter(([, name]) => name === bareName(scope));
  const [apiId, stage] = places.length === 1 ? (places[0]?.[0] ?? '').split('/') : [];
  const managed = stage === undefined ? [] : [`API-Gateway-Execution-Logs_${apiId}/${stage}`];
  const named = {
    ACCESS_LOG_GROUP: config.accessLogGroups.map(({ name }) => name),
    EXECUTION_LOG_GROUP: config.executionLogGroups.map(({ name }) => name),
    CONNECTION_LOG_GROUP: config.connectionLogGroups.map(({ name }) => name),
  };
  const own = named.EXECUTION_LOG_GROUP.filter((name) => managed.includes(name));
  const groups = {
    ...named,
    EXECUTION_LOG_GROUP: own.length > 0 || named.EXECUTION_LOG_GROUP.length === 0 ? managed : named.EXECUTION_LOG_GROUP,
  };
  const single = Object.entries(groups).flatMap(([blank, names]) =>
    names.length === 1 ? [[blank, names[0] ?? '']] : [],
  );
  const api = { ...(apiId && { API_ID: apiId }), ...(stage && { STAGE: stage }) };
  return [{ ...Object.fromEntries(single), ...api }, groups];
}
