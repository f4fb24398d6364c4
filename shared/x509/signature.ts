/** Signatures of certificates, checked with node:crypto; the memory of what was checked belongs to the caller. */

import { constants, createPublicKey, type KeyObject, publicDecrypt, verify } from 'node:crypto';
import { messageOf } from '../base/errors.js';
import type { Certificate } from './certificate.js';
import { hex } from './der.js';

export type SignatureState =
  | { readonly kind: 'valid' }
  | { readonly kind: 'invalid' }
  /** The algorithm or the key is one that cannot be used here: neither proof nor disproof. */
  | { readonly kind: 'unverifiable'; readonly detail: string };

/** Public keys by the hexadecimal of their DER; loading one costs as much as using it. */
export type KeyCache = Map<string, KeyObject>;

const KEY_TYPES = {
  rsa: ['rsa'],
  'rsa-pss': ['rsa', 'rsa-pss'],
  ecdsa: ['ec'],
  dsa: ['dsa'],
  eddsa: ['eddsa'],
  unknown: [],
} as const;

/** Whether the certificate was signed with the private half of the issuer's key. */
export function checkSignature(child: Certificate, issuer: Certificate, keys: KeyCache): SignatureState {
  const { scheme, hash, saltLength, name } = child.signatureAlgorithm;
  if (scheme === 'unknown' || (hash === null && scheme !== 'eddsa')) {
    return { kind: 'unverifiable', detail: `signature algorithm ${name} is not known` };
  }
  const accepted: readonly string[] = KEY_TYPES[scheme];
  if (!accepted.includes(issuer.publicKey.type)) return { kind: 'invalid' };
  try {
    const key = loadKey(issuer, keys);
    const options =
      scheme === 'rsa-pss'
        ? { key, padding: constants.RSA_PKCS1_PSS_PADDING, ...(saltLength === null ? {} : { saltLength }) }
        : { key };
    return verify(hash, child.tbsDer, options, child.signature) ? { kind: 'valid' } : { kind: 'invalid' };
  } catch (error) {
    // A key off its curve, a digest that this OpenSSL has switched off: Node throws instead of answering.
    return { kind: 'unverifiable', detail: messageOf(error) };
  }
}

/**
 * Whether the issuer's RSA key made the signature over whatever content: the padding tells, even when the content was changed
 * afterwards. Null where signatures do not show their key (ECDSA, RSASSA-PSS, EdDSA).
 */
export function signatureShowsKey(child: Certificate, issuer: Certificate, keys: KeyCache): boolean | null {
  if (child.signatureAlgorithm.scheme !== 'rsa' || issuer.publicKey.type !== 'rsa') return null;
  try {
    const plain = publicDecrypt({ key: loadKey(issuer, keys), padding: constants.RSA_PKCS1_PADDING }, child.signature);
    return plain[0] === 0x30;
  } catch (error) {
    // The padding is wrong: the only answer OpenSSL gives is an error.
    return error instanceof Error ? false : null;
  }
}

function loadKey(issuer: Certificate, keys: KeyCache): KeyObject {
  const id = hex(issuer.publicKey.spki);
  let key = keys.get(id);
  if (key === undefined) {
    key = createPublicKey({ key: Buffer.from(issuer.publicKey.spki), format: 'der', type: 'spki' });
    keys.set(id, key);
  }
  return key;
}
