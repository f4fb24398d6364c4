/** Values for the contract suite; each takes what a test wants to be different. */

import type {
  AccessRecord,
  Client,
  Denial,
  Fact,
  GroupKey,
  Incident,
  Notice,
  Rollup,
  Silence,
} from '../../shared/model/index.js';

/** Characters that break naive storage: markup, quotes, separators of keys, bidi, astral, a lone surrogate, NUL. */
export const HOSTILE = `<b>"'#~ \\ \u202e \u{1f510} \ud800 \u0000 é`;

export function denial(n: number, changes: Partial<Denial> = {}): Denial {
  return {
    kind: 'denial',
    eventId: `d${n}`,
    at: 1_800_000_000_000 + n,
    requestId: `request-${n}`,
    extendedRequestId: `extended-${n}`,
    reason: 'issuer-not-found',
    reasonText: 'Could not find issuer for certificate',
    api: { apiId: 'abc123', stage: 'prod' },
    scope: 'API-Gateway-Execution-Logs_abc123/prod',
    rate: 1,
    ...changes,
  };
}

export function client(n: number, changes: Partial<Client> = {}): Client {
  return {
    subjectDn: `C=US,O=Acme,CN=client-${n}`,
    issuerDn: 'C=US,O=Acme,CN=Acme CA',
    serialNumber: '0A1B2C',
    notBefore: 1_600_000_000_000,
    notAfter: 1_900_000_000_000,
    fingerprint: 'ab'.repeat(32),
    sourceIp: '203.0.113.7',
    userAgent: 'curl/8.5.0',
    ...changes,
  };
}

export function access(n: number, changes: Partial<AccessRecord> = {}): AccessRecord {
  return {
    kind: 'access',
    eventId: `a${n}`,
    at: 1_800_000_000_500 + n,
    requestId: `request-${n}`,
    extendedRequestId: `extended-${n}`,
    api: { apiId: 'abc123', stage: 'prod' },
    scope: 'api.bank.example',
    client: client(n),
    rate: 1,
    ...changes,
  };
}

export function group(n = 0, changes: Partial<GroupKey> = {}): GroupKey {
  return { scope: 'api.bank.example', issuerDn: `CN=issuer-${n}`, reason: 'expired', ...changes };
}

const counts = (requests: number) => ({
  requests,
  count: requests,
  unattributed: 0,
  inferred: 0,
  firstAt: 1_800_000_000_000,
  lastAt: 1_800_000_000_999,
  reasonText: 'certificate has expired',
  clients: [
    {
      subjectDn: 'CN=client',
      serialNumber: '01',
      fingerprint: null,
      sourceIps: ['203.0.113.7', '2001:db8::1'],
      count: requests,
    },
  ],
});

export function fact(minute: number, requests = 1, changes: Partial<Fact> = {}): Fact {
  return { group: group(), minute, batchId: 'batch', ...counts(requests), ...changes };
}

export function rollup(hour: number, requests = 1, changes: Partial<Rollup> = {}): Rollup {
  return { group: group(), hour, ...counts(requests), ...changes };
}

export function incident(version: number, changes: Partial<Incident> = {}): Incident {
  return {
    incidentId: 'incident',
    group: group(),
    state: 'firing',
    version,
    since: 1_800_000_000_000,
    seenMinutes: 5,
    pauseMinutes: 0,
    lastNoticeAt: 1_800_000_000_000,
    calmSince: null,
    noticedCount: 12,
    severity: 'high',
    flaps: 0,
    announced: true,
    severityAtFirst: 'medium',
    acknowledged: false,
    heldBack: false,
    repeats: 0,
    steadyAt: null,
    lagMinutes: 0,
    usualDay: 0,
    isStranger: false,
    members: [],
    told: null,
    known: null,
    ...changes,
  };
}

export function notice(noticeId: string, at = 1_800_000_000_000, changes: Partial<Notice> = {}): Notice {
  return {
    type: 'notice',
    version: 1,
    kind: 'spike',
    noticeId,
    incidentId: 'incident',
    at: new Date(at).toISOString(),
    since: new Date(at).toISOString(),
    severity: 'high',
    group: group(),
    groups: [],
    reasonText: 'certificate has expired',
    count: 12,
    windowMinutes: 5,
    expected: 0.5,
    lastHour: [...new Array<number>(59).fill(0), 12],
    clientCount: 1,
    issuerTrusted: true,
    scopeShare: 0.75,
    severityAtFirst: 'medium',
    because: '12 in 5 minutes, 0.5 expected',
    runbookUrl: 'https://wiki.example.com/en/expired.md',
    clients: counts(1).clients,
    verdict: {
      verdict: 'refused',
      reason: 'expired',
      findings: [
        { code: 'expired', severity: 'error', depth: 0, subjectDn: null, evidence: ['2020'], remedy: 'Renew it.' },
      ],
      path: ['CN=client'],
    },
    verdictNote: null,
    change: null,
    links: { executionLog: null, accessLog: null, dashboard: null },
    commands: { silence: 'mtls-watch silence add', acknowledge: 'mtls-watch ack' },
    ...changes,
  };
}

export function silence(id: string, changes: Partial<Silence> = {}): Silence {
  return {
    id,
    scope: 'api.bank.example',
    issuerDn: '*',
    reason: 'expired',
    startsAt: 1_800_000_000_000,
    endsAt: 1_800_007_200_000,
    window: null,
    comment: 'migration',
    createdAt: 1_800_000_000_000,
    ...changes,
  };
}
