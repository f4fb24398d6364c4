import { describe, expect, test } from 'vitest';
import { limits } from '../../shared/base/limits.js';
import { findingCodes } from '../../shared/model/finding-codes.js';
import { english } from '../../shared/model/phrases.js';
import { reasonIdOfFinding } from '../../shared/model/reason-of-finding.js';
import { diagnosisCache } from '../../shared/x509/cache.js';
import { changesBetween, describeChange } from '../../shared/x509/change.js';
import { expiries, type ObservedClient, observations, preflight } from '../../shared/x509/observed.js';
import { truststoreOf } from '../../shared/x509/truststore.js';
import { AT, ca, days, type Issued, leaf } from '../support/certificates.js';

const root = ca({ subject: 'C=US,O=Acme,CN=Acme Root CA', key: 'ec-a' });
const newRoot = ca({ subject: 'C=US,O=Acme,CN=Acme Root CA 2', key: 'ec-b', notAfter: AT + days(20) });
const old = leaf({ subject: 'CN=old', key: 'ec-c', issuer: root });
const moved = leaf({ subject: 'CN=moved', key: 'ec-c', issuer: newRoot });

function seen({ certificate, pem }: Issued, more: Partial<ObservedClient> = {}): ObservedClient {
  const { subjectDn, issuerDn, serialNumber, notBefore, notAfter } = certificate;
  return {
    at: AT,
    count: 1,
    refused: false,
    scope: 'api.example.com',
    pem,
    subjectDn,
    issuerDn,
    serialNumber,
    notBefore,
    notAfter,
    ...more,
  };
}

function records(...all: ObservedClient[]) {
  const { add, clients } = observations();
  for (const one of all) add(one);
  return clients();
}

describe('observations', () => {
  test('add up by certificate, in any order', () => {
    const [record, ...others] = records(
      seen(old, { at: AT + 2, refused: true, scope: 'b' }),
      seen(old, { at: AT, count: 3 }),
      seen(old, { at: AT + 1 }),
    );
    expect(others).toEqual([]);
    expect(record).toMatchObject({
      requests: 5,
      refused: 1,
      firstAt: AT,
      lastAt: AT + 2,
      lastRefused: true,
      scopes: ['b', 'api.example.com'],
    });
  });

  test('stop at their bound and say so', () => {
    const { add, clients, leftOut } = observations();
    for (let at = 0; at < limits.observedClientsMax + 7; at++) add(seen(old, { pem: null, serialNumber: String(at) }));
    expect([clients().length, leftOut()]).toEqual([limits.observedClientsMax, 7]);
  });
});

describe('preflight', () => {
  const [both, oldOnly, newOnly] = [[root, newRoot], [root], [newRoot]].map((all) =>
    truststoreOf(all.map(({ certificate }) => certificate)),
  ) as [ReturnType<typeof truststoreOf>, ReturnType<typeof truststoreOf>, ReturnType<typeof truststoreOf>];
  const expired = leaf({ subject: 'CN=expired', key: 'ec-c', issuer: root, notAfter: AT - days(1) });
  const clients = records(
    seen(old),
    seen(moved, { refused: true }),
    seen(expired),
    seen(old, { pem: null, serialNumber: '99' }),
  );
  const changes = (...args: Parameters<typeof preflight>) =>
    Object.fromEntries(
      preflight(...args).map(({ client, change }) => [
        `${client.subjectDn} ${client.certificate === null ? '-' : ''}`.trim(),
        change,
      ]),
    );

  test('compares two truststores', () => {
    expect(changes(clients, newOnly, oldOnly, AT)).toEqual({
      'CN=old': 'newly-refused',
      'CN=moved': 'newly-trusted',
      'CN=expired': 'not-valid-itself',
      'CN=old -': 'unknown',
    });
    expect(changes(clients, oldOnly, oldOnly, AT)).toMatchObject({
      'CN=old': 'still-trusted',
      'CN=moved': 'still-refused',
    });
  });

  test('takes what happened for the current truststore where none is given', () => {
    expect(changes(clients, both, null, AT)).toMatchObject({ 'CN=old': 'still-trusted', 'CN=moved': 'newly-trusted' });
    expect(changes(clients, newOnly, null, AT)).toMatchObject({ 'CN=old': 'newly-refused' });
  });
});

