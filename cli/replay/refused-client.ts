/** Writes the certificate of the client that an alert is about, so that `diagnose` can be run on it. */

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { certificateByFingerprint } from '../../shared/diagnosis/by-fingerprint.js';
import type { Notice } from '../../shared/model/index.js';
import type { CertificateStore } from '../../shared/ports/index.js';
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
  const certificate = await certificateByFingerprint(clients[0]?.fingerprint, certificates);
  if (certificate === null) return null;
  const file = join(folder, 'refused-client.pem');
  // Written anew: what stands around the block in a log is the client's.
  await writeFile(file, pemOf(certificate.der));
  return file;
}
