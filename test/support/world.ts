/** A world on embedded stores and virtual time, for tests of the pipeline. */

import { createMemoryStores, type MemoryStores } from '../../shared/adapters/memory/index.js';
import { type Config, parseConfig } from '../../shared/config/settings.js';
import type { Fact, Measure, Notice } from '../../shared/model/index.js';
import type { Log, Meter, World } from '../../shared/ports/index.js';
import type { TruststoreSource } from '../../shared/ports/truststore.js';
import { T0 } from './logs.js';

export interface TestWorld extends World {
  readonly stores: MemoryStores;
  readonly published: Notice[];
  /** Virtual time, in milliseconds since the epoch. */
  at: number;
  /** While set, SNS takes nothing. */
  isSnsDown: boolean;
}

export function testConfig(changes: object = {}): Config {
  return parseConfig({ runbooks: { baseUrl: 'https://wiki.example.com/runbooks' }, ...changes }, 'the test');
}

export function testWorld(changes: object = {}): TestWorld {
  const published: Notice[] = [];
  const world: TestWorld = {
    config: testConfig(changes),
    stores: createMemoryStores(),
    published,
    at: T0,
    isSnsDown: false,
    clock: { now: () => world.at },
    truststores: noTruststores,
    publisher: {
      publish: async (notice) => {
        if (world.isSnsDown) throw new Error('SNS is down');
        published.push(notice);
      },
    },
  };
  return world;
}

export const noTruststores: TruststoreSource = {
  read: () => Promise.reject(new Error('no truststore here')),
  earlier: async () => [],
};

/** What a function is wired to beside its world, and what it told. */
export function listening() {
  const measures: Measure[] = [];
  const errors: string[] = [];
  const meter: Meter = { record: (recorded) => measures.push(...recorded) };
  const log: Log = { info: () => undefined, error: (message) => errors.push(message) };
  return { measures, errors, meter, log };
}

/** What was counted, as one line a group: `scope | issuer | reason: n`. */
export function countedIn(stores: MemoryStores): string[] {
  const sums = new Map<string, number>();
  for (const { group, count } of stores.facts.all() as Iterable<Fact>) {
    const key = `${group.scope} | ${group.issuerDn} | ${group.reason}`;
    sums.set(key, (sums.get(key) ?? 0) + count);
  }
  return [...sums].map(([key, count]) => `${key}: ${count}`).sort();
}
