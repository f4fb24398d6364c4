/** One incident's life in every rendering, hostile names in each, the limits of each channel, published schemas. */

import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import ajvFormats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { schemaFiles } from '../../docs/schemas/generate.js';
import { createEventPublisher } from '../../shared/adapters/aws/eventbridge.js';
import { limits } from '../../shared/base/limits.js';
import { runbookUrl } from '../../shared/config/runbooks.js';
import { refusedOf } from '../../shared/diagnosis/refused.js';
import { linksOf, logsInsightsUrl } from '../../shared/incidents/console-links.js';
import { chatOf, chatSchema } from '../../shared/messages/chat.js';
import { eventOf } from '../../shared/messages/event.js';
import { messagesIn } from '../../shared/messages/index.js';
import { fifoOf, snsChatMessage, snsMessage } from '../../shared/messages/sns.js';
import { bodyOf, smsOf, subjectOf } from '../../shared/messages/text.js';
import { labelIds, type Messages } from '../../shared/messages/types.js';
import { findingCodes } from '../../shared/model/finding-codes.js';
import type { Deployment, Notice, NoticeKind } from '../../shared/model/index.js';
import { reasonIds } from '../../shared/model/reasons.js';
import { fanOut } from '../../shared/notify/fan-out.js';
import { topicsFor } from '../../shared/notify/route.js';
import { sampleNotice } from '../../shared/notify/sample-notice.js';
import { csvCell } from '../../shared/report/csv.js';
import { noticeSchema } from '../../shared/schemas/lines.js';
import { canonicalDn } from '../../shared/x509/dn.js';
import { hostileNames } from '../support/hostile-names.js';
import { testConfig } from '../support/world.js';

const BEGAN = Date.parse('2026-11-20T09:12:04Z');
const MINUTE = 60_000;
const issuerDn = 'C=US,O=Acme Logistics,CN=Acme Issuing CA 2';
const place: Deployment = { region: 'eu-central-1', tableName: 'mtls-watch-State', dashboardName: 'mtls-watch' };
const languages = Object.keys(messagesIn) as (keyof typeof messagesIn)[];

/** Notice `n` of one incident: who stands behind it stays, its numbers grow and end. */
function notice(kind: NoticeKind, version: number, afterMinutes: number, count: number, language = 'en'): Notice {
  const at = BEGAN + afterMinutes * MINUTE;
  const group = { scope: 'api.bank.example', issuerDn, reason: 'issuer-not-found' } as const;
  const config = testConfig({
    language,
    executionLogGroups: [{ name: 'API-Gateway-Execution-Logs_abc123/prod' }],
    accessLogGroups: [{ name: '/aws/apigateway/access' }],
  });
  const incidentId = '5029e75dcc4fa11241a7';
  const isOver = kind === 'resolved';
  const remedy = `Ask the CA ${issuerDn} whether it issued this certificate. If it did, add its new certificate to the truststore, beside the old one. Then update the domain name to the new truststore version.`;
  return {
    type: 'notice',
    version: 1,
    kind,
    noticeId: `${incidentId}-${version}`,
    incidentId,
    at: new Date(at).toISOString(),
    since: new Date(BEGAN).toISOString(),
    severity: kind === 'spike' ? 'medium' : 'high',
    group,
    refused: {
      party: 'issuer',
      client: 'Acme Logistics',
      others: 0,
      issuer: 'Acme Issuing CA 2',
      isProven: false,
    },
    cause: 'issuer-rekeyed',
    account: '111122223333',
    region: 'eu-central-1',
    timeZone: language === 'ja' ? 'Asia/Tokyo' : 'UTC',
    owner: { name: 'Partner Integration', contact: '+49 30 555 0100' },
    groups: [],
    reasonText: 'Could not find issuer for certificate',
    count,
    windowMinutes: 5,
    expected: 0.4,
    lastHour: Array.from({ length: 60 }, (_, minute) => {
      const since = minute - 59 + afterMinutes;
      return since < 0 || (isOver && minute > 40) ? 0 : (since * 7 + 11) % 60;
    }),
    clientCount: 7,
    issuerTrusted: true,
    scopeShare: 0.93,
    severityAtFirst: 'medium',
    because: `${count} refused in 5 minutes; usually 0.4`,
    runbookUrl: runbookUrl(config, group, isOver ? 'issuer-not-found' : 'issuer-rekeyed'),
    clients: [1, 2, 3].map((n) => ({
      subjectDn: `C=US,O=Acme Logistics,CN=edi-0${n}.acme.example`,
      serialNumber: `0A1B0${n}`,
      fingerprint: String(n).repeat(64),
      sourceIps: [`203.0.113.${n}`],
      count: 40 - n,
    })),
    verdict: isOver
      ? null
      : {
          verdict: 'refused',
          reason: 'issuer-rekeyed',
          findings: [
            {
              code: 'issuer-rekeyed',
              severity: 'error',
              depth: 0,
              subjectDn: 'C=US,O=Acme Logistics,CN=edi-01.acme.example',
              evidence: ['claims to be signed with the key FD:37:C5:C1', 'in the truststore: 9F:23:B4:BC'],
              remedy,
            },
          ],
          path: ['C=US,O=Acme Logistics,CN=edi-01.acme.example'],
        },
    verdictNote: null,
    change: isOver ? null : 'Refusals began 4 minutes after truststore version v2 replaced v1. New in v2: CN=Other CA.',
    links: linksOf({ group, reasonText: 'Could not find issuer for certificate', since: BEGAN, at }, config, place),
    commands: {
      silence: `mtls-watch silence add --incident ${incidentId} --for 2h --comment "why" --table mtls-watch-State`,
      acknowledge: `mtls-watch ack ${incidentId} --table mtls-watch-State`,
    },
  };
}

