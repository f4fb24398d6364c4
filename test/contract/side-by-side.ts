/** Random sequences of calls, made in memory and in the adapter side by side: every answer is the same. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMemoryStores } from '../../shared/adapters/memory/index.js';
import { limits } from '../../shared/base/limits.js';
import { markOf } from '../../shared/ports/event-marks.js';
import type { Stores } from '../../shared/ports/index.js';
import { pemOf } from '../../shared/x509/pem.js';
import { CLOCK, type MakeStores } from './containers.js';
import { access, denial, fact, group, incident, notice, rollup } from './examples.js';

/** A call and its answer, put into an order where the contract leaves it open. */
type Step = (stores: Stores, index: number) => Promise<unknown>;

const RUNS = { numRuns: 15 };
const T = 1_800_000_000_000;
const HOUR = 500_000;
const MINUTE = 20_000 * 1440;

const few = fc.nat(2);
const batch = fc.constantFrom('b1', 'b2', 'b3');
const key = few.map((n) => `k${n}`);

const halfWrite = fc
  .tuple(key, fc.nat(4), fc.boolean(), batch)
  .map(([key, n, isDenial, batchId]) => ({ key, half: isDenial ? denial(n) : access(n), batchId }));

const joining: fc.Arbitrary<Step> = fc.oneof(
  fc.array(halfWrite, { maxLength: 5 }).map(
    (writes): Step =>
      ({ join }) =>
        join.put(writes),
  ),
  fc.tuple(fc.array(key, { maxLength: 4 }), batch).map(
    ([keys, id]): Step =>
      ({ join }) =>
        join.claim(keys, id),
  ),
  fc.array(key, { maxLength: 4 }).map(
    (keys): Step =>
      ({ join }) =>
        join.read(keys),
  ),
);

const minute = fc.constantFrom(-1441, -1, 0, 1).map((minute) => MINUTE + minute);
const someFact = fc
  .tuple(minute, fc.integer({ min: 1, max: 4 }), batch, few)
  .map(([minute, requests, batchId, n]) => fact(minute, requests, { batchId, group: group(n) }));

const counting: fc.Arbitrary<Step> = fc.oneof(
  fc.array(someFact, { maxLength: 5 }).map(
    (facts): Step =>
      ({ facts: store }) =>
        store.put(facts, []),
  ),
  fc.tuple(few, minute, minute).map(
    ([n, from, to]): Step =>
      async ({ facts }) => {
        const window = await facts.window(group(n), from, to);
        return [...window].sort((a, b) => a.minute - b.minute || (a.batchId < b.batchId ? -1 : 1));
      },
  ),
);

const admitting: fc.Arbitrary<Step> = fc.tuple(few, fc.nat(limits.issuersPerScopeMax + 20), fc.nat(120)).map(
  ([day, from, length]): Step =>
    async ({ groups }) => {
      const issuerDns = Array.from({ length }, (_, index) => `CN=${from + index}`);
      return [...(await groups.admit('scope', day, issuerDns))].sort();
    },
);

const open = fc.tuple(few, few, batch).map(([n, hour, token]) => ({
  group: group(n),
  hour: HOUR + hour,
  token,
  expected: [],
}));

const rolling: fc.Arbitrary<Step> = fc.oneof(
  fc.array(open, { maxLength: 4 }).map(
    (hours): Step =>
      ({ rollups }) =>
        rollups.mark(hours),
  ),
  fc.tuple(open, fc.integer({ min: 1, max: 4 })).map(
    ([hour, requests]): Step =>
      ({ rollups }) =>
        rollups.close(hour, rollup(hour.hour, requests, { group: hour.group })),
  ),
  few.map(
    (hour): Step =>
      async ({ rollups }) => {
        const marked = await rollups.open(HOUR + hour, 100);
        return [...marked].sort((a, b) => a.hour - b.hour || (a.group.issuerDn < b.group.issuerDn ? -1 : 1));
      },
  ),
  few.map(
    (n): Step =>
      ({ rollups }) =>
        rollups.load(group(n), HOUR, HOUR + 2),
  ),
);

