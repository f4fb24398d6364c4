/**
 * What happens at the gateway in one simulated run, and how its logs are delivered. Small and varied: tens of requests,
 * of honest clients and of others, cut into batches that come late, twice, in another order or cut differently.
 */

import { limits } from '../../shared/base/limits.js';
import { MINUTES_PER_HOUR } from '../../shared/base/time.js';
import { batchOf } from '../../shared/logs/decode.js';
import type { LogBatch, LogEvent, OtherForbidden } from '../../shared/model/index.js';
import type { ReasonId } from '../../shared/model/reasons.js';
import { canonicalDn } from '../../shared/x509/dn.js';
import { ca, leaf } from '../support/certificates.js';
import {
  CLOUDFRONT_FIELDS,
  cloudFrontRecord,
  jsonRecord,
  LOAD_BALANCER_FIELDS,
  loadBalancerRecord,
} from '../support/connection-records.js';
import { accessEvent, denialAsBareLines, denialAsLines, denialAsOneEvent, uuid } from '../support/logs.js';
import type { Random } from './random.js';

/** What is true of one request; only the checkers know. */
export interface Request {
  readonly n: number;
  /** When its denial was logged, and no other denial; the access record follows by a millisecond. */
  readonly at: number;
  readonly requestId: string;
  readonly reason: ReasonId;
  /** Of the reason `other`: the kind of sentence, as it is to be counted. */
  readonly words?: string;
  /** Canonical. */
  readonly issuerDn: string;
  readonly subjectDn: string;
  /** The front door that refused it; absent for API Gateway. */
  readonly door?: string;
  /** Where it counts once joined, and where its denial alone would. */
  readonly scope: string;
  readonly denialScope: string;
  readonly hasDenial: boolean;
  readonly hasAccess: boolean;
  /**
   * Whether something ties the halves together in every delivery: the gateway's own id, or an id that nobody else used.
   * Otherwise the request may count without its client, or on another one that used the same request id.
   */
  readonly isTied: boolean;
}

export interface Delivery {
  readonly at: number;
  readonly batch: LogBatch;
}

export interface Traffic {
  readonly requests: readonly Request[];
  readonly deliveries: readonly Delivery[];
  /** What comes so late that it is to be refused. */
  readonly tooLate: readonly Delivery[];
  /** Other 403s as they were logged, with the batches that carry each. */
  readonly otherForbidden: readonly (Pick<OtherForbidden, 'cause'> & { readonly eventId: string })[];
  readonly malformed: number;
  /** Connections at the other doors that failed for a cause that has nothing to do with the certificate. */
  readonly brokenConnections: number;
}

export interface TrafficOptions {
  readonly start: number;
  /** A flood in large batches, for the paths that only a storm takes. */
  readonly isStorm: boolean;
  /** Deliveries come days late, and once more weeks later. */
  readonly isLong: boolean;
}

/** The second API has no name in the configuration: its denials alone count under `apiId/stage`. */
export const apis = [
  { apiId: 'abc123', domain: 'api.bank.example', isNamed: true },
  { apiId: 'def456', domain: 'pay.bank.example', isNamed: false },
  { apiId: 'ghi789', domain: 'old.bank.example', isNamed: true },
] as const;

const REASONS: readonly (readonly [ReasonId, string])[] = [
  ['issuer-not-found', 'Could not find issuer for certificate'],
  ['insecure-signature-algorithm', 'Client cert using an insecure Signature Algorithm'],
  ['self-signed', 'self signed certificate'],
  ['expired', 'certificate has expired'],
  ['other', ''],
];

/** Sentences of the reason `other`, and of what kind they are: most are written with the ids of their request. */
const SENTENCES: readonly ((n: number) => readonly [string, string])[] = [
  () => ['the moon is in the wrong quarter', 'the moon is in the wrong quarter'],
  (n) => [`Certificate ${(0xa3b0c000 + n).toString(16)} is on the deny list.`, 'certificate … is on the deny list'],
  (n) => [`Certificate of CN=client-${n},O=Acme refused by policy 7`, 'certificate of … refused by policy 7'],
  (n) => [`Certificate of CN=client-${n},O=Acme refused by policy 8`, 'certificate of … refused by policy 8'],
  (n) => [`証明書「client-${n}」は失効しています`, '証明書 … は失効しています'],
  // Somebody makes up a kind each time.
  (n) => {
    const name = [...String(n)].map((digit) => 'abcdefghij'[Number(digit)]).join('');
    return [`nobody has heard of ${name}`, `nobody has heard of ${name}`];
  },
];

