import { describe, expect, test } from 'vitest';
import { limits } from '../../shared/base/limits.js';
import { sunsetOf } from '../../shared/report/expiring.js';
import { reportMessages } from '../../shared/report/messages/index.js';
import { expiries, type ObservedClient, observations, shortLived } from '../../shared/x509/observed.js';
import { endOf, publicCaOf } from '../../shared/x509/public-cas.js';
import { caSunsets, clientSunsets } from '../../shared/x509/sunset.js';
import { truststoreOf } from '../../shared/x509/truststore.js';
import { AT, CLIENT_AUTH, ca, days, type Issued, leaf, SERVER_AUTH } from '../support/certificates.js';

const both = [SERVER_AUTH, CLIENT_AUTH];
const root = ca({ subject: 'C=US,O=Internet Security Research Group,CN=Sample X1', key: 'ec-a' });
const encrypt = ca({ subject: "C=US,O=Let's Encrypt,CN=S1", key: 'ec-b', issuer: root });
const amazon = ca({ subject: 'C=US,O=Amazon,CN=Sample M01', key: 'ec-b' });
const own = ca({ subject: 'C=US,O=Acme,CN=Acme CA', key: 'ec-d' });
const reseller = ca({ subject: 'C=NL,O=Reseller,CN=Reseller CA', key: 'ec-d', issuer: root });

function seen({ certificate, pem }: Issued, count: number, more: Partial<ObservedClient> = {}): ObservedClient {
  const { subjectDn, issuerDn, serialNumber, notBefore, notAfter } = certificate;
  const name = { subjectDn, issuerDn, serialNumber };
  return { at: AT, count, refused: false, scope: 'api.example.com', pem, ...name, notBefore, notAfter, ...more };
}

function records(...all: ObservedClient[]) {
  const { add, clients } = observations();
  for (const one of all) add(one);
  return clients();
}

const sunsets = (bundle: readonly Issued[] | null, ...all: ObservedClient[]) =>
  clientSunsets(
    records(...all),
    bundle === null ? null : truststoreOf(bundle.map(({ certificate }) => certificate)),
    AT,
  ).map(({ client, publicCa, usages, until, successor }) => [
    client.subjectDn,
    publicCa?.name ?? null,
    usages,
    until,
    successor?.issuerDn ?? null,
  ]);

