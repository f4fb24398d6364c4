/** From calls to log events: what the execution log and the access log have to say of each. */

import type { Dn } from './pki.js';
import { type Random, random } from './random.js';
import { APIS, type Api, type ApiName, type Call } from './timeline.js';

export interface SampleEvent {
  readonly api: ApiName;
  readonly log: 'execution' | 'access';
  readonly logGroup: string;
  readonly logStream: string;
  /** As CloudWatch numbers events: the time in the upper digits, so that ids sort by it. */
  readonly id: string;
  readonly timestamp: number;
  readonly message: string;
}

/** Streams an API writes to at the same time. */
const STREAMS = 3;
const MINUTE = 60_000;
const STREAM_MS = 6 * 3_600_000;

/** The events of all calls, in the order of time. */
export function render(calls: readonly Call[], seed: string): SampleEvent[] {
  const rng = random(`${seed}/render`);
  const written = new Map<string, number>();
  const events: SampleEvent[] = [];
  for (const call of calls) {
    const api: Api = APIS[call.api];
    // A connection stays with one of the gateway's hosts, and a host writes to one stream.
    const slot = random(`${seed}/${call.client.name}/${Math.floor(call.at / MINUTE)}`).between(1, STREAMS);
    const put = (log: 'execution' | 'access', timestamp: number, message: string) => {
      const stream = streamName(`${call.api}/${log}/${Math.floor(timestamp / STREAM_MS)}/${slot}`);
      const sequence = written.get(stream) ?? 0;
      written.set(stream, sequence + 1);
      events.push({
        api: call.api,
        log,
        logGroup: log === 'execution' ? api.executionGroup : api.accessGroup,
        logStream: stream,
        id: eventId(timestamp, stream, sequence),
        timestamp,
        message,
      });
    };
    for (const line of executionLines(call, api, rng)) put('execution', line.at, line.text);
    if (call.inAccessLog) put('access', call.at, accessRecord(call, api, rng));
  }
  return events.sort((a, b) => a.timestamp - b.timestamp || (a.id < b.id ? -1 : 1));
}

const streamName = (label: string) => random(label).hex(32);

/** CloudWatch's ids are the time in milliseconds above 144 further bits. */
export function eventId(timestamp: number, stream: string, sequence: number): string {
  return ((BigInt(timestamp) << 144n) + (BigInt(`0x${stream.slice(0, 16)}`) << 64n) + BigInt(sequence)).toString();
}

interface Line {
  readonly at: number;
  readonly text: string;
}

function executionLines(call: Call, api: Api, rng: Random): Line[] {
  if (call.outcome.kind === 'refused') return refusalLines(call, api, call.outcome.refusal.words);
  const said = call.outcome.kind === 'forbidden' ? call.outcome.forbidden.line : undefined;
  const texts = [
    ...(api.verbose ? verboseLines(call, api, rng) : []),
    ...(said === undefined ? [] : [`Extended Request Id: ${call.extendedRequestId}`, said]),
  ];
  return texts.map((text, n) => wrapped(call, api, call.at + n * 2, `(${call.requestId}) ${text}`));
}

function refusalLines(call: Call, api: Api, words: string): Line[] {
  const prefix = `(${call.requestId}) `;
  const texts = [
    `Extended Request Id: ${call.extendedRequestId}`,
    `Access denied. Reason: ${words}`,
    `ForbiddenException Forbidden: ${call.requestId}`,
  ];
  if (api.shape === 'one-event') return [{ at: call.at, text: prefix + texts.join('\n') }];
  return texts.map((text, n) => wrapped(call, api, call.at + n, prefix + text));
}

/** Vended delivery puts the standard line into a record of its own. */
function wrapped(call: Call, api: Api, at: number, line: string): Line {
  if (api.shape !== 'vended') return { at, text: line };
  const record = {
    resource_arn: `arn:aws:apigateway:eu-central-1::/restapis/${api.apiId}/stages/${api.stage}`,
    event_timestamp: at,
    api_id: api.apiId,
    stage: api.stage,
    resource_path: call.path,
    http_method: methodOf(call),
    payload: line,
  };
  return { at, text: JSON.stringify(record) };
}

