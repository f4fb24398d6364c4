/**
 * The certificates of the sample day. They are made once, by `npm run sample -- --new-pki`, and kept in `pki.pem`
 * without their private keys: ECDSA signatures differ every time, and a repository is no place for keys.
 *
 *     Example Bank Partner Root CA ── Example Bank Partner Issuing CA ── clients of most partners
 *     Acme Logistics Root CA ─┬─ Acme Logistics Issuing CA (old key) ── edi-01 … edi-05, in the truststore
 *                             └─ Acme Logistics Issuing CA (new key) ── edi-01-new … edi-05-new, missing until 09:59
 *     Müller, Söhne & Co. KG Kunden-CA (RSA) ── three clients
 *     Fabrikam Settlement CA (RSA) ── a client whose certificate is signed with SHA-1
 *     Umbrella Freight Root CA ── Level 1 … Level 4 CA ── a client five steps below the root
 *     Initech Device CA, in no truststore ── one client
 *     120 self-signed certificates of a scanner
 */

import '../shared/adapters/tls/reflect.js';
import type { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

/** RDNs in the order of the certificate, as pairs of short attribute name and value. */
export type Dn = readonly (readonly [string, string])[];

export interface Certificate {
  readonly name: string;
  readonly pem: string;
  readonly subject: Dn;
  readonly issuer: Dn;
  /** Hexadecimal. */
  readonly serialNumber: string;
  readonly notBefore: number;
  readonly notAfter: number;
}

export type Pki = ReadonlyMap<string, Certificate>;

/** The day that the sample tells of; the expired certificate ends on it at 13:00. */
export const SAMPLE_DAY = '2026-10-13';
export const EXPIRY = Date.parse(`${SAMPLE_DAY}T13:00:00Z`);
export const SCANNER_CERTIFICATES = 120;

/** In the truststore at the start of the day; `acme-issuing-new` joins them at 09:59. */
export const TRUSTSTORE = [
  'bank-root',
  'bank-issuing',
  'acme-root',
  'acme-issuing',
  'mueller-ca',
  'fabrikam-ca',
  'umbrella-root',
  'umbrella-1',
  'umbrella-2',
  'umbrella-3',
  'umbrella-4',
] as const;

export const BANK_CLIENTS = [
  'northwind-erp', 'northwind-pos', 'contoso-payroll', 'contoso-treasury', 'tailspin-orders', 'tailspin-refunds',
  'wingtip-app', 'wingtip-backoffice', 'adatum-invoices', 'adatum-reports', 'litware-mobile', 'litware-web',
  'proseware-sync', 'proseware-batch', 'woodgrove-link', 'fourthcoffee-till', 'lucerne-ledger', 'alpine-booking',
  'relecloud-gateway', 'trey-research-desk', 'sandbox-alice', 'sandbox-bob', 'sandbox-ci',
] as const; // biome-ignore format: a list of names reads better in rows
export const ACME_CLIENTS = ['edi-01', 'edi-02', 'edi-03', 'edi-04', 'edi-05'] as const;
export const MUELLER_CLIENTS = ['mueller-lager', 'mueller-versand', 'mueller-buchhaltung'] as const;

const P256 = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const rsa = (modulusLength: number, hash = 'SHA-256') => ({
  name: 'RSASSA-PKCS1-v1_5',
  hash,
  publicExponent: new Uint8Array([1, 0, 1]),
  modulusLength,
});

interface Party {
  readonly cert: x509.X509Certificate;
  readonly keys: webcrypto.CryptoKeyPair;
}

interface Wish {
  readonly subject: Dn;
  readonly by?: Party;
  readonly key?: ReturnType<typeof rsa> | typeof P256;
  readonly notBefore?: number;
  readonly notAfter?: number;
  readonly ca?: boolean;
  /** The hash of the signature where it is not SHA-256. */
  readonly hash?: string;
  /** Without it, nothing but the DN says which of two keys of a CA has signed. */
  readonly authorityKeyId?: boolean;
}

/** Makes all certificates anew and returns them as the text of `pki.pem`. */
export async function makePki(): Promise<string> {
  const made: string[] = [];
  let serial = 0x5a10;
  const make = async (name: string, wish: Wish): Promise<Party> => {
    serial += 1;
    const party = await issue(wish, serial);
    made.push(`# ${name}\n${party.cert.toString('pem')}\n`);
    return party;
  };
  const dn = (c: string, o: string, cn: string): Dn => [['C', c], ['O', o], ['CN', cn]]; // biome-ignore format: one DN

  const bankRoot = await make('bank-root', {
    subject: dn('DE', 'Example Bank AG', 'Example Bank Partner Root CA'),
    ca: true,
  });
  const bank = await make('bank-issuing', {
    subject: dn('DE', 'Example Bank AG', 'Example Bank Partner Issuing CA'),
    by: bankRoot,
    ca: true,
  });
  for (const name of BANK_CLIENTS) await make(name, { subject: dn('DE', company(name), name), by: bank });

  await make('globex-billing', {
    subject: dn('US', 'Globex Corporation', 'billing-batch'),
    by: bank,
    notBefore: EXPIRY - 365 * DAY,
    notAfter: EXPIRY,
  });
  await make('globex-billing-new', { subject: dn('US', 'Globex Corporation', 'billing-batch'), by: bank });
  await make('tomorrow', {
    subject: dn('DE', 'Contoso GmbH', 'contoso-payroll'),
    by: bank,
    notBefore: EXPIRY + 20 * HOUR,
  });
  await make('weak-key', { subject: dn('DE', 'Lucerne Publishing', 'ledger-legacy'), by: bank, key: rsa(1024) });

  const acme = 'Acme Logistics Inc.';
  const acmeRoot = await make('acme-root', { subject: dn('US', acme, 'Acme Logistics Root CA'), ca: true });
  const issuing: Wish = { subject: dn('US', acme, 'Acme Logistics Issuing CA'), by: acmeRoot, ca: true };
  const oldKey = await make('acme-issuing', issuing);
  const newKey = await make('acme-issuing-new', {
    ...issuing,
    notBefore: Date.parse(`${SAMPLE_DAY}T00:00:00Z`) - 7 * DAY,
  });
  for (const name of ACME_CLIENTS) {
    const subject: Dn = [['C', 'US'], ['O', acme], ['OU', 'EDI'], ['CN', `${name}.edi.acme-logistics.example`]]; // biome-ignore format: one DN
    await make(name, { subject, by: oldKey });
    const authorityKeyId = name !== 'edi-04' && name !== 'edi-05';
    await make(`${name}-new`, { subject, by: newKey, authorityKeyId, notBefore: EXPIRY - 6 * DAY });
  }

  const mueller = 'Müller, Söhne & Co. KG';
  const muellerCa = await make('mueller-ca', { subject: dn('DE', mueller, 'Kunden-CA'), ca: true, key: rsa(2048) });
  for (const name of MUELLER_CLIENTS) await make(name, { subject: dn('DE', mueller, name), by: muellerCa });

  const fabrikam = 'Fabrikam Settlement Ltd';
  const fabrikamCa = await make('fabrikam-ca', {
    subject: dn('GB', fabrikam, 'Fabrikam Settlement CA'),
    ca: true,
    key: rsa(2048),
  });
  await make('fabrikam-sha1', {
    subject: dn('GB', fabrikam, 'nightly-settlement'),
    by: fabrikamCa,
    key: rsa(2048),
    hash: 'SHA-1',
  });

  let above = await make('umbrella-root', {
    subject: dn('US', 'Umbrella Freight', 'Umbrella Freight Root CA'),
    ca: true,
  });
  for (const level of [1, 2, 3, 4]) {
    above = await make(`umbrella-${level}`, {
      subject: dn('US', 'Umbrella Freight', `Level ${level} CA`),
      by: above,
      ca: true,
    });
  }
  await make('umbrella-client', { subject: dn('US', 'Umbrella Freight', 'dispatch'), by: above });

  const initech = await issue({ subject: [['C', 'US'], ['O', 'Initech'], ['OU', 'Mobile'], ['CN', 'Initech Device CA']], ca: true }, 1); // biome-ignore format: one DN
  await make('initech-device', { subject: dn('US', 'Initech', 'device-7f21'), by: initech });

  for (let n = 0; n < SCANNER_CERTIFICATES; n += 1) {
    await make(`scanner-${n}`, { subject: scannerName(n), notBefore: EXPIRY - DAY, notAfter: EXPIRY + DAY });
  }
  return made.join('');
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Names that try something on whoever shows them: markup, a formula, a chat mention, a terminal escape, bidi. */
const HOSTILE_NAMES = [
  '<img src=x onerror=alert(1)>',
  "=cmd|' /C calc'!A0",
  '<!channel> *urgent* <https://evil.example|click here>',
  '\u001b[31mroot\u001b[0m',
  'invoice-\u202efdp.exe',
] as const;

function scannerName(n: number): Dn {
  const hostile = HOSTILE_NAMES[n / 20];
  if (hostile !== undefined) return [['CN', hostile]];
  const words = ['localhost', 'router', 'admin', 'test', 'vpn', 'camera', 'nas', 'printer'];
  const word = words[n % words.length] ?? 'host';
  return n % 3 === 0 ? [['CN', `${word}-${n}`]] : [['C', 'XX'], ['O', 'Default Company Ltd'], ['CN', `${word}-${n}`]]; // biome-ignore format: DNs
}

function company(client: string): string {
  const word = client.split('-')[0] ?? client;
  return `${word.charAt(0).toUpperCase()}${word.slice(1)} GmbH`;
}

async function issue(wish: Wish, serial: number): Promise<Party> {
  const keys = (await crypto.subtle.generateKey(wish.key ?? P256, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair;
  const signingKey = await withHash((wish.by?.keys ?? keys).privateKey, wish.hash);
  const extensions: x509.Extension[] = [
    new x509.BasicConstraintsExtension(wish.ca === true, undefined, true),
    new x509.KeyUsagesExtension(
      wish.ca ? x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign : x509.KeyUsageFlags.digitalSignature,
      true,
    ),
    await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
  ];
  if (wish.by !== undefined && wish.authorityKeyId !== false) {
    extensions.push(await x509.AuthorityKeyIdentifierExtension.create(wish.by.keys.publicKey));
  }
  const cert = await x509.X509CertificateGenerator.create({
    serialNumber: serial.toString(16).padStart(16, '0c'),
    subject: nameOf(wish.subject),
    issuer: wish.by?.cert.subjectName ?? nameOf(wish.subject),
    notBefore: new Date(wish.notBefore ?? Date.parse('2026-02-03T00:00:00Z')),
    notAfter: new Date(wish.notAfter ?? Date.parse(wish.ca ? '2036-02-03T00:00:00Z' : '2027-08-05T00:28:21Z')),
    signingAlgorithm: { name: signingKey.algorithm.name, hash: wish.hash ?? 'SHA-256' },
    publicKey: keys.publicKey,
    signingKey,
    extensions,
  });
  return { cert, keys };
}

/** An RSA key of WebCrypto is bound to a hash; another hash takes another import of it. */
async function withHash(key: webcrypto.CryptoKey, hash: string | undefined): Promise<webcrypto.CryptoKey> {
  if (hash === undefined) return key;
  const pkcs8 = await crypto.subtle.exportKey('pkcs8', key);
  return crypto.subtle.importKey('pkcs8', pkcs8, { name: key.algorithm.name, hash }, false, ['sign']);
}

const nameOf = (dn: Dn): x509.JsonName =>
  dn.map(
    ([type, value]): Record<string, (string | { utf8String: string })[]> => ({
      [type]: [type === 'C' ? value : { utf8String: value }],
    }),
  ) as x509.JsonName;

/** Reads `pki.pem`: a comment with the name before each certificate. */
export function readPki(text: string): Pki {
  const found = new Map<string, Certificate>();
  for (const [, name = '', pem = ''] of text.matchAll(/^# (\S+)\n(-----BEGIN[^#]+-----)$/gm)) {
    const cert = new x509.X509Certificate(pem);
    found.set(name, {
      name,
      pem: `${pem}\n`,
      subject: dnOf(cert.subjectName),
      issuer: dnOf(cert.issuerName),
      serialNumber: cert.serialNumber,
      notBefore: cert.notBefore.getTime(),
      notAfter: cert.notAfter.getTime(),
    });
  }
  return found;
}

function dnOf(name: x509.Name): Dn {
  return name
    .toJSON()
    .flatMap((rdn) =>
      Object.entries(rdn).flatMap(([type, values]) => values.map((value) => [type, plain(value)] as const)),
    );
}

/** The library hands texts back as strings, those of unusual types as objects with one entry. */
function plain(value: unknown): string {
  return typeof value === 'string' ? value : String(Object.values(value as object)[0]);
}
