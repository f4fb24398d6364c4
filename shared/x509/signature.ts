/** Checks signatures of certificates with node:crypto. The caller owns the cache of results. */

import { constants, createPublicKey, type KeyObject, publicDecrypt, verify, X509Certificate } from 'node:crypto';
import { messageOf } from '../base/errors.js';
import { describeKey, type PublicKey } from './algorithms.js';
import type { Certificate } from './certificate.js';
import { bitString, latin1, readDer } from './der.js';

export type SignatureState =
  | { readonly kind: 'valid' }
  | { readonly kind: 'invalid' }
  /** The algorithm or the key cannot be used here, so the signature is neither right nor wrong. */
  | { readonly kind: 'unverifiable'; readonly detail: string };

/** Public keys by their DER. Loading a key costs as much as using it, or more. */
export type KeyCache = Pick<Map<string, KeyObject>, 'get'> & { set(id: string, key: KeyObject): void };

const KEY_TYPES = {
  rsa: ['rsa'],
  'rsa-pss': ['rsa', 'rsa-pss'],
  ecdsa: ['ec'],
  dsa: ['dsa'],
  eddsa: ['eddsa'],
  unknown: [],
} as const;

/** Whether the certificate was signed with the private key of the issuer. */
export function checkSignature(child: Certificate, issuer: Certificate, keys: KeyCache): SignatureState {
  const { scheme, hash, saltLength, maskHash, name } = child.signatureAlgorithm;
  const { type } = issuer.publicKey;
  // A signature that cannot be checked is not a forgery; a newer library may verify it.
  if (scheme === 'unknown' || type === 'unknown' || (hash === null && scheme !== 'eddsa')) {
    const what = type === 'unknown' ? `a key of ${describeKey(issuer.publicKey)}` : `signature algorithm ${name}`;
    return { kind: 'unverifiable', detail: `${what} cannot be used here` };
  }
  if (!signatureFitsKey(child, issuer)) return { kind: 'invalid' };
  try {
    const key = loadKey(issuer.publicKey, keys);
    // Node's `verify` accepts a single hash for message and mask; OpenSSL reads both from the certificate.
    if (scheme === 'rsa-pss' && maskHash !== hash)
      return new X509Certificate(child.der).verify(key) ? { kind: 'valid' } : { kind: 'invalid' };
    const options =
      scheme === 'rsa-pss'
        ? { key, padding: constants.RSA_PKCS1_PSS_PADDING, ...(saltLength === null ? {} : { saltLength }) }
        : { key };
    return verify(hash, child.tbsDer, options, child.signature) ? { kind: 'valid' } : { kind: 'invalid' };
  } catch (error) {
    // Node throws for a key that is not on its curve, or a digest that this OpenSSL has disabled.
    return { kind: 'unverifiable', detail: messageOf(error) };
  }
}

/** Whether this kind of signature belongs to the issuer's kind of key. */
export function signatureFitsKey(child: Certificate, issuer: Certificate): boolean {
  const accepted: readonly string[] = KEY_TYPES[child.signatureAlgorithm.scheme];
  return accepted.includes(issuer.publicKey.type);
}

/**
 * Whether the issuer's RSA key made the signature, over any content: the padding shows it, even if the content was
 * changed afterwards. Null for signatures that do not reveal their key (ECDSA, RSASSA-PSS, EdDSA).
 */
export function signatureShowsKey(child: Certificate, issuer: Certificate, keys: KeyCache): boolean | null {
  if (child.signatureAlgorithm.scheme !== 'rsa' || issuer.publicKey.type !== 'rsa') return null;
  try {
    const plain = publicDecrypt(
      { key: loadKey(issuer.publicKey, keys), padding: constants.RSA_PKCS1_PADDING },
      child.signature,
    );
    return plain[0] === 0x30;
  } catch (error) {
    // OpenSSL reports wrong padding as an error.
    return error instanceof Error ? false : null;
  }
}

function loadKey({ type, spki }: PublicKey, keys: KeyCache): KeyObject {
  const id = latin1(spki);
  let key = keys.get(id);
  if (key === undefined) {
    // Reading an RSA key alone is about ten times faster than reading its SubjectPublicKeyInfo.
    const bits = type === 'rsa' ? readDer(spki).children[1] : undefined;
    key =
      bits === undefined
        ? createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' })
        : createPublicKey({ key: Buffer.from(bitString(bits)), format: 'der', type: 'pkcs1' });
    keys.set(id, key);
  }
  return key;
}