describe('a public CA is known by the organization of its name', () => {
  test.each([
    ["C=US,O=Let's Encrypt,CN=R11", "Let's Encrypt", '2026-07-08'],
    ['C=US,O=DigiCert Inc,CN=DigiCert TLS RSA SHA256 2020 CA1', 'DigiCert', '2027-03-01'],
    ['C=US,O=DigiCert\\, Inc.,CN=x', 'DigiCert', '2027-03-01'],
    ['C=GB,O=Sectigo Limited,CN=x', 'Sectigo', '2027-02-10'],
    ['C=US,O=Amazon,CN=Amazon RSA 2048 M02', 'Amazon Trust Services (ACM)', '2025-06-11'],
    ['C=AT,O=ZeroSSL,CN=x', 'ZeroSSL', '2025-10-31'],
    ['C=BE,O=GlobalSign nv-sa,CN=x', 'GlobalSign', '2027-03-15'],
    ['C=US,O=GoDaddy.com\\, Inc.,CN=x', 'GoDaddy', '2027-03-15'],
    ['C=US,O=Other,O=Sectigo Limited,CN=x', 'Sectigo', '2027-02-10'],
  ])('%s', (dn, name, until) => {
    const found = publicCaOf(dn);
    expect([found?.name, endOf(found)]).toEqual([name, until]);
  });

  const CAS: Readonly<Record<string, readonly string[]>> = {
    ZeroSSL: ['ZeroSSL'],
    "Let's Encrypt": ["Let's Encrypt", 'Internet Security Research Group'],
    Sectigo: ['Sectigo', 'COMODO', 'The USERTRUST Network', 'GEANT Vereniging', 'Gandi'],
    DigiCert: ['DigiCert', 'GeoTrust', 'Thawte', 'RapidSSL', 'QuoVadis'],
    Actalis: ['Actalis'],
    Buypass: ['Buypass'],
    Certum: ['Certum', 'Asseco Data Systems', 'Unizeto Technologies'],
    'Cybertrust Japan': ['Cybertrust Japan'],
    'D-Trust': ['D-Trust'],
    Entrust: ['Entrust'],
    GlobalSign: ['GlobalSign', 'GMO GlobalSign'],
    GoDaddy: ['GoDaddy', 'GoDaddy.com', 'Starfield Technologies'],
    'Google Trust Services': ['Google Trust Services'],
    HARICA: ['HARICA', 'Hellenic Academic and Research Institutions CA'],
    IdenTrust: ['IdenTrust'],
    JPRS: ['Japan Registry Services'],
    'Network Solutions': ['Network Solutions'],
    SECOM: ['SECOM Trust Systems', 'SECOM Trust.net'],
    'SSL.com': ['SSL Corp', 'SSL Corporation'],
    SwissSign: ['SwissSign'],
    'Telekom Security': ['Deutsche Telekom Security', 'T-Systems'],
    Trustwave: ['Trustwave'],
    WISeKey: ['WISeKey'],
  };
  const rows = Object.entries(CAS).flatMap(([name, starts]) => starts.map((start) => [start, name] as const));
  test.each(rows)('%s is of %s, with whatever follows the words', (start, name) => {
    for (const organization of [start, start.toUpperCase(), `${start} GmbH`, `${start}\\, Inc.`]) {
      expect([organization, publicCaOf(`C=US,O=${organization},CN=x`)?.name]).toEqual([organization, name]);
    }
    expect(publicCaOf(`C=US,O=${start}s,CN=x`)).toBeNull();
    expect(publicCaOf(`C=US,O=Not ${start},CN=x`)).toBeNull();
    expect(publicCaOf(`C=US,OU=${start},CN=x`)).toBeNull();
  });

  test.each([
    'C=US,O=Amazon.com Inc.,OU=Amazon Web Services',
    'C=US,O=Amazonia Bank,CN=x',
    'C=US,O=Digicertify,CN=x',
    'C=US,CN=DigiCert Inc',
    'C=US,O=Acme,OU=DigiCert Inc,CN=x',
    'C=US,O=Acme\\,O=DigiCert Inc,CN=x',
    '',
  ])('not %j', (dn) => {
    expect(publicCaOf(dn)).toBeNull();
  });
});

