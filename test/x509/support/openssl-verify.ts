/** What `openssl verify` says of a client and a truststore at the tests' time. */

import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Certificate } from '../../../shared/x509/certificate.js';
import { AT } from '../../support/certificates.js';
import { pemsOf } from './verdict-case.js';

// Level 2 asks for keys of 112 bits and digests better than SHA-1, which comes nearest to the gateway's rules.
const OPTIONS = [
  '-attime',
  String(AT / 1000),
  '-purpose',
  'sslclient',
  '-auth_level',
  '2',
  '-no-CApath',
  '-no-CAstore',
];

/** `OK`, or `20 at 0: unable to get local issuer certificate`. `folder` is for the files. */
export function opensslVerify(folder: string, client: Certificate, truststore: readonly Certificate[]): string {
  const [bundle, leaf] = ['truststore.pem', 'client.pem'].map((name) => join(folder, name)) as [string, string];
  writeFileSync(bundle, pemsOf(truststore));
  writeFileSync(leaf, pemsOf([client]));
  const anchors = truststore.length > 0 ? ['-CAfile', bundle] : ['-no-CAfile'];
  const { status, stderr } = spawnSync('openssl', ['verify', ...OPTIONS, ...anchors, leaf], { encoding: 'utf8' });
  if (status === 0) return 'OK';
  const [, code, depth, text] = /error (\d+) at (\d+) depth lookup: (.*)/.exec(stderr) ?? [];
  if (code !== undefined) return `${code} at ${depth}: ${text}`;
  const [unreadable] = /(?:unable|Unable|Could not|cannot)[^\n]*/.exec(stderr) ?? [];
  if (unreadable !== undefined) return `unreadable: ${unreadable.replaceAll(folder, '')}`;
  throw new Error(`openssl verify said something else: ${stderr}`);
}
