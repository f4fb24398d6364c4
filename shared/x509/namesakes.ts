/** Whether the name that a certificate gives for its issuer is proven. */

import type { Certificate } from './certificate.js';
import { checkSignature } from './signature.js';
import type { Truststore } from './truststore.js';

/**
 * Whether a CA of the truststore with the issuer's name signed the certificate. One signature is checked for each CA of that
 * name; a signature that cannot be checked here counts as made.
 */
export function isSignedByNamesake(client: Certificate, { bySubject, known }: Truststore): boolean {
  const namesakes = bySubject.get(client.issuerKey) ?? [];
  return namesakes.some(({ certificate }) => checkSignature(client, certificate, known.keys).kind !== 'invalid');
}
