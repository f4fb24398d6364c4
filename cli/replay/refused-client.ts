/** Writes the certificate of the client that an alert is about, so that `diagnose` can be run on it. */

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Notice } from '../../shared/model/index.js';
import type { CertificateStore } from '../../shared/ports/index.js';
import { certificateFromLoggedPem } from '../../shared/x509/certificate.js';
import { pemOf } from '../../shared/x509/pem.js';

/**
 * The one that failed most.
 * @returns the file's path; null where the logs held no certificate of it, or none that can be read
 */
export async function writeRefusedClient(
  { clients }: Notice,
  certificates: CertificateStore,
  folder: string,
): Promise<string | null> {
  const fingerprint = clients[0]?.fingerprint ?? null;
  const pem = fingerprint === null ? null : await certificates.load(fingerprint);
  const certificate = pem === null ? null : certificateFromLoggedPem(pem);
  if (certificate?.kind !== 'certificate') return null;
  const file = join(folder, 'refused-client.pem');
  // Written anew: what stands around the block in a log is the client's.
  await writeFile(file, pemOf(certificate.der));
  return file;
}
