/**
 * `npm run bench -- storm`: a flood of 1,000,000 refused requests from 100,000 issuers in ten simulated minutes, through
 * the real pipeline on counting stores in memory. Every request has a request id, a subject and a reason text of its
 * own; some bring a certificate of their own. Prints what it cost beside the bound; exits 1 when a bound is broken. A
 * number on the command line stands for the million, `--quick` for a tenth of it, `--minutes 1` for the ten minutes: a tenth of
 * the requests in a tenth of the time is the same minute. `--batch 200` cuts batches of that size, and `--recut` delivers every
 * event again in batches cut elsewhere. `--door` floods a CloudFront distribution in place of API Gateway: a third of the
 * connections without a certificate, and half of them under a host name of their own.
 *
 * Half of the requests come from twenty busy issuers, the other half from all of them alike.
 */

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createMemoryStores } from '../shared/adapters/memory/index.js';
import { limits } from '../shared/base/limits.js';
import { parseConfig } from '../shared/config/settings.js';
import { measure } from '../shared/count/metrics.js';
import { batchOf } from '../shared/logs/decode.js';
import {
  type Fact,
  type LogBatch,
  type LogEvent,
  type Notice,
  OTHER_ISSUERS,
  UNKNOWN_ISSUER,
} from '../shared/model/index.js';
import { type ReasonId, reasonIdOf } from '../shared/model/reasons.js';
import { alert, ingest, sweep } from '../shared/pipeline.js';
import type { World } from '../shared/ports/index.js';
import { canonicalDn } from '../shared/x509/dn.js';
import { createRandom } from '../test/simulation/random.js';
import { ca, leaf } from '../test/support/certificates.js';
import { accessEvent, denialAsOneEvent } from '../test/support/logs.js';
import { type Counters, countingStores } from './counting-stores.js';
import { heading, isQuick, paragraph, rows } from './support/section.js';

const args = process.argv.slice(2);
/** Where the values of options stand; 0 where the option is absent. */
const [BATCH_AT, MINUTES_AT] = [args.indexOf('--batch') + 1, args.indexOf('--minutes') + 1];
const REQUESTS = Number(
  args.find((text, at) => /^\d+$/.test(text) && (at === 0 || ![BATCH_AT, MINUTES_AT].includes(at))) ??
    (isQuick ? 100_000 : 1_000_000),
);
const ISSUERS = 100_000;
const BUSY_ISSUERS = 20;
const MINUTES = MINUTES_AT === 0 ? 10 : Number(args[MINUTES_AT]);
/** Lambda takes payloads of up to 1 MB; with logs as repetitive as these, some thousands of events. */
const EVENTS_PER_BATCH = BATCH_AT === 0 ? 2_000 : Number(args[BATCH_AT]);
const IS_RECUT = args.includes('--recut');
const IS_DOOR = args.includes('--door');
/** What one log stream holds of a minute. */
const EVENTS_PER_STREAM = 10_000;
const ACCESS_LAG_MS = 2_000;
const MINUTE = 60_000;
const START = Date.UTC(2026, 10, 20, 9, 0, 0);

const REASONS = ['Could not find issuer for certificate', 'certificate has expired', 'self signed certificate'];

/** The share of the requests with a certificate of their own: those of the first busy issuer. */
const OWN_CERTIFICATES = 0.5 / BUSY_ISSUERS + 0.5 / ISSUERS;
/** All of the first halves of a minute, half of as many again, a quarter of twice as many, …; see `samplingRate`. */
const JOINED_RECORDS = joinedAtMost((IS_RECUT ? 2 : 1) * (REQUESTS / MINUTES));

function joinedAtMost(load: number): number {
  if (EVENTS_PER_BATCH <= limits.unaskedHalvesMax || load <= limits.joinedPerMinuteMax) return load;
  return limits.joinedPerMinuteMax * (1 + Math.ceil(Math.log2(load / limits.joinedPerMinuteMax)));
}

/** A day's host names, which the clients of a door choose, and the others together. */
const SCOPES = IS_DOOR ? limits.domainsPerDayMax + 1 : 2;

