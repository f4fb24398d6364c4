/** A report that is narrowed to one partner holds what is theirs, and nothing by which anybody else could be known. */

import { expect, it } from 'vitest';
import { SEVERAL_ISSUERS } from '../../shared/model/index.js';
import { gatherReport } from '../../shared/report/gather.js';
import { isClientOf, isIssuerOf, type Partner, theirPart } from '../../shared/report/partner.js';
import { weekPeriod } from '../../shared/report/period.js';
import { fact, incident, rollup } from '../contract/examples.js';
import { testWorld } from '../support/world.js';

const period = weekPeriod('2026-W46');
const at = period.from + 100 * 3_600_000;
const soon = new Date(period.to).toISOString();
const organizations = ['Acme Logistics', 'Umbrella'] as const;
const shared = 'C=US,O=Public CA,CN=Issuing CA';

const clientOf = (organization: string, count = 1) => ({
  ...{ subjectDn: `O=${organization},CN=${organization} client`, serialNumber: '01', fingerprint: null },
  ...{ sourceIps: ['203.0.113.7'], count },
});

/** What each of two partners has: refusals under a CA of its own and under one of both, incidents, certificates that end. */
async function worldOfTwo() {
  const world = testWorld();
  const certificates = organizations.flatMap((organization) => {
    const own = `C=US,O=${organization},CN=${organization} CA`;
    const client = { subjectDn: clientOf(organization).subjectDn, issuerDn: shared, serialNumber: '01' };
    const ca = { subjectDn: own, issuerDn: 'O=Neutral,CN=Root', serialNumber: '02' };
    return [
      { ...client, kind: 'client' as const },
      { ...ca, kind: 'ca' as const },
    ];
  });
  for (const [n, organization] of organizations.entries()) {
    const own = { scope: 'api.bank.example', issuerDn: `C=US,O=${organization},CN=${organization} CA` };
    const times = { minute: at / 60_000, firstAt: at, lastAt: at };
    const groups = [
      { ...own, reason: 'expired' as const },
      { ...own, issuerDn: shared, reason: 'expired' as const },
    ];
    for (const group of groups) {
      await world.stores.facts.put(
        [fact(0, n + 3, { ...times, group, batchId: `${n}`, clients: [clientOf(organization, n + 3)] })],
        [],
      );
      await world.stores.rollups.mark([{ group, hour: at / 3_600_000, token: `${n}` }]);
    }
    const [group] = groups as [(typeof groups)[number]];
    const fired = { incidentId: `${organization} incident`, group, since: at, lastNoticeAt: at };
    await world.stores.incidents.transition(incident(1, fired), null);
  }
  const common = { notAfter: soon, successorSince: null };
  return {
    world,
    expiring: certificates.map((one) => ({ ...one, ...common, daysLeft: 3, requests: 1, clients: 1 })),
    sunset: certificates.map((one) => ({
      ...{
        ...one,
        ...common,
        publicCa: 'Public CA',
        usages: 'both' as const,
        until: soon.slice(0, 10),
        requests: 1,
        clients: 1,
      },
    })),
  };
}

it.each(organizations)('of %s', async (organization) => {
  const { world, expiring, sunset } = await worldOfTwo();
  const other = organizations.find((one) => one !== organization) ?? '';
  const partner: Partner = { organization: organization.toUpperCase() };
  const report = await gatherReport(
    {
      period,
      partner,
      language: 'en',
      generatedAt: period.to,
      details: null,
      expiring,
      sunset,
      pipeline: null,
      gaps: [],
    },
    world,
  );
  const each = organizations.indexOf(organization) + 3;
  expect(report.totals.failures).toBe(2 * each);
  expect(report.expiring?.map(({ kind }) => kind).sort()).toEqual(['ca', 'client']);
  expect(report.sunset?.map(({ kind }) => kind).sort()).toEqual(['ca', 'client']);
  expect(report.incidents.map(({ incidentId }) => incidentId)).toEqual([`${organization} incident`]);
  // By its whole name, whatever was typed.
  expect(report.partner).toBe(organization);
  expect(JSON.stringify(report)).toContain(organization);
  expect(JSON.stringify(report)).not.toContain(other);
});

