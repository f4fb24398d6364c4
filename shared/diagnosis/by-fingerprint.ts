/** A client's certificate that was kept. */

import type { CertificateStore } from '../ports/index.js';
import { type Certificate, certificateFromLoggedPem } from '../x509/certificate.js';

/** @returns null where none is kept, or it cannot be read */
export async function certificateByFingerprint(
  fingerprint: string | null | undefined,
  certificates: Pick<CertificateStore, 'load'>,
): Promise<Certificate | null> {
  const pem = fingerprint ? await certificates.load(fingerprint) : null;
  const certificate = pem === null ? null : certificateFromLoggedPem(pem);
  return certificate?.kind === 'certificate' ? certificate : null;
}
