/**
 * `npm run bench -- diagnose`: the time for certificates, truststores, verdicts and evaluations of a group. Medians,
 * one thread.
 */

import { performance } from 'node:perf_hooks';
import { diagnosisCache } from '../shared/x509/cache.js';
import { certificateFromLoggedPem, parseCertificate } from '../shared/x509/certificate.js';
import { diagnose } from '../shared/x509/diagnose.js';
import { canonicalDn } from '../shared/x509/dn.js';
import { parseTruststore } from '../shared/x509/truststore.js';
import { AT, ca, type Issued, leaf } from '../test/support/certificates.js';
import { costOf } from './detect/cost.js';
import { compareWith } from './diagnose-beside.js';
import { heading, isQuick, median as middle, paragraph, rows } from './support/section.js';

function median(runs: number, work: (run: number) => unknown): number {
  const times = Array.from({ length: isQuick ? Math.min(2, runs) : runs }, (_, run) => {
    const start = performance.now();
    work(run);
    return performance.now() - start;
  });
  return middle(times);
}

const beside = process.argv.indexOf('--beside');
const folder = beside < 0 ? undefined : process.argv[beside + 1];
if (folder !== undefined) {
  await compareWith(folder);
  process.exit();
}

const lines: string[][] = [];

function show(what: string, ms: number): void {
  const text = ms >= 1 ? `${ms.toFixed(1)} ms` : `${(ms * 1000).toFixed(ms < 0.01 ? 1 : 0)} µs`;
  lines.push([what, text]);
}

function chain(family: 'rsa' | 'ec'): { root: Issued; issuing: Issued; client: Issued; stranger: Issued } {
  const root = ca({ subject: 'C=US,O=Acme,CN=Acme Root CA', key: `${family}-a` });
  const issuing = ca({ subject: 'C=US,O=Acme,CN=Acme Issuing CA', key: `${family}-b`, issuer: root });
  const client = leaf({ subject: 'C=US,O=Partner,CN=client', key: `${family}-c`, issuer: issuing });
  const stranger = leaf({
    subject: 'C=US,O=Partner,CN=client',
    key: `${family}-c`,
    issuer: ca({ subject: 'C=US,O=Acme,CN=Acme Issuing CA', key: `${family}-d` }),
  });
  return { root, issuing, client, stranger };
}

/** `count` roots of other organizations, as in a shared truststore. */
function others(count: number): string {
  return Array.from(
    { length: count },
    (_, at) => ca({ subject: `C=US,O=Partner ${at},CN=Root CA ${at}`, key: `ec-${'abcdef'[at % 6]}` }).pem,
  ).join('');
}

const sizes = isQuick ? [10] : [10, 1000];
const bundles = sizes.map((count) => [count, others(count)] as const);

for (const family of ['rsa', 'ec'] as const) {
  const name = family === 'rsa' ? 'RSA 2048' : 'EC P-256';
  const { root, issuing, client, stranger } = chain(family);
  show(
    `${name}: read one certificate`,
    median(300, () => parseCertificate(client.der)),
  );
  show(
    `${name}: read one certificate out of a log`,
    median(300, () => certificateFromLoggedPem(client.pem)),
  );
  for (const [count, bundle] of bundles) {
    const text = issuing.pem + root.pem + bundle;
    const truststore = parseTruststore(text);
    const stores = Array.from({ length: 20 }, () => parseTruststore(text));
    for (const [what, one] of [
      ['trusted', client],
      ['re-keyed issuer', stranger],
    ] as const) {
      show(
        `${name}, ${count} other CAs: ${what}, first time`,
        median(10, (run) => diagnose(one.certificate, stores[run + (one === client ? 0 : 10)] ?? truststore, AT)),
      );
      show(
        `${name}, ${count} other CAs: ${what}, CAs known`,
        median(100, () => diagnose(one.certificate, truststore, AT)),
      );
    }
    const cache = diagnosisCache();
    cache.diagnose(client.certificate, { text, version: '1' }, AT);
    show(
      `${name}, ${count} other CAs: remembered`,
      median(300, () => cache.diagnose(client.certificate, { text, version: '1' }, AT)),
    );
  }
}
for (const [count, bundle] of bundles)
  show(
    `read a truststore of ${count} CAs`,
    median(5, () => parseTruststore(bundle)),
  );
show(
  'canonical form of a DN',
  median(1000, () => canonicalDn('CN=My Private CA, OU=Security, O=Example Corp, L=Seattle, ST=Washington, C=US')),
);
heading(
  'Detect and diagnose',
  'Medians on one thread. A container remembers what it read of a truststore and of a certificate.',
);
rows(['certificates and verdicts', 'time'], lines);

const detector = costOf();
const us = (value: number): string => `${value.toFixed(1)} µs`;
paragraph(`What the detector remembers of a group is ${(detector.bytes / 1024).toFixed(1)} KiB of JSON.`);
rows(
  ['detector', 'time'],
  [
    ['learn a minute', us(detector.updateUs)],
    ['judge a window', us(detector.evaluateUs)],
    ['a look at a group: stored history, learn, judge', us(detector.wholeUs)],
    ['learn a year without a failure', `${detector.gapMs.toFixed(2)} ms`],
  ],
);