const life = (language: string): Notice[] => [
  notice('spike', 1, 1, 38, language),
  notice('escalated', 2, 13, 412, language),
  notice('ongoing', 3, 240, 377, language),
  notice('resolved', 5, 296, 9_480, language),
];
const both = languages.map((language) => [language, messagesIn[language]] as const);

it.each(both)('a claim is told as one in %s', (language, messages) => {
  const own = notice('spike', 1, 1, 38, language);
  const claim = {
    ...own,
    verdict: null,
    cause: null,
    change: null,
    group: { ...own.group, isUnverified: true as const },
  };
  expect(noticeSchema.safeParse(claim).success).toBe(true);
  expect(subjectOf(claim, messages)).toContain(language === 'en' ? 'Acme Issuing CA 2 (unverified)' : 'を名乗る接続元');
  expect(subjectOf(claim, messages)).toContain(messages.claims.title);
  expect(bodyOf(claim, messages)).toContain(messages.claims.meaning);
  expect(bodyOf(claim, messages)).toContain(messages.claims.steps[0]);
  const several = { ...claim, group: { ...claim.group, issuerDn: '(several issuers)', reason: 'other' as const } };
  expect(subjectOf(several, messages)).toContain(messages.claims.title);
});

it.each(both)('the last notice about strangers says in %s that others are held back, and until when', (_, messages) => {
  const last = { ...notice('spike', 1, 1, 38), heldBackUntil: '2026-11-21T00:00:00.000Z' };
  expect(noticeSchema.safeParse(last).success).toBe(true);
  for (const text of [bodyOf(last, messages), chatOf(last, messages).content.description]) {
    expect(text).toContain('2026-11-21 00:00 UTC');
    expect(text).toContain('mtls-watch incidents');
  }
});

describe.each(both)('the life of an incident in %s', (language, messages) => {
  const file = (rendering: string, kind: string, type: string) => `golden/${language}/${kind}.${rendering}.${type}`;
  it.each(life(language))('$kind', async (one) => {
    const mail = `Subject: ${subjectOf(one, messages)}\nSMS: ${smsOf(one, messages)}\n\n${bodyOf(one, messages)}`;
    await expect(mail).toMatchFileSnapshot(file('mail', one.kind, 'txt'));
    await expect(`${JSON.stringify(chatOf(one, messages), null, 2)}\n`).toMatchFileSnapshot(
      file('chat', one.kind, 'json'),
    );
    await expect(`${JSON.stringify(one, null, 2)}\n`).toMatchFileSnapshot(file('notice', one.kind, 'json'));
    const event = { ...eventOf(one, 'default'), Detail: '(the notice)' };
    await expect(`${JSON.stringify(event, null, 2)}\n`).toMatchFileSnapshot(file('event', one.kind, 'json'));
  });
  it('stays in one thread', () => {
    expect(new Set(life(language).map((one) => chatOf(one, messages).metadata.threadId)).size).toBe(1);
  });
});

