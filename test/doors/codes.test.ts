/** Every documented code of CloudFront and of load balancers has a meaning, a runbook and a row in `docs/doors.md`. */

import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { codeTable, withCodeTable } from '../../docs/doors.js';
import { CLOUDFRONT_CODES } from '../../shared/doors/cloudfront/codes.js';
import type { CodeMeaning } from '../../shared/doors/door.js';
import { LOAD_BALANCER_CODES } from '../../shared/doors/load-balancer/codes.js';

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

const TABLES: Readonly<Record<keyof typeof DOCUMENTED, Readonly<Record<string, CodeMeaning>>>> = {
  cloudfront: CLOUDFRONT_CODES,
  'load-balancer': LOAD_BALANCER_CODES,
};

const idOf = (meaning: CodeMeaning): string => ('reason' in meaning ? meaning.reason : meaning.cause);

describe.each(['cloudfront', 'load-balancer'] as const)('codes of %s', (door) => {
  const codes = TABLES[door];

  it('are all known, and no others', () => {
    expect(Object.fromEntries(Object.entries(codes).map(([code, one]) => [code, idOf(one)]))).toEqual(DOCUMENTED[door]);
  });

  it('have a runbook each, and a row in the page', () => {
    for (const [code, meaning] of Object.entries(codes)) {
      expect(codeTable()).toContain(`| \`${code}\` |`);
      for (const language of ['en', 'ja'])
        expect(existsSync(`runbooks/${language}/${idOf(meaning)}.md`), code).toBe(true);
    }
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