/** The bounds on the cost of a storm, with their reasons. */
const bounds = {
  /**
   * What is joined, which grows with the logarithm of the load, and for each batch its rate, its place, its facts and the marks of
   * their hours. Batches of a few are joined as they are: there the ceiling of concurrency bounds how many batches a minute has.
   */
  writesPerMinute: 60_000 + (10 * 2 * REQUESTS) / MINUTES / EVENTS_PER_BATCH,
  /**
   * Every batch may write one fact for each group and minute: the batches of a minute, and as many again for settled
   * halves.
   */
  factsPerGroupAndMinute: 4 * Math.ceil(REQUESTS / MINUTES / EVENTS_PER_BATCH) + 60,
  /** Named issuers, the other issuers and the unknown ones, with every reason, in every scope. */
  groups: SCOPES * (limits.issuersPerScopeMax + 2) * (REASONS.length + 1),
  /** A few metrics of the function, and one for each scope and reason; none for issuers. */
  metrics: 8 + SCOPES * (REASONS.length + 1),
  issuersByName: 2 * limits.issuersPerScopeMax,
  /** Those of records that are joined, whatever the size of the batches: the mean of what is drawn, and four standard deviations. */
  certificateWritesPerMinute: Math.ceil(
    OWN_CERTIFICATES * JOINED_RECORDS + 4 * Math.sqrt(OWN_CERTIFICATES * JOINED_RECORDS),
  ),
  /**
   * For two scopes: the groups that fire before their scope does, and the scope, each with a trigger, a resolve and
   * notices in between.
   */
  notices: 2 * (limits.groupsTogetherMin + 1) * 6,
  /**
   * The sweep's reads for firing groups, an hour back, and the batches' reads for other groups: about 40 MB a minute.
   */
  factsReadPerMinute: 200_000,
  heapMiB: 512,
  /** The allowed deviation of a busy issuer's estimate, in standard errors. */
  standardErrors: 4,
};

interface Truth {
  readonly byReason: Map<ReasonId, number>;
  readonly byIssuer: Map<string, number>;
}

const template = leaf({
  subject: 'C=US,O=Acme,CN=client',
  key: 'ec-a',
  serial: '7f00000000000001',
  issuer: ca({ subject: 'C=US,O=Acme,CN=Acme CA 0', key: 'ec-b' }),
});
const serialAt = Buffer.from(template.der).indexOf(Buffer.from('7f00000000000001', 'hex'));

/** A new certificate: the template with another serial number. */
function pemOfSerial(n: number): string {
  const der = Buffer.from(template.der);
  der.writeUInt32BE(n, serialAt + 4);
  return `-----BEGIN CERTIFICATE-----\\n${der.toString('base64')}\\n-----END CERTIFICATE-----\\n`;
}

const CODES = ['ClientCertMissing', 'ClientCertUntrusted', 'ClientCertExpired'] as const;
const CODE_REASONS = ['no-client-certificate', 'untrusted', 'expired'] as const satisfies readonly ReasonId[];

function connectionEvent(one: { n: number; at: number; issuerDn: string; code: string }): LogEvent {
  const { n, at, issuerDn, code } = one;
  const certificate =
    code === 'ClientCertMissing'
      ? {}
      : { clientLeafCertSubject: `C=US, O=Acme, CN=client ${n}`, clientLeafCertIssuer: issuerDn.replaceAll(',', ', ') };
  const record = {
    connectionId: `${n}`.padStart(54, 'a').concat('=='),
    connectionStatus: `Failed:${code}`,
    clientIp: `203.0.113.${n % 250}`,
    distributionId: 'E2DX1SLDPK0123',
    tlsSni: n % 2 === 0 ? 'shop.bank.example' : `h${n}.bank.example`,
    ...certificate,
  };
  return { id: `connection-${n}`, timestamp: at, message: JSON.stringify(record) };
}

function addTo(sums: Map<string, number>, key: string): void {
  sums.set(key, (sums.get(key) ?? 0) + 1);
}

/** The deliveries of one simulated minute, in the order of their arrival. */
function* deliveriesOf(minute: number, truth: Truth): Generator<{ at: number; batch: LogBatch }> {
  const random = createRandom(minute + 1);
  const perMinute = REQUESTS / MINUTES;
  for (let from = 0; from < perMinute; from += EVENTS_PER_STREAM) {
    const denials: LogEvent[] = [];
    const accesses: LogEvent[] = [];
    for (let index = from; index < Math.min(perMinute, from + EVENTS_PER_STREAM); index++) {
      const n = minute * perMinute + index + 1;
      const at = START + minute * MINUTE + Math.floor((index / perMinute) * MINUTE);
      const issuer = random.chance(0.5) ? random.between(0, BUSY_ISSUERS - 1) : random.between(0, ISSUERS - 1);
      const reason = random.chance(0.1) ? `no reason that anybody knows, ${n}` : random.pick(REASONS);
      const refusal = { n, at, reason, issuerDn: `C=US,O=Acme,CN=Acme CA ${issuer}` };
      if (IS_DOOR) {
        denials.push(connectionEvent({ ...refusal, code: CODES[n % 3] ?? '' }));
        const id = CODE_REASONS[n % 3] ?? 'other';
        truth.byReason.set(id, (truth.byReason.get(id) ?? 0) + 1);
        if (issuer < BUSY_ISSUERS && n % 3 !== 0) addTo(truth.byIssuer, canonicalDn(refusal.issuerDn));
        continue;
      }
      denials.push(denialAsOneEvent(refusal));
      const changes = { domainName: 'api.bank.example' };
      const pem = issuer === 0 ? { 'identity.clientCert.clientCertPem': pemOfSerial(n) } : {};
      accesses.push(accessEvent({ ...refusal, at: at + 1 }, { ...changes, ...pem }));
      truth.byReason.set(reasonIdOf(reason), (truth.byReason.get(reasonIdOf(reason)) ?? 0) + 1);
      if (issuer < BUSY_ISSUERS) addTo(truth.byIssuer, canonicalDn(refusal.issuerDn));
    }
    const stream = `stream-${minute}-${from}`;
    yield* cut(denials, accesses, stream, EVENTS_PER_BATCH);
    if (IS_RECUT) yield* cut(denials, accesses, stream, Math.ceil(EVENTS_PER_BATCH * 0.7) + 1);
  }
}

