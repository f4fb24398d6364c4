/** What `incidents` shows of what fires, and where the verbs find the stack's table. */

import { beforeEach, describe, expect, it } from 'vitest';
import { listIncidents } from '../../cli/commands/incidents.js';
import { type ShowWorld, showIncident } from '../../cli/commands/show-incident.js';
import { acknowledge, addSilence } from '../../cli/commands/silence.js';
import { outputOf } from '../../cli/deployed/stack.js';
import { messagesIn } from '../../shared/messages/index.js';
import { bodyOf, subjectOf } from '../../shared/messages/text.js';
import { SEVERAL_ISSUERS } from '../../shared/model/index.js';
import { fact, group, HOSTILE, incident, notice } from '../contract/examples.js';
import { ca, leaf } from '../support/certificates.js';
import { type TestWorld, testConfig, testWorld } from '../support/world.js';

const NOW = Date.UTC(2026, 10, 29, 2, 30);
const MINUTE = 60_000;

type World = ShowWorld & { readonly stores: TestWorld['stores']; readonly lines: string[] };
let world: World;

beforeEach(async () => {
  const { stores, config, truststores } = testWorld();
  const lines: string[] = [];
  const output = { write: (text: string) => lines.push(text) };
  world = { stores, clock: { now: () => NOW }, output, lines, config: async () => config, truststores };
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
  await listIncidents({ ended: '0' }, world);
  expect(text()).toContain('nothing fires');
  world.lines.length = 0;
  await listIncidents({ ended: '0', json: true }, world);
  expect(json()).toEqual([{ type: 'summary', firing: 0, ended: 0 }]);
});

