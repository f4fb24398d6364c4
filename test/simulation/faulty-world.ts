/** The stores and SNS as one invocation meets them: every item is written and every call read through its `Disk`. */

import type { Cell, Notice } from '../../shared/model/index.js';
import type { HalfWrite, Publisher, Stores } from '../../shared/ports/index.js';
import { Disk, type Io, type Process } from './disk.js';

/** What one process writes to and reads from. */
export function faultyWorld(
  storesOn: (disk: Disk) => Stores,
  deliver: (notice: Notice) => void,
  io: Io,
  process: Process,
): { readonly stores: Stores; readonly publisher: Publisher } {
  const disk = new Disk(io, process);
  return { stores: storesOn(disk), publisher: faultyPublisher(deliver, disk) };
}

/** @param inner takes each write at the moment when it takes effect, one item at a time */
export function faultyStores(inner: Stores, disk: Disk): Stores {
  const all = <T, R>(items: Iterable<T>, one: (item: T) => Promise<R>): Promise<R[]> =>
    Promise.all([...items].map(one));
  return {
    countableDays: inner.countableDays,
    takeUnreadable: () => inner.takeUnreadable(),
    join: {
      put: (halves) =>
        putHalves(halves, (half) =>
          disk.write(
            'join.put',
            () => labelOf(half),
            async () => first(await inner.join.put([half])),
          ),
        ),
      claim: (keys, batchId) =>
        all(keys, (key) =>
          disk.write(
            'join.claim',
            () => key,
            async () => first(await inner.join.claim([key], batchId)),
          ),
        ),
      read: (keys) => disk.read('join.read', () => inner.join.read(keys)),
    },
    waiting: {
      save: (waiting) =>
        disk.write(
          'waiting.save',
          () => `${waiting.id} of ${waiting.halves.length}`,
          () => inner.waiting.save(waiting),
        ),
      due: (now, limit) => disk.read('waiting.due', () => inner.waiting.due(now, limit)),
      remove: (waiting) =>
        disk.write(
          'waiting.remove',
          () => waiting.id,
          () => inner.waiting.remove(waiting),
        ),
    },
    facts: {
      put: async (facts, forbidden) => {
        await Promise.all([
          ...facts.map((fact) =>
            disk.write(
              'facts.put',
              () => `${fact.group.issuerDn} ${fact.group.reason} of ${fact.batchId}: ${fact.count}`,
              () => inner.facts.put([fact], []),
            ),
          ),
          ...forbidden.map((fact) =>
            disk.write(
              'facts.put-forbidden',
              () => `${fact.cause} of ${fact.batchId}: ${fact.count}`,
              () => inner.facts.put([], [fact]),
            ),
          ),
        ]);
      },
      window: (group, from, to) => disk.read('facts.window', () => inner.facts.window(group, from, to)),
      forbidden: (from, to, limit) => disk.read('facts.forbidden', () => inner.facts.forbidden(from, to, limit)),
    },
    groups: {
      admit: async (scope, day, issuerDns, most) => {
        const admitted = await all(issuerDns, (dn) =>
          disk.write(
            'groups.admit',
            () => dn,
            () => inner.groups.admit(scope, day, [dn], most),
          ),
        );
        return new Set(admitted.flatMap((set) => [...set]));
      },
      trusted: (scope, day, issuerDns) =>
        disk.read('groups.trusted', () => inner.groups.trusted(scope, day, issuerDns)),
      fixTrusted: (scope, day, issuerDns) =>
        disk.write(
          'groups.fix-trusted',
          () => scope,
          () => inner.groups.fixTrusted(scope, day, issuerDns),
        ),
      admitWithIntent: (fact) =>
        disk.write(
          'groups.admit-expecting',
          () => `${fact.group.issuerDn} ${fact.group.reason} of ${fact.batchId}: ${fact.requests}`,
          () => inner.groups.admitWithIntent(fact),
        ),
    },
    rollups: {
      mark: async (hours) => {
        await all(hours, (open) =>
          disk.write(
            'rollups.mark',
            () => `hour ${open.hour}`,
            () => inner.rollups.mark([open]),
          ),
        );
      },
      open: (hour, limit) => disk.read('rollups.open', () => inner.rollups.open(hour, limit)),
      counted: (from, to) => disk.read('rollups.counted', () => inner.rollups.counted(from, to)),
      close: async (open, rollup) => {
        // Items of their own, so writes of their own. Under another token the first one leaves the mark alone.
        const label = `hour ${open.hour}: ${rollup?.count ?? 'counted from exports'}`;
        await disk.write(
          'rollups.close',
          () => label,
          () => inner.rollups.close({ ...open, token: 'none', expected: [] }, rollup),
        );
        const unmark = () =>
          disk.write(
            'rollups.unmark',
            () => label,
            () => inner.rollups.close({ ...open, expected: [] }, rollup),
          );
        const strike = () =>
          disk.write(
            'rollups.strike',
            () => label,
            () => inner.rollups.close({ ...open, token: 'none' }, rollup),
          );
        await Promise.all([open.token === null ? null : unmark(), open.expected.length === 0 ? null : strike()]);
      },
      load: (group, from, to) => disk.read('rollups.load', () => inner.rollups.load(group, from, to)),
      groups: (from, to, limit) => disk.read('rollups.groups', () => inner.rollups.groups(from, to, limit)),
    },
    history: {
      load: (group) => disk.read('history.load', () => inner.history.load(group)),
      save: (group, history) =>
        disk.write(
          'history.save',
          () => group.issuerDn,
          () => inner.history.save(group, history),
        ),
    },
    incidents: {
      load: (group) => disk.read('incidents.load', () => inner.incidents.load(group)),
      transition: (next, notice) =>
        disk.write(
          'incidents.transition',
          () => `${next.incidentId} v${next.version} ${next.state} ${notice?.kind ?? ''}`,
          () => inner.incidents.transition(next, notice),
        ),
      firing: (limit) => disk.read('incidents.firing', () => inner.incidents.firing(limit)),
      ended: (from, to, limit) => disk.read('incidents.ended', () => inner.incidents.ended(from, to, limit)),
    },
    outbox: {
      pending: (limit) => disk.read('outbox.pending', () => inner.outbox.pending(limit)),
      due: (now, limit) => disk.read('outbox.due', () => inner.outbox.due(now, limit)),
      putOff: (noticeId, until) =>
        disk.write(
          'outbox.put-off',
          () => noticeId,
          () => inner.outbox.putOff(noticeId, until),
        ),
      take: (noticeId, now, until) =>
        disk.write(
          'outbox.take',
          () => noticeId,
          () => inner.outbox.take(noticeId, now, until),
        ),
      clear: (noticeId) =>
        disk.write(
          'outbox.clear',
          () => noticeId,
          () => inner.outbox.clear(noticeId),
        ),
      sent: (incidentId) => disk.read('outbox.sent', () => inner.outbox.sent(incidentId)),
    },
    certificates: {
      save: async (certificates) => {
        await all(certificates, ([id, pem]) =>
          disk.write(
            'certificates.save',
            () => id,
            () => inner.certificates.save(new Map([[id, pem]])),
          ),
        );
      },
      load: (fingerprint) => disk.read('certificates.load', () => inner.certificates.load(fingerprint)),
    },
    storm: {
      addLoad: (minute, kind, halves) =>
        disk.write(
          'storm.add-load',
          () => `${kind} ${halves}`,
          () => inner.storm.addLoad(minute, kind, halves),
        ),
      fixDenials: (batchId, wanted) =>
        disk.write(
          'storm.fix-denials',
          () => batchId,
          () => inner.storm.fixDenials(batchId, wanted),
        ),
      enrol: (place, batchId, span) =>
        disk.write(
          'storm.enrol',
          () => `${place} ${batchId}`,
          () => inner.storm.enrol(place, batchId, span),
        ),
      brought: (place, span) => disk.read('storm.brought', () => inner.storm.brought(place, span)),
      fixRate: (batchId, rate) =>
        disk.write(
          'storm.fix-rate',
          () => `${batchId} ${rate}`,
          () => inner.storm.fixRate(batchId, rate),
        ),
    },
    pulses: {
      note: (scope, pulses) =>
        disk.write(
          'pulses.note',
          () => `${scope} ${pulses.join(' ')}`,
          () => inner.pulses.note(scope, pulses),
        ),
      between: (scope, from, to) => disk.read('pulses.between', () => inner.pulses.between(scope, from, to)),
    },
    // No canary lives in this world, and nobody asks who was let in.
    probes: inner.probes,
    probed: inner.probed,
    callers: inner.callers,
    silences: {
      save: (silence) => inner.silences.save(silence),
      list: () => disk.read('silences.list', () => inner.silences.list()),
    },
    privacy: { key: () => disk.read('privacy.key', () => inner.privacy.key()) },
  };
}

