/** Names of algorithms that gateways do not take: each series begins and ends where its registry says. */

import { expect, it } from 'vitest';
import { foreignName } from '../../shared/x509/foreign-algorithms.js';

const NIST = '2.16.840.1.101.3.4';
const PKIX = '1.3.6.1.5.5.7.6';

it.each<[string, string]>([
  [`${NIST}.3.17`, 'ML-DSA-44'],
  [`${NIST}.3.19`, 'ML-DSA-87'],
  [`${NIST}.3.20`, 'SLH-DSA-SHA2-128s'],
  [`${NIST}.3.25`, 'SLH-DSA-SHA2-256f'],
  [`${NIST}.3.26`, 'SLH-DSA-SHAKE-128s'],
  [`${NIST}.3.31`, 'SLH-DSA-SHAKE-256f'],
  [`${NIST}.3.32`, 'HashML-DSA-44-with-SHA512'],
  [`${NIST}.3.34`, 'HashML-DSA-87-with-SHA512'],
  [`${NIST}.3.35`, 'HashSLH-DSA-SHA2-128s-with-SHA256'],
  [`${NIST}.3.36`, 'HashSLH-DSA-SHA2-128f-with-SHA256'],
  [`${NIST}.3.37`, 'HashSLH-DSA-SHA2-192s-with-SHA512'],
  [`${NIST}.3.38`, 'HashSLH-DSA-SHA2-192f-with-SHA512'],
  [`${NIST}.3.39`, 'HashSLH-DSA-SHA2-256s-with-SHA512'],
  [`${NIST}.3.40`, 'HashSLH-DSA-SHA2-256f-with-SHA512'],
  [`${NIST}.3.41`, 'HashSLH-DSA-SHAKE-128s-with-SHAKE128'],
  [`${NIST}.3.42`, 'HashSLH-DSA-SHAKE-128f-with-SHAKE128'],
  [`${NIST}.3.43`, 'HashSLH-DSA-SHAKE-192s-with-SHAKE256'],
  [`${NIST}.3.44`, 'HashSLH-DSA-SHAKE-192f-with-SHAKE256'],
  [`${NIST}.3.45`, 'HashSLH-DSA-SHAKE-256s-with-SHAKE256'],
  [`${NIST}.3.46`, 'HashSLH-DSA-SHAKE-256f-with-SHAKE256'],
  [`${NIST}.4.1`, 'ML-KEM-512'],
  [`${NIST}.4.3`, 'ML-KEM-1024'],
  [`${PKIX}.30`, 'RSASSA-PSS-SHAKE128'],
  [`${PKIX}.34`, 'XMSS'],
  [`${PKIX}.35`, 'XMSSMT'],
  [`${PKIX}.37`, 'MLDSA44-RSA2048-PSS-SHA256'],
  [`${PKIX}.45`, 'MLDSA65-ECDSA-P256-SHA512'],
  [`${PKIX}.54`, 'MLDSA87-ECDSA-P521-SHA512'],
  ['1.2.156.10197.1.501', 'SM2-with-SM3'],
  ['1.2.643.7.1.1.3.2', 'GOST R 34.10-2012 with GOST R 34.11-2012 (256 bit)'],
  ['1.3.101.110', 'X25519'],
  ['1.3.101.113', 'Ed448'],
  // By the arc alone.
  ['2.16.840.1.114027.80.8.1.1', 'composite signature 2.16.840.1.114027.80.8.1.1'],
  ['1.3.6.1.4.1.2.267.7.4.4', 'Dilithium, the draft of ML-DSA 1.3.6.1.4.1.2.267.7.4.4'],
  ['1.3.9999.3.6', 'post-quantum algorithm of Open Quantum Safe 1.3.9999.3.6'],
  ['0.4.0.127.0.7.1.1.4.1.3', 'ecdsa-plain 0.4.0.127.0.7.1.1.4.1.3'],
  [`${NIST}.3.99`, `NIST signature algorithm ${NIST}.3.99`],
])('%s is %s', (oid, name) => {
  expect(foreignName(oid)).toBe(name);
});

it.each([`${NIST}.4.4`, `${PKIX}.36`, `${PKIX}.55`, '1.3.99990', '1.2.840.113549.1.1.11', ''])(
  'does not know %j',
  (oid) => {
    expect(foreignName(oid)).toBe(null);
  },
);

it('has a name of its own for each algorithm of each series', () => {
  const series: [arc: string, first: number, last: number][] = [
    [`${NIST}.3`, 17, 46],
    [`${NIST}.4`, 1, 3],
    [PKIX, 30, 35],
    [PKIX, 37, 54],
    ['1.2.156.10197.1', 501, 504],
  ];
  const oids = series.flatMap(([arc, first, last]) =>
    Array.from({ length: last - first + 1 }, (_, at) => `${arc}.${first + at}`),
  );
  const names = oids.map(foreignName);
  expect(names.filter((name) => name === null || !/^(?:Hash)?[A-Za-z]{2,}[\w/-]*\d?[\w-]*$/.test(name))).toEqual([]);
  expect(new Set(names).size).toBe(oids.length);
  const alone = [
    '1.2.643.2.2.3',
    '1.2.643.2.2.4',
    '1.2.643.2.2.9',
    '1.2.643.2.2.19',
    '1.2.643.2.2.20',
    `${NIST}.2.11`,
  ].concat(
    ...['1.2.643.7.1.1.1.1', '1.2.643.7.1.1.1.2', '1.2.643.7.1.1.3.3', '1.2.804.2.1.1.1.1.3.1.1', '1.3.101.111'],
    ...[`${NIST}.2.12`, `${NIST}.2.17`, `${NIST}.2.18`, '1.2.156.10197.1.301', '1.2.156.10197.1.401'],
    ...['1.2.840.113549.1.9.16.3.17', '1.2.410.200004.1.100.4.3', '1.2.840.10046.2.1'],
  );
  expect(alone.filter((oid) => !foreignName(oid)?.trim())).toEqual([]);
  expect(new Set(alone.map(foreignName)).size).toBe(alone.length);
});
