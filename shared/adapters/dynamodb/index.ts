/** Every store of the pipeline on one DynamoDB table with string keys `pk` and `sk` and the TTL attribute `ttl`. */

import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { MtlsWatchError } from '../../base/errors.js';
import { lazily, once } from '../../base/lazily.js';
import { limits } from '../../base/limits.js';
import type { Config } from '../../config/settings.js';
import type { Clock, Stores } from '../../ports/index.js';
import { createCertificates } from './certificates.js';
import { createFacts } from './facts.js';
import { createGroups } from './groups.js';
import { createHistory } from './history.js';
import { createIncidents } from './incidents.js';
import { readingEach } from './items.js';
import { createJoin } from './join.js';
import { createMark } from './marks.js';
import { createOutbox } from './outbox.js';
import { createSilences } from './silences.js';
import { createTable, type Sleep, type Table } from './table.js';
import { createWaiting } from './waiting.js';

export { createDynamoClient } from './client.js';

/** Most deliveries need none of these. */
const loadLate = lazily(() => import('./late-stores.js'));

/** In days. */
type Retention = Pick<Config['retention'], 'certificateDays' | 'rollupDays'>;

/**
 * Make one per container: it remembers what need not be asked twice. Reads are consistent. Every method rejects with
 * `store-unavailable` (retryable) when DynamoDB or the way to it fails, after the client's own retries, and with
 * `wrong-shape` when an item is not as it was written.
 * @param options.sleep waits between attempts at what a batch left undone
 * @param options.retention days that certificates, and sums and ended incidents, are kept; the longest by default
 */
export function createDynamoStores(
  client: DynamoDBClient,
  tableName: string,
  clock: Clock,
  options: { readonly sleep?: Sleep; readonly retention?: Retention } = {},
): Stores {
  return createStoresOn(createTable(client, tableName, options.sleep), clock, options.retention);
}

/** The stores on a given table: one in DynamoDB for `createDynamoStores`, one in memory for a test. */
export function createStoresOn(
  table: Table,
  clock: Clock,
  { certificateDays, rollupDays }: Retention = {
    certificateDays: limits.keptDaysMax,
    rollupDays: limits.rollupDaysMax,
  },
): Stores {
  let unreadable: MtlsWatchError[] = [];
  const readEach = readingEach((error) => {
    if (unreadable.length < limits.unreadableToldMax) unreadable.push(error);
  });
  const late = once(async () => (await loadLate()).createLateStores(table, clock, readEach, rollupDays));
  return {
    takeUnreadable: () => {
      const taken = unreadable;
      unreadable = [];
      return taken;
    },
    countableDays: limits.countableDaysMax,
    join: createJoin(table, clock),
    waiting: createWaiting(table, clock, readEach),
    facts: createFacts(table, clock),
    groups: createGroups(table, clock),
    rollups: {
      mark: createMark(table, clock),
      open: async (...hours) => (await late()).rollups.open(...hours),
      close: async (...hour) => (await late()).rollups.close(...hour),
      counted: async (...hours) => (await late()).rollups.counted(...hours),
      load: async (...span) => (await late()).rollups.load(...span),
      groups: async (...span) => (await late()).rollups.groups(...span),
    },
    history: createHistory(table, clock),
    incidents: createIncidents(table, clock, rollupDays, readEach),
    outbox: createOutbox(table, readEach),
    certificates: createCertificates(table, clock, certificateDays),
    storm: {
      addLoad: async (...load) => (await late()).storm.addLoad(...load),
      fixRate: async (...rate) => (await late()).storm.fixRate(...rate),
      fixDenials: async (...batch) => (await late()).storm.fixDenials(...batch),
      enrol: async (...batch) => (await late()).storm.enrol(...batch),
      brought: async (...place) => (await late()).storm.brought(...place),
    },
    pulses: {
      note: async (...pulses) => (await late()).pulses.note(...pulses),
      between: async (...span) => (await late()).pulses.between(...span),
    },
    silences: createSilences(table, readEach),
    privacy: { key: async () => (await late()).privacy.key() },
    probes: {
      save: async (probe) => (await late()).probes.save(probe),
      between: async (...span) => (await late()).probes.between(...span),
      see: async (...seen) => (await late()).probes.see(...seen),
    },
    probed: {
      save: async (gateway) => (await late()).probed.save(gateway),
      load: async (domain) => (await late()).probed.load(domain),
    },
    callers: {
      replace: async (callers) => (await late()).callers.replace(callers),
      all: async () => (await late()).callers.all(),
    },
  };
}
