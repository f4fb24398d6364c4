/** Reads certificates and truststores that the command line is given: files in PEM or DER, and truststores in S3. */

import { parse } from 'node:path';
import { unreadable } from '../../shared/base/errors.js';
import { limits } from '../../shared/base/limits.js';
import { quote } from '../../shared/discovery/shell.js';
import { type EvidenceWords, evidenceWords } from '../../shared/messages/evidence-words.js';
import { doorOption } from '../../shared/messages/own-commands.js';
import { english, plain } from '../../shared/model/phrases.js';
import type { TruststoreSource } from '../../shared/ports/truststore.js';
import { fileErrors } from '../../shared/x509/audit-file.js';
import type { Certificate, Malformed } from '../../shared/x509/certificate.js';
import { parseCertificate } from '../../shared/x509/certificate.js';
import { containerOf, damageOfLabel, isPkcs7 } from '../../shared/x509/container.js';
import { type DoorRules, doorRules } from '../../shared/x509/door-rules.js';
import { type BundleEntry, readBundle } from '../../shared/x509/pem.js';
import { cureOf, type Damage } from '../../shared/x509/pem-damage.js';
import { parseTruststore, type Truststore } from '../../shared/x509/truststore.js';
import { wordsOf } from '../../shared/x509/wording.js';
import { connectionIn, type RecordedConnection } from './connection-file.js';
import { createTruststores, isFile } from './file-truststores.js';
import { nameOf, readWhole } from './whole-file.js';

export interface ClientFile {
  readonly client: Certificate | Malformed;
  /** What stands behind the client's own certificate in the file. */
  readonly presented: readonly Certificate[];
  /** Which certificate of the file was taken, where that is not the first. */
  readonly note: string | null;
  /** The record of a connection, which holds no certificate; left out for everything else. */
  readonly logged?: RecordedConnection;
}

/** The client's certificate, and the chain that it presents with it. @throws MtlsWatchError `unreadable-input` */
export async function readClientFile(path: string): Promise<ClientFile> {
  const bytes = await readWhole(
    path,
    "the client's certificate, one PEM block from -----BEGIN CERTIFICATE----- on, or DER",
  );
  const der = parseCertificate(bytes);
  if (der.kind === 'certificate') return { client: der, presented: [], note: null };
  // One character a byte, so that what is no text can be told.
  const text = bytes.toString('latin1');
  const { entries } = readBundle(text);
  const certificates = entries.filter((entry) => entry.kind === 'certificate');
  const read = certificates.slice(0, limits.presentedCertificatesMax).map((entry) => parseCertificate(entry.der));
  const at = clientAmong(read);
  const client = read[at];
  const other = client?.kind === 'certificate' ? null : containerIn(text, entries);
  if (other !== null) {
    throw unreadable(
      `${path} is ${english(other.what)}; expected the client's certificate in PEM or DER. ${english(cureOf(other, path, unpackedName(path)))}`,
    );
  }
  if (client === undefined) {
    const logged = await connectionIn(bytes, nameOf(path));
    if (logged !== null) {
      const none = { kind: 'malformed', detail: 'the record holds no certificate' } as const;
      return { client: none, presented: [], note: null, logged };
    }
    // A block that is cut short or damaged is an answer: that is what the client presents, or what the log kept of it.
    const broken = entries.find((entry) => entry.kind === 'broken');
    if (broken !== undefined)
      return { client: { kind: 'malformed', detail: broken.detail }, presented: [], note: null };
    const [label] = entries.flatMap((entry) => (entry.kind === 'other-label' ? [entry.label] : []));
    const what = label === undefined ? 'no certificate' : `a ${label} and no certificate`;
    throw unreadable(
      `${path} holds ${what}; expected a PEM block from -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----, or DER`,
    );
  }
  return {
    client,
    presented: read.filter((one): one is Certificate => one !== client && one.kind === 'certificate'),
    note: at === 0 ? null : `took certificate ${at + 1} of the file for the client's: the first is a CA`,
  };
}

/** What a cure writes: a packed file may hold a log as well as a certificate, so it keeps its own name. */
function unpackedName(path: string): string {
  const { name, ext } = parse(path);
  return /^\.(?:gz|zip)$/i.test(ext) ? name : 'client.pem';
}

/** Where the client's certificate stands: first, unless somebody put the chain the other way round, the CA on top. */
function clientAmong(certificates: readonly (Certificate | Malformed)[]): number {
  const isCa = (one: Certificate | Malformed) => one.kind === 'certificate' && one.basicConstraints?.ca === true;
  const [first] = certificates;
  if (first === undefined || !isCa(first)) return 0;
  return Math.max(
    0,
    certificates.findIndex((one) => one.kind === 'certificate' && !isCa(one)),
  );
}

/** What the file, or a block of it, holds certificates in; null where it is none of these. */
function containerIn(text: string, entries: readonly BundleEntry[]): Damage | null {
  const [first] = entries.flatMap((entry) => {
    if (entry.kind === 'certificate') return isPkcs7(entry.der) ? ['PKCS7'] : [];
    return entry.kind === 'other-label' ? [entry.label] : [];
  });
  return containerOf(text) ?? (first === undefined ? null : damageOfLabel(first));
}

export interface NamedTruststore {
  readonly truststore: Truststore;
  /** The file or address, with the version where there is one. */
  readonly name: string;
  /** As it was given. */
  readonly place: string;
}

/** A bundle from a file, from `s3://bucket/key`, or of a load balancer's trust store by its ARN. @throws MtlsWatchError `unreadable-input` or `truststore-unreadable` */
export async function readTruststore(
  place: string,
  truststores: Pick<TruststoreSource, 'read'> = createTruststores(),
): Promise<NamedTruststore> {
  const { text, versionId } = await truststores.read(place);
  // A cure names the file that it is run on.
  const truststore = isFile(place) ? parseTruststore(text, place) : parseTruststore(text);
  return { truststore, name: versionId === null ? nameOf(place) : `${place} version ${versionId}`, place };
}

/** The same, where an answer without a single certificate would say nothing. */
export async function readUsableTruststore(...from: Parameters<typeof readTruststore>): Promise<NamedTruststore> {
  const named = await readTruststore(...from);
  assertUsable(named);
  return named;
}

/** @throws MtlsWatchError `unreadable-input`, with the first thing that is in the way and what to do about it */
function assertUsable({ place, truststore: { certificates, problems } }: NamedTruststore): void {
  if (certificates.length > 0) return;
  const [why = ''] = problems.flatMap((problem) => {
    if ('what' in problem) return [` (line ${problem.line}: ${english(problem.what)}). ${english(problem.cure)}`];
    return 'detail' in problem ? [` (line ${problem.line}: ${problem.detail})`] : [];
  });
  throw unreadable(
    `${place} holds no readable certificate; expected a bundle of PEM certificates${why}; see mtls-watch audit ${place}`,
  );
}

/** Why an answer that rests on it is not sure, in sentences. */
export function truststoreErrors(
  { truststore, name, place: path }: NamedTruststore,
  words: EvidenceWords = evidenceWords.en,
  door: DoorRules = doorRules['api-gateway'],
): string[] {
  const command = ['mtls-watch audit', quote(path), ...doorOption(door.id)].join(' ');
  return fileErrors(truststore, door).map((finding) => {
    const shown = `${finding.lines.slice(0, 5).join(', ')}${finding.lines.length > 5 ? ', …' : ''}`;
    const [what = plain('')] = wordsOf(finding).evidence;
    return words.truststore(name, shown, what, door, command);
  });
}
