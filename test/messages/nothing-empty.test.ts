/** No words are missing in any language: every text of every catalogue says something, whatever it is filled with. */

import { expect, it } from 'vitest';
import { alarmIds } from '../../shared/config/runbooks.js';
import { alarmDescription } from '../../shared/messages/alarms.js';
import { auditWords } from '../../shared/messages/audit-words.js';
import { clientWords } from '../../shared/messages/client-words.js';
import { diagnoseWords } from '../../shared/messages/diagnose-words.js';
import { evidenceWords } from '../../shared/messages/evidence-words.js';
import { incidentWords } from '../../shared/messages/incident-words.js';
import { messagesIn } from '../../shared/messages/index.js';
import { nameWords } from '../../shared/messages/names.js';
import { phrases } from '../../shared/messages/phrases/ja.js';
import { reportMessages } from '../../shared/report/messages/index.js';
import { silentIn } from '../support/silent.js';
import { testConfig } from '../support/world.js';

it.each(['en', 'ja'] as const)('in %s', (language) => {
  expect(silentIn(messagesIn[language], 'messages')).toEqual([]);
  expect(silentIn(nameWords[language], 'names')).toEqual([]);
  expect(silentIn(reportMessages[language], 'report')).toEqual([]);
  expect(silentIn(diagnoseWords[language], 'diagnose')).toEqual([]);
  expect(silentIn(auditWords[language], 'audit')).toEqual([]);
  // Those columns need no head.
  expect(silentIn(clientWords[language], 'client')).toEqual(['client.preflight.clientHead.2', 'client.expiry.head.2']);
  expect(silentIn(evidenceWords[language], 'evidence')).toEqual([]);
  expect(silentIn(incidentWords[language], 'incident')).toEqual([]);
});

it('in the phrases', () => {
  expect(silentIn(phrases, 'phrases')).toEqual([]);
});

it.each(['en', 'ja'] as const)(
  'in the descriptions of alarms, %s: what happened, what it means, what to do, and a page',
  (language) => {
    const config = testConfig({ language });
    const ofAll = alarmIds.map((id) => alarmDescription(id, config).split('\n'));
    for (const lines of ofAll) {
      expect(lines).toHaveLength(4);
      for (const line of lines) expect(line.replace('mtls-watch: ', '').trim()).not.toBe('');
      expect(lines[3]).toMatch(/^https:/);
    }
    expect(new Set(ofAll.map(([, , , page]) => page)).size).toBe(alarmIds.length);
    const [id] = alarmIds;
    expect(alarmDescription(id, config, 'api.example.com')).toMatch(/^mtls-watch: api\.example\.com: ./);
  },
);
