/** Every documented code of CloudFront and of load balancers has a meaning, a runbook and a row in `docs/doors.md`. */

import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { codeTable, withCodeTable } from '../../docs/doors.js';
import { cloudFrontCodes } from '../../shared/doors/cloudfront/reasons.js';
import { type ConnectionCodes, meaningOfCode } from '../../shared/doors/connection-codes.js';
import { loadBalancerCodes } from '../../shared/doors/load-balancer/reasons.js';

/** As AWS documents them; the meaning is asserted here once more so that no code changes its reason by accident. */
const BOTH = {
  ClientCertMaxChainDepthExceeded: 'chain-too-long',
  ClientCertMaxSizeExceeded: 'certificate-too-large',
  ClientCertUntrusted: 'untrusted',
  ClientCertNotYetValid: 'not-yet-valid',
  ClientCertExpired: 'expired',
  ClientCertTypeUnsupported: 'unsupported-certificate',
  ClientCertInvalid: 'invalid-certificate',
  ClientCertIntentInvalid: 'unsupported-purpose',
  ClientCertRejected: 'rejected',
  ClientCertMissing: 'no-client-certificate',
  Internal: 'connection-failed',
  UnmappedConnectionError: 'connection-failed',
};

const DOCUMENTED = {
  cloudfront: {
    ...BOTH,
    ClientCertOcspProcessingError: 'revocation-check-failed',
    ClientCertOcspDenied: 'revoked',
    TcpError: 'connection-failed',
    TcpTimeout: 'connection-failed',
    ConnectionFunctionError: 'function-failed',
    ConnectionFunctionDenied: 'denied-by-function',
  },
  'load-balancer': {
    ...BOTH,
    ClientCertCrlHit: 'revoked',
    ClientCertCrlProcessingError: 'revocation-check-failed',
    ClientCertPurposeInvalid: 'unsupported-purpose',
    ClientCertIncompatible: 'unsupported-certificate',
  },
};

const TABLES: Readonly<Record<keyof typeof DOCUMENTED, ConnectionCodes>> = {
  cloudfront: cloudFrontCodes,
  'load-balancer': loadBalancerCodes,
};

const idOf = (codes: ConnectionCodes, code: string): string => {
  const meaning = meaningOfCode(codes, code);
  return 'reason' in meaning ? meaning.reason : meaning.cause;
};

describe.each(['cloudfront', 'load-balancer'] as const)('codes of %s', (door) => {
  const codes = TABLES[door];

  it('are all known, and no others', () => {
    expect(Object.fromEntries(Object.keys(codes).map((code) => [code, idOf(codes, code)]))).toEqual(DOCUMENTED[door]);
  });

  it('have a runbook each, and a row in the page', () => {
    for (const code of Object.keys(codes)) {
      expect(codeTable()).toContain(`| \`${code}\` |`);
      for (const language of ['en', 'ja'])
        expect(existsSync(`runbooks/${language}/${idOf(codes, code)}.md`), code).toBe(true);
    }
  });

  it('are the reason "other" where they are not known, whatever they are called', () => {
    for (const code of ['ClientCertBrandNew', '', 'constructor', '__proto__', 'toString', 'clientcertexpired'])
      expect(meaningOfCode(codes, code)).toEqual({ reason: 'other' });
  });

  it('that are no refusal of a certificate are another cause', () => {
    const causes = Object.entries(codes).flatMap(([code, meaning]) => ('cause' in meaning ? [code] : []));
    const own = door === 'cloudfront' ? ['TcpError', 'TcpTimeout'] : [];
    expect(causes.sort()).toEqual(['Internal', ...own, 'UnmappedConnectionError']);
  });
});

it('are in docs/doors.md as the code has them', () => {
  const page = readFileSync('docs/doors.md', 'utf8');
  expect(page).toContain(codeTable());
  expect(withCodeTable(page)).toBe(page);
});