function verboseLines(call: Call, api: Api, rng: Random): string[] {
  const status = statusOf(call);
  return [
    `Extended Request Id: ${call.extendedRequestId}`,
    `Method request path: {${call.path.includes('{id}') ? `id=${rng.between(1000, 9999)}` : ''}}`,
    'Method request query string: {}',
    `Endpoint request URI: https://${api.stage}.internal.bank.example${pathOf(call)}`,
    `Received response. Status: ${status}, Integration latency: ${rng.between(9, 240)} ms`,
    'Endpoint response body before transformations: {"status":"ok","note":"Access denied is not said here"}',
    `Method completed with status: ${status}`,
  ];
}

const statusOf = ({ outcome }: Call) => (outcome.kind === 'served' ? outcome.status : 403);
const methodOf = (call: Call) => (call.path.includes('{id}') ? 'GET' : 'POST');
const pathOf = (call: Call) => call.path.replace('{id}', String(Number.parseInt(call.requestId.slice(0, 4), 16) || 1));

/** The format that AWS recommends: literal dotted keys, every value a string, `-` for what is missing. */
function accessRecord(call: Call, api: Api, rng: Random): string {
  const { outcome, client } = call;
  const forbidden = outcome.kind === 'forbidden' ? outcome.forbidden : null;
  const refused = outcome.kind === 'refused';
  return JSON.stringify({
    accountId: '123456789012',
    apiId: api.apiId,
    domainName: api.domain,
    domainPrefix: api.domain.split('.')[0],
    'error.message': refused ? 'Forbidden' : (forbidden?.message ?? '-'),
    'error.responseType': refused ? 'ACCESS_DENIED' : (forbidden?.responseType ?? '-'),
    extendedRequestId: call.extendedRequestId,
    httpMethod: methodOf(call),
    'identity.sourceIp': call.sourceIp,
    'identity.clientCert.clientCertPem': client.pem,
    'identity.clientCert.subjectDN': dnText(client.subject),
    'identity.clientCert.issuerDN': dnText(client.issuer),
    'identity.clientCert.serialNumber': client.serialNumber.replace(/..(?!$)/g, '$&:'),
    'identity.clientCert.validity.notBefore': opensslTime(client.notBefore),
    'identity.clientCert.validity.notAfter': opensslTime(client.notAfter),
    'identity.userAgent': call.userAgent,
    path: `/${api.stage}${pathOf(call)}`,
    protocol: 'HTTP/1.1',
    requestId: call.requestId,
    requestTime: clfTime(call.at),
    requestTimeEpoch: String(call.at),
    resourceId: refused ? '-' : 'k2x9aa',
    resourcePath: refused ? '-' : call.path,
    stage: api.stage,
    responseLatency: String(refused ? rng.between(0, 3) : rng.between(8, 260)),
    responseLength: String(outcome.kind === 'served' ? rng.between(120, 990) : 23),
    status: String(statusOf(call)),
  });
}

/** OpenSSL's one-line form, first the country; RFC 4514 escapes. */
export function dnText(dn: Dn): string {
  return dn.map(([type, value]) => `${type}=${value.replace(/[,+"\\<>;]|^[ #]| $/g, '\\$&')}`).join(',');
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

/** `Aug  5 00:28:21 2027 GMT`: the day is padded with a space. */
function opensslTime(at: number): string {
  const date = new Date(at);
  const day = String(date.getUTCDate()).padStart(2, ' ');
  return `${MONTHS[date.getUTCMonth()]} ${day} ${date.toISOString().slice(11, 19)} ${date.getUTCFullYear()} GMT`;
}

/** `13/Oct/2026:09:12:07 +0000`. */
function clfTime(at: number): string {
  const date = new Date(at);
  const day = String(date.getUTCDate()).padStart(2, '0');
  return `${day}/${MONTHS[date.getUTCMonth()]}/${date.getUTCFullYear()}:${date.toISOString().slice(11, 19)} +0000`;
}
