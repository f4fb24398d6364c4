/**
 * Every store of the pipeline in memory, for the command line and the tests, with the semantics that DynamoDB gives:
 * each call is atomic per item and conditions are checked at the moment of the write.
 */

import { randomUUID } from 'node:crypto';
import { groupId } from '../digest.js';
import { endedOf, lastEnds } from '../ended.js';
import { limits } from '../limits.js';
import type {
  Cell,
  EndedIncident,
  Fact,
  ForbiddenFact,
  GroupKey,
  Half,
  Held,
  Incident,
  Notice,
  Rollup,
  Silence,
  WatchedProbe,
} from '../model.js';
import { openHoursOf } from '../open-hours.js';
import type {
  CertificateStore,
  ExpectedFact,
  FactStore,
  GroupStore,
  HalfWrite,
  HistoryStore,
  IncidentStore,
  JoinStore,
  Mark,
  Outbox,
  PrivacyStore,
  ProbeStore,
  RollupStore,
  SilenceStore,
  Stores,
  StormStore,
  Waiting,
  WaitingStore,
} from '../ports/index.js';

export interface MemoryStores extends Stores {
  readonly facts: FactStore & {
    /** Everything counted, in no particular order. */
    all(): Iterable<Fact>;
    allForbidden(): Iterable<ForbiddenFact>;
  };
}

/**
 * @param options.cellsMax how many requests are remembered, at least; older ones are forgotten, so that a replay of any
 * size runs in bounded memory. Default: all.
 */
export function createMemoryStores(options: { readonly cellsMax?: number } = {}): MemoryStores {
  const notices = new Map<string, Notice>();
  const expected = new Map<string, ExpectedFact>();
  return {
    join: createJoin(options.cellsMax ?? Number.POSITIVE_INFINITY),
    waiting: createWaiting(),
    facts: createFacts(),
    groups: createGroups(expected),
    rollups: createRollups(expected),
    history: createHistory(),
    incidents: createIncidents(notices),
    certificates: createCertificates(),
    storm: createStorm(),
    outbox: createOutbox(notices),
    silences: createSilences(),
    privacy: createPrivacy(),
    probes: createProbes(),
  };
}

const EMPTY: Cell = { denial: null, access: null, claimedBy: null };

function createJoin(cellsMax: number): JoinStore {
  let young = new Map<string, Cell>();
  let old = new Map<string, Cell>();
  const get = (key: string): Cell => young.get(key) ?? old.get(key) ?? EMPTY;
  const set = (key: string, cell: Cell): Cell => {
    if (young.size >= cellsMax) {
      old = young;
      young = new Map();
    }
    young.set(key, cell);
    return cell;
  };
  return {
    put: async (writes) => {
      for (const write of writes) {
        const cell = get(write.key);
        const next = withHalf(cell, write);
        if (next !== cell) set(write.key, next);
      }
      return writes.map(({ key }) => get(key));
    },
    claim: async (keys, batchId) =>
      keys.map((key) => {
        const cell = get(key);
        const isWhole = cell.denial !== null && cell.access !== null;
        return isWhole || cell.claimedBy !== null ? cell : set(key, { ...cell, claimedBy: batchId });
      }),
    read: async (keys) => keys.map(get),
  };
}

function withHalf(cell: Cell, { half, batchId }: HalfWrite): Cell {
  if (half.kind === 'denial') {
    return cell.denial === null ? { ...cell, denial: held(half, batchId, cell.access !== null) } : cell;
  }
  return cell.access === null ? { ...cell, access: held(half, batchId, cell.denial !== null) } : cell;
}

function held<T extends Half>(half: T, batchId: string, second: boolean): Held<T> {
  return { half, batchId, second };
}

function createWaiting(): WaitingStore {
  const lists = new Map<string, Waiting>();
  return {
    save: async (waiting) => {
      lists.set(waiting.id, waiting);
    },
    due: async (now, limit) =>
      [...lists.values()]
        .filter((waiting) => waiting.dueAt <= now)
        .sort((a, b) => a.dueAt - b.dueAt)
        .slice(0, limit),
    remove: async (waiting) => {
      lists.delete(waiting.id);
    },
  };
}

