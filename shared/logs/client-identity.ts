/** Who called, as an access record tells it: from the certificate itself where the log holds one, otherwise from its fields. */

import { limits } from '../base/limits.js';
import { memoize } from '../base/memoize.js';
import type { Client } from '../model/index.js';
import { bodyFromLoggedPem } from '../x509/certificate-body.js';
import { canonicalDn } from '../x509/dn.js';
import { pemOf } from '../x509/pem.js';
import type { AccessFields } from './access-fields.js';
import { serialFromText, timeFromText } from './parse-values.js';

export function hasCertificateFields({ pem, issuerDn, subjectDn }: AccessFields): boolean {
  return pem !== undefined || issuerDn !== undefined || subjectDn !== undefined;
}

export function clientOf(identity: Identity, { sourceIp = '', userAgent = '' }: AccessFields): Client {
  const { subjectDn, issuerDn, serialNumber, notBefore, notAfter, fingerprint } = identity;
  return { subjectDn, issuerDn, serialNumber, notBefore, notAfter, fingerprint, sourceIp, userAgent };
}

export type Identity = Omit<Client, 'sourceIp' | 'userAgent'> & { readonly pem: string | null };

/**
 * Who called: from the certificate itself where the log holds a readable one, else from the fields beside it. Clients call
 * again and again with one certificate: what it says is worked out once. What cannot be read says nothing of the fields
 * beside it, which are remembered apart: two clients may be logged with the same unreadable text.
 */
export function identityOf(fields: AccessFields): Identity {
  return (fields.pem === undefined ? null : certified(fields.pem)) ?? named(fields);
}

const memory = { entriesMax: limits.certificateCacheMax, keyCharsMax: limits.certificateCacheCharsMax };

const certified = memoize(
  memory,
  (pem: string) => pem,
  (pem): Identity | null => {
    const certificate = bodyFromLoggedPem(pem);
    if (certificate.kind === 'malformed') return null;
    return {
      subjectDn: certificate.subjectDn,
      issuerDn: certificate.issuerDn,
      serialNumber: certificate.serialNumber.slice(0, limits.serialCharsMax),
      notBefore: certificate.notBefore,
      notAfter: certificate.notAfter,
      fingerprint: certificate.fingerprint,
      pem: pemOf(certificate.der),
    };
  },
);

const named = memoize(
  memory,
  ({ issuerDn, subjectDn, serialNumber, notBefore, notAfter }: AccessFields) =>
    [issuerDn, subjectDn, serialNumber, notBefore, notAfter].join('\n'),
  (fields): Identity => ({
    subjectDn: canonicalDn(fields.subjectDn ?? ''),
    issuerDn: canonicalDn(fields.issuerDn ?? ''),
    serialNumber: serialFromText(fields.serialNumber ?? ''),
    notBefore: timeFromText(fields.notBefore),
    notAfter: timeFromText(fields.notAfter),
    fingerprint: null,
    pem: null,
  }),
);
