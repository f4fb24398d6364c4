/** What probes showed at one gateway takes the place of what is likely of gateways in general. */

import { describe, expect, it } from 'vitest';
import { type ProbedGateway, type ProbedKind, type ProbedOutcome, probedKinds } from '../../shared/model/index.js';
import { diagnosisCache } from '../../shared/x509/cache.js';
import { diagnose } from '../../shared/x509/diagnose.js';
import { truststoreOf } from '../../shared/x509/truststore.js';
import { AT, ca, days, type Issued, leaf, SERVER_AUTH, type Spec } from '../support/certificates.js';

const ON = '2026-05-02';
const ANY = '2.5.29.37.0';
const root = ca({ subject: 'C=US,O=Acme,CN=Acme Root CA', key: 'rsa-a' });

function chain(cas: number): Issued[] {
  const made = [root];
  for (const key of ['ec-b', 'ec-d', 'ec-e', 'ec-f', 'ec-a', 'rsa-b'].slice(0, cas - 1))
    made.push(ca({ subject: `C=US,O=Acme,CN=Level ${key}`, key, issuer: made.at(-1)! }));
  return made;
}

function clientUnder(store: readonly Issued[], change: Partial<Spec> = {}) {
  const client = leaf({ subject: 'C=US,O=Partner,CN=client', key: 'ec-c', issuer: store.at(-1)!, ...change });
  return { client: client.certificate, truststore: truststoreOf(store.map(({ certificate }) => certificate)) };
}

function probed(outcome: ProbedOutcome['outcome'], of: readonly ProbedKind[] = probedKinds): ProbedGateway {
  const outcomeOf = (kind: ProbedKind): ProbedOutcome =>
    of.includes(kind) ? { outcome, because: null } : { outcome: 'undecided', because: 'throttled' };
  const outcomes = Object.fromEntries(probedKinds.map((kind) => [kind, outcomeOf(kind)]));
  return {
    domain: 'api.example.com',
    at: Date.parse(`${ON}T09:30:00Z`),
    outcomes: outcomes as ProbedGateway['outcomes'],
  };
}

const SETTLED = [
  ['chain-of-five', 'chain-too-long', clientUnder(chain(5))],
  ['server-only', 'unsupported-purpose', clientUnder([root], { extendedKeyUsage: [SERVER_AUTH] })],
  ['p521', 'unsupported-curve', clientUnder([root], { key: 'ec-p521' })],
  ['pss', 'unsupported-signature', clientUnder([root], { pss: true })],
] as const;

describe.each(SETTLED)('a probe of %s', (kind, code, { client, truststore }) => {
  const verdictWith = (seen: ProbedGateway | null, refusedWith: Parameters<typeof diagnose>[4] = null) =>
    diagnose(client, truststore, AT, [], refusedWith, seen);

  it('that was refused makes the verdict certain, and says since when', () => {
    const { verdict, reason, findings } = verdictWith(probed('refused', [kind]));
    expect({ verdict, reason }).toEqual({ verdict: 'refused', reason: code });
    expect(findings[0]).toMatchObject({ code, severity: 'error', standing: 'seen', seenOn: ON });
    expect(findings[0]?.evidence.at(-1)).toMatch(/^seen at this gateway on 2026-05-02: it refused/);
    expect(findings[0]?.evidence.join()).not.toMatch(/likely|not known|known from/);
    expect(findings[0]?.remedy).not.toMatch(/^Nothing to do/);
  });

  it('that was let in leaves nothing to refuse, and says so', () => {
    const { verdict, findings } = verdictWith(probed('let-in', [kind]));
    expect(verdict).toBe('trusted');
    expect(findings.find(({ seenOn }) => seenOn !== undefined)).toMatchObject({ severity: 'info', standing: 'seen' });
    expect(findings.some(({ severity }) => severity !== 'info')).toBe(false);
    expect(findings.flatMap(({ evidence }) => evidence).join()).toMatch(
      /seen at this gateway on 2026-05-02: it let in/,
    );
  });

  it('that was undecided, or of another kind, changes nothing', () => {
    const plain = verdictWith(null);
    expect(verdictWith(probed('undecided'))).toEqual(plain);
    for (const outcome of ['refused', 'let-in'] as const) {
      const others = probedKinds.filter((other) => other !== kind);
      expect(verdictWith(probed(outcome, others))).toEqual(plain);
    }
  });
});

