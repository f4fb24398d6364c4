/**
 * A stranger who wants to hide an outage, through the real pipeline in virtual time, over midnight. He has a budget of requests
 * and draws his means from the seed: names that are new each time, names of partners that their CAs did not sign, a feed that
 * grows slowly under such a name, a flood of names, certificates in front of the partners' own; he may wait for an upload of
 * the truststore. Partners fail meanwhile, and one to three bad uploads may take their CAs out of the truststore. Writes fail before or after they took effect, and deliveries come again.
 * What must be true: every outage of a partner is told within five minutes, by name and not as `low`; a partner's group counts
 * what its CA signed, and nothing else; claims are `medium` at most and stand alone; notices about strangers keep their budget.
 */

import { createStoresOn } from '../../shared/adapters/dynamodb/index.js';
import { createMemoryStores } from '../../shared/adapters/memory/index.js';
import { loadAll } from '../../shared/base/lazily.js';
import { limits } from '../../shared/base/limits.js';
import { groupId } from '../../shared/model/group-id.js';
import {
  type GroupKey,
  type LogBatch,
  type Notice,
  SEVERAL_ISSUERS,
  SEVERAL_STRANGERS,
} from '../../shared/model/index.js';
import type { ReasonId } from '../../shared/model/reasons.js';
import { alert, ingest, sweep } from '../../shared/pipeline.js';
import type { Stores, World } from '../../shared/ports/index.js';
import type { TruststoreObject } from '../../shared/ports/truststore.js';
import { ca, leaf } from '../support/certificates.js';
import { accessBatch, accessEvent, denialAsOneEvent, executionBatch } from '../support/logs.js';
import { createMemoryTable } from '../support/memory-table.js';
import { testConfig } from '../support/world.js';
import { createRandom, type Random } from './random.js';

const MINUTE = 60_000;
const DAY = 1440;
/** A run goes on for an hour, over midnight. */
const START = Date.UTC(2026, 10, 20, 23, 30) / MINUTE;
const MINUTES = 60;
/** Small worlds meet a bound only when it is small. Put back after the run. */
const BOUNDS = { issuersPerScopeMax: 12, certificatesPerBatchMax: 5, strangerNoticesPerDayMax: 3 };
const SCOPE = 'api.bank.example';
const TOLD_WITHIN = 5;
const ATTEMPTS = 4;

const PARTNERS = 6;
const dnOf = (n: number): string => `C=US,O=Partner ${n},CN=Partner ${n} CA`;
const own = Array.from({ length: PARTNERS }, (_, n) => ca({ subject: dnOf(n), key: 'ec-a' }));
const ownPems = own.map((issuer, n) => leaf({ subject: `CN=edi of ${n}`, key: 'ec-c', issuer }).pem);
const MIMICS = 40;
const mimicPems = Array.from({ length: PARTNERS }, (_, n) => {
  const issuer = ca({ subject: dnOf(n), key: 'ec-f' });
  return Array.from({ length: MIMICS }, (_one, m) => leaf({ subject: `CN=edi ${m} of ${n}`, key: 'ec-d', issuer }).pem);
});
const another = ca({ subject: 'C=US,O=Another,CN=Another CA', key: 'ec-b' });

const REASONS: readonly (readonly [ReasonId, string])[] = [
  ['issuer-not-found', 'Could not find issuer for certificate'],
  ['unsupported-purpose', 'unsupported certificate purpose'],
  ['weak-key', 'EE certificate key too weak'],
];
const EXPIRED = ['expired', 'certificate has expired'] as const;

interface Call {
  readonly issuerDn: string;
  readonly pem: string;
  readonly reason: ReasonId;
  readonly words: string;
}

interface Outage {
  readonly partner: number;
  readonly from: number;
  readonly to: number;
  readonly each: number;
  readonly reason: readonly [ReasonId, string];
}

/** What the stranger does in a minute. */
type Means = (minute: number) => readonly Call[];

export interface SiegeResult {
  readonly violations: readonly string[];
  readonly counts: ReadonlyMap<string, number>;
}

