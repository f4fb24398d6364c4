/** The stores in memory, counting every item that a table would write or read. */

import { limits } from '../shared/base/limits.js';
import type { Stores } from '../shared/ports/index.js';

export interface Counters {
  /** Items written, by minute. */
  readonly writes: Map<number, number>;
  readonly byKind: Record<string, number>;
  readonly certificates: Map<number, number>;
  /** Facts read, by minute. */
  readonly factsRead: Map<number, number>;
  /** The lowest sampling rate of any batch. */
  lowestRate: number;
}

export function countingStores(inner: Stores, minute: () => number): { stores: Stores; counters: Counters } {
  const counters: Counters = {
    writes: new Map(),
    byKind: {},
    certificates: new Map(),
    factsRead: new Map(),
    lowestRate: 1,
  };
  const add = (to: Map<number, number>, items: number): void => {
    to.set(minute(), (to.get(minute()) ?? 0) + items);
  };
  const wrote = (kind: string, items: number): void => {
    add(counters.writes, items);
    counters.byKind[kind] = (counters.byKind[kind] ?? 0) + items;
  };
  const admitted = new Set<string>();
  const stores: Stores = {
    countableDays: inner.countableDays,
    takeUnreadable: () => inner.takeUnreadable(),
    join: {
      put: (halves) => {
        wrote('halves', halves.length);
        return inner.join.put(halves);
      },
      claim: (keys, batchId) => {
        wrote('claims', keys.length);
        return inner.join.claim(keys, batchId);
      },
      read: inner.join.read,
    },
    waiting: {
      due: inner.waiting.due,
      save: (waiting) => {
        // A write unit is 1 KB; a half needs 60 bytes.
        wrote('waiting lists', Math.ceil((waiting.halves.length * 60) / 1024));
        return inner.waiting.save(waiting);
      },
      remove: (waiting) => {
        wrote('waiting lists', Math.ceil((waiting.halves.length * 60) / 1024));
        return inner.waiting.remove(waiting);
      },
    },
    facts: {
      put: (facts, forbidden) => {
        wrote('facts', facts.length + forbidden.length);
        return inner.facts.put(facts, forbidden);
      },
      window: async (group, from, to) => {
        const facts = await inner.facts.window(group, from, to);
        add(counters.factsRead, facts.length);
        return facts;
      },
      forbidden: inner.facts.forbidden,
    },
    groups: {
      admit: async (scope, day, issuerDns, most) => {
        const inside = await inner.groups.admit(scope, day, issuerDns, most);
        const before = admitted.size;
        for (const dn of inside) admitted.add(`${day} ${scope} ${dn}`);
        wrote('admissions', admitted.size - before);
        return inside;
      },
      trusted: inner.groups.trusted,
      fixTrusted: inner.groups.fixTrusted,
      admitWithIntent: async (fact) => {
        const isAdmitted = await inner.groups.admitWithIntent(fact);
        if (isAdmitted) wrote('admissions', 1);
        return isAdmitted;
      },
    },
    rollups: {
      ...inner.rollups,
      mark: (hours) => {
        wrote('marks', hours.length);
        return inner.rollups.mark(hours);
      },
      close: (open, rollup) => {
        wrote('roll-ups', 2);
        return inner.rollups.close(open, rollup);
      },
    },
    history: {
      load: inner.history.load,
      save: (group, history) => {
        wrote('histories', Math.ceil(JSON.stringify(history).length / 1024));
        return inner.history.save(group, history);
      },
    },
    incidents: {
      ...inner.incidents,
      transition: (next, notice) => {
        wrote('incidents', notice === null ? 1 : 2);
        return inner.incidents.transition(next, notice);
      },
    },
    outbox: {
      pending: inner.outbox.pending,
      due: inner.outbox.due,
      putOff: inner.outbox.putOff,
      take: (noticeId, now, until) => {
        wrote('outbox', 1);
        return inner.outbox.take(noticeId, now, until);
      },
      clear: (noticeId) => {
        wrote('outbox', 1);
        return inner.outbox.clear(noticeId);
      },
      sent: inner.outbox.sent,
    },
    certificates: {
      load: inner.certificates.load,
      save: (certificates) => {
        // About 2 KB each; the table's adapter saves at most this many of a batch.
        const saved = Math.min(certificates.size, limits.certificatesPerBatchMax);
        wrote('certificates', 2 * saved);
        add(counters.certificates, saved);
        return inner.certificates.save(certificates);
      },
    },
    storm: {
      addLoad: (at, kind, halves) => {
        wrote('storm', 1);
        return inner.storm.addLoad(at, kind, halves);
      },
      fixDenials: async (batchId, wanted) => {
        wrote('storm', 1);
        const fixed = await inner.storm.fixDenials(batchId, wanted);
        counters.lowestRate = Math.min(counters.lowestRate, fixed.rate);
        return fixed;
      },
      enrol: (place, batchId, span) => {
        wrote('storm', 1);
        return inner.storm.enrol(place, batchId, span);
      },
      brought: inner.storm.brought,
      fixRate: async (batchId, rate) => {
        wrote('storm', 1);
        const fixed = await inner.storm.fixRate(batchId, rate);
        counters.lowestRate = Math.min(counters.lowestRate, fixed);
        return fixed;
      },
    },
    pulses: {
      note: (scope, pulses) => {
        wrote('pulses', 1);
        return inner.pulses.note(scope, pulses);
      },
      between: inner.pulses.between,
    },
    silences: inner.silences,
    privacy: inner.privacy,
    probes: inner.probes,
    probed: inner.probed,
    callers: inner.callers,
  };
  return { stores, counters };
}
