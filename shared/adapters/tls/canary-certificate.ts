/**
 * Creates the canary's certificate: self-signed, with a new key, and valid in every other way, so that a gateway has
 * exactly one reason to refuse it. Only the canary's bundle contains this module and its library.
 */

import { HOUR_MS } from '../../base/time.js';
import './reflect.js';
import type { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import type { CanaryCertificate } from '../../ports/gateway.js';

const P256 = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
/** Allows for differing clocks; the certificate is used for one call only. */
const VALID_MS = HOUR_MS;

/** @param dn as `CN=…` */
export async function createCanaryCertificate(dn: string, now: number): Promise<CanaryCertificate> {
  const keys: webcrypto.CryptoKeyPair = await crypto.subtle.generateKey(P256, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: dn,
    keys,
    signingAlgorithm: P256,
    notBefore: new Date(now - VALID_MS),
    notAfter: new Date(now + VALID_MS),
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth]),
    ],
  });
  const pkcs8 = await crypto.subtle.exportKey('pkcs8', keys.privateKey);
  return {
    certificate: certificate.toString('pem'),
    key: x509.PemConverter.encode(pkcs8, 'PRIVATE KEY'),
    fingerprint: Buffer.from(await certificate.getThumbprint('SHA-256')).toString('hex'),
  };
}
