/** How urgent: partners are never noise, strangers always are. */

import { expect, it } from 'vitest';
import { type Impact, severityFor, worse } from '../../shared/incidents/severity.js';
import { OTHER_ISSUERS } from '../../shared/model/index.js';
import type { ReasonId } from '../../shared/model/reasons.js';
import { numbers } from '../support/detections.js';
import { testConfig } from '../support/world.js';

const policy = testConfig({ detection: { floor: 10 } }).detection;

interface Case extends Partial<Omit<Impact, 'group' | 'numbers'>> {
  readonly count: number;
  readonly expected?: number;
  readonly issuerDn?: string;
  readonly reason?: ReasonId;
}

it.each<[string, Case]>([
  ['low', { count: 15 }],
  // On either side of each threshold.
  ['low', { count: 19 }],
  ['medium', { count: 199 }],
  ['high', { count: 1_999 }],
  ['low', { count: 15, clients: 4 }],
  ['medium', { count: 20, expected: 10 }],
  ['low', { count: 20, expected: 10.5 }],
  ['medium', { count: 20, scopeShare: 0.05 }],
  ['low', { count: 20, scopeShare: 0.049 }],
  ['medium', { count: 20 }],
  ['high', { count: 200 }],
  ['critical', { count: 2_000 }],
  ['medium', { count: 15, issuerTrusted: true }],
  ['medium', { count: 15, clients: 5 }],
  ['low', { count: 20, expected: 15 }],
  ['low', { count: 20, scopeShare: 0.01 }],
  ['medium', { count: 20, scopeShare: 0.01, issuerTrusted: true }],
  ['low', { count: 50_000, issuerTrusted: false }],
  ['critical', { count: 50_000, issuerTrusted: false, isOrganisationKnown: true }],
  ['medium', { count: 5, issuerTrusted: false, isLost: true }],
  ['high', { count: 300, issuerTrusted: false, isLost: true }],
  ['low', { count: 50_000, reason: 'self-signed' }],
  ['high', { count: 300, reason: 'self-signed', issuerTrusted: true }],
  ['medium', { count: 50_000, issuerTrusted: true, isClaimed: true, clients: 50 }],
  ['medium', { count: 10, issuerTrusted: true, isClaimed: true }],
  ['low', { count: 50_000, issuerDn: OTHER_ISSUERS }],
])('%s for %j', (severity, { count, expected = 0, issuerDn = 'CN=CA', reason = 'expired', ...changes }) => {
  const impact: Impact = {
    group: { scope: 'api.bank.example', issuerDn, reason },
    numbers: numbers({ count, expected, shortestMinutes: 1 }),
    clients: 1,
    issuerTrusted: null,
    isClaimed: false,
    isOrganisationKnown: false,
    scopeShare: null,
    ...changes,
  };
  expect(severityFor(impact, policy)).toBe(severity);
});

it('scales a window of more than an hour down to an hour, and none of less up', () => {
  const of = (windowMinutes: number) =>
    severityFor(
      {
        group: { scope: 'api.bank.example', issuerDn: 'CN=CA', reason: 'expired' },
        numbers: numbers({ count: 200, recent: 0, windowMinutes }),
        clients: 1,
        issuerTrusted: null,
        isClaimed: false,
        isOrganisationKnown: false,
        scopeShare: null,
      },
      policy,
    );
  expect([1, 60, 61, 600, 601].map(of)).toEqual(['high', 'high', 'medium', 'medium', 'low']);
});

it('never falls while an incident goes on', () => {
  expect(worse('high', 'low')).toBe('high');
  expect(worse('low', 'critical')).toBe('critical');
});