it.each([
  ['alone', [clientOf('Umbrella', 5)], ['x']],
  ['beside another', [clientOf('Umbrella', 5), clientOf('Acme Logistics', 1)], []],
] as const)(
  'of a client of a common CA who was refused %s: the incident is theirs alone or nobody’s',
  async (_, clients, ids) => {
    const world = testWorld();
    const group = { scope: 'api.bank.example', issuerDn: shared, reason: 'expired' as const };
    const count = clients.reduce((sum, one) => sum + one.count, 0);
    const times = { minute: at / 60_000, firstAt: at, lastAt: at };
    await world.stores.facts.put([fact(0, count, { ...times, group, batchId: 'b', clients: [...clients] })], []);
    await world.stores.rollups.mark([{ group, hour: at / 3_600_000, token: 't' }]);
    await world.stores.incidents.transition(incident(1, { incidentId: 'x', group, since: at, lastNoticeAt: at }), null);
    const nothing = { details: null, expiring: null, sunset: null, pipeline: null, gaps: [] };
    const partner: Partner = { organization: 'umbre' };
    const report = await gatherReport({ period, partner, language: 'en', generatedAt: period.to, ...nothing }, world);
    expect([report.totals.failures, report.partner]).toEqual([5, 'Umbrella']);
    expect(report.incidents.map(({ incidentId }) => incidentId)).toEqual(ids);
  },
);

it('of one issuer: its own certificate, whoever signed that, and what it signed', async () => {
  const { world, expiring, sunset } = await worldOfTwo();
  const common = { period, language: 'en', generatedAt: period.to, details: null, pipeline: null, gaps: [] } as const;
  const partner: Partner = { issuerDn: 'C=US,O=Umbrella,CN=Umbrella CA' };
  const report = await gatherReport({ ...common, partner, expiring, sunset }, world);
  expect(report.totals.failures).toBe(4);
  expect(report.expiring?.map(({ kind, subjectDn }) => [kind, subjectDn])).toEqual([['ca', partner.issuerDn]]);
  expect(report.sunset?.map(({ kind, subjectDn }) => [kind, subjectDn])).toEqual([['ca', partner.issuerDn]]);
});

it.each<[string, Partner | null, boolean, boolean]>([
  ['O=Acme,CN=CA', null, true, true],
  ['O=Acme,CN=CA', { issuerDn: 'O=Acme,CN=CA' }, true, true],
  ['O=Acme,CN=CA', { issuerDn: 'O=Acme,CN=CA 2' }, false, false],
  ['O=Acme,CN=CA', { organization: ' ACME ' }, true, true],
  ['O=Other,CN=Acme', { organization: 'Acme' }, false, true],
  ['O=Other,CN=Acme', { organization: 'Other' }, true, true],
  [SEVERAL_ISSUERS, { organization: 'Other' }, false, false],
  [SEVERAL_ISSUERS, { issuerDn: SEVERAL_ISSUERS }, false, false],
  [SEVERAL_ISSUERS, null, true, true],
])('what %j signed, for %j: all %s, a client of theirs %s', (issuerDn, partner, isAll, isTheirs) => {
  expect(isIssuerOf(partner, issuerDn)).toBe(isAll);
  expect(isClientOf(partner, { subjectDn: 'O=acme,CN=client', issuerDn })).toBe(isTheirs);
});

it('of an issuer of many, only their own clients count, and nothing that has no client', () => {
  const clients = [clientOf('Acme', 5), clientOf('Umbrella', 7), clientOf('Acme', 2)];
  const group = { scope: 'api.bank.example', issuerDn: shared, reason: 'expired' as const };
  const hour = rollup(1, 20, { group, clients, unattributed: 6, inferred: 9, requests: 25 });
  const acme = [clients[0], clients[2]];
  const part = { ...hour, clients: acme, count: 7, requests: 7, unattributed: 0, inferred: 7 };
  expect(theirPart({ organization: 'acme' }, hour)).toEqual(part);
  expect(theirPart({ organization: 'acme' }, { ...hour, inferred: 2 })).toEqual({ ...part, inferred: 2 });
  expect(theirPart({ organization: 'nobody' }, hour)).toBe(null);
  expect(theirPart({ organization: 'public ca' }, hour)).toBe(hour);
  expect(theirPart({ issuerDn: shared }, hour)).toBe(hour);
  expect(theirPart(null, hour)).toBe(hour);
});

it.each([
  ['of its issuer', { issuerDn: 'C=US,O=Acme Logistics,CN=Acme Logistics CA' }, ['ca']],
  ['of its organization', { organization: 'Acme Logistics' }, ['client', 'ca']],
] as const)('certificates that end: those %s, and nobody else’s', async (_, partner, kinds) => {
  const { world, expiring } = await worldOfTwo();
  const given = { period, partner, language: 'en' as const, generatedAt: period.to, gaps: [], expiring };
  const report = await gatherReport({ ...given, details: null, sunset: null, pipeline: null }, world);
  expect(report.expiring?.map(({ kind }) => kind)).toEqual(kinds);
  expect(JSON.stringify(report.expiring)).not.toContain('Umbrella');
});
