/** One incident with what was done about it, as `incidents show` prints it in each state and language. */

import { stripVTControlCharacters } from 'node:util';
import { expect, it } from 'vitest';
import { incidentText } from '../../cli/terminal/incident-text.js';
import { incidentWords } from '../../shared/messages/incident-words.js';
import { messagesIn } from '../../shared/messages/index.js';
import type { EndedIncident } from '../../shared/model/index.js';
import { SEVERAL_ISSUERS } from '../../shared/model/index.js';
import { group, incident, notice, silence } from '../contract/examples.js';

const MINUTE = 60_000;
const NOW = Date.UTC(2026, 10, 29, 2, 30);
const since = NOW - 50 * MINUTE;
const firing = incident(1, { since, severity: 'high' });
const ended: EndedIncident = {
  incidentId: 'incident',
  group: group(),
  severity: 'critical',
  since,
  firstFailureAt: since - 3 * MINUTE,
  calmAt: NOW - 20 * MINUTE,
  endedAt: NOW - 10 * MINUTE,
  count: 1234.5,
  reasons: [
    { reason: 'expired', count: 1000 },
    { reason: 'not-yet-valid', count: 234.5 },
  ],
  flaps: 0,
  announced: true,
  heldBack: false,
};
const nothing = {
  incidentId: 'incident',
  group: group(),
  since,
  firing: null,
  ended: null,
  sent: [],
  waiting: [],
  silences: [],
};
const at = { startsAt: NOW - 60 * MINUTE, endsAt: NOW + 60 * MINUTE };

const KNOWN = {
  'that goes on, of which was told': {
    ...nothing,
    group: group(0, { isUnverified: true }),
    firing,
    sent: [
      notice('n1', NOW - 40 * MINUTE),
      notice('n2', NOW - 30 * MINUTE, { kind: 'ongoing', severity: 'low' }),
      notice('n3', NOW - 25 * MINUTE, { kind: 'escalated', severity: 'critical', count: 4321 }),
    ],
    waiting: [notice('n4', NOW - 5 * MINUTE, { kind: 'resolved', severity: 'medium' })],
    silences: [
      silence('now', { ...at, author: 'ops' }),
      silence('before', { ...at, endsAt: NOW, comment: 'it is over' }),
      silence('later', { ...at, startsAt: NOW + MINUTE }),
    ],
  },
  'that goes on and is calm, and nobody was told': {
    ...nothing,
    group: group(0, { reason: 'other', words: 'the moon is in the wrong quarter' }),
    firing: incident(1, { since, severity: 'low', calmSince: NOW - 4 * MINUTE, announced: false, acknowledged: true }),
  },
  'that somebody acknowledged': {
    ...nothing,
    group: group(0, { issuerDn: SEVERAL_ISSUERS, door: 'cloudfront' }),
    firing: incident(1, { since, severity: 'medium', acknowledged: true, acknowledgedBy: 'ops' }),
  },
  'that is over': { ...nothing, ended },
  'that is over, and was held back': {
    ...nothing,
    ended: { ...ended, heldBack: true, reasons: [], count: 5, firstFailureAt: null },
  },
  'that is over, and was told with another': { ...nothing, ended: { ...ended, announced: false, count: null } },
};

it.each(['en', 'ja'] as const)('%s', async (language) => {
  const texts = Object.entries(KNOWN).map(([name, known], n) => {
    const text = incidentText(known, n === 0 ? 7 : null, NOW, incidentWords[language], messagesIn[language]);
    return `an incident ${name}\n\n${stripVTControlCharacters(text)}\n`;
  });
  await expect(texts.join('\n')).toMatchFileSnapshot(`golden/${language}/incidents.txt`);
});
