/**
 * What is said of certificates and truststores, word for word: a change of the words shows in a diff. Where it is meant, read the
 * diff, and run this with `--update`.
 */

import { expect, it } from 'vitest';
import { auditTruststore } from '../../shared/x509/audit.js';
import { fileFindings } from '../../shared/x509/audit-file.js';
import { diagnose } from '../../shared/x509/diagnose.js';
import { doorRules } from '../../shared/x509/door-rules.js';
import { parseTruststore, truststoreOf } from '../../shared/x509/truststore.js';
import { AT, ca, days } from '../support/certificates.js';
import { damages } from './support/damages.js';
import { verdictCases } from './support/verdict-cases.js';

interface Told {
  readonly code: string;
  readonly severity: string;
  readonly depth: number | null;
  readonly line?: number | null;
  readonly evidence: readonly string[];
  readonly remedy: string;
}

/** Signatures of elliptic curves differ from run to run, and so do fingerprints. */
const stable = (text: string): string =>
  text.replace(/\b[0-9A-Fa-f]{64}\b|\b(?:[0-9A-F]{2}:){31}[0-9A-F]{2}\b/g, '(fingerprint)');

function said({ code, severity, depth, line, evidence, remedy }: Told): string {
  const place = `${depth === null ? '' : ` at ${depth}`}${line == null ? '' : ` in line ${line}`}`;
  return stable(
    [`  ${severity} ${code}${place}`, ...evidence.map((one) => `    - ${one}`), `    ${remedy}`].join('\n'),
  );
}

const block = (...lines: readonly string[]): string => `${lines.map((line) => line.trimEnd()).join('\n')}\n\n`;

it('the verdicts', async () => {
  const cases = verdictCases().map((one) => {
    const { verdict, reason, findings, path } = diagnose(one.client, truststoreOf(one.truststore), AT, one.presented);
    return block(one.name, `  ${verdict} ${reason ?? ''} ${path.join(' < ')}`, ...findings.map(said));
  });
  await expect(cases.join('')).toMatchFileSnapshot('golden/verdicts.txt');
});

it.each(['load-balancer', 'cloudfront'] as const)('the verdicts by the rules of %s', async (door) => {
  const cases = verdictCases().map((one) => {
    const truststore = truststoreOf(one.truststore);
    const own = diagnose(one.client, truststore, AT, one.presented);
    const there = diagnose(one.client, truststore, AT, one.presented, null, null, doorRules[door]);
    const known = new Set(own.findings.map(said));
    const other = there.findings.map(said).filter((text) => !known.has(text));
    return other.length === 0 ? '' : block(one.name, `  ${there.verdict} ${there.reason ?? ''}`, ...other);
  });
  await expect(cases.join('')).toMatchFileSnapshot(`golden/verdicts.${door}.txt`);
});

it('the damages of files', async () => {
  const first = ca({ subject: 'C=US,O=Acme,CN=Acme Root CA', key: 'rsa-a' }).pem;
  const second = ca({ subject: 'C=US,O=Zeta,CN=Zeta Root CA', key: 'rsa-b' }).pem;
  const cases = Object.entries(damages).map(([name, damage]) =>
    block(name, ...fileFindings(parseTruststore(damage(first) + second), doorRules['load-balancer']).map(said)),
  );
  await expect(cases.join('')).toMatchFileSnapshot('golden/damages.txt');
});

it('an audit', async () => {
  const cases = verdictCases().map((one) => {
    const { findings } = auditTruststore(truststoreOf(one.truststore), AT, days(30));
    return findings.length === 0 ? '' : block(one.name, ...findings.map(said));
  });
  await expect(cases.join('')).toMatchFileSnapshot('golden/audit.txt');
});
