/**
 * Every store of the pipeline in memory, for the command line and the tests, with the semantics of the DynamoDB stores:
 * each call is atomic per item, and conditions are checked at the time of the write.
 */

import { randomUUID } from 'node:crypto';
import { boundedMap } from '../../base/bounded-map.js';
import { getOrInsert } from '../../base/get-or-insert.js';
import { limits } from '../../base/limits.js';
import { dayOfMinute } from '../../base/time.js';
import { groupId } from '../../model/group-id.js';
import { isEnd } from '../../model/incidents.js';
import type {
  Cell,
  EndedIncident,
  GroupKey,
  Half,
  HeldHalf,
  Incident,
  Notice,
  ProbedGateway,
  Rollup,
  Silence,
  WatchedProbe,
} from '../../model/index.js';
import { dirtyHoursOf } from '../../ports/dirty-hours.js';
import { endedOf, lastEnds } from '../../ports/ended.js';
import { marksIn } from '../../ports/event-marks.js';
import type {
  CallerStore,
  CertificateStore,
  DirtyMark,
  FactIntent,
  FixedDenials,
  GroupStore,
  HalfWrite,
  HistoryStore,
  IncidentStore,
  JoinStore,
  Outbox,
  PastCaller,
  PrivacyStore,
  ProbedStore,
  ProbeStore,
  PulseStore,
  RollupStore,
  SilenceStore,
  Stores,
  StormStore,
  Waiting,
  WaitingStore,
} from '../../ports/index.js';
import { inSendingOrder, inTryingOrder, type PendingNotice } from '../../ports/outbox-order.js';
import { createFacts, grow, type MemoryFacts } from './facts.js';

export interface MemoryStores extends Stores {
  readonly facts: MemoryFacts;
  readonly rollups: RollupStore & {
    /** Removes the roll-ups of the hours before the given one. */
    forget(before: number): void;
  };
}

export function createMemoryStores(): MemoryStores {
  const notices = new Map<string, PendingNotice>();
  const expected = new Map<string, FactIntent>();
  return {
    countableDays: Number.POSITIVE_INFINITY,
    takeUnreadable: () => [],
    join: createJoin(new Map()),
    waiting: createWaiting(),
    facts: createFacts(),
    groups: createGroups(expected),
    rollups: createRollups(expected),
    pulses: createPulses(),
    history: createHistory(),
    incidents: createIncidents(notices),
    certificates: createCertificates(),
    storm: createStorm(),
    outbox: createOutbox(notices),
    silences: createSilences(),
    privacy: createPrivacy(),
    probes: createProbes(),
    probed: createProbed(),
    callers: createCallers(),
  };
}

/** The storage of the cells: a map, or a bounded one. */
export interface CellMap {
  get(key: string): Cell | undefined;
  set(key: string, cell: Cell): unknown;
}

const EMPTY: Cell = { denial: null, access: null, claimedBy: null };