it('shows what fires, the oldest first, with notices, acknowledgement and silence', async () => {
  await fire('second', { group: failing }, { kind: 'escalated' });
  await fire('first', { group: group(2), since: NOW - 200 * MINUTE, announced: false });
  await acknowledge('second', {}, world);
  const { id } = await addSilence({ issuer: failing.issuerDn, for: '2h', comment: 'planned' }, world);
  world.lines.length = 0;
  await listIncidents({ ended: '0', json: true }, world);
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
  await listIncidents({ ended: '0' }, world);
  expect(text()).toMatch(/first.*3 h.*with its domain's/);
  expect(text()).toMatch(new RegExp(`second.*50 min.*20 min ago, 1 waiting.*acknowledged, silence ${id}`));
});

it('tells those who only use the name of an issuer from its clients', async () => {
  await fire('own', { group: failing });
  await fire('claim', { group: { ...failing, isUnverified: true } });
  await listIncidents({ ended: '0' }, world);
  expect(text().match(/\(unverified\)/g)).toHaveLength(1);
  world.lines.length = 0;
  await showIncident('claim', {}, world);
  expect(text()).toContain('(unverified)');
});

it.each([
  [
    'a client that a CA vouches for',
    { party: 'client', isProven: true },
    'Globex Corporation (billing-batch): expired',
  ],
  ['a name that only the client gives', { party: 'client', isProven: false }, 'expired'],
  ['the issuer', { party: 'issuer', isProven: true }, 'expired'],
] as const)('lists an incident about %s', async (_, about, reason) => {
  const client = 'Globex Corporation (billing-batch)\u001b[2J';
  const refused = { ...about, client, others: 0, issuer: 'Example Bank AG' };
  await fire('one', { group: failing }, { group: failing, clients: [], refused });
  const cells = async (mark: string) => {
    world.lines.length = 0;
    await listIncidents({ ended: '7' }, world);
    expect(text()).not.toContain('\u001b[2J');
    const rows = text().replace('\uFFFD[2J', '').split('\n');
    return rows.find((line) => line.includes(mark))?.split(/ {2,}/);
  };
  expect(await cells('12 in 5 min')).toContain(reason);
  await world.stores.outbox.clear('n-one');
  const resolvedAt = NOW - 2 * MINUTE;
  const fired = (await world.stores.incidents.firing(9))[0]!;
  const resolved = { kind: 'resolved', incidentId: 'one', group: failing, refused, clients: [] } as const;
  await world.stores.incidents.transition(
    {
      ...fired,
      version: fired.version + 1,
      state: 'resolved',
      calmSince: resolvedAt - MINUTE,
      lastNoticeAt: resolvedAt,
    },
    notice('n-end', resolvedAt, resolved),
  );
  expect(await cells('one')).toContain(reason);
  await world.stores.outbox.clear('n-end');
  expect(await cells('one')).toContain(reason);
});

it('shows the alert as the mail has it, who has it in hand, silences and notices', async () => {
  await fire('one', { group: failing }, { group: failing, clients: [] });
  await world.stores.outbox.clear('n-one');
  await acknowledge('one', { author: 'Chidi of the partner team' }, world);
  await addSilence({ incident: 'one', for: '2h', comment: 'planned', author: 'Aiko' }, world);
  await addSilence({ reason: 'expired', until: '2026-12-01T00:00:00Z', comment: 'other', unseen: true }, world);
  const [sent] = await world.stores.outbox.sent('one');
  world.lines.length = 0;
  await showIncident('one', {}, world);
  expect(text()).toContain(bodyOf(sent!, messagesIn.en));
  expect(text()).toContain(subjectOf(sent!, messagesIn.en));
  expect(text()).toMatch(/acknowledged +yes by Chidi of the partner team: not repeated/);
  expect(text()).toMatch(/in force until 2026-11-29T04:30:00\.000Z, by Aiko: planned/);
  expect(text()).toContain('in force until 2026-12-01T00:00:00.000Z');
  expect(text()).toMatch(/notices +2026-11-29T02:25:00\.000Z {2}spike, high, 12 in 5 min, sent/);
  world.lines.length = 0;
  await showIncident('one', { lang: 'ja' }, world);
  expect(text()).toContain(bodyOf(sent!, messagesIn.ja));
  const list = text().slice(0, text().indexOf('アラート'));
  for (const line of list.trimEnd().split('\n'))
    expect(line, line).toMatch(/^(?: {2}| {20,})?.*[\p{Script=Han}\p{Script=Katakana}]/u);
  expect(list).toMatch(/理由 +証明書の有効期限切れ（expired）\n/);
  expect(list).toMatch(/通知 +2026-11-29T02:25:00\.000Z {2}急増、高、5 分間に 12 件、送信済み\n/);
  expect(list).not.toMatch(/[A-Za-z]+ (?:by|until|min|in all)\b|\([^)]*\)/);
  world.lines.length = 0;
  await showIncident('one', { json: true }, world);
  expect(json()).toMatchObject([
    {
      incidentId: 'one',
      state: 'firing',
      acknowledgedBy: 'Chidi of the partner team',
      flaps: 0,
      silencedBy: expect.any(String),
      silences: [{ isInForce: true }, { isInForce: true }],
      notices: [{ noticeId: 'n-one', kind: 'spike', isSent: true }],
      notice: { noticeId: 'n-one', type: 'notice' },
    },
  ]);
});

it('shows what was wrong and not only that it is over', async () => {
  const one = await fire('one', { group: failing }, { group: failing });
  await world.stores.outbox.clear('n-one');
  const end = { ...one, version: 2, state: 'resolved', calmSince: NOW - MINUTE, lastNoticeAt: NOW } as const;
  await world.stores.incidents.transition(
    end,
    notice('n-end', NOW, { incidentId: 'one', kind: 'resolved', group: failing }),
  );
  await showIncident('one', {}, world);
  expect(text()).toContain('The client certificate has expired.');
  expect(text()).toMatch(/spike, high, 12 in 5 min, sent\n.*resolved, high, 12 in all, waits to be sent/);
});

