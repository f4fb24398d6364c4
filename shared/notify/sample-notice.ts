/** An example notice for testing the delivery to people and machines. Every name in it is invented. */

import { MINUTE_MS } from '../base/time.js';
import type { Deployment, Notice, NoticeKind } from '../model/index.js';
import { english, say } from '../model/phrases.js';

const remedy = say`Nothing: this is a test of mtls-watch, no certificate was refused.`;
const evidence = say`a test`;

/** @param now milliseconds since the epoch */
export function sampleNotice(kind: NoticeKind, now: number, place: Deployment | null): Notice {
  const at = new Date(now).toISOString();
  const incidentId = `test-${Math.floor(now / MINUTE_MS)}`;
  return {
    type: 'notice',
    version: 1,
    kind,
    noticeId: `${incidentId}-${now}`,
    incidentId,
    at,
    since: new Date(now - 4 * MINUTE_MS).toISOString(),
    severity: 'low',
    group: { scope: 'test.mtls-watch.example', issuerDn: 'C=US,O=TEST mtls-watch,CN=Test CA', reason: 'expired' },
    refused: {
      party: 'client',
      client: 'TEST Partner (test-client)',
      others: 0,
      issuer: 'Test CA',
      isProven: true,
    },
    cause: 'expired',
    account: place?.accountId ?? null,
    region: place?.region ?? null,
    groups: [],
    reasonText: 'certificate has expired',
    count: 42,
    windowMinutes: 5,
    expected: 0,
    lastHour: [...new Array<number>(56).fill(0), 2, 5, 13, 22],
    clientCount: 1,
    issuerTrusted: null,
    scopeShare: null,
    severityAtFirst: 'low',
    because: 'a test, sent by mtls-watch notify-test',
    runbookUrl: 'https://example.com/mtls-watch-test',
    clients: [
      {
        subjectDn: 'C=US,O=TEST Partner,CN=test-client',
        serialNumber: '01',
        fingerprint: null,
        sourceIps: ['192.0.2.1'],
        count: 42,
      },
    ],
    verdict: {
      verdict: 'refused',
      reason: 'expired',
      findings: [
        {
          code: 'expired',
          severity: 'error',
          depth: 0,
          subjectDn: 'C=US,O=TEST Partner,CN=test-client',
          evidence: [english(evidence)],
          remedy: english(remedy),
          said: { evidence: [evidence], remedy },
        },
      ],
      path: ['C=US,O=TEST Partner,CN=test-client'],
    },
    verdictNote: null,
    change: null,
    links: { executionLog: null, accessLog: null, dashboard: null },
    commands: {
      silence: `mtls-watch silence add --incident ${incidentId} --for 2h --comment "why"${place === null ? '' : ` --table ${place.tableName}`}`,
      acknowledge: `mtls-watch ack ${incidentId}`,
    },
  };
}