describe.each(both)('the words in %s', (language, messages: Messages) => {
  it('leave out no reason, finding or label', () => {
    const words = [
      ...reasonIds.flatMap((id) => [
        messages.reasons[id].title,
        messages.reasons[id].meaning,
        ...messages.reasons[id].steps,
      ]),
      ...findingCodes.map((code) => messages.findings[code].title),
      ...labelIds.map((id) => messages.labels[id]),
      ...Object.values(messages.severities),
      messages.over,
    ];
    for (const word of words) expect(word.trim()).not.toBe('');
    for (const id of reasonIds) expect(messages.reasons[id].steps.length, id).toBeGreaterThan(0);
    if (language === 'ja') for (const word of words) expect(word).toMatch(/[\u3040-\u30ff\u4e00-\u9fff]/);
  });
});

/** The notice with a name in every place that a client, or what it sent, can reach. */
function withName(text: string): Notice {
  const dn = canonicalDn(text);
  const spike = notice('spike', 1, 1, 38);
  const finding = { ...spike.verdict!.findings[0]!, subjectDn: dn, evidence: [`issuer ${dn}`], remedy: `Renew ${dn}.` };
  const config = testConfig({ accessLogGroups: [{ name: 'a' }], executionLogGroups: [{ name: 'e' }] });
  const group = { ...spike.group, issuerDn: dn };
  const about = { group, reasonText: text, since: BEGAN, at: BEGAN };
  return {
    ...spike,
    group,
    refused: refusedOf(group, null, [{ subjectDn: dn }]),
    cause: null,
    reasonText: dn,
    clients: [
      { subjectDn: dn, serialNumber: text.slice(0, 80), fingerprint: null, sourceIps: [text.slice(0, 45)], count: 1 },
    ],
    verdict: { ...spike.verdict!, findings: [finding] },
    change: `In v1 and not in v2: ${dn}.`,
    links: linksOf(about, config, place),
  };
}

it('links to all the logs that a refusal may be in, or to none', () => {
  const { group } = notice('spike', 1, 1, 38);
  const linkTo = (count: number): string | null => {
    const accessLogGroups = Array.from({ length: count }, (_, n) => ({ name: `/aws/apigateway/access-${n}` }));
    return linksOf({ group, reasonText: '', since: BEGAN, at: BEGAN }, testConfig({ accessLogGroups }), place)
      .accessLog;
  };
  expect(linkTo(limits.logGroupsPerLinkMax)).toContain('access-9');
  expect(linkTo(limits.logGroupsPerLinkMax + 1)).toBeNull();
});

const OWN = /https:\/\/(?:wiki\.example\.com|eu-central-1\.console\.aws\.amazon\.com)\/\S*/g;

describe('hostile names', () => {
  it('are many', () => expect(new Set(hostileNames).size).toBeGreaterThanOrEqual(40));

  it.each(hostileNames)('stay in their place: %j', (name) => {
    const plain = withName('CN=plain');
    const hostile = withName(name);
    for (const [, messages] of both) {
      const lines = (one: Notice) => bodyOf(one, messages).split('\n').length;
      expect(lines(hostile)).toBe(lines(plain));
      const chat = chatOf(hostile, messages);
      expect(() => chatSchema.parse(chat)).not.toThrow();
      const shown = [
        subjectOf(hostile, messages),
        smsOf(hostile, messages),
        ...bodyOf(hostile, messages).split('\n'),
        chat.content.title,
        ...chat.content.description.split('\n'),
      ].map((line) => line.replace(OWN, '').replaceAll(hostile.group.scope, ''));
      for (const line of shown) {
        expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\u3164\uffa0\u115f]/u);
        expect(line).not.toMatch(/:\/\/|(?:mailto|javascript|tel|slack|data|file):|evil\.|bank\.example|\\\\evil/i);
        expect(line).not.toMatch(/\u0430|\u{1d400}|\p{M}{4}/u);
      }
      for (const line of chat.content.description.split('\n').map((one) => one.replace(OWN, ''))) {
        // What is ours begins the line; what comes behind it holds no markup.
        const rest = line.replace(/^\*[^*]+\*/, '').replaceAll(hostile.group.scope, '');
        expect(rest).not.toMatch(/[*_~`<>&@#|[\]]|:\w+:/);
      }
      expect(chat.content.nextSteps).toEqual(chatOf(plain, messages).content.nextSteps);
    }
    expect(JSON.parse(eventOf(hostile, 'default').Detail)).toEqual(hostile);
    expect(noticeSchema.parse(JSON.parse(JSON.stringify(hostile)))).toEqual(hostile);
    expect(hostile.commands).toEqual(plain.commands);
    for (const link of Object.values(hostile.links)) expect(link ?? '').not.toMatch(/[^\x21-\x7e]|["'<>`()]/);
    const cell = csvCell(name);
    expect(cell).toMatch(/^"[^\n\r]*"$/);
    expect(cell.slice(1)).not.toMatch(/^[=+\-@\t]/);
    expect(cell.slice(1, -1).replaceAll('""', '')).not.toContain('"');
  });
});

