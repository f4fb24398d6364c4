/** Whose refusals are the canary's: by the certificate, then by the gateway's id, then by the request id. */

import { expect, it } from 'vitest';
import {
  hasCanaryName,
  isSuspect,
  isWhole,
  namedInAccessLog,
  probeOf,
  withoutProbes,
} from '../../shared/canary/recognize.js';
import { CANARY_DN } from '../../shared/model/canary.js';
import type { Failure, Parsed, Probe } from '../../shared/model/index.js';
import { access, client } from '../contract/examples.js';

const failure = (changes: Partial<Failure>) => ({ reason: 'expired', client: client(1), ...changes }) as Failure;
const probe = (changes: Partial<Probe>) =>
  ({ fingerprint: 'f', requestId: 'r', extendedRequestId: 'e', ...changes }) as Probe;

it('by its name a client may be the canary', () => {
  expect(hasCanaryName(null)).toBe(false);
  expect(hasCanaryName(client(1))).toBe(false);
  expect(hasCanaryName(client(1, { subjectDn: CANARY_DN }))).toBe(true);
  expect(hasCanaryName(client(1, { issuerDn: CANARY_DN }))).toBe(true);
});

it.each([
  [failure({}), false, false],
  [failure({}), true, false],
  [failure({ client: client(1, { subjectDn: CANARY_DN }) }), false, true],
  [failure({ client: null }), false, false],
  [failure({ client: null }), true, true],
  [failure({ client: null, reason: 'self-signed' }), false, true],
  [failure({ reason: 'self-signed' }), true, false],
])(
  'a refusal of a named client is looked up by its name, of an unnamed one by its reason or where probes are made',
  (one, isProbed, isIt) => {
    expect(isSuspect(one, isProbed)).toBe(isIt);
  },
);

it.each<[Parameters<typeof probeOf>[0], Partial<Probe>, boolean]>([
  [{ client: client(1, { fingerprint: 'f' }), requestId: 'x', extendedRequestId: 'x' }, {}, true],
  [{ client: client(1, { fingerprint: 'g' }), requestId: 'r', extendedRequestId: 'e' }, {}, false],
  [{ client: client(1, { fingerprint: null }), requestId: 'x', extendedRequestId: 'e' }, {}, true],
  [{ client: null, requestId: 'r', extendedRequestId: 'x' }, {}, false],
  [{ client: null, requestId: 'r', extendedRequestId: null }, {}, true],
  [{ client: null, requestId: 'r', extendedRequestId: 'x' }, { extendedRequestId: null }, true],
  [{ client: null, requestId: '', extendedRequestId: null }, { requestId: '' }, false],
  [{ client: null, requestId: 'x', extendedRequestId: null }, {}, false],
])('%j is of the probe %j: %s', (trace, changes, isIt) => {
  const one = probe(changes);
  expect(probeOf(trace, [probe({ fingerprint: 'other', requestId: 'other', extendedRequestId: 'other' }), one])).toBe(
    isIt ? one : null,
  );
});

it.each([
  ['joined', true],
  ['inferred', true],
  ['not-sampled', true],
  ['unpaired', false],
] as const)('a request is whole where it is %s: %s', (attribution, isIt) => {
  expect(isWhole({ attribution } as Failure)).toBe(isIt);
});

it('the canary is named in records and other 403s, and its own certificates are left out', () => {
  const parsed = {
    accesses: [access(1), access(2, { client: client(1, { issuerDn: CANARY_DN }) })],
    otherForbidden: [{ at: 1 }, { at: 2, fingerprint: 'f' }, { at: 3, fingerprint: 'g' }],
    certificates: new Map([
      ['f', 'ours'],
      ['g', 'theirs'],
    ]),
  } as unknown as Parsed;
  expect(namedInAccessLog(parsed)).toEqual([parsed.accesses[1], ...parsed.otherForbidden.slice(1)]);
  const left = withoutProbes(parsed, [probe({})]);
  expect(left.otherForbidden.map(({ at }) => at)).toEqual([1, 3]);
  expect([...left.certificates.keys()]).toEqual(['g']);
  expect(left.accesses).toBe(parsed.accesses);
});
