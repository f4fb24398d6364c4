/**
 * `npm run bench -- diagnose --beside FOLDER`: the same work by this checkout and by another one, in turns, so that what else the
 * machine does meets both alike. Prints the medians and how much of the other's time is left.
 */

import { performance } from 'node:perf_hooks';
import { pathToFileURL } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type * as certificates from '../shared/x509/certificate.js';
import type * as diagnoses from '../shared/x509/diagnose.js';
import type * as truststores from '../shared/x509/truststore.js';
import { AT, ca, leaf } from '../test/support/certificates.js';
import { median } from './support/rounds.js';
import { heading, rows } from './support/section.js';

type Reader = Pick<typeof certificates, 'parseCertificate' | 'certificateFromLoggedPem'>;
interface Checkout {
  readonly reader: Reader;
  readonly diagnose: typeof diagnoses.diagnose;
  readonly parseTruststore: typeof truststores.parseTruststore;
}

async function checkoutIn(folder: string): Promise<Checkout> {
  const load = (name: string) => import(new URL(`shared/x509/${name}.ts`, pathToFileURL(`${folder}/`)).href);
  const [reader, { diagnose }, { parseTruststore }] = await Promise.all(
    ['certificate', 'diagnose', 'truststore'].map(load),
  );
  return { reader, diagnose, parseTruststore };
}

/** A benchmark on one checkout; its preparation is not timed. */
type Work = (checkout: Checkout) => () => unknown;

function works(): (readonly [what: string, rounds: number, times: number, work: Work])[] {
  const others = Array.from(
    { length: 1000 },
    (_, at) => ca({ subject: `C=US,O=Partner ${at},CN=Root CA ${at}`, key: `ec-${'abcdef'[at % 6]}` }).pem,
  ).join('');
  const of = (family: 'rsa' | 'ec') => {
    const root = ca({ subject: 'C=US,O=Acme,CN=Acme Root CA', key: `${family}-a` });
    const issuing = ca({ subject: 'C=US,O=Acme,CN=Acme Issuing CA', key: `${family}-b`, issuer: root });
    const client = leaf({ subject: 'C=US,O=Partner,CN=client', key: `${family}-c`, issuer: issuing });
    const stranger = leaf({
      subject: 'C=US,O=Partner,CN=client',
      key: `${family}-c`,
      issuer: ca({ subject: 'C=US,O=Acme,CN=Acme Issuing CA', key: `${family}-d` }),
    });
    const bundle = issuing.pem + root.pem;
    const first =
      (one: typeof client): Work =>
      ({ reader, diagnose, parseTruststore }) => {
        const certificate = reader.parseCertificate(one.der);
        const truststore = parseTruststore(bundle);
        return () => diagnose(certificate, truststore, AT);
      };
    const facts: Work =
      ({ reader }) =>
      () => {
        const certificate = reader.certificateFromLoggedPem(client.pem);
        if (certificate.kind === 'malformed') throw new Error(certificate.detail);
        const { subjectDn, issuerDn, serialNumber, notAfter, fingerprint } = certificate;
        return { subjectDn, issuerDn, serialNumber, notAfter, fingerprint };
      };
    const name = family === 'rsa' ? 'RSA 2048' : 'EC P-256';
    return [
      [
        `${name}: read one certificate`,
        300,
        20,
        ({ reader }: Checkout) =>
          () =>
            reader.parseCertificate(client.der),
      ],
      [`${name}: read one out of a log, with its names and fingerprint`, 300, 20, facts],
      [`${name}: verdict trusted, CAs not yet known`, 300, 1, first(client)],
      [`${name}: verdict re-keyed issuer, CAs not yet known`, 300, 1, first(stranger)],
    ] as const;
  };
  const client = leaf({ subject: 'CN=client', key: 'ec-c', issuer: ca({ subject: 'CN=Root CA', key: 'ec-a' }) });
  return [
    ...of('rsa'),
    ...of('ec'),
    [
      'read a truststore of 1000 CAs',
      30,
      1,
      ({ parseTruststore }) =>
        () =>
          parseTruststore(others),
    ],
    [
      'read a truststore of 1000 CAs, and a first verdict',
      30,
      1,
      ({ reader, diagnose, parseTruststore }) => {
        const certificate = reader.parseCertificate(client.der);
        return () => diagnose(certificate, parseTruststore(others), AT);
      },
    ],
  ];
}

const BIG_ROUNDS = 30;

function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}

export async function compareWith(folder: string): Promise<void> {
  const [mine, theirs] = await Promise.all([checkoutIn(process.cwd()), checkoutIn(folder)]);
  const lines = works().map(([what, rounds, times, work]) => {
    const spent = { mine: [] as number[], theirs: [] as number[] };
    for (let round = 0; round < rounds; round++) {
      const turns = round % 2 === 0 ? (['mine', 'theirs'] as const) : (['theirs', 'mine'] as const);
      for (const who of turns) {
        const run = work(who === 'mine' ? mine : theirs);
        // Collects the garbage of the other checkout outside of the timed run.
        if (rounds <= BIG_ROUNDS) collectGarbage();
        const start = performance.now();
        for (let time = 0; time < times; time++) run();
        spent[who].push((performance.now() - start) / times);
      }
    }
    const [now, before] = [median(spent.mine), median(spent.theirs)];
    return [what, microseconds(before), microseconds(now), (now / before).toFixed(2)];
  });
  heading('Certificates beside another checkout', `Medians, in turns with ${folder}.`);
  rows(['', 'there', 'here', 'ratio'], lines);
}

function microseconds(ms: number): string {
  return ms >= 1 ? `${ms.toFixed(1)} ms` : `${(ms * 1000).toFixed(1)} µs`;
}
