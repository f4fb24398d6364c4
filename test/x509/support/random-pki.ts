/**
 * Random public-key infrastructures, from a seed: a chain of CAs with up to three things that are unusual or wrong, in a bundle that
 * may lack one, hold one twice over, or hold it under another key, name or issuer. Keys come from `fixtures/keys.json`.
 */

import type { Certificate } from '../../../shared/x509/certificate.js';
import {
  AT,
  altered,
  attributeSet,
  CLIENT_AUTH,
  ca,
  days,
  extension,
  general,
  type Issued,
  leaf,
  SERVER_AUTH,
  type Spec,
} from '../../support/certificates.js';
import * as der from '../../support/der-writer.js';

export interface RandomPki {
  readonly client: Certificate;
  readonly truststore: readonly Certificate[];
  /** What is unusual, for the report of a disagreement. */
  readonly twists: readonly string[];
}

/** Numbers between 0 and 1, the same for the same seed (mulberry32). */
function numbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

type Change = Partial<Spec>;
type Pick = <T>(...options: readonly T[]) => T;

const KEYS = ['ec-a', 'ec-b', 'ec-d', 'ec-e', 'rsa-a', 'rsa-b', 'rsa-d', 'rsa-e'];
const PAST = { notBefore: AT - days(900), notAfter: AT - days(3) };
const FUTURE = { notBefore: AT + days(3), notAfter: AT + days(900) };

/** Changes to one certificate, a CA or the client. `issuer` is what signs it. */
const TWISTS: Readonly<Record<string, (pick: Pick, issuer: Issued | undefined, isClient: boolean) => Change>> = {
  expired: () => PAST,
  'not yet valid': () => FUTURE,
  'no key identifiers': () => ({ keyIds: false }),
  'authority by issuer and serial': (_, issuer) => authority(issuer, { keyId: false, serial: 'right' }),
  'authority in both forms': (_, issuer) => authority(issuer, { keyId: true, serial: 'right' }),
  'authority by a wrong serial': (pick, issuer) => authority(issuer, { keyId: pick(true, false), serial: 'wrong' }),
  'authority by a wrong name': (_, issuer) => authority(issuer, { keyId: false, serial: 'right', name: 'CN=Nobody' }),
  'another authority key identifier': () => ({ authorityKeyId: Buffer.alloc(20, 7) }),
  'version 1': () => ({ version: 1 }),
  'version 1 with extensions': () => ({ version: 1, extensionsAnyway: true }),
  'a hash': (pick) => ({ hash: pick('sha1', 'sha224', 'sha384', 'sha512') }),
  'a key': (pick) => ({
    key: pick('rsa-1024', 'rsa-3072', 'ec-p384', 'ec-p521', 'ec-p224', 'ec-secp256k1', 'ed25519'),
  }),
  'extended key usage': (pick) => ({
    extendedKeyUsage: pick([SERVER_AUTH], ['2.5.29.37.0'], [SERVER_AUTH, CLIENT_AUTH], ['1.3.6.1.5.5.7.3.3'], []),
  }),
  'Netscape certificate type': (pick) => ({
    extensions: [extension('2.16.840.1.113730.1.1', der.bits(Buffer.from([pick(0x80, 0x40, 0x04, 0x20)])))],
  }),
  'no basic constraints': () => ({ basicConstraints: false }),
  'CA turned round': (_, __, isClient) => ({ ca: isClient }),
  'key usage': (pick) => ({
    keyUsage: pick(null, ['keyCertSign'], ['digitalSignature'], ['keyEncipherment'], ['keyAgreement']),
  }),
  'path length': (pick) => ({ pathLength: pick(0, 1, 2) }),
  'critical extension': (pick) => ({
    extensions: [extension(pick('1.3.6.1.4.1.99999.1', '1.3.6.1.4.1.11129.2.4.3'), der.nothing, true)],
  }),
  'critical key identifiers': () => ({
    keyIds: false,
    extensions: [extension('2.5.29.14', der.octets(Buffer.alloc(20, 5)), true)],
  }),
  'name constraints': (pick) => ({
    permitted: [pick(general.dns('partner.example'), general.dns('acme.example'), general.directory('C=US'))],
    ...pick({}, { excluded: [general.dns('bad.example')] }),
  }),
  'unreadable extension': (pick) => ({
    extensions: [
      pick(
        extension('2.5.29.31', Buffer.from([0x30, 0x02, 0x05, 0x00])),
        extension('2.5.29.17', der.sequence(der.contextPrimitive(15, Buffer.from('x')))),
        extension('2.5.29.15', der.bits(Buffer.alloc(0))),
      ),
    ],
  }),
  'issuer name in other letters': (_, issuer) =>
    issuer === undefined
      ? {}
      : {
          issuerName: der.sequence(
            ...issuer.certificate.subjectRdns.map((rdn) =>
              attributeSet(
                ...rdn.map(
                  ({ name, value }) =>
                    [name, der.printable(` ${'text' in value ? value.text.toUpperCase() : ''}`)] as const,
                ),
              ),
            ),
          ),
        },
};

