/** What `incidents` shows of what fires, and where the verbs find the stack's table. */

import { beforeEach, describe, expect, it } from 'vitest';
import { type IncidentsWorld, listIncidents } from '../../cli/commands/incidents.js';
import { acknowledge, addSilence } from '../../cli/commands/silence.js';
import { outputOf } from '../../cli/inputs/stack.js';
import { SEVERAL_ISSUERS } from '../../shared/model/index.js';
import { fact, group, HOSTILE, incident, notice } from '../contract/examples.js';
import { type TestWorld, testWorld } from '../support/world.js';

const NOW = Date.UTC(2026, 10, 29, 2, 30);
const MINUTE = 60_000;

type World = IncidentsWorld & { readonly stores: TestWorld['stores']; readonly lines: string[] };
let world: World;

beforeEach(async () => {
  const { stores } = testWorld();
  const lines: string[] = [];
  world = { stores, clock: { now: () => NOW }, output: { write: (text) => lines.push(text) }, lines };
});

const text = () => world.lines.join('');
const json = () =>
  text()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
const failing = group(1);

async function fire(
  id: string,
  changes: Parameters<typeof incident>[1] = {},
  told: Parameters<typeof notice>[2] | null = null,
) {
  const one = incident(1, {
    incidentId: id,
    state: 'firing',
    since: NOW - 50 * MINUTE,
    lastNoticeAt: NOW - 20 * MINUTE,
    acknowledged: false,
    announced: true,
    ...changes,
  });
  await world.stores.incidents.transition(
    one,
    told === null ? null : notice(`n-${id}`, NOW - 5 * MINUTE, { incidentId: id, ...told }),
  );
  return one;
}

it('says that nothing fires', async () => {
  await listIncidents(null, { ended: '0' }, world);
  expect(text()).toContain('nothing fires');
  world.lines.length = 0;
  await listIncidents(null, { ended: '0', json: true }, world);
  expect(json()).toEqual([{ type: 'summary', firing: 0, ended: 0 }]);
});

it('shows what fires, the oldest first, with notices, acknowledgement and silence', async () => {
  await fire('second', { group: failing }, { kind: 'escalated' });
  await fire('first', { group: group(2), since: NOW - 200 * MINUTE, announced: false });
  await acknowledge('second', { ...world, clock: world.clock });
  const { id } = await addSilence({ issuer: failing.issuerDn, for: '2h', comment: 'planned' }, world);
  world.lines.length = 0;
  await listIncidents(null, { ended: '0', json: true }, world);
  expect(json()).toMatchObject([
    { incidentId: 'first', lastNotice: null, acknowledged: false, silencedBy: null, waitingNotices: [] },
    {
      incidentId: 'second',
      ...failing,
      lastNotice: { at: new Date(NOW - 20 * MINUTE).toISOString() },
      waitingNotices: [{ noticeId: 'n-second', kind: 'escalated' }],
      acknowledged: true,
      silencedBy: id,
    },
    { type: 'summary', firing: 2 },
  ]);
  world.lines.length = 0;
  await listIncidents(null, { ended: '0' }, world);
  expect(text()).toMatch(/first.*3 h.*with its domain's/);
  expect(text()).toMatch(new RegExp(`second.*50 min.*20 min ago, 1 waiting.*acknowledged, silence ${id}`));
});

it('tells those who only use the name of an issuer from its clients', async () => {
  await fire('own', { group: failing });
  await fire('claim', { group: { ...failing, isUnverified: true } });
  await listIncidents(null, { ended: '0' }, world);
  expect(text().match(/\(unverified\)/g)).toHaveLength(1);
  world.lines.length = 0;
  await listIncidents('claim', { ended: '0' }, world);
  expect(text()).toContain('(unverified)');
});

it('shows one with its last hour', async () => {
  await fire('one', { group: failing });
  const minute = Math.floor(NOW / MINUTE);
  await world.stores.facts.put([fact(minute - 90, 5, { group: failing }), fact(minute - 3, 7, { group: failing })], []);
  await listIncidents('one', { ended: '0' }, world);
  expect(text()).toMatch(/refused in the last hour +7\n/);
  expect(text()).toContain('no; mtls-watch ack one');
  world.lines.length = 0;
  await listIncidents('one', { ended: '0', json: true }, world);
  expect(json()).toMatchObject([{ incidentId: 'one', lastHour: 7 }]);
});

it('shows one of a whole domain without a count that would be a part of it', async () => {
  await fire('whole', { group: group(1, { issuerDn: SEVERAL_ISSUERS }) });
  await listIncidents('whole', { ended: '0', json: true }, world);
  expect(json()).toMatchObject([{ incidentId: 'whole', lastHour: null }]);
});

it('shows those that ended, when asked to or by their id', async () => {
  const one = await fire('over', { group: failing });
  const resolvedAt = NOW - 2 * 86_400_000;
  await world.stores.incidents.transition(
    { ...one, version: 2, state: 'resolved', calmSince: resolvedAt - MINUTE, lastNoticeAt: resolvedAt },
    notice('n-over', resolvedAt, {
      kind: 'resolved',
      incidentId: 'over',
      group: failing,
      at: new Date(resolvedAt).toISOString(),
    }),
  );
  await listIncidents(null, { ended: '0', json: true }, world);
  expect(json()).toEqual([{ type: 'summary', firing: 0, ended: 0 }]);
  world.lines.length = 0;
  await listIncidents(null, { ended: '7', json: true }, world);
  expect(json()).toMatchObject([{ state: 'ended', incidentId: 'over' }, { ended: 1 }]);
  world.lines.length = 0;
  await listIncidents('over', { ended: '0' }, world);
  expect(text()).toContain('over');
});

it('names what it does not know', async () => {
  await expect(listIncidents('nope', { ended: '0' }, world)).rejects.toThrow('no incident nope; expected the id');
  await expect(listIncidents(null, { ended: 'all' }, world)).rejects.toThrow(
    '--ended got all; expected a number of days',
  );
});

it('shows nothing that a terminal would act on', async () => {
  await fire('x', { group: group(1, { issuerDn: HOSTILE, scope: HOSTILE }) });
  await listIncidents(null, { ended: '0' }, world);
  await listIncidents('x', { ended: '0' }, world);
  expect(text().replaceAll('\n', '')).not.toMatch(/[\p{Cf}\0]/u);
});

describe('the outputs of the stack', () => {
  const read = async (stack: string) =>
    stack === 'mtls-watch' ? { TableName: 't', DeadLetterQueueUrl: undefined } : null;

  it('are found under the usual name, or another', async () => {
    expect(await outputOf('TableName', '--table NAME', {}, read)).toBe('t');
    await expect(outputOf('TableName', '--table NAME', { stack: 'other' }, read)).rejects.toMatchObject({
      code: 'usage',
      message: 'there is no stack other in this account and Region; expected --stack NAME, or --table NAME',
    });
  });

  it('are named where they are not there, or may not be read', async () => {
    await expect(outputOf('DeadLetterQueueUrl', '--queue URL', {}, read)).rejects.toThrow(
      'the stack mtls-watch has no output DeadLetterQueueUrl; expected --stack NAME, or --queue URL',
    );
    const refused = async () => {
      throw new Error('AccessDenied');
    };
    await expect(outputOf('TableName', '--table NAME', {}, refused)).rejects.toThrow(
      'the stack mtls-watch cannot be read: AccessDenied; expected --stack NAME, or --table NAME',
    );
  });
});