/** @param changedAt the minute of the first upload of a truststore; later than the run where there is none */
function meansOf(random: Random, changedAt: number): { readonly name: string; readonly means: Means } {
  const victim = random.between(0, PARTNERS - 1);
  const [reason, words] = random.pick(REASONS);
  const mimic = (n: number, m: number): Call => ({
    issuerDn: dnOf(n),
    pem: mimicPems[n]?.[m % MIMICS] ?? '',
    reason,
    words,
  });
  const made = (name: string): Call => ({ issuerDn: `CN=${name}`, pem: '-', reason, words });
  const times = <T>(count: number, of: (n: number) => T): T[] => Array.from({ length: count }, (_, n) => of(n));
  const every = random.between(1, 12);
  const each = random.between(2, 12);
  const kinds: readonly (readonly [string, Means])[] = [
    [
      'new names each time',
      (minute) => (minute % every === 0 ? times(3, (n) => times(each, () => made(`${minute} ${n}`))).flat() : []),
    ],
    ['a flood of names', (minute) => (minute < 8 ? times(4, (n) => made(`${minute} ${n}`)) : [made(`${minute}`)])],
    ['the name of one partner', (minute) => times(each, (n) => mimic(victim, minute + n))],
    ['the names of all partners', () => times(PARTNERS, (n) => times(2, (m) => mimic(n, m))).flat()],
    ['a slow feed', (minute) => times(Math.min(20, 2 ** Math.floor(minute / 10)), (n) => mimic(victim, n))],
    [
      'new names after an upload',
      (minute) => (minute >= changedAt && minute % 2 === 0 ? times(40, (n) => made(`${minute} ${n % 3}`)) : []),
    ],
    [
      'certificates in front',
      (minute) => (minute % 5 === 0 ? times(limits.certificatesPerBatchMax + 3, (n) => mimic(victim, n)) : []),
    ],
  ];
  const [name, means] = random.pick(kinds);
  return { name, means };
}

function drawOutages(random: Random): readonly Outage[] {
  const partners = random.shuffled(Array.from({ length: PARTNERS }, (_, n) => n)).slice(0, random.between(1, 4));
  const together = random.chance(0.3) ? random.between(10, 45) : null;
  return partners.map((partner) => {
    const from = together ?? random.between(10, 45);
    return {
      partner,
      from,
      to: from + random.between(8, 15),
      each: random.between(8, 20),
      reason: random.pick([...REASONS, EXPIRED]),
    };
  });
}

/** @returns what was violated, each in one line */
export async function siege(seed: number): Promise<SiegeResult> {
  await loadAll();
  const usual = Object.fromEntries(Object.keys(BOUNDS).map((name) => [name, limits[name as keyof typeof BOUNDS]]));
  Object.assign(limits, BOUNDS);
  try {
    return await new Siege(createRandom(seed)).run();
  } finally {
    Object.assign(limits, usual);
  }
}

/** Many sieges, one seed after the other: what was tried, and every violation. */
export async function siegeCampaign(
  first: number,
  seeds: number,
): Promise<{ readonly lines: readonly string[]; readonly isHeld: boolean }> {
  const counts = new Map<string, number>();
  const violations: string[] = [];
  for (let seed = first; seed < first + seeds; seed++) {
    const result = await siege(seed);
    for (const [what, count] of result.counts) counts.set(what, (counts.get(what) ?? 0) + count);
    violations.push(...result.violations.map((one) => `seed ${seed}: ${one}`));
  }
  const tried = [...counts].sort().map(([what, count]) => `${what.padEnd(30)}${String(count).padStart(8)}`);
  const end = `${seeds} seeds, ${violations.length} violations`;
  return { lines: [...tried, '', ...violations, end], isHeld: violations.length === 0 };
}

class Siege {
  readonly #random: Random;
  readonly #stores: Stores;
  readonly #world: World;
  readonly #published: Notice[] = [];
  readonly #counts = new Map<string, number>();
  readonly #violations: string[] = [];
  /** What a partner's CA signed and the gateway refused, by group id. */
  readonly #owed = new Map<string, { readonly group: GroupKey; count: number }>();
  readonly #faults: number;
  /** Of the truststore, the oldest first; it changes in some runs, more than once in some of them. */
  readonly #versions: readonly TruststoreObject[];
  #at = START * MINUTE;
  #next = 1;
  #isCalm = false;

  constructor(random: Random) {
    this.#random = random;
    const clock = { now: () => this.#at };
    this.#stores = random.chance(0.5) ? createMemoryStores() : createStoresOn(createMemoryTable(clock), clock);
    this.#faults = random.pick([0, 0.002, 0.01]);
    this.#versions = drawVersions(random);
    this.#world = {
      config: testConfig({
        truststores: { '*': 's3://truststores/all.pem' },
        domains: { 'abc123/prod': SCOPE },
      }),
      clock,
      stores: faulty(this.#stores, () => this.#isFault()),
      truststores: {
        read: async () => this.#inUse()[0] ?? Promise.reject(new Error('no truststore')),
        earlier: async () => this.#inUse().slice(1),
      },
      publisher: {
        publish: async (notice) => {
          this.#published.push(notice);
        },
      },
    };
  }

  /** Up to the present one, the newest first. */
  #inUse(): readonly TruststoreObject[] {
    return this.#versions.filter(({ modifiedAt }) => modifiedAt <= this.#at).toReversed();
  }