describe('the gateway’s own sentence', () => {
  const { client, truststore } = clientUnder([root], { extendedKeyUsage: [SERVER_AUTH] });

  it('weighs more than a probe that was let in earlier', () => {
    const told = diagnose(client, truststore, AT, [], 'unsupported-purpose', probed('let-in'));
    expect(told).toEqual(diagnose(client, truststore, AT, [], 'unsupported-purpose'));
    const long = clientUnder(chain(5));
    expect(diagnose(long.client, long.truststore, AT, [], 'chain-too-long', probed('let-in'))).toEqual(
      diagnose(long.client, long.truststore, AT, [], 'chain-too-long'),
    );
  });

  it('that is not known does not refer to what the gateway was seen to let in', () => {
    expect(diagnose(client, truststore, AT, [], 'other').reason).toBe('unsupported-purpose');
    expect(diagnose(client, truststore, AT, [], 'other', probed('let-in')).verdict).toBe('trusted');
  });
});

describe('what no probe was like', () => {
  it.each([
    ['a usage for any purpose', clientUnder([root], { extendedKeyUsage: [ANY] }), 'unsupported-purpose'],
    [
      'a CA that issues for servers only',
      clientUnder([root, ca({ subject: 'CN=Servers', key: 'ec-b', issuer: root, extendedKeyUsage: [SERVER_AUTH] })]),
      'unsupported-purpose',
    ],
    [
      'a CA with P-521',
      clientUnder([root, ca({ subject: 'CN=Big', key: 'ec-p521', issuer: root })]),
      'unsupported-curve',
    ],
    ['another curve', clientUnder([root], { key: 'ec-p224' }), 'unsupported-curve'],
  ])('stays as it is: %s', (_what, { client, truststore }, code) => {
    const plain = diagnose(client, truststore, AT);
    expect(plain.findings.map((one) => one.code)).toContain(code);
    for (const outcome of ['refused', 'let-in'] as const)
      expect(diagnose(client, truststore, AT, [], null, probed(outcome))).toEqual(plain);
  });

  it('a chain of six, where five were let in, is refused, and not known to be', () => {
    const { client, truststore } = clientUnder(chain(6));
    const { reason, findings } = diagnose(client, truststore, AT, [], null, probed('let-in'));
    expect(reason).toBe('chain-too-long');
    expect(findings[0]).toMatchObject({ standing: 'unknown' });
    expect(findings[0]?.evidence.join()).toContain('it let in 5 CA certificates; whether it follows more is not known');
    expect(findings[0]?.remedy).toContain('the gateway follows 5');
    expect(diagnose(client, truststore, AT, [], null, probed('refused')).findings[0]).toMatchObject({
      standing: 'seen',
    });
  });

  it('another fault beside one that is let in is the cause', () => {
    const { client, truststore } = clientUnder([root], { key: 'ec-p521', notAfter: AT - days(1) });
    expect(diagnose(client, truststore, AT).reason).toBe('unsupported-curve');
    expect(diagnose(client, truststore, AT, [], null, probed('let-in')).reason).toBe('expired');
  });
});

it('a verdict from before the probes is not given after them', () => {
  const { client } = clientUnder([root], { key: 'ec-p521' });
  const bundle = { text: root.pem, version: 'probed' };
  const { diagnose: cached } = diagnosisCache();
  expect(cached(client, bundle, AT).verdict).toBe('refused');
  expect(cached(client, bundle, AT, null, probed('let-in')).verdict).toBe('trusted');
  expect(cached(client, bundle, AT).verdict).toBe('refused');
});
