import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { diagnose } from '../../shared/x509/diagnose.js';
import { truststoreOf } from '../../shared/x509/truststore.js';
import { AT, ca, leaf } from '../support/certificates.js';
import { verdictCases } from './support/verdict-cases.js';

describe('verdicts', () => {
  const cases = verdictCases();
  test.each(cases.map((one) => [one.name, one] as const))('%s', (_, one) => {
    const diagnosis = diagnose(one.client, truststoreOf(one.truststore), AT, one.presented);
    const errors = diagnosis.findings.filter(({ severity }) => severity === 'error');
    expect({ reason: diagnosis.reason, errors: errors.map(({ code, depth }) => [code, depth]) }).toEqual({
      reason: one.reason,
      errors: one.reason === null ? [] : [[one.reason, one.depth]],
    });
    const warnings = diagnosis.findings.filter(({ severity }) => severity === 'warning').map(({ code }) => code);
    expect(warnings).toEqual(one.warnings ?? []);
    expect(diagnosis.verdict).toBe(one.reason === null ? 'trusted' : 'refused');
  });
});

test('keys of strangers are not kept, whatever certificate is logged', () => {
  const root = ca({ subject: 'C=US,O=Known,CN=Root', key: 'rsa-a' });
  const truststore = truststoreOf([root.certificate]);
  const keys = truststore.known.keys as unknown as { size: () => number };
  const curves = ['P-256', 'P-384'];
  const spki = (n: number) =>
    generateKeyPairSync('ec', { namedCurve: curves[n % 2] ?? 'P-256' }).publicKey.export({
      type: 'spki',
      format: 'der',
    });
  const before = keys.size();
  for (let n = 0; n < 40; n++) {
    const stranger = ca({ subject: `C=US,O=Stranger,CN=${n}`, key: 'ec-a', spki: spki(n) });
    const client = leaf({ subject: `C=US,O=Stranger,CN=client ${n}`, key: 'ec-b', issuer: stranger });
    const namesake = leaf({
      subject: `C=US,O=Known,CN=client ${n}`,
      key: 'ec-b',
      issuerName: root.name,
      spki: spki(n),
    });
    diagnose(stranger.certificate, truststore, AT);
    diagnose(client.certificate, truststore, AT);
    diagnose(namesake.certificate, truststore, AT);
  }
  expect(keys.size() - before).toBeLessThanOrEqual(1);
});