  async run(): Promise<SiegeResult> {
    const random = this.#random;
    const outages = drawOutages(random);
    const uploads = this.#versions.slice(1).map(({ modifiedAt }) => modifiedAt / MINUTE - START);
    const changedAt = Math.min(MINUTES, ...uploads);
    const means = Array.from({ length: random.between(1, 3) }, () => meansOf(random, changedAt));
    if (uploads.length > 0) this.#count('uploads that lose partners', uploads.length);
    for (const { name } of means) this.#count(name);
    for (let minute = 0; minute < MINUTES; minute++) {
      this.#at = (START + minute) * MINUTE + 20_000;
      const calls = [
        ...means.flatMap((one) => one.means(minute)),
        ...outages.flatMap((outage) => (outage.from <= minute && minute < outage.to ? this.#ofPartner(outage) : [])),
      ];
      if (calls.length > 0) await this.#deliver(calls);
      this.#at = (START + minute) * MINUTE + 55_000;
      await sweep(this.#world);
    }
    for (const outage of outages) this.#checkTold(outage);
    this.#checkBudget();
    this.#checkClaims();
    await this.#checkIdentity();
    return { violations: this.#violations, counts: this.#counts };
  }

  #ofPartner({ partner, each, reason: [reason, words] }: Outage): Call[] {
    const issuerDn = dnOf(partner);
    const group = { scope: SCOPE, issuerDn, reason };
    const owed = this.#owed.get(groupId(group)) ?? { group, count: 0 };
    this.#owed.set(groupId(group), owed);
    owed.count += each;
    return Array.from({ length: each }, () => ({ issuerDn, pem: ownPems[partner] ?? '', reason, words }));
  }

  async #deliver(calls: readonly Call[]): Promise<void> {
    const random = this.#random;
    // Strangers' calls stand in front, in the batch as in the log.
    const refusals = calls.map(({ issuerDn, pem, words }, n) => {
      const refusal = { n: this.#next++, at: this.#at - 10_000 + n, issuerDn, reason: words };
      return {
        denial: denialAsOneEvent(refusal),
        access: accessEvent(refusal, { 'identity.clientCert.clientCertPem': pem }),
      };
    });
    const batches = random.shuffled([
      executionBatch(refusals.map(({ denial }) => denial)),
      accessBatch(refusals.map(({ access }) => access)),
    ]);
    for (const batch of batches) await this.#ingest(batch);
    if (random.chance(0.1)) {
      this.#count('a batch delivered again');
      await this.#ingest(random.pick(batches));
    }
  }

  /** As Lambda does it; the last attempt is spared, because a dead letter would be told when it is put through again. */
  async #ingest(batch: LogBatch): Promise<void> {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      this.#isCalm = attempt === ATTEMPTS;
      try {
        await ingest(batch, this.#world, (groups, written) => alert(groups, this.#world, written));
        break;
      } catch (error) {
        if (this.#isCalm) throw error;
        this.#count('an invocation retried');
      }
    }
    this.#isCalm = false;
  }

  #isFault(): boolean {
    return !this.#isCalm && this.#random.chance(this.#faults);
  }

  /** The first minute holds more refusals than the floor: it is the evidence. */
  #checkTold({ partner, from, reason: [reason] }: Outage): void {
    const group = { scope: SCOPE, issuerDn: dnOf(partner), reason };
    const [begin, end] = [(START + from) * MINUTE, (START + from + 1 + TOLD_WITHIN) * MINUTE];
    const told = this.#published.find(
      (one) =>
        one.kind !== 'resolved' &&
        Date.parse(one.at) >= begin &&
        Date.parse(one.at) < end &&
        [one.group, ...one.groups].some(
          (each) => groupId(each) === groupId(group) || this.#isOfIssuer(one, each, partner),
        ),
    );
    const name = `the outage of partner ${partner} (${reason}) from minute ${from} on`;
    this.#expect(told !== undefined, () => `${name} was not told within ${TOLD_WITHIN} minutes`);
    this.#expect(told === undefined || told.severity !== 'low', () => `${name} was told as low`);
    this.#count('an outage of a partner');
  }