describe('expiry', () => {
  const ending = leaf({ subject: 'CN=batch', key: 'ec-c', issuer: root, notAfter: AT + days(5) });
  const renewed = leaf({ subject: 'CN=batch', key: 'ec-d', issuer: root, serial: '77' });
  const lonely = leaf({ subject: 'CN=lonely', key: 'ec-c', issuer: root, notAfter: AT + days(9) });
  const stranger = leaf({
    subject: 'CN=stranger',
    key: 'ec-c',
    issuer: ca({ subject: 'CN=Nobody', key: 'ec-e' }),
    notAfter: AT + days(1),
  });

  test('ranks by traffic, names successors and leaves strangers out', () => {
    const clients = records(
      seen(ending, { count: 10 }),
      seen(renewed, { at: AT + 5 }),
      seen(lonely, { count: 30 }),
      seen(stranger, { count: 99, refused: true }),
    );
    const found = expiries(clients, null, AT, days(30));
    expect(
      found.map((one) => one.kind === 'client' && [one.client.subjectDn, one.successor?.serialNumber ?? null]),
    ).toEqual([
      ['CN=lonely', null],
      ['CN=batch', '77'],
    ]);
  });

  test('counts the clients below an expiring CA', () => {
    const clients = records(seen(moved, { count: 4 }), seen(old, { count: 9 }));
    const found = expiries(clients, truststoreOf([root.certificate, newRoot.certificate]), AT, days(30));
    expect(found).toMatchObject([
      { kind: 'ca', clients: 1, requests: 4, certificate: { subjectDn: newRoot.certificate.subjectDn } },
    ]);
  });
});

test('an expiring CA stands among the clients by the traffic below it', () => {
  const ending = (name: string) => leaf({ subject: `CN=${name}`, key: 'ec-c', issuer: root, notAfter: AT + days(5) });
  const clients = records(
    seen(ending('little'), { count: 1 }),
    seen(moved, { count: 4 }),
    seen(ending('much'), { count: 9 }),
  );
  const found = expiries(clients, truststoreOf([root.certificate, newRoot.certificate]), AT, days(30));
  expect(found.map((one) => (one.kind === 'ca' ? 'the CA' : one.client.subjectDn))).toEqual([
    'CN=much',
    'the CA',
    'CN=little',
  ]);
});

describe('what changed', () => {
  const change = changesBetween(truststoreOf([root.certificate]), truststoreOf([newRoot.certificate]));

  test('is told with the versions and the time since', () => {
    const told = describeChange(
      change,
      { versionId: 'v2', modifiedAt: AT },
      { versionId: 'v1', modifiedAt: AT - days(9) },
      AT + 4 * 60_000,
    );
    const text = told === null ? '' : english(told);
    expect(text).toContain('Refusals began 4 minutes after truststore version v2 replaced v1.');
    expect(text).toContain('In v1 and not in v2: C=US,O=Acme,CN=Acme Root CA (serial');
    expect(text).toContain('New in v2: C=US,O=Acme,CN=Acme Root CA 2 (serial');
  });

  test('is not blamed for what began before', () => {
    expect(
      describeChange(change, { versionId: 'v2', modifiedAt: AT }, { versionId: 'v1', modifiedAt: 0 }, AT - 1),
    ).toBeNull();
  });
});

describe('the cache of verdicts', () => {
  const bundle = { text: root.pem, version: 'observed' };
  const ending = leaf({ subject: 'CN=ending', key: 'ec-c', issuer: root, notAfter: AT });

  test('remembers a verdict for a version', () => {
    const cache = diagnosisCache();
    const first = cache.diagnose(old.certificate, bundle, AT);
    expect(cache.diagnose(old.certificate, bundle, AT + 1)).toBe(first);
    expect(cache.diagnose(old.certificate, { text: newRoot.pem, version: 'v2' }, AT).verdict).toBe('refused');
    expect(cache.truststore(bundle)).toBe(cache.truststore(bundle));
  });

  test('never past the moment at which it changes', () => {
    const cache = diagnosisCache();
    expect(cache.diagnose(ending.certificate, bundle, AT).verdict).toBe('trusted');
    expect(cache.diagnose(ending.certificate, bundle, AT + 1).reason).toBe('expired');
  });

  test('forgets the oldest', () => {
    const cache = diagnosisCache(1);
    const first = cache.diagnose(old.certificate, bundle, AT);
    cache.diagnose(moved.certificate, bundle, AT);
    expect(cache.diagnose(old.certificate, bundle, AT)).not.toBe(first);
  });
});

test('every cause but those without words of the gateway counts under one of its reasons', () => {
  const without = findingCodes.filter((code) => reasonIdOfFinding(code) === 'other');
  const notices = ['two-issuers', 'would-pass'];
  expect(without).toEqual(['malformed', 'search-limit-exceeded', 'name-constraint-violated', ...notices]);
});
