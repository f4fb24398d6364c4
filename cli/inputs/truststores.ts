/** Reads certificates and truststores that the command line is given: files in PEM or DER, and truststores in S3. */

import { readFile, stat } from 'node:fs/promises';
import { MtlsWatchError, messageOf } from '../../shared/base/errors.js';
import { limits } from '../../shared/base/limits.js';
import type { Clock } from '../../shared/ports/index.js';
import type { Certificate, Malformed } from '../../shared/x509/certificate.js';
import { parseCertificate } from '../../shared/x509/certificate.js';
import { pemOf, readBundle } from '../../shared/x509/pem.js';
import { parseTruststore, type Truststore } from '../../shared/x509/truststore.js';

export interface ClientFile {
  readonly client: Certificate | Malformed;
  /** What stands behind the client's own certificate in the file. */
  readonly presented: readonly Certificate[];
}

/** The client's certificate, and the chain that it presents with it. @throws MtlsWatchError `unreadable-input` */
export async function readClientFile(path: string): Promise<ClientFile> {
  const text = await readText(
    path,
    "the client's certificate, one PEM block from -----BEGIN CERTIFICATE----- on, or DER",
  );
  const { entries } = readBundle(text);
  const certificates = entries.filter((entry) => entry.kind === 'certificate');
  const [client, ...presented] = certificates
    .slice(0, limits.presentedCertificatesMax)
    .map(({ der }) => parseCertificate(der));
  if (client === undefined) {
    // A block that is cut short or damaged is an answer: that is what the client presents, or what the log kept of it.
    const broken = entries.find((entry) => entry.kind === 'broken');
    if (broken !== undefined) return { client: { kind: 'malformed', detail: broken.detail }, presented: [] };
    throw new MtlsWatchError(
      'unreadable-input',
      `${path} holds no certificate; expected a PEM block from -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----, or DER; convert other forms with openssl x509 or openssl pkcs12`,
    );
  }
  return { client, presented: presented.filter((one) => one.kind === 'certificate') };
}

export interface NamedTruststore {
  readonly truststore: Truststore;
  /** The file or address, with the version where there is one. */
  readonly name: string;
}

/** A bundle from a file or from `s3://bucket/key`. @throws MtlsWatchError `unreadable-input` or `truststore-unreadable` */
export async function readTruststore(place: string, clock: Clock): Promise<NamedTruststore> {
  if (!place.startsWith('s3://')) {
    const text = await readText(place, 'a bundle of PEM certificates, or s3://bucket/key');
    return { truststore: parseTruststore(text), name: place };
  }
  // The AWS SDK takes half a second to load; files do without it.
  const [{ S3Client }, { createS3Truststores }] = await Promise.all([
    import('@aws-sdk/client-s3'),
    import('../../shared/adapters/aws/truststore.js'),
  ]);
  const { text, versionId } = await createS3Truststores(new S3Client({}), clock).read(place);
  return { truststore: parseTruststore(text), name: versionId === null ? place : `${place} version ${versionId}` };
}

/** The same, where an answer without a single certificate would say nothing. */
export async function readUsableTruststore(place: string, clock: Clock): Promise<NamedTruststore> {
  const named = await readTruststore(place, clock);
  if (named.truststore.certificates.length === 0) {
    const [problem] = named.truststore.problems;
    const why = problem !== undefined && 'detail' in problem ? ` (line ${problem.line}: ${problem.detail})` : '';
    throw new MtlsWatchError(
      'unreadable-input',
      `${place} holds no readable certificate${why}; expected a bundle of PEM certificates; see mtls-watch audit ${place}`,
    );
  }
  return named;
}

async function readText(path: string, expected: string): Promise<string> {
  let bytes: Buffer;
  try {
    const { size } = await stat(path);
    if (size > limits.truststoreBytesMax) {
      throw new MtlsWatchError(
        'unreadable-input',
        `${path} has ${size} bytes; expected ${expected}, at most ${limits.truststoreBytesMax} bytes`,
      );
    }
    bytes = await readFile(path);
  } catch (error) {
    if (error instanceof MtlsWatchError) throw error;
    throw new MtlsWatchError('unreadable-input', `cannot read ${path}: ${messageOf(error)}; expected ${expected}`, {
      cause: error,
    });
  }
  // A SEQUENCE: DER, which no text begins with a character of.
  return bytes[0] === 0x30 && !bytes.includes('-----BEGIN') ? pemOf(bytes) : bytes.toString('utf8');
}