function createFacts(): MemoryStores['facts'] {
  const byGroup = new Map<string, Map<string, Fact>>();
  const forbiddenFacts = new Map<string, ForbiddenFact>();
  return {
    put: async (facts, forbidden) => {
      for (const fact of facts) {
        const group = groupId(fact.group);
        const ofGroup = byGroup.get(group) ?? new Map<string, Fact>();
        byGroup.set(group, ofGroup);
        grow(ofGroup, `${fact.minute} ${fact.batchId}`, fact);
      }
      for (const fact of forbidden) {
        grow(forbiddenFacts, JSON.stringify([fact.scope, fact.cause, fact.minute, fact.batchId]), fact);
      }
    },
    window: async (group, from, to) =>
      [...(byGroup.get(groupId(group))?.values() ?? [])]
        .filter((fact) => from <= fact.minute && fact.minute <= to)
        .sort((a, b) => a.minute - b.minute),
    forbidden: async (from, to, limit) =>
      [...forbiddenFacts.values()]
        .filter(({ minute }) => from <= Math.floor(minute / 1440) && Math.floor(minute / 1440) <= to)
        .slice(0, limit),
    *all() {
      for (const facts of byGroup.values()) yield* facts.values();
    },
    allForbidden: () => forbiddenFacts.values(),
  };
}

/** Sets the value unless one that stands for as many requests, or more, is there. */
function grow<T extends { readonly requests: number }>(values: Map<string, T>, key: string, value: T): void {
  const known = values.get(key);
  if (known === undefined || known.requests < value.requests) values.set(key, value);
}

function createGroups(expected: Map<string, ExpectedFact>): GroupStore {
  const admitted = new Map<string, Set<string>>();
  const insideOf = (scope: string, day: number): Set<string> => {
    const key = `${day} ${scope}`;
    const inside = admitted.get(key) ?? new Set<string>();
    admitted.set(key, inside);
    return inside;
  };
  return {
    admit: async (scope, day, issuerDns) => {
      const inside = insideOf(scope, day);
      for (const issuerDn of issuerDns) {
        if (inside.size < limits.issuersPerScopeMax) inside.add(issuerDn);
      }
      return new Set(issuerDns.filter((issuerDn) => inside.has(issuerDn)));
    },
    admitExpecting: async (fact) => {
      const { scope, issuerDn } = fact.group;
      const inside = insideOf(scope, Math.floor(fact.minute / 1440));
      if (inside.has(issuerDn) || inside.size >= limits.issuersPerScopeMax) return false;
      inside.add(issuerDn);
      expected.set(nameOfExpected(fact), fact);
      return true;
    },
  };
}

function nameOfExpected({ group, minute, batchId, requests }: ExpectedFact): string {
  return JSON.stringify([groupId(group), minute, batchId, requests]);
}

function createRollups(expected: Map<string, ExpectedFact>): RollupStore {
  const marks = new Map<string, Mark>();
  const rollups = new Map<string, Rollup>();
  const keyOf = (group: GroupKey, hour: number): string => `${hour} ${groupId(group)}`;
  return {
    mark: async (hours) => {
      for (const { group, hour, stamp } of hours) marks.set(keyOf(group, hour), { group, hour, stamp });
    },
    open: async (hour, limit) => openHoursOf([...marks.values()], [...expected.values()], hour, limit),
    close: async (open, rollup) => {
      const key = keyOf(open.group, open.hour);
      grow(rollups, key, rollup);
      if (marks.get(key)?.stamp === open.stamp) marks.delete(key);
      for (const fact of open.expected) expected.delete(nameOfExpected(fact));
    },
    load: async (group, from, to) => {
      const id = groupId(group);
      return [...rollups.values()]
        .filter((rollup) => groupId(rollup.group) === id && from <= rollup.hour && rollup.hour <= to)
        .sort((a, b) => a.hour - b.hour);
    },
    groups: async (from, to, limit) => {
      const groups = new Map<string, GroupKey>();
      for (const { group, hour } of rollups.values()) {
        if (from <= hour && hour <= to) groups.set(groupId(group), group);
      }
      return [...groups.values()].slice(0, limit);
    },
  };
}