function* cut(
  denials: readonly LogEvent[],
  accesses: readonly LogEvent[],
  logStream: string,
  size: number,
): Generator<{ at: number; batch: LogBatch }> {
  const batch = (logGroup: string, events: readonly LogEvent[]): LogBatch =>
    batchOf({ owner: '123456789012', logGroup, logStream, events: [...events], malformed: [] });
  for (let from = 0; from < denials.length; from += size) {
    const some = denials.slice(from, from + size);
    const at = some.at(-1)?.timestamp ?? START;
    yield { at: at + 1_000, batch: batch('API-Gateway-Execution-Logs_abc123/prod', some) };
    const records = accesses.slice(from, from + size);
    if (records.length > 0) yield { at: at + 1_000 + ACCESS_LAG_MS, batch: batch('/aws/apigateway/access', records) };
  }
}

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Without garbage. */
function heapInUse(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

async function run() {
  const truth: Truth = { byReason: new Map(), byIssuer: new Map() };
  const inner = createMemoryStores();
  const sent: Notice[] = [];
  const metrics = new Set<string>();
  let now = START;
  const { stores, counters } = countingStores(inner, () => Math.floor(now / MINUTE));
  const world: World = {
    config: parseConfig({ runbooks: { baseUrl: 'https://runbooks.example' } }, 'the bench'),
    clock: { now: () => now },
    stores,
    truststores: {
      read: async (uri) => {
        throw new Error(`${uri} is not configured`);
      },
      earlier: async () => [],
    },
    publisher: {
      publish: async (notice) => {
        sent.push(notice);
      },
    },
  };
  let heapMax = 0;
  for (let minute = 0; minute < MINUTES; minute++) {
    for (const { at, batch } of deliveriesOf(minute, truth)) {
      now = Math.max(now, at);
      const ingested = await ingest(batch, world, (groups, written) => alert(groups, world, written));
      for (const { name, dimensions } of measure({ batch, counted: ingested.correlated.counted, ...ingested }, now)) {
        metrics.add(JSON.stringify([name, dimensions]));
      }
    }
    await sweep(world);
    heapMax = Math.max(heapMax, heapInUse());
    console.error(`minute ${minute + 1} of ${MINUTES}: ${Math.round(performance.now() / 1000)} s`);
  }
  // Until the last half is settled, the last incident is resolved and the hour is closed.
  for (let minute = 0; minute < 240; minute++) {
    now += MINUTE;
    await sweep(world);
    if (minute % 60 === 0) heapMax = Math.max(heapMax, heapInUse());
  }
  return {
    truth,
    facts: [...inner.facts.all()],
    counters,
    sent,
    metrics,
    heapMax,
    firing: await inner.incidents.firing(1),
  };
}

type Outcome = Awaited<ReturnType<typeof run>>;
interface Line {
  readonly what: string;
  readonly value: string;
  readonly bound: string;
  readonly isKept: boolean;
}

const atMost = (what: string, value: number, bound: number): Line => ({
  what,
  value: Math.round(value).toLocaleString('en'),
  bound: `at most ${bound.toLocaleString('en')}`,
  isKept: value <= bound,
});

function lines({ truth, facts, counters, sent, metrics, heapMax, firing }: Outcome): Line[] {
  const groups = new Set(facts.map(({ group }) => JSON.stringify(group)));
  const named = new Set(
    facts.flatMap(({ group }) => ([OTHER_ISSUERS, UNKNOWN_ISSUER].includes(group.issuerDn) ? [] : [group.issuerDn])),
  );
  const perGroup = new Map<string, number>();
  for (const { group, minute } of facts) {
    const key = JSON.stringify([group, minute]);
    perGroup.set(key, (perGroup.get(key) ?? 0) + 1);
  }
  return [
    ...[...truth.byReason].map(([reason, want]) => exactly(reason, want, facts)),
    ...[...truth.byIssuer].slice(0, 5).map(([dn, want]) => estimate(dn, want, facts, counters)),
    worstEstimate(truth, facts, counters),
    atMost('table writes in the busiest minute', Math.max(...counters.writes.values()), bounds.writesPerMinute),
    atMost(
      'certificates written in the busiest minute',
      Math.max(0, ...counters.certificates.values()),
      bounds.certificateWritesPerMinute,
    ),
    atMost('facts of one group and minute', max(perGroup.values()), bounds.factsPerGroupAndMinute),
    atMost('facts read in the busiest minute', max(counters.factsRead.values()), bounds.factsReadPerMinute),
    atMost('groups', groups.size, bounds.groups),
    atMost('issuers by name', named.size, bounds.issuersByName),
    atMost('metrics', metrics.size, bounds.metrics),
    atMost('notices', sent.length, bounds.notices),
    atMost('heap in use at most, MiB (the stores included)', heapMax / 2 ** 20, bounds.heapMiB),
    {
      what: 'incidents still firing in the end',
      value: String(firing.length),
      bound: 'none',
      isKept: firing.length === 0,
    },
  ];
}

function max(values: Iterable<number>): number {
  let most = 0;
  for (const value of values) most = Math.max(most, value);
  return most;
}

function exactly(reason: ReasonId, want: number, facts: readonly Fact[]): Line {
  const got = facts.filter(({ group }) => group.reason === reason).reduce((sum, { count }) => sum + count, 0);
  return {
    what: `refused: ${reason}`,
    value: got.toLocaleString('en'),
    bound: `exactly ${want.toLocaleString('en')}`,
    isKept: got === want,
  };
}

/**
 * For n requests, each joined at least at the lowest rate r and weighted 1/r, the standard error is at most sqrt(n (1 -
 * r) / r).
 */
function errorOf(want: number, { lowestRate: rate }: Counters): number {
  return Math.sqrt((want * (1 - rate)) / rate);
}

function countOf(dn: string, facts: readonly Fact[]): number {
  return facts.filter(({ group }) => group.issuerDn === dn).reduce((sum, { count }) => sum + count, 0);
}

function estimate(dn: string, want: number, facts: readonly Fact[], counters: Counters): Line {
  const got = countOf(dn, facts);
  const error = errorOf(want, counters);
  return {
    what: `of issuer ${dn}`,
    value: `${got.toLocaleString('en')} (${(((got - want) / want) * 100).toFixed(1)} %)`,
    bound: `${want.toLocaleString('en')}, ${bounds.standardErrors} × ${((error / want) * 100).toFixed(1)} % standard error`,
    isKept: Math.abs(got - want) <= bounds.standardErrors * error,
  };
}

function worstEstimate({ byIssuer }: Truth, facts: readonly Fact[], counters: Counters): Line {
  const off = [...byIssuer].map(
    ([dn, want]) => Math.abs(countOf(dn, facts) - want) / Math.max(1, errorOf(want, counters)),
  );
  const worst = max(off);
  return {
    what: `the worst of the ${byIssuer.size} busy issuers`,
    value: `${worst.toFixed(2)} standard errors`,
    bound: `at most ${bounds.standardErrors}, sampled down to 1/${1 / counters.lowestRate}`,
    isKept: worst <= bounds.standardErrors,
  };
}

const outcome = await run();
const table = lines(outcome);
heading(
  'Storm',
  `${REQUESTS.toLocaleString('en')} refused requests from ${ISSUERS.toLocaleString('en')} issuers in ${MINUTES} simulated minute${MINUTES === 1 ? '' : 's'}, in batches of ${EVENTS_PER_BATCH.toLocaleString('en')}${IS_RECUT ? ', each event again in batches cut elsewhere' : ''}, on counting stores in memory: what it cost beside the bound.`,
);
rows(
  ['what', 'value', 'bound', 'kept'],
  table.map(({ what, value, bound, isKept }) => [what, value, bound, isKept ? 'yes' : 'NO']),
);
const kinds = Object.entries(outcome.counters.byKind).sort((a, b) => b[1] - a[1]);
paragraph(`Writes by kind: ${kinds.map(([kind, count]) => `${kind} ${count.toLocaleString('en')}`).join(', ')}.`);
process.exit(table.every(({ isKept }) => isKept) ? 0 : 1);