const OTHER_403S: readonly (readonly [string, string, OtherForbidden['cause']])[] = [
  ['Forbidden', 'WAF_FILTERED', 'waf'],
  ['Missing Authentication Token', 'MISSING_AUTHENTICATION_TOKEN', 'missing-authentication-token'],
  ['User is not authorized to access this resource', 'ACCESS_DENIED', 'authorizer-denied'],
];

/** Differs by the request and not by a draw. */
function sentenceOf(n: number): readonly [string, string] {
  return SENTENCES[n % SENTENCES.length]?.(n) ?? ['', ''];
}

/** Codes of the other doors, and their reason; null where it is none. */
const CODES: readonly (readonly [ReasonId | null, string])[] = [
  ['expired', 'ClientCertExpired'],
  ['other', 'ClientCertOfTomorrow'],
  [null, 'UnmappedConnectionError'],
];
const BALANCER_GROUP = '/aws/vendedlogs/app/partners/50dc6c495c0c9188';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** A stream keeps its records for a week. */
const STREAM_DAYS = 7;
/** Within the 30 days in which an event may come again, with room for a clock that is off and for retries. */
const LATE_DAYS_MAX = 29;
const TOO_LATE_DAYS_MIN = 31;
const TOO_LATE_DAYS_MAX = 45;
const issuing = ca({ subject: 'C=US,O=Acme,CN=Acme CA 0', key: 'rsa-a' });
const partner = leaf({ subject: 'C=US,O=Acme,CN=partner', key: 'rsa-b', issuer: issuing });

type Kind =
  | 'honest'
  | 'certificate'
  | 'pinned'
  | 'stolen-id'
  | 'no-extended-id'
  | 'no-request-id'
  /** The access record lacks the request id. */
  | 'record-without-id'
  | 'denial-only'
  | 'access-only'
  | 'other-403'
  | 'success'
  | 'malformed'
  /** At CloudFront or at a load balancer: one record, nothing to join. */
  | 'connection';

const CALM: readonly Kind[] = [
  ...Array<Kind>(9).fill('honest'),
  'certificate',
  ...Array<Kind>(3).fill('pinned'),
  'stolen-id',
  'stolen-id',
  'no-extended-id',
  'no-extended-id',
  'no-request-id',
  'record-without-id',
  'record-without-id',
  'denial-only',
  'denial-only',
  'access-only',
  'other-403',
  'success',
  'malformed',
  ...Array<Kind>(4).fill('connection'),
];
const STORM: readonly Kind[] = [...Array<Kind>(12).fill('honest'), 'pinned', 'denial-only', 'access-only', 'other-403'];

interface Stream {
  readonly logGroup: string;
  readonly logStream: string;
  readonly events: LogEvent[];
}

/** Draws a run's requests, and the deliveries of their logs. */
export function drawTraffic(random: Random, options: TrafficOptions): Traffic {
  const gateway = new Gateway(random, options);
  const count = options.isStorm ? random.between(60, 120) : random.between(4, 30);
  const span = random.between(2, options.isStorm ? 5 : 30) * MINUTE;
  const kinds = options.isStorm ? STORM : CALM;
  const calls = Array.from({ length: count }, () => ({
    at: random.between(0, span),
    kind: random.pick(kinds),
    burst: false,
  }));
  if (!options.isStorm && random.chance(0.7)) {
    const at = random.between(0, span);
    for (let n = random.between(5, 25); n > 0; n--) {
      calls.push({
        at: at + random.between(0, 2 * MINUTE),
        kind: random.chance(0.8) ? 'honest' : 'denial-only',
        burst: true,
      });
    }
  }
  calls.sort((a, b) => a.at - b.at);
  for (const [n, call] of calls.entries()) gateway.call(n + 1, call.kind, call.burst, options.start + call.at);
  return gateway.traffic();
}