/** SNS, with the same faults: "after" means that the notice went out all the same. */
function faultyPublisher(deliver: (notice: Notice) => void, disk: Disk): Publisher {
  return {
    publish: (notice) =>
      disk.write(
        'sns.publish',
        () => notice.noticeId,
        async () => deliver(notice),
      ),
  };
}

/** Cells are written side by side; halves of one cell one after the other, and each gets the cell as the last left it. */
async function putHalves(halves: readonly HalfWrite[], put: (half: HalfWrite) => Promise<Cell>): Promise<Cell[]> {
  const byKey = new Map<string, HalfWrite[]>();
  for (const half of halves) byKey.set(half.key, [...(byKey.get(half.key) ?? []), half]);
  const cells = new Map<string, Cell>();
  await Promise.all(
    [...byKey].map(async ([key, ofKey]) => {
      for (const half of ofKey) cells.set(key, await put(half));
    }),
  );
  return halves.map(({ key }) => first([cells.get(key)]));
}

function labelOf({ key, half, batchId }: HalfWrite): string {
  return `${half.kind} at ${half.at} into ${key.slice(0, 6)} by ${batchId.slice(0, 12)}`;
}

function first<T>(list: readonly (T | undefined)[]): T {
  const [one] = list;
  if (one === undefined) throw new Error('a store answers for every item');
  return one;
}