describe('links into Logs Insights', () => {
  const base = (region: string) =>
    `https://${region}.console.aws.amazon.com/cloudwatch/home?region=${region}#logsV2:logs-insights`;
  it('are written as the console writes them', () => {
    const text = 'fields @timestamp, @message\n| filter @requestId = "your_request_id"\n| sort @timestamp desc\n';
    const [from, to] = [Date.parse('2020-10-24T23:11:06.998Z'), Date.parse('2020-10-24T23:21:07.013Z')];
    // An address copied from the console.
    expect(logsInsightsUrl('us-east-2', { logGroups: ['your_log_group'], from, to, text })).toBe(
      `${base('us-east-2')}$3FqueryDetail$3D$257E$2528end$257E$25272020-10-24T23*3a21*3a07.013Z$257Estart$257E$25272020-10-24T23*3a11*3a06.998Z$257EtimeType$257E$2527ABSOLUTE$257Etz$257E$2527UTC$257EeditorString$257E$2527fields*20*40timestamp*2c*20*40message*0a*7c*20filter*20*40requestId*20*3d*20*22your_request_id*22*0a*7c*20sort*20*40timestamp*20desc*0a$257EisLiveTail$257Efalse$257Esource$257E$2528$257E$2527your_log_group$2529$2529`,
    );
  });

  it('name several log groups, and letters beyond Latin', () => {
    const url = logsInsightsUrl('us-east-1', { logGroups: ['/aws/a', 'b'], from: 0, to: 1, text: '$é☃' });
    expect(url).toContain('$257Esource$257E$2528$257E$2527*2faws*2fa$257E$2527b$2529$2529');
    expect(url).toContain('$2527$2521*e9**2603$257E');
  });
});

describe('the limits of the channels', () => {
  const long = 'é'.repeat(1_000);
  const worst = (): Notice => {
    const one = withName('CN=x');
    const clients = Array.from({ length: 50 }, () => ({
      ...one.clients[0]!,
      subjectDn: long,
      fingerprint: 'f'.repeat(64),
    }));
    const groups = Array.from({ length: 20 }, () => ({ ...one.group, issuerDn: long }));
    return { ...one, clients, groups, group: { ...one.group, issuerDn: long, scope: 'x'.repeat(255) } };
  };

  it('hold with 50 clients of 1,000 characters', () => {
    for (const [, messages] of both) {
      const { Message, Subject, MessageAttributes } = snsMessage(worst(), messages);
      expect(Buffer.byteLength(Message) + Buffer.byteLength(JSON.stringify(MessageAttributes))).toBeLessThan(
        limits.snsMessageBytesMax,
      );
      expect(Subject.length).toBeLessThan(100);
      expect(() => chatSchema.parse(JSON.parse(snsChatMessage(worst(), messages).Message))).not.toThrow();
      expect(smsOf(worst(), messages).length).toBeLessThanOrEqual(limits.smsCharsMax);
    }
    expect(Buffer.byteLength(eventOf(worst(), 'default').Detail)).toBeLessThan(limits.eventDetailBytesMax);
  });

  it('let no resolve pass for its trigger on a FIFO topic', () => {
    const [spike, , , resolved] = life('en').map((one) => fifoOf('arn:aws:sns:eu-central-1:111122223333:t.fifo', one));
    expect(spike?.MessageGroupId).toBe(resolved?.MessageGroupId);
    expect(spike?.MessageDeduplicationId).not.toBe(resolved?.MessageDeduplicationId);
    expect(fifoOf('arn:aws:sns:eu-central-1:111122223333:t', life('en')[0]!)).toEqual({});
  });
});