  /** Incidents of one issuer that share a cause are told as one. */
  #isOfIssuer(notice: Notice, { issuerDn, isUnverified }: GroupKey, partner: number): boolean {
    return notice.severity !== 'low' && issuerDn === dnOf(partner) && isUnverified !== true;
  }

  /** A change of the truststore makes no partner of a name that none of its versions holds. */
  #checkBudget(): void {
    for (const { group, severity, noticeId } of this.#published.filter(isOfStrangers)) {
      this.#expect(severity === 'low', () => `${noticeId} of ${group.issuerDn} is ${severity}`);
    }
    const most = limits.strangerNoticesPerDayMax + 1;
    for (const day of [0, 1]) {
      const dayOf = ({ at }: Notice): number => Math.floor(Date.parse(at) / MINUTE / DAY) - Math.floor(START / DAY);
      const low = this.#published.filter((one) => dayOf(one) === day && one.severity === 'low');
      const begun = low.filter(({ kind }) => kind !== 'resolved').length;
      this.#expect(begun <= most, () => `${begun} notices about strangers on day ${day}`);
      if (low.some(({ heldBackUntil }) => heldBackUntil !== undefined)) this.#count('a budget used up');
    }
  }

  #checkClaims(): void {
    const claims = this.#published.filter(({ group }) => group.isUnverified);
    for (const { severity, groups, noticeId } of claims) {
      this.#count('a claim told');
      this.#expect(['low', 'medium'].includes(severity), () => `claim ${noticeId} is ${severity}`);
      this.#expect(
        groups.every(({ isUnverified }) => isUnverified),
        () => `claim ${noticeId} names a partner`,
      );
    }
    for (const { group, groups, noticeId } of this.#published) {
      const isOfPartners = group.issuerDn === SEVERAL_ISSUERS && !group.isUnverified;
      this.#expect(
        !isOfPartners || groups.every(({ isUnverified }) => !isUnverified),
        () => `${noticeId} of partners names a claim`,
      );
    }
    // A name has one incident in which it is told, and what several have together is another.
    const begun = claims.filter(({ kind }) => kind === 'spike').length;
    const most = 4 * (PARTNERS + 1) * REASONS.length;
    this.#expect(begun <= most, () => `${begun} incidents of claims`);
  }

  async #checkIdentity(): Promise<void> {
    const reasons = [...REASONS, EXPIRED].map(([reason]) => reason);
    for (let n = 0; n < PARTNERS; n++) {
      for (const reason of reasons) {
        const group = { scope: SCOPE, issuerDn: dnOf(n), reason };
        const facts = await this.#stores.facts.window(group, START - DAY, START + 2 * DAY);
        const counted = facts.reduce((sum, { count }) => sum + count, 0);
        const owed = this.#owed.get(groupId(group))?.count ?? 0;
        this.#expect(counted === owed, () => `partner ${n} (${reason}): ${owed} signed by its CA, ${counted} counted`);
      }
    }
  }

  #expect(isRight: boolean, what: () => string): void {
    if (!isRight) this.#violations.push(what());
  }

  #count(what: string, times = 1): void {
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + times);
  }
}

function isOfStrangers({ group: { issuerDn } }: Notice): boolean {
  return issuerDn === SEVERAL_STRANGERS || issuerDn.startsWith('CN=');
}

/** The usual truststore, and in some runs one to three uploads after it that hold a few of the partners or none. */
function drawVersions(random: Random): readonly TruststoreObject[] {
  const versionOf = (text: string, name: string, minute: number): TruststoreObject => ({
    text,
    version: `siege ${name} ${text.length}`,
    versionId: name,
    modifiedAt: minute * MINUTE,
  });
  const pems = own.map(({ pem }) => pem);
  const versions = [versionOf(pems.join(''), 'usual', START - 90 * DAY)];
  let at = START + random.between(8, 45);
  for (let left = random.chance(0.4) ? random.between(1, 3) : 0; left > 0; left--) {
    const held = random.shuffled(pems).slice(0, random.pick([0, 0, 1, 3]));
    versions.push(versionOf([another.pem, ...held].join(''), `upload ${versions.length} ${at}`, at));
    at += random.between(1, 10);
  }
  return versions;
}

const WRITES: readonly string[] = [
  'put',
  'claim',
  'save',
  'admit',
  'admitWithIntent',
  'fixTrusted',
  'mark',
  'close',
  'transition',
];

/** Writes fail before or after they took effect. */
function faulty(stores: Stores, isFault: () => boolean): Stores {
  const wrap = <T extends object>(store: T): T =>
    new Proxy(store, {
      get: (target, name) => {
        const method: unknown = Reflect.get(target, name);
        if (typeof method !== 'function' || !WRITES.includes(String(name))) return method;
        return async (...what: unknown[]) => {
          if (isFault()) throw new Error(`${String(name)} failed before`);
          const result: unknown = await method.apply(target, what);
          if (isFault()) throw new Error(`${String(name)} failed after`);
          return result;
        };
      },
    });
  const { join, waiting, facts, groups, rollups, history, incidents, certificates } = stores;
  return {
    ...stores,
    join: wrap(join),
    waiting: wrap(waiting),
    facts: wrap(facts),
    groups: wrap(groups),
    rollups: wrap(rollups),
    history: wrap(history),
    incidents: wrap(incidents),
    certificates: wrap(certificates),
  };
}
