/**
 * Makes the key pairs of the test certificates: `npx tsx test/support/make-keys.ts > test/fixtures/keys.json`. They are shipped so
 * that tests start at once and the same fixture has the same key identifiers on every machine. They protect nothing.
 */

import { generateKeyPairSync, type KeyObject } from 'node:crypto';

const rsa = (modulusLength: number) => generateKeyPairSync('rsa', { modulusLength }).privateKey;
const ec = (namedCurve: string) => generateKeyPairSync('ec', { namedCurve }).privateKey;

const keys: Record<string, KeyObject> = {
  ...Object.fromEntries(['a', 'b', 'c', 'd', 'e', 'f'].map((name) => [`rsa-${name}`, rsa(2048)])),
  ...Object.fromEntries(['a', 'b', 'c', 'd', 'e', 'f'].map((name) => [`ec-${name}`, ec('P-256')])),
  'rsa-1024': rsa(1024),
  'rsa-3072': rsa(3072),
  'ec-p384': ec('P-384'),
  'ec-p521': ec('P-521'),
  'ec-p224': ec('P-224'),
  'ec-secp256k1': ec('secp256k1'),
  ed25519: generateKeyPairSync('ed25519').privateKey,
};

const pems = Object.entries(keys).map(([name, key]) => [name, key.export({ type: 'pkcs8', format: 'pem' })]);
process.stdout.write(`${JSON.stringify(Object.fromEntries(pems), null, 2)}\n`);