const alerting: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(few, fc.integer({ min: 1, max: 4 }), fc.boolean(), fc.boolean()).map(
    ([n, version, isFiring, isTold]): Step =>
      ({ incidents }, index) => {
        const next = incident(version, { group: group(n), state: isFiring ? 'firing' : 'resolved' });
        return incidents.transition(next, isTold ? notice(`n${index}`, T + index, { group: group(n) }) : null);
      },
  ),
  few.map(
    (n): Step =>
      ({ incidents }) =>
        incidents.load(group(n)),
  ),
  fc.constant<Step>(async ({ incidents }) => {
    const firing = await incidents.firing(100);
    return [...firing].sort((a, b) => (a.group.issuerDn < b.group.issuerDn ? -1 : 1));
  }),
  fc.integer({ min: 1, max: 5 }).map(
    (limit): Step =>
      ({ outbox }) =>
        outbox.pending(limit),
  ),
  fc.nat(20).map(
    (n): Step =>
      ({ outbox }) =>
        outbox.clear(`n${n}`),
  ),
);

const waiting = fc.nat(6).map((n) => ({ id: `w${n}`, batchId: 'b', dueAt: T + n * 7, halves: [] }));

const keeping: fc.Arbitrary<Step> = fc.oneof(
  waiting.map(
    (list): Step =>
      ({ waiting }) =>
        waiting.save(list),
  ),
  waiting.map(
    (list): Step =>
      ({ waiting }) =>
        waiting.remove(list),
  ),
  fc.tuple(fc.nat(50), fc.integer({ min: 1, max: 7 })).map(
    ([now, limit]): Step =>
      ({ waiting }) =>
        waiting.due(T + now, limit),
  ),
  fc.tuple(few, fc.jsonValue()).map(
    ([n, value]): Step =>
      ({ history }) =>
        history.save(group(n), { value }),
  ),
  few.map(
    (n): Step =>
      ({ history }) =>
        history.load(group(n)),
  ),
  fc.tuple(few, fc.nat(100)).map(
    ([n, halves]): Step =>
      ({ storm }) =>
        storm.addLoad(n, 'denial', halves),
  ),
  fc.tuple(batch, fc.double({ min: 0.001, max: 1, noNaN: true })).map(
    ([id, rate]): Step =>
      ({ storm }) =>
        storm.fixRate(id, rate),
  ),
  fc.tuple(few, few, fc.array(few, { maxLength: 3 })).map(
    ([place, id, events]): Step =>
      async ({ storm }) => {
        await storm.fixDenials(`s${id}`, { rate: 1, scopes: {}, events: [markOf(`${id}`)] });
        return storm.enrol(`p${place}`, `s${id}`, [id, id + events.length]);
      },
  ),
  few.map(
    (n): Step =>
      ({ certificates }) =>
        certificates.save(new Map([[`f${n}`, pemOf(Buffer.from(`${n}`))]])),
  ),
  few.map(
    (n): Step =>
      ({ certificates }) =>
        certificates.load(`f${n}`),
  ),
);

export function describeSideBySide(makeStores: MakeStores): void {
  describe('side by side with memory', () => {
    const areas = { joining, counting, admitting, rolling, alerting, keeping };
    for (const [name, step] of Object.entries(areas)) {
      it(`answers alike when ${name}`, async () => {
        const steps = fc.array(fc.tuple(step, fc.boolean()), { minLength: 1, maxLength: 25 });
        await fc.assert(
          fc.asyncProperty(steps, async (steps) => {
            const memory = createMemoryStores();
            const container = await makeStores(CLOCK);
            const [a, b] = [container(), container()];
            for (const [index, [run, inA]] of steps.entries()) {
              expect(await run(inA ? a : b, index)).toEqual(await run(memory, index));
            }
          }),
          RUNS,
        );
      });
    }
  });
}