function authority(
  issuer: Issued | undefined,
  { keyId, serial, name }: { keyId: boolean; serial: 'right' | 'wrong'; name?: string },
): Change {
  if (issuer === undefined) return {};
  const { certificate } = issuer;
  const directory = name === undefined ? der.context(4, certificate.issuerDer) : general.directory(name);
  const number = serial === 'right' ? certificate.serialNumber : '0123456789';
  const value = der.sequence(
    ...(keyId ? [der.contextPrimitive(0, issuer.keyId)] : []),
    der.context(1, directory),
    der.contextPrimitive(2, der.integer(number).subarray(2)),
  );
  return { keyIds: false, extensions: [extension('2.5.29.35', value)] };
}

export function randomPki(seed: number): RandomPki {
  const random = numbers(seed);
  const pick: Pick = (...options) => options[Math.floor(random() * options.length)]!;
  const twists: string[] = [];
  const family = pick('ec', 'ec', 'rsa');
  const keys = KEYS.filter((name) => name.startsWith(family));
  const depth = pick(1, 2, 2, 2, 3, 3, 4, 5);
  const count = pick(0, 1, 1, 1, 2, 2, 3);
  const planned = Array.from({ length: count }, () => ({
    level: Math.floor(random() * (depth + 1)),
    name: pick(...Object.keys(TWISTS)),
  }));
  const changesAt = (level: number, issuer: Issued | undefined): Change => {
    const own = planned.filter((one) => one.level === level);
    for (const { name } of own) twists.push(`${level === depth ? 'client' : `CA ${level}`}: ${name}`);
    return Object.assign({}, ...own.map(({ name }) => TWISTS[name]!(pick, issuer, level === depth)));
  };
  const cas: Issued[] = [];
  for (let level = 0; level < depth; level++) {
    const issuer = cas[level - 1];
    const base = { subject: `C=US,O=Acme,CN=Acme CA ${level}`, key: keys[level % keys.length]!, serial: `10${level}1` };
    cas.push(ca({ ...base, ...(issuer === undefined ? {} : { issuer }), ...changesAt(level, issuer) }));
  }
  const issuer = cas.at(-1)!;
  const names = pick(
    {},
    {},
    { dnsNames: [pick('api.partner.example', 'bad.example')] },
    { subject: `C=US,O=Partner,CN=${pick('10.0.0.1', 'node-.x', 'partner', 'a.acme.example')}` },
  );
  const base = { subject: 'C=US,O=Partner,CN=client.partner.example', key: `${family}-c`, serial: '7001', issuer };
  const made = leaf({ ...base, ...names, ...changesAt(depth, issuer) });
  const bundle = arrange(pick, cas, keys, twists);
  const isAltered = random() < 0.04;
  if (isAltered) twists.push('client: altered');
  return { client: isAltered ? altered(made) : made.certificate, truststore: shuffled(random, bundle), twists };
}

/** What the bundle makes of the chain. */
function arrange(pick: Pick, cas: readonly Issued[], keys: readonly string[], twists: string[]): Certificate[] {
  const all = cas.map(({ certificate }) => certificate);
  const level = Math.floor(pick(0, 0.3, 0.5, 0.99) * cas.length);
  const one = cas[level]!;
  const above = cas[level - 1];
  const subject = one.name;
  const key = keys[level % keys.length]!;
  const again = (change: Change) =>
    ca({ subject, key, ...(above === undefined ? {} : { issuer: above }), serial: 'abcdef', ...change }).certificate;
  const how = pick(
    'as it is',
    'as it is',
    'as it is',
    'as it is',
    'lacks',
    're-keyed',
    'renewed',
    'both generations',
    'cross-signed',
    'twice',
  );
  if (how !== 'as it is') twists.push(`bundle: CA ${level} ${how}`);
  const others = all.filter((_, at) => at !== level);
  switch (how) {
    case 'lacks':
      return others;
    case 're-keyed':
      return [...others, again({ key: keys[(level + 2) % keys.length]! })];
    case 'renewed':
      return [...others, again({})];
    case 'both generations':
      return [...all, again(pick<Change>({}, PAST, FUTURE))];
    case 'cross-signed': {
      const zeta = ca({ subject: 'C=US,O=Zeta,CN=Zeta Root', key: 'ec-f' });
      return [...all, again({ issuer: zeta }), ...pick([], [zeta.certificate])];
    }
    case 'twice':
      return [...all, all[level]!];
    default:
      return all;
  }
}

function shuffled<T>(random: () => number, items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}