describe('the published schemas', () => {
  it.each(schemaFiles())('%s is current: npm run schemas', (file, text) => {
    const checkedIn = readFileSync(new URL(`../../docs/schemas/${file}`, import.meta.url), 'utf8');
    expect(JSON.parse(checkedIn)).toEqual(JSON.parse(text));
  });

  it('take every notice and chat card of a life, and refuse another shape', () => {
    const ajv = new Ajv2020({ strict: false });
    ajvFormats.default(ajv);
    const compiled = new Map(schemaFiles().map(([file, text]) => [file, ajv.compile(JSON.parse(text))]));
    const [noticeOk, chatOk] = [compiled.get('notice.schema.json')!, compiled.get('chat.schema.json')!];
    for (const one of [...life('en'), ...life('ja'), sampleNotice('spike', BEGAN, null)]) {
      expect(noticeOk(one), JSON.stringify(noticeOk.errors)).toBe(true);
      expect(chatOk(chatOf(one, messagesIn.ja)), JSON.stringify(chatOk.errors)).toBe(true);
      expect(noticeOk({ ...one, severity: 'urgent' })).toBe(false);
      expect(chatOk({ ...chatOf(one, messagesIn.en), version: 1 })).toBe(false);
    }
  });
});

describe('the channels', () => {
  const topics = { low: 'l', medium: 'm', high: 'h', critical: 'm' };
  it.each([
    ['spike', 'high', 'high', ['h']],
    ['ongoing', 'high', 'low', ['h']],
    ['escalated', 'high', 'medium', ['m', 'h']],
    ['resolved', 'critical', 'low', ['l', 'm', 'h']],
  ] as const)('%s at %s, first %s, goes to %j', (kind, severity, severityAtFirst, arns) => {
    expect(topicsFor({ kind, severity, severityAtFirst }, topics)).toEqual(arns);
  });

  it('do not keep each other from sending, and send once each', async () => {
    const got: string[] = [];
    let isDown = true;
    const good = { publish: async ({ noticeId }: Notice) => void got.push(`good ${noticeId}`) };
    const bad = {
      publish: async ({ noticeId }: Notice) => {
        if (isDown) throw new Error('gone');
        got.push(`bad ${noticeId}`);
      },
    };
    const all = fanOut([bad, good]);
    const [spike] = life('en');
    await expect(all.publish(spike!)).rejects.toMatchObject({ code: 'publish-failed', retryable: true });
    await expect(all.publish(spike!)).rejects.toThrow(/1 of 2/);
    isDown = false;
    await all.publish(spike!);
    expect(got).toEqual([`good ${spike!.noticeId}`, `bad ${spike!.noticeId}`]);
  });

  it('send nothing where there are none, and are the channel itself where there is one', async () => {
    const [spike] = life('en');
    await expect(fanOut([]).publish(spike!)).resolves.toBeUndefined();
    const only = { publish: async () => {} };
    expect(fanOut([only])).toBe(only);
    expect(fanOut([only, only])).not.toBe(only);
  });

  it('remember a bounded number of notices that one of them has sent', async () => {
    const got: string[] = [];
    const good = { publish: async ({ noticeId }: Notice) => void got.push(noticeId) };
    const bad = { publish: () => Promise.reject(new Error('gone')) };
    const all = fanOut([bad, good]);
    const [spike] = life('en');
    const publish = (n: number) => all.publish({ ...spike!, noticeId: `${n}` }).catch(() => {});
    for (let n = 0; n < limits.sentRememberedMax; n++) await publish(n);
    await publish(0);
    expect(got).toHaveLength(limits.sentRememberedMax);
    await publish(limits.sentRememberedMax);
    await publish(1);
    await publish(0);
    expect(got.slice(limits.sentRememberedMax)).toEqual([`${limits.sentRememberedMax}`, '0']);
  });

  it('take an entry that EventBridge refused for a failure', async () => {
    const [spike] = life('en');
    const refused = createEventPublisher('bus', async () => ({
      FailedEntryCount: 1,
      Entries: [{ ErrorMessage: 'no bus' }],
    }));
    await expect(refused.publish(spike!)).rejects.toThrow(/no bus/);
    const entries: unknown[] = [];
    const taken = createEventPublisher('bus', async (entry) => {
      entries.push(entry);
      return { FailedEntryCount: 0 };
    });
    await taken.publish(spike!);
    expect(entries).toMatchObject([{ EventBusName: 'bus', Source: 'mtls-watch', DetailType: 'mtls-watch notice' }]);
  });
});