export function createJoin(kept: CellMap): JoinStore {
  const get = (key: string): Cell => kept.get(key) ?? EMPTY;
  const set = (key: string, cell: Cell): Cell => {
    kept.set(key, cell);
    return cell;
  };
  return {
    put: async (writes) => {
      // Where cells are packed, each is looked up and kept once.
      const cells = new Map<string, Cell>();
      const changed = new Set<string>();
      for (const write of writes) {
        const cell = cells.get(write.key) ?? get(write.key);
        const next = withHalf(cell, write);
        cells.set(write.key, next);
        if (next !== cell) changed.add(write.key);
      }
      for (const key of changed) set(key, cells.get(key) ?? EMPTY);
      return writes.map(({ key }) => cells.get(key) ?? EMPTY);
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

function held<T extends Half>(half: T, batchId: string, second: boolean): HeldHalf<T> {
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

function createGroups(expected: Map<string, FactIntent>): GroupStore {
  const trusted = new Map<string, ReadonlySet<string>>();
  const admitted = new Map<string, Set<string>>();
  const insideOf = (scope: string, day: number): Set<string> => {
    const key = `${day} ${scope}`;
    const inside = admitted.get(key) ?? new Set<string>();
    admitted.set(key, inside);
    return inside;
  };
  return {
    admit: async (scope, day, issuerDns, most = limits.issuersPerScopeMax) => {
      const inside = insideOf(scope, day);
      for (const issuerDn of issuerDns) {
        if (inside.size < most) inside.add(issuerDn);
      }
      return new Set(issuerDns.filter((issuerDn) => inside.has(issuerDn)));
    },
    trusted: async (scope, day, issuerDns) => {
      const fixed = trusted.get(`${day} ${scope}`);
      return fixed === undefined ? null : new Set(issuerDns.filter((issuerDn) => fixed.has(issuerDn)));
    },
    fixTrusted: async (scope, day, issuerDns) => {
      const key = `${day} ${scope}`;
      if (!trusted.has(key)) trusted.set(key, new Set(issuerDns.slice(0, limits.trustedIssuersMax)));
    },
    admitWithIntent: async (fact) => {
      const { scope, issuerDn } = fact.group;
      const inside = insideOf(scope, dayOfMinute(fact.minute));
      if (inside.has(issuerDn) || inside.size >= limits.issuersPerScopeMax) return false;
      inside.add(issuerDn);
      expected.set(nameOfExpected(fact), fact);
      return true;
    },
  };
}

function nameOfExpected({ group, minute, batchId, requests }: FactIntent): string {
  return JSON.stringify([groupId(group), minute, batchId, requests]);
}

function createRollups(expected: Map<string, FactIntent>): MemoryStores['rollups'] {
  const marks = new Map<string, DirtyMark>();
  const byGroup = new Map<string, Map<number, Rollup>>();
  /** No hour is before this one. */
  let oldest = Number.POSITIVE_INFINITY;
  const keyOf = (group: GroupKey, hour: number): string => `${hour} ${groupId(group)}`;
  return {
    mark: async (hours) => {
      for (const { group, hour, token } of hours) marks.set(keyOf(group, hour), { group, hour, token });
    },
    open: async (hour, limit) => dirtyHoursOf([...marks.values()], [...expected.values()], hour, limit),
    close: async (open, rollup) => {
      const id = groupId(open.group);
      const rollups = byGroup.get(id) ?? new Map<number, Rollup>();
      byGroup.set(id, rollups);
      if (rollup !== null) grow(rollups, open.hour, rollup);
      oldest = Math.min(oldest, open.hour);
      const key = keyOf(open.group, open.hour);
      if (marks.get(key)?.token === open.token) marks.delete(key);
      for (const fact of open.expected) expected.delete(nameOfExpected(fact));
    },
    load: async (group, from, to) =>
      [...(byGroup.get(groupId(group))?.values() ?? [])]
        .filter((rollup) => from <= rollup.hour && rollup.hour <= to)
        .sort((a, b) => a.hour - b.hour),
    // What is in memory is one history, and nothing is delivered beside it.
    counted: async () => new Set(),
    groups: async (from, to, limit) => {
      const groups: GroupKey[] = [];
      for (const rollups of byGroup.values()) {
        const found = [...rollups.values()].find(({ hour }) => from <= hour && hour <= to);
        if (found !== undefined) groups.push(found.group);
      }
      return groups.slice(0, limit);
    },
    forget: (before) => {
      if (before <= oldest) return;
      oldest = before;
      for (const [id, rollups] of byGroup) {
        for (const hour of rollups.keys()) if (hour < before) rollups.delete(hour);
        if (rollups.size === 0) byGroup.delete(id);
      }
    },
  };
}

function createPulses(): PulseStore {
  const byScope = new Map<string, Set<number>>();
  return {
    note: async (scope, pulses) => {
      const noted = getOrInsert(byScope, scope, () => new Set<number>());
      for (const pulse of pulses) noted.add(pulse);
    },
    between: async (scope, from, to) => {
      const noted = byScope.get(scope);
      const found: number[] = [];
      if (noted === undefined) return found;
      for (let pulse = from; pulse <= to; pulse++) if (noted.has(pulse)) found.push(pulse);
      return found;
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
  const loads = boundedMap<number>(limits.stormRatesRememberedMax);
  const rates = boundedMap<number>(limits.stormRatesRememberedMax);
  const denials = boundedMap<FixedDenials>(limits.stormRatesRememberedMax);
  const brought = boundedMap<string>(limits.stormBatchesRememberedMax);
  const lists = boundedMap<[string, readonly [number, number]][]>(limits.stormRatesRememberedMax);
  const marksOf = (batches: readonly [string, readonly [number, number]][], [from, to]: readonly [number, number]) => {
    const overlapping = batches.filter(([, other]) => other[0] <= to && from <= other[1]);
    return new Set(overlapping.flatMap(([id]) => marksIn(brought.get(id) ?? '')));
  };
  return {
    addLoad: async (minute, kind, halves) => {
      const sum = (loads.get(`${minute} ${kind}`) ?? 0) + halves;
      loads.set(`${minute} ${kind}`, sum);
      return sum;
    },
    fixRate: async (batchId, rate) => {
      const fixed = rates.get(batchId) ?? rate;
      rates.set(batchId, fixed);
      return fixed;
    },
    fixDenials: async (batchId, { events, ...wanted }) => {
      const fixed = denials.get(batchId) ?? wanted;
      denials.set(batchId, fixed);
      brought.set(batchId, events.join(''));
      return fixed;
    },
    enrol: async (place, batchId, span) => {
      const list = lists.get(place) ?? [];
      lists.set(place, list);
      if (!list.some(([id]) => id === batchId)) list.push([batchId, span]);
      const earlier = list.slice(
        0,
        list.findIndex(([id]) => id === batchId),
      );
      return marksOf(earlier, span);
    },
    brought: async (place, span) => marksOf(lists.get(place) ?? [], span),
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

function createCallers(): CallerStore {
  let kept: readonly PastCaller[] = [];
  return {
    replace: async (callers) => {
      kept = callers;
    },
    all: async () => kept,
  };
}

function createProbed(): ProbedStore {
  const gateways = new Map<string, ProbedGateway>();
  return {
    save: async (gateway) => {
      gateways.set(gateway.domain, gateway);
    },
    load: async (domain) => gateways.get(domain) ?? null,
  };
}

function createOutbox(notices: Map<string, PendingNotice>): Outbox {
  const takenUntil = new Map<string, number>();
  const sent = new Map<string, Notice[]>();
  return {
    pending: async (limit) =>
      inSendingOrder([...notices.values()])
        .slice(0, limit)
        .map(({ notice }) => notice),
    due: async (now, limit) => {
      const blocked = new Set<string>();
      const due = inSendingOrder([...notices.values()]).filter(({ notice: { noticeId, incidentId } }) => {
        if ((takenUntil.get(noticeId) ?? 0) > now) blocked.add(incidentId);
        return !blocked.has(incidentId);
      });
      return inTryingOrder(due.map((one) => ({ ...one, isTried: takenUntil.has(one.notice.noticeId) })))
        .slice(0, limit)
        .map(({ notice }) => notice);
    },
    putOff: async (noticeId, until) => {
      if (notices.has(noticeId)) takenUntil.set(noticeId, until);
    },
    take: async (noticeId, now, until) => {
      if (!notices.has(noticeId) || (takenUntil.get(noticeId) ?? 0) > now) return false;
      takenUntil.set(noticeId, until);
      return true;
    },
    clear: async (noticeId) => {
      const cleared = notices.get(noticeId)?.notice;
      if (cleared !== undefined) getOrInsert(sent, cleared.incidentId, () => []).push(cleared);
      notices.delete(noticeId);
      takenUntil.delete(noticeId);
    },
    sent: async (incidentId) => sent.get(incidentId) ?? [],
  };
}

function createIncidents(notices: Map<string, PendingNotice>): IncidentStore {
  const incidents = new Map<string, Incident>();
  const ended: EndedIncident[] = [];
  return {
    load: async (group: GroupKey) => incidents.get(groupId(group)) ?? null,
    transition: async (next, notice) => {
      const id = groupId(next.group);
      if ((incidents.get(id)?.version ?? 0) !== next.version - 1) return false;
      incidents.set(id, next);
      if (isEnd(next)) ended.push(endedOf(next, notice));
      if (notice !== null) notices.set(notice.noticeId, { notice, groupId: id, version: next.version });
      return true;
    },
    firing: async (limit) =>
      [...incidents.values()].filter((incident) => incident.state !== 'resolved').slice(0, limit),
    ended: async (from, to, limit) =>
      lastEnds(ended.filter(({ endedAt }) => from <= endedAt && endedAt < to)).slice(0, limit),
  };
}
