/** A group of a domain that no log names, such as that of an execution log alone: every rendering says so, none has a gap. */

import { expect, it } from 'vitest';
import { noticeOf } from '../../shared/incidents/notice.js';
import { chatOf } from '../../shared/messages/chat.js';
import { messagesIn } from '../../shared/messages/index.js';
import { nameWords, placeText } from '../../shared/messages/names.js';
import { bodyOf, smsOf, subjectOf } from '../../shared/messages/text.js';
import { UNKNOWN_ISSUER } from '../../shared/model/index.js';
import { incident as anIncident } from '../contract/examples.js';
import { detection } from '../support/detections.js';
import { testConfig } from '../support/world.js';

const AT = Date.UTC(2026, 9, 13, 9, 12);
const group = { scope: '', issuerDn: UNKNOWN_ISSUER, reason: 'expired' } as const;

it.each([
  ['en', 'unknown domain'],
  ['ja', '不明なドメイン'],
] as const)('in %s', (language, name) => {
  const notice = noticeOf({
    kind: 'spike',
    incident: { ...anIncident(1), group, told: null, since: AT },
    because: '20 refused in 1 minute',
    detection: detection('spike', 20),
    now: AT + 60_000,
    facts: [],
    recentFacts: [],
    clients: [],
    groups: [],
    scopeShare: 0.97,
    heldBackUntil: AT + 3_600_000,
    config: testConfig({ language }),
    deployment: {
      region: 'eu-central-1',
      accountId: '111122223333',
      tableName: 'mtls-watch-State',
      dashboardName: null,
      operatorFunction: null,
    },
    diagnosed: { verdict: null, verdictNote: null, change: null, issuerTrusted: false },
  });
  const messages = messagesIn[language];
  const { title, description } = chatOf(notice, messages).content;
  for (const text of [subjectOf(notice, messages), smsOf(notice, messages), title]) {
    expect(text).toContain(name);
    expect(text).not.toMatch(/ {2}/);
  }
  expect(description).not.toMatch(/: *$/m);
  const body = bodyOf(notice, messages);
  expect(body.startsWith(name)).toBe(true);
  expect(body).toMatch(new RegExp(`^ {2}${messages.labels.domain} +${name}$`, 'm'));
  expect(placeText('', {}, nameWords[language])).toBe(name);
});