class Gateway {
  readonly #random: Random;
  readonly #options: TrafficOptions;
  readonly #requests: Request[] = [];
  readonly #streams = new Map<string, Stream>();
  readonly #otherForbidden: { eventId: string; cause: OtherForbidden['cause'] }[] = [];
  readonly #issuers: readonly string[];
  readonly #apis: readonly (typeof apis)[number][];
  readonly #reasons: readonly (typeof REASONS)[number][];
  readonly #burst: { issuerDn: string; reason: (typeof REASONS)[number]; api: (typeof apis)[number] };
  /** 0 for none. */
  readonly #rushAt: number;
  readonly #shape: 'one-event' | 'lines' | 'bare-lines';
  /** Denials that are logged without a request id. */
  readonly #anonymous = new Set<number>();
  readonly #hasExtendedId = new Map<number, boolean>();
  /** The events of each denial. */
  readonly #denialEvents = new Map<number, readonly string[]>();
  #malformed = 0;
  #brokenConnections = 0;
  #lastAt = 0;

  constructor(random: Random, options: TrafficOptions) {
    this.#random = random;
    this.#options = options;
    this.#issuers = Array.from({ length: random.between(1, 4) }, (_, n) => `C=US,O=Acme,CN=Acme CA ${n}`);
    this.#apis = random.shuffled(apis).slice(0, random.between(1, apis.length));
    this.#reasons = random.shuffled(REASONS).slice(0, random.between(1, 4));
    this.#burst = {
      issuerDn: random.pick(this.#issuers),
      reason: random.pick(this.#reasons),
      api: random.pick(this.#apis),
    };
    const closing = MINUTES_PER_HOUR - ((options.start / MINUTE) % MINUTES_PER_HOUR) + limits.lateMinutes;
    const minutes = random.pick([null, random.between(2, 40), closing]);
    this.#rushAt = minutes === null ? 0 : options.start + minutes * MINUTE;
    this.#shape = random.pick(['one-event', 'lines', 'lines', 'bare-lines']);
  }

  call(n: number, kind: Kind, isBurst: boolean, wanted: number): void {
    const random = this.#random;
    // Every event has a millisecond of its own, so that the checkers can tell the requests apart by their time.
    const at = Math.max(wanted, this.#lastAt + 2);
    this.#lastAt = at;
    const api = isBurst ? this.#burst.api : random.pick(this.#apis);
    const [reason, sentence] = isBurst ? this.#burst.reason : random.pick(this.#reasons);
    const [said, words] = reason === 'other' ? sentenceOf(isBurst ? 0 : n) : [sentence, undefined];
    const issuerDn = isBurst ? this.#burst.issuerDn : random.pick(this.#issuers);
    const subjectDn = `C=US,O=Acme,CN=client-${n}`;
    if (kind === 'success' || kind === 'other-403' || kind === 'malformed') {
      this.#side(n, kind, api, at);
      return;
    }
    if (kind === 'connection') {
      this.#connect(n, api.domain, at);
      return;
    }
    const requestId = this.#requestId(n, kind);
    const hasDenial = kind !== 'access-only';
    const hasAccess = kind !== 'denial-only' || random.chance(0.2);
    const refusal = { n, at, requestId, extendedRequestId: `Ext${n}FEwPEFhg=`, reason: said, issuerDn, subjectDn };
    if (hasDenial) this.#logDenial(api, refusal, kind);
    const isCertificate = kind === 'certificate';
    if (hasAccess) {
      const changes = {
        domainName: api.domain,
        apiId: api.apiId,
        ...(kind === 'record-without-id' ? { requestId: '-' } : {}),
        ...(isCertificate ? { 'identity.clientCert.clientCertPem': partner.pem } : {}),
      };
      this.#stream('/aws/apigateway/access', api.apiId).events.push(accessEvent({ ...refusal, at: at + 1 }, changes));
    }
    this.#requests.push({
      n,
      at,
      requestId,
      reason,
      ...(words !== undefined && { words }),
      issuerDn: isCertificate ? 'C=US,O=Acme,CN=Acme CA 0' : canonicalDn(issuerDn),
      subjectDn: isCertificate ? 'C=US,O=Acme,CN=partner' : canonicalDn(subjectDn),
      scope: api.domain,
      denialScope: api.isNamed ? api.domain : `${api.apiId}/prod`,
      hasDenial,
      hasAccess,
      isTied: false,
    });
    this.#hasExtendedId.set(n, kind !== 'no-extended-id' && kind !== 'no-request-id');
    // Joined by the extended id, and only where the same delivery brings that of the denial.
    if (kind === 'no-request-id' || kind === 'record-without-id') this.#anonymous.add(n);
  }

  /** A connection is logged once or, as another event, twice; with its own id, which tells that, or without. */
  #connect(n: number, domain: string, at: number): void {
    const random = this.#random;
    const [reason, code] = random.pick(CODES);
    const isCloudFront = random.chance(0.5);
    const hasId = random.chance(0.7);
    const subject = `C=US, O=Acme, CN=client-${n}`;
    const [group, record, fields] = isCloudFront
      ? ([
          '/aws/vendedlogs/cloudfront',
          cloudFrontRecord(n, {
            connectionStatus: `Failed:${code}`,
            tlsSni: domain,
            clientLeafCertSubject: subject,
            clientLeafCertIssuer: this.#issuers[0] ?? '',
          }),
          CLOUDFRONT_FIELDS,
        ] as const)
      : ([
          BALANCER_GROUP,
          loadBalancerRecord(n, { tls_verify_status: `Failed:${code}`, leaf_client_cert_subject: subject }),
          LOAD_BALANCER_FIELDS,
        ] as const);
    const kept = random.shuffled(fields).filter((field) => hasId || !/connectionId|trace_id/.test(field));
    const { events } = this.#stream(group, 'connections');
    const event = { id: `connection-${n}`, timestamp: at, message: jsonRecord(record, kept) };
    events.push(event);
    if (hasId && random.chance(0.3)) events.push({ ...event, id: `connection-${n}-again` });
    if (reason === null) {
      this.#brokenConnections++;
      return;
    }
    const scope = isCloudFront ? domain : 'app/partners/50dc6c495c0c9188:443';
    this.#requests.push({
      n,
      at,
      // A connection has none; nobody uses this one.
      requestId: `connection-${n}`,
      door: isCloudFront ? 'cloudfront' : 'load-balancer',
      reason,
      ...(reason === 'other' && { words: code }),
      issuerDn: isCloudFront ? canonicalDn(this.#issuers[0] ?? '') : 'O=Acme,(issuer not in the log)',
      subjectDn: canonicalDn(subject),
      scope,
      denialScope: scope,
      hasDenial: true,
      hasAccess: true,
      isTied: true,
    });
  }

  /** A client may send an id of its own choice: always the same, or one that it saw elsewhere. */
  #requestId(n: number, kind: Kind): string {
    if (kind === 'pinned') return uuid(0xfffff0 + (n % 2));
    if (kind === 'no-extended-id' && this.#random.chance(0.6)) return uuid(0xfffffe);
    const other = this.#requests.at(-this.#random.between(1, 4));
    return kind === 'stolen-id' && other !== undefined && !other.isTied ? other.requestId : uuid(n);
  }

  #logDenial(api: (typeof apis)[number], refusal: Parameters<typeof denialAsOneEvent>[0], kind: Kind): void {
    const { events } = this.#stream(`API-Gateway-Execution-Logs_${api.apiId}/prod`, `stream-${refusal.n % 2}`);
    const lines = denialAsLines(refusal);
    const [, denied, forbidden] = lines;
    if (denied === undefined || forbidden === undefined) throw new Error('a denial has three lines');
    const logged = ((): LogEvent[] => {
      if (kind === 'no-extended-id') return [denied, forbidden];
      if (kind === 'no-request-id') return [{ ...denied, message: denied.message.replace(/^\(.*?\) /, '') }];
      if (this.#shape === 'one-event') return [denialAsOneEvent(refusal)];
      return this.#shape === 'lines' ? lines : denialAsBareLines(refusal);
    })();
    events.push(...logged);
    this.#denialEvents.set(
      refusal.n,
      logged.map((event) => event.id),
    );
  }

  /** Whether no delivery carries a part of the denial's lines without the others. */
  #isAlwaysWhole(n: number, deliveries: readonly Delivery[]): boolean {
    const ids = this.#denialEvents.get(n) ?? [];
    return deliveries.every(({ batch }) => {
      const there = batch.events.filter((event) => ids.includes(event.id)).length;
      return there === 0 || there === ids.length;
    });
  }

  #isTied(request: Request, deliveries: readonly Delivery[]): boolean {
    const isSafe = ({ n }: Request): boolean =>
      this.#hasExtendedId.get(n) === true && this.#isAlwaysWhole(n, deliveries);
    if (request.isTied) return true;
    if (this.#anonymous.has(request.n)) return false;
    const sameId = this.#requests.filter((one) => one.requestId === request.requestId);
    if (sameId.length > 1) return sameId.every(isSafe);
    // Every line carries the request id in brackets, or else its line must be there too.
    return this.#shape !== 'bare-lines' || this.#isAlwaysWhole(request.n, deliveries);
  }

  #side(n: number, kind: 'success' | 'other-403' | 'malformed', api: (typeof apis)[number], at: number): void {
    const { events } = this.#stream('/aws/apigateway/access', api.apiId);
    const base = { domainName: api.domain, apiId: api.apiId };
    if (kind === 'success') events.push(accessEvent({ n, at }, { ...base, status: '200' }));
    else if (kind === 'malformed') {
      this.#malformed++;
      events.push({ ...accessEvent({ n, at }), message: '{ "requestId": "' });
    } else {
      const [message, type, cause] = this.#random.pick(OTHER_403S);
      const event = accessEvent({ n, at }, { ...base, 'error.message': message, 'error.responseType': type });
      events.push(event);
      this.#otherForbidden.push({ eventId: event.id, cause });
    }
  }

  #stream(logGroup: string, logStream: string): Stream {
    const key = `${logGroup} ${logStream}`;
    const stream = this.#streams.get(key) ?? { logGroup, logStream, events: [] };
    this.#streams.set(key, stream);
    return stream;
  }

  traffic(): Traffic {
    const random = this.#random;
    const deliveries: Delivery[] = [];
    const tooLate: Delivery[] = [];
    const lateness = random.pick([0, 0.05, 0.3]);
    for (const { logGroup, logStream, events } of this.#streams.values()) {
      const batch = (cut: readonly LogEvent[]): LogBatch =>
        batchOf({ owner: '123456789012', logGroup, logStream, events: cut, malformed: [] });
      const deliver = (cut: readonly LogEvent[]): void => {
        const logged = cut.at(-1)?.timestamp ?? 0;
        const at = this.#inRush(logged) ?? logged + this.#delay(lateness);
        deliveries.push({ at, batch: batch(cut) });
        // The same batch again: at the same moment, or long after.
        if (random.chance(0.08)) deliveries.push({ at: at + random.between(0, 30), batch: batch(cut) });
        if (random.chance(this.#rushAt > 0 ? 0.4 : 0.08)) {
          deliveries.push({ at: this.#inRush(logged) ?? at + this.#delay(0.3), batch: batch(cut) });
        }
        if (!this.#options.isLong) return;
        if (random.chance(0.15))
          deliveries.push({ at: logged + random.between(0, LATE_DAYS_MAX * DAY), batch: batch(cut) });
        if (random.chance(0.1)) {
          const days = random.between(TOO_LATE_DAYS_MIN * 24, TOO_LATE_DAYS_MAX * 24) / 24;
          tooLate.push({ at: logged + days * DAY, batch: batch(cut) });
        }
      };
      const sizeMax = this.#options.isStorm ? 40 : random.pick([2, 6, 20]);
      for (let from = 0; from < events.length; ) {
        const size = random.between(1, sizeMax);
        deliver(events.slice(from, from + size));
        from += size;
      }
      // Some events again, in batches cut elsewhere; in a storm as a rule, since there no cell tells them.
      if (random.chance(this.#options.isStorm ? 0.9 : 0.4)) {
        const from = random.between(0, events.length - 1);
        const again = events.slice(from, from + random.between(1, 12));
        deliver(again);
      }
    }
    return {
      requests: this.#requests.map((request) => ({ ...request, isTied: this.#isTied(request, deliveries) })),
      deliveries,
      tooLate,
      otherForbidden: this.#otherForbidden,
      malformed: this.#malformed,
      brokenConnections: this.#brokenConnections,
    };
  }

  /** Some runs have a moment when much of what is late arrives at once, just when the sweep runs. */
  #inRush(logged: number): number | null {
    const random = this.#random;
    const spread = random.pick([300, 3_000]);
    const at = this.#rushAt + random.between(-spread, spread);
    return at > logged && random.chance(0.4) ? at : null;
  }

  /** Seconds as a rule, minutes at times, and hours now and then. */
  #delay(lateness: number): number {
    const random = this.#random;
    if (this.#options.isLong && random.chance(0.1)) return random.between(HOUR, STREAM_DAYS * DAY);
    if (!random.chance(lateness)) return random.between(1_000, 20_000);
    return random.chance(0.7) ? random.between(1, 12) * MINUTE : random.between(10, 120) * MINUTE;
  }
}