describe('with --diagnose', () => {
  const issuer = ca({ subject: 'C=US,O=Acme,CN=Acme CA', key: 'rsa-a' });
  const client = leaf({ subject: 'C=US,O=Acme,CN=c', key: 'rsa-b', issuer, notAfter: NOW - 86_400_000 });

  it('looks at the certificate and the truststore as they are now', async () => {
    await world.stores.certificates.save(new Map([['f1', client.pem]]));
    const clients = [{ subjectDn: 'CN=c', serialNumber: '01', fingerprint: 'f1', sourceIps: [], count: 5 }];
    const minute = Math.floor(NOW / MINUTE);
    const at = { firstAt: NOW - 3 * MINUTE, lastAt: NOW - 3 * MINUTE };
    await world.stores.facts.put([fact(minute - 3, 5, { group: failing, clients, ...at })], []);
    await fire('one', { group: failing }, { group: failing, verdict: null });
    const config = testConfig({ truststores: { '*': 's3://bank/ca.pem' } });
    const read = async () => ({ text: issuer.pem, version: 'v', versionId: null, modifiedAt: 0 });
    const seeing = { ...world, config: async () => config, truststores: { read, earlier: async () => [] } };
    await showIncident('one', { diagnose: true }, seeing);
    const now = text().slice(text().indexOf('The verdict now'));
    expect(now).toContain('The client certificate has expired (expired)');
    world.lines.length = 0;
    await showIncident('one', { diagnose: true, json: true }, seeing);
    expect(json()).toMatchObject([{ notice: { verdict: null }, diagnosis: { verdict: { reason: 'expired' } } }]);
  });

  it('says why there is none', async () => {
    await fire('one', { group: failing });
    await showIncident('one', { diagnose: true }, world);
    expect(text()).toContain('Nothing that was refused in this incident is kept any more.');
    await fire('whole', { group: group(1, { issuerDn: SEVERAL_ISSUERS }) });
    await expect(showIncident('whole', { diagnose: true }, world)).rejects.toThrow('expected one of a single issuer');
  });
});

it('shows one with its last hour', async () => {
  await fire('one', { group: failing });
  const minute = Math.floor(NOW / MINUTE);
  await world.stores.facts.put([fact(minute - 90, 5, { group: failing }), fact(minute - 3, 7, { group: failing })], []);
  await showIncident('one', {}, world);
  expect(text()).toMatch(/refused in the last hour +7\n/);
  expect(text()).toContain('no; mtls-watch ack one');
  world.lines.length = 0;
  await showIncident('one', { json: true }, world);
  expect(json()).toMatchObject([{ incidentId: 'one', lastHour: 7 }]);
});

it('shows one of a whole domain without a count that would be a part of it', async () => {
  await fire('whole', { group: group(1, { issuerDn: SEVERAL_ISSUERS }) });
  await showIncident('whole', { json: true }, world);
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
  await listIncidents({ ended: '0', json: true }, world);
  expect(json()).toEqual([{ type: 'summary', firing: 0, ended: 0 }]);
  world.lines.length = 0;
  await listIncidents({ ended: '7', json: true }, world);
  expect(json()).toMatchObject([{ state: 'ended', incidentId: 'over' }, { ended: 1 }]);
  world.lines.length = 0;
  await showIncident('over', {}, world);
  expect(text()).toContain('over');
});

it('names what it does not know', async () => {
  await fire('there');
  await expect(showIncident('nope', {}, world)).rejects.toMatchObject({
    code: 'not-found',
    message: expect.stringMatching(/no incident nope; there are:\n {2}there {2}/),
  });
  await expect(showIncident('there', { lang: 'fr' }, world)).rejects.toThrow('--lang got fr');
  await expect(listIncidents({ ended: 'all' }, world)).rejects.toThrow('--ended got all; expected a number of days');
});

it('shows nothing that a terminal would act on', async () => {
  await fire('x', { group: group(1, { issuerDn: HOSTILE, scope: HOSTILE }) });
  await listIncidents({ ended: '0' }, world);
  await showIncident('x', {}, world);
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
