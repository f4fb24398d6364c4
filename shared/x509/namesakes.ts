/** Whether the name that a certificate gives for its issuer is proven. */

import type { Certificate } from './certificate.js';
import { checkSignature } from './signature.js';
import type { Truststore } from './truststore.js';

/**
 * Whether a CA of the truststore with the issuer's name signed the certificate. One signature is checked for each CA of that
 * name. A signature that cannot be checked here is not made: the gateway accepts no such algorithm, and anybody may write one
 * into a certificate.
 */
export function isSignedByNamesake(client: Certificate, { bySubject, known }: Truststore): boolean {
  const namesakes = bySubject.get(client.issuerKey) ?? [];
  return namesakes.some(({ certificate }) => checkSignature(client, certificate, known.keys).kind === 'valid');
}

/** A truststore's names as text, in lower case; made once, because whoever connects chooses how many names are asked for. */
const namesOf = new WeakMap<Truststore, ReadonlySet<string>>();

/** Whether the truststore holds a certificate of this name, as text. Case does not matter. */
export function holdsName(bundle: Truststore, dn: string): boolean {
  let names = namesOf.get(bundle);
  if (names === undefined) {
    names = new Set(bundle.certificates.map(({ certificate }) => certificate.subjectDn.toLowerCase()));
    namesOf.set(bundle, names);
  }
  return names.has(dn.toLowerCase());
}
