/** Whose refusals need no action, because an alert told of them as a scan. */

import { describe, expect, it } from 'vitest';
import { groupId } from '../../shared/model/group-id.js';
import { type EndedIncident, type GroupKey, type Incident, SEVERAL_STRANGERS } from '../../shared/model/index.js';
import { buildReport } from '../../shared/report/build.js';
import type { GroupSeries } from '../../shared/report/fold.js';
import { pageOf } from '../../shared/report/page.js';
import { scannersIn } from '../../shared/report/strangers.js';

const SCOPE = 'api.bank.example';
const [FROM, TO] = [Date.parse('2026-11-24T03:20:00Z'), Date.parse('2026-11-24T04:10:00Z')];
const MINUTE = 60_000;

function seriesOf(changes: Partial<GroupKey> = {}, firstAt = FROM, lastAt = TO - MINUTE, n = 8): GroupSeries {
  const group: GroupKey = { scope: SCOPE, issuerDn: 'CN=made up 1', reason: 'issuer-not-found', ...changes };
  const stretches = [0, 0, 0, 0, 0, 0, 0, 0, n];
  return { group, stretches, days: [0, n, 0, 0, 0, 0, 0], unattributed: 0, inferred: 0, firstAt, lastAt, clients: [] };
}

const incident = (group: Partial<GroupKey>, changes: Partial<EndedIncident> = {}): EndedIncident => ({
  incidentId: 'x',
  group: { scope: SCOPE, issuerDn: SEVERAL_STRANGERS, reason: 'other', ...group },
  severity: 'low',
  since: FROM + 4 * MINUTE,
  firstFailureAt: FROM,
  calmAt: TO,
  endedAt: TO,
  count: 286,
  flaps: 0,
  announced: true,
  heldBack: false,
  ...changes,
});

const TRUSTED = new Map([[SCOPE, new Set(['CN=Partner CA', 'C=US,O=Acme Inc.,CN=Acme CA 1'])]]);
const scan = incident({});
const isScanner = (series: GroupSeries, told = { ended: [scan], firing: [] as Incident[] }, trusted = TRUSTED) =>
  scannersIn([series], told, trusted).has(groupId(series.group));

describe('a group is of a scan', () => {
  it('where an alert told of strangers and it was refused while that went on', () => {
    expect(isScanner(seriesOf())).toBe(true);
    const firing = [{ ...scan, announced: true } as unknown as Incident];
    expect(isScanner(seriesOf({}, FROM - 10 * MINUTE), { ended: [], firing })).toBe(true);
    expect(isScanner(seriesOf({}, FROM - 100 * MINUTE), { ended: [], firing })).toBe(false);
  });

  it.each<[string, GroupSeries]>([
    ['of a CA that the truststore names', seriesOf({ issuerDn: 'CN=Partner CA' })],
    ["of a partner's next CA", seriesOf({ issuerDn: 'O=ACME Inc.,CN=Acme CA 2' })],
    [
      "of another CA with a partner's client",
      { ...seriesOf(), clients: [{ subjectDn: 'O=Acme Inc.,CN=edi' } as never] },
    ],
    ["in a partner's name", seriesOf({ isUnverified: true })],
    ['at another domain', seriesOf({ scope: 'b.bank.example' })],
    ['at another door of that name', seriesOf({ door: 'cloudfront' })],
    ['refused before', seriesOf({}, FROM - MINUTE)],
    ['refused after', seriesOf({}, FROM, TO + MINUTE)],
  ])('but not one %s', (_, series) => {
    const trusted = new Map([...TRUSTED, ['b.bank.example', new Set(['CN=Partner CA'])]]);
    expect(isScanner(series, undefined, trusted)).toBe(false);
  });

  it('nor one that people were told of by itself, or at a domain whose truststore is not known', () => {
    const own = incident({ issuerDn: 'CN=made up 1', reason: 'issuer-not-found' });
    expect(isScanner(seriesOf(), { ended: [scan, own], firing: [] })).toBe(false);
    expect(isScanner(seriesOf(), { ended: [scan, { ...own, announced: false }], firing: [] })).toBe(true);
    expect(isScanner(seriesOf(), undefined, new Map())).toBe(false);
    expect(isScanner(seriesOf(), { ended: [], firing: [] })).toBe(false);
  });
});

it('a scan asks for no action and hides nobody else, whatever it signs with', () => {
  const scanners = Array.from({ length: 40 }, (_, n) => seriesOf({ issuerDn: `CN=made up ${n}` }));
  const clients = (subjectDn: string) => [{ subjectDn, serialNumber: '1', fingerprint: null, sourceIps: [], count: 8 }];
  for (const one of scanners) one.clients = clients(`CN=scanner of ${one.group.issuerDn.slice(3)}`);
  const partner = seriesOf({ issuerDn: 'CN=Partner CA', reason: 'expired' }, FROM, TO - MINUTE, 60);
  partner.clients = clients('CN=their client');
  const signed = seriesOf({ issuerDn: 'CN=self', reason: 'self-signed' });
  const series = [partner, ...scanners, signed];
  const report = buildReport({
    period: { label: 'w', from: Date.parse('2026-11-23'), to: Date.parse('2026-11-30'), timeZone: 'UTC' } as never,
    generatedAt: Date.parse('2026-11-30'),
    partner: null,
    folded: { series, knownFrom: 0 },
    ended: [scan],
    firing: [],
    scanners: scannersIn(series, { ended: [scan], firing: [] }, TRUSTED),
    forbidden: [],
    details: null,
    expiring: null,
    sunset: null,
    silences: null,
    pipeline: null,
    gaps: [],
    verdictOf: () => null,
    contactOf: () => null,
    runbookUrl: (id) => id,
  });
  expect(report.actions.map(({ issuerDn }) => issuerDn)).toEqual(['CN=Partner CA']);
  expect(report.strangers).toEqual({ issuers: 41, failures: 41 * 8 });
  expect(report.totals.failures).toBe(60 + 41 * 8);
  expect(report.issuers.filter(({ isStranger }) => isStranger === true)).toHaveLength(41);
  expect(pageOf(report, 'en')).toContain('328 refusals of 41 strangers');
  expect(pageOf(report, 'en')).toContain('CN=their client');
  expect(pageOf(report, 'en')).not.toContain('scanner of');
});