function createHistory(): HistoryStore {
  const histories = new Map<string, unknown>();
  return {
    load: async (group) => histories.get(groupId(group)) ?? null,
    save: async (group, history) => {
      histories.set(groupId(group), history);
    },
  };
}

function createCertificates(): CertificateStore {
  const saved = new Map<string, string>();
  return {
    save: async (certificates) => {
      for (const [fingerprint, pem] of certificates) {
        if (saved.size < limits.certificatesKeptMax) saved.set(fingerprint, pem);
      }
    },
    load: async (fingerprint) => saved.get(fingerprint) ?? null,
  };
}

function createStorm(): StormStore {
  const loads = new Map<string, number>();
  const rates = new Map<string, number>();
  return {
    addLoad: async (minute, kind, halves) => {
      const sum = (loads.get(`${minute} ${kind}`) ?? 0) + halves;
      loads.set(`${minute} ${kind}`, sum);
      return sum;
    },
    fixRate: async (batchId, rate) => {
      if (!rates.has(batchId)) rates.set(batchId, rate);
      return rates.get(batchId) ?? rate;
    },
  };
}

function createPrivacy(): PrivacyStore {
  const key = randomUUID();
  return { key: async () => key };
}

function createSilences(): SilenceStore {
  const silences = new Map<string, Silence>();
  return {
    save: async (silence) => {
      silences.set(silence.id, silence);
    },
    list: async () => [...silences.values()],
  };
}

function createProbes(): ProbeStore {
  const probes = new Map<string, WatchedProbe>();
  return {
    save: async (probe) => {
      probes.set(probe.fingerprint, { ...probe, seen: probes.get(probe.fingerprint)?.seen ?? null });
    },
    between: async (from, to, limit) =>
      [...probes.values()]
        .filter(({ at }) => from <= at && at <= to)
        .sort((a, b) => a.at - b.at)
        .slice(0, limit),
    see: async (probe, seen) => {
      const known = probes.get(probe.fingerprint);
      if (known?.seen) return known.seen;
      probes.set(probe.fingerprint, { ...probe, ...known, seen });
      return seen;
    },
  };
}

function createOutbox(notices: Map<string, Notice>): Outbox {
  const takenUntil = new Map<string, number>();
  return {
    pending: async (limit) => [...notices.values()].slice(0, limit),
    take: async (noticeId, now, until) => {
      if (!notices.has(noticeId) || (takenUntil.get(noticeId) ?? 0) > now) return false;
      takenUntil.set(noticeId, until);
      return true;
    },
    clear: async (noticeId) => {
      notices.delete(noticeId);
      takenUntil.delete(noticeId);
    },
  };
}

function createIncidents(notices: Map<string, Notice>): IncidentStore {
  const incidents = new Map<string, Incident>();
  const ended: EndedIncident[] = [];
  return {
    load: async (group: GroupKey) => incidents.get(groupId(group)) ?? null,
    transition: async (next, notice) => {
      const id = groupId(next.group);
      if ((incidents.get(id)?.version ?? 0) !== next.version - 1) return false;
      incidents.set(id, next);
      if (next.state === 'resolved') ended.push(endedOf(next, notice));
      if (notice !== null) notices.set(notice.noticeId, notice);
      return true;
    },
    firing: async (limit) => [...incidents.values()].filter((incident) => incident.state === 'firing').slice(0, limit),
    ended: async (from, to, limit) =>
      lastEnds(ended.filter(({ endedAt }) => from <= endedAt && endedAt < to)).slice(0, limit),
  };
}
