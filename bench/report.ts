/**
 * `npm run bench -- report`: the report of a period of ten million failures over 500 issuers, from hour roll-ups of nine weeks.
 * Prints time, memory and the sizes of what is written.
 */

import { createMemoryStores } from '../shared/adapters/memory/index.js';
import { digest } from '../shared/base/digest.js';
import { parseConfig } from '../shared/config/settings.js';
import type { GroupKey, Rollup } from '../shared/model/index.js';
import type { World } from '../shared/ports/index.js';
import { csvOf } from '../shared/report/csv.js';
import { gatherReport } from '../shared/report/gather.js';
import { pageOf } from '../shared/report/page.js';
import { weekPeriod } from '../shared/report/period.js';

const ISSUERS = 500;
const FAILURES = 10_000_000;
const WEEKS = 9;
const CLIENTS = 10;
const HOURS = 168;
const period = weekPeriod('2026-W46');
const lastHour = period.to / 3_600_000 - 1;
const reasons = ['issuer-not-found', 'expired', 'signature-failure', 'chain-too-long', 'weak-key'] as const;

const groups = Array.from(
  { length: ISSUERS },
  (_, n): GroupKey => ({
    scope: `api-${n % 7}.bank.example`,
    issuerDn: `C=DE,O=Partner ${n} Gesellschaft für Zahlungsverkehr mbH,CN=Partner ${n} Issuing CA`,
    reason: reasons[n % reasons.length] ?? 'other',
  }),
);
let makingMs = 0;
const perHour = FAILURES / ISSUERS / HOURS;

/** Generated when they are read, as a table would return them. */
function rollupsOf(group: GroupKey): Rollup[] {
  const issuer = groups.indexOf(group);
  const ids = Array.from({ length: 60 }, (_, client) => digest(issuer, client));
  const begun = performance.now();
  const all: Rollup[] = [];
  let told = 0;
  for (let n = 0; n < HOURS * WEEKS; n++) {
    const hour = lastHour - HOURS * WEEKS + 1 + n;
    const target = Math.round(perHour * (n + 1));
    const count = target - told;
    told = target;
    all.push({
      group,
      hour,
      requests: count,
      count,
      unattributed: 0,
      inferred: 0,
      firstAt: hour * 3_600_000,
      lastAt: hour * 3_600_000 + 3_599_000,
      reasonText: 'certificate has expired',
      clients: Array.from({ length: CLIENTS }, (_, client) => ({
        subjectDn: `C=DE,O=Partner ${issuer},CN=client-${(n + client) % 60}`,
        serialNumber: ids[(n + client) % 60] ?? '',
        fingerprint: `${issuer}-${(n + client) % 60}`,
        sourceIps: ['203.0.113.7'],
        count: Math.floor(count / CLIENTS),
      })),
    });
  }
  makingMs += performance.now() - begun;
  return all;
}

const stores = createMemoryStores();
const world: World = {
  config: parseConfig({ runbooks: { baseUrl: 'https://wiki.example.com/runbooks' } }, 'the bench'),
  clock: { now: () => period.to },
  stores: {
    ...stores,
    rollups: { ...stores.rollups, groups: async () => groups, load: async (group) => rollupsOf(group) },
  },
  publisher: { publish: async () => {} },
  truststores: { read: async () => Promise.reject(new Error('none')), earlier: async () => [] },
};

const started = performance.now();
const report = await gatherReport(
  {
    period,
    partner: null,
    language: 'en',
    generatedAt: period.to,
    details: null,
    expiring: null,
    sunset: null,
    pipeline: null,
    gaps: [],
  },
  world,
);
const gathered = performance.now();
const page = pageOf(report, 'en');
const drawn = performance.now();
const kib = (text: string): string => `${Math.round(Buffer.byteLength(text) / 1024).toLocaleString('en')} KiB`;
console.log(`failures in the week   ${report.totals.failures.toLocaleString('en')} of ${ISSUERS} issuers`);
console.log(`hour roll-ups read     ${(ISSUERS * HOURS * WEEKS).toLocaleString('en')}`);
console.log(
  `data                   ${((gathered - started - makingMs) / 1000).toFixed(1)} s (and ${(makingMs / 1000).toFixed(1)} s to make up the roll-ups)`,
);
console.log(`page                   ${(drawn - gathered).toFixed(0)} ms, ${kib(page)}`);
console.log(`JSON, CSV              ${kib(JSON.stringify(report))}, ${kib(csvOf(report))}`);
console.log(`memory at its height   ${Math.round(process.resourceUsage().maxRSS / 1024)} MiB`);
if (Buffer.byteLength(page) > 1_000_000 || report.totals.failures !== FAILURES) {
  console.error('the page has more than 1 MB, or the failures do not add up');
  process.exitCode = 1;
}
