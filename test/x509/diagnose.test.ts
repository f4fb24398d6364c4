import { describe, expect, test } from 'vitest';
import { diagnose } from '../../shared/x509/diagnose.js';
import { truststoreOf } from '../../shared/x509/truststore.js';
import { AT } from '../support/certificates.js';
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