describe('who will lose client authentication', () => {
  const web = leaf({ subject: 'CN=web', key: 'ec-c', issuer: encrypt, extendedKeyUsage: both });

  test('are those under a public CA and those with both usages, the busiest first', () => {
    const dual = leaf({ subject: 'CN=dual', key: 'ec-c', issuer: own, extendedKeyUsage: both });
    const server = leaf({ subject: 'CN=server', key: 'ec-c', issuer: encrypt, extendedKeyUsage: [SERVER_AUTH] });
    const fine = leaf({ subject: 'CN=fine', key: 'ec-c', issuer: own });
    const none = leaf({ subject: 'CN=none', key: 'ec-c', issuer: own, extendedKeyUsage: [SERVER_AUTH] });
    const all = [seen(fine, 99), seen(web, 5), seen(dual, 7), seen(server, 1), seen(none, 3)];
    expect(sunsets(null, ...all)).toEqual([
      ['CN=dual', null, 'both', '2027-03-15', null],
      ['CN=web', "Let's Encrypt", 'both', '2026-07-08', null],
      ['CN=server', "Let's Encrypt", 'server', '2026-07-08', null],
    ]);
  });

  test('are known by the issuer where the log holds no certificate', () => {
    expect(sunsets(null, seen(web, 1, { pem: null }))).toEqual([
      ['CN=web', "Let's Encrypt", 'unknown', '2026-07-08', null],
    ]);
  });

  test('are found under a public root through a CA of another name, with the truststore', () => {
    const client = leaf({ subject: 'CN=client', key: 'ec-c', issuer: reseller });
    expect(sunsets(null, seen(client, 1))).toEqual([]);
    expect(sunsets([reseller, root], seen(client, 1))).toEqual([
      ['CN=client', "Let's Encrypt", 'client', '2026-07-08', null],
    ]);
  });

  test('are not strangers, nor those issued for clients alone after the CA stopped', () => {
    expect(sunsets(null, seen(web, 9, { refused: true }))).toEqual([]);
    const spec = { subject: 'CN=n2', key: 'ec-c', issuer: amazon };
    const before = leaf({ ...spec, notBefore: Date.UTC(2025, 5, 1) });
    const after = leaf({ ...spec, serial: '77', notBefore: Date.UTC(2025, 5, 13) });
    expect(sunsets(null, seen(before, 1))).toHaveLength(1);
    expect(sunsets(null, seen(after, 1))).toEqual([]);
  });

  test('are moved when a later certificate that is not concerned calls; one that is moves nobody', () => {
    const moved = leaf({ subject: 'CN=web', key: 'ec-c', issuer: own, serial: '78', notAfter: AT + days(9000) });
    expect(sunsets(null, seen(web, 2), seen(moved, 1))).toEqual([
      ['CN=web', "Let's Encrypt", 'both', '2026-07-08', 'C=US,O=Acme,CN=Acme CA'],
    ]);
    const renewed = leaf({
      subject: 'CN=web',
      key: 'ec-c',
      issuer: encrypt,
      serial: '79',
      notAfter: AT + days(9000),
      extendedKeyUsage: both,
    });
    expect(sunsets(null, seen(web, 2), seen(renewed, 1)).map((row) => row.at(-1))).toEqual([null, null]);
    // Expired and replaced: only the next one is left to be told of.
    const gone = leaf({ subject: 'CN=web', key: 'ec-c', issuer: encrypt, serial: '80', notAfter: AT - days(1) });
    expect(sunsets(null, seen(gone, 2), seen(renewed, 1))).toHaveLength(1);
  });

  test('many of them are told within the bounds of a search each', () => {
    const client = leaf({ subject: 'CN=client', key: 'ec-c', issuer: reseller });
    const clients = Array.from({ length: limits.signatureChecksMax }, (_, n) =>
      seen(client, 1, { serialNumber: String(n) }),
    );
    expect(sunsets([reseller, root], ...clients)).toHaveLength(clients.length);
  });

  test('without traffic, the public CAs of the truststores are told, each once', () => {
    const bundle = truststoreOf([encrypt, root, own].map(({ certificate }) => certificate));
    expect(caSunsets(bundle).map(({ line, publicCa }) => [line, publicCa.name])).toEqual([
      [1, "Let's Encrypt"],
      [2, "Let's Encrypt"],
    ]);
    expect(sunsetOf(null, [bundle, bundle], AT)).toMatchObject([
      { kind: 'ca', subjectDn: encrypt.certificate.subjectDn, requests: null, until: '2026-07-08' },
      { kind: 'ca', subjectDn: root.certificate.subjectDn },
    ]);
  });

  test.each(['en', 'ja'] as const)('the report names the dates of the list in %s', (language) => {
    for (const name of ["Let's Encrypt", 'Sectigo', 'DigiCert', 'Entrust']) {
      expect(reportMessages[language].sunset.note).toContain(endOf(publicCaOf(`O=${name}`)));
    }
  });
});

describe('what lives shortly is due in its last quarter', () => {
  test.each([
    // [life in days, days left, within, due]
    [47, 40, 90, false],
    [47, 12, 90, false],
    [47, 11, 90, true],
    [90, 30, 90, false],
    [90, 22, 90, true],
    [200, 51, 90, false],
    [200, 50, 90, true],
    [201, 89, 90, true],
    [365, 89, 90, true],
    [365, 91, 90, false],
    [3650, 80, 90, true],
    [1, 0.3, 90, false],
    [1, 0.2, 90, true],
    // Never more than was asked for.
    [200, 40, 30, false],
    [47, -1, 90, true],
  ])('of %d days with %d left, within %d: %s', (life, left, within, due) => {
    const notAfter = AT + Math.round(days(1) * left);
    const client = leaf({ subject: 'CN=c', key: 'ec-c', issuer: own, notBefore: notAfter - days(life), notAfter });
    for (const more of [{}, { pem: null }]) {
      const clients = records(seen(client, 1, more));
      expect(expiries(clients, null, AT, days(within))).toHaveLength(due ? 1 : 0);
      expect(shortLived(clients, AT, days(within))).toHaveLength(!due && left <= within ? 1 : 0);
    }
  });

  test('without its beginning, a life is taken for a long one', () => {
    const client = leaf({ subject: 'CN=c', key: 'ec-c', issuer: own, notBefore: AT, notAfter: AT + days(40) });
    expect(expiries(records(seen(client, 1, { pem: null, notBefore: null })), null, AT, days(90))).toHaveLength(1);
  });
});
