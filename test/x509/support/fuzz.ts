/**
 * `npm run verdicts -- --fuzz N [--from SEED]`: verdicts on random PKIs beside `openssl verify`. A disagreement is on accepting or
 * refusing, or on the cause. Each must fall into a class that stands in the table of `shared/x509/standing.ts` or says how the
 * two searches differ; one that does not fails the run.
 */

import type { Diagnosis } from '../../../shared/model/index.js';
import { diagnose } from '../../../shared/x509/diagnose.js';
import { knownRules } from '../../../shared/x509/standing.js';
import { truststoreOf } from '../../../shared/x509/truststore.js';
import { AT } from '../../support/certificates.js';
import { opensslVerify } from './openssl-verify.js';
import { type RandomPki, randomPki } from './random-pki.js';

export interface Compared {
  readonly pki: RandomPki;
  readonly diagnosis: Diagnosis;
  readonly theirs: string;
  /** Null: they agree. */
  readonly class: string | null;
}

/** The findings that one error of OpenSSL may stand for. */
const SAME: Readonly<Record<string, readonly string[]>> = {
  2: ['issuer-missing', 'issuer-rekeyed', 'intermediate-missing', 'key-identifier-mismatch', 'malformed'],
  7: ['content-altered', 'issuer-rekeyed', 'malformed'],
  9: ['not-yet-valid', 'issuer-not-yet-valid'],
  10: ['expired', 'issuer-expired'],
  18: ['self-signed'],
  19: ['issuer-missing', 'key-identifier-mismatch'],
  20: ['issuer-missing', 'issuer-rekeyed', 'intermediate-missing', 'key-identifier-mismatch', 'malformed'],
  24: ['issuer-not-ca'],
  25: ['path-length-exceeded'],
  26: ['unsupported-purpose', 'issuer-not-ca'],
  34: ['unhandled-critical-extension'],
  41: ['issuer-not-ca'],
  47: ['name-constraint-violated'],
  48: ['name-constraint-violated'],
  51: ['name-constraint-violated'],
  53: ['name-constraint-violated'],
  66: ['weak-key', 'unsupported-curve', 'unsupported-key'],
  67: ['weak-key', 'unsupported-curve', 'unsupported-key'],
  68: ['weak-signature'],
  79: ['issuer-not-ca'],
};

/** Rules that the gateway has and OpenSSL has not. */
const GATEWAY_ONLY: readonly string[] = [
  'chain-too-long',
  'unsupported-curve',
  'unsupported-key',
  'unsupported-signature',
  'weak-signature',
];

export function compareOne(folder: string, seed: number): Compared {
  const pki = randomPki(seed);
  const diagnosis = diagnose(pki.client, truststoreOf(pki.truststore), AT);
  const theirs = opensslVerify(folder, pki.client, pki.truststore);
  return { pki, diagnosis, theirs, class: classOf(pki, diagnosis, theirs) };
}

function classOf(pki: RandomPki, { verdict, reason, findings }: Diagnosis, theirs: string): string | null {
  const error = theirs.split(/ |:/)[0] ?? '';
  const fitting = SAME[error] ?? [];
  const codes = findings.filter(({ severity }) => severity !== 'info').map(({ code }) => code);
  if (theirs === 'OK') {
    if (verdict === 'trusted') return null;
    return GATEWAY_ONLY.includes(reason ?? '') ? ruleClass(reason ?? '') : unexplained;
  }
  if (verdict === 'refused') {
    if (fitting.includes(reason ?? '')) return null;
    if (SIGNATURE_BREAKS.includes(reason ?? '') && error !== '7') return SIGNATURES_LAST;
    if (findings.some(({ code }) => fitting.includes(code))) return 'several faults: another one is told first';
    return hasBranches(pki) ? BRANCHES : GATEWAY_ONLY.includes(reason ?? '') ? ruleClass(reason ?? '') : unexplained;
  }
  if (error === '26' && codes.includes('unsupported-purpose')) return ruleClass('extended-key-usage');
  return hasBranches(pki) ? BRANCHES : unexplained;
}

const unexplained = 'UNEXPLAINED';
const BRANCHES = 'two certificates of one CA: OpenSSL follows the first that fits and does not turn back';

/** Where the path ends here, because whoever bears the issuer's name did not sign. */
const SIGNATURE_BREAKS: readonly string[] = ['content-altered', 'issuer-rekeyed'];
const SIGNATURES_LAST = 'a wrong signature and another fault: OpenSSL checks signatures last';

function ruleClass(id: string): string {
  const rule = Object.entries(knownRules).find(([name]) => name === id)?.[1];
  return rule === undefined ? unexplained : `${rule.standing}: ${rule.rule}`;
}

/** Whether the truststore has a choice: two certificates of one subject. */
function hasBranches({ truststore }: RandomPki): boolean {
  const distinct = new Map(truststore.map((one) => [one.fingerprint, one.subjectKey]));
  return new Set(distinct.values()).size < distinct.size;
}

export interface FuzzResult {
  readonly total: number;
  readonly agree: number;
  readonly classes: ReadonlyMap<string, number>;
  readonly unexplained: readonly { seed: number; ours: string; theirs: string; twists: readonly string[] }[];
}

export function fuzz(folder: string, count: number, from = 1): FuzzResult {
  const classes = new Map<string, number>();
  const bad: FuzzResult['unexplained'][number][] = [];
  let agree = 0;
  for (let seed = from; seed < from + count; seed++) {
    const { pki, diagnosis, theirs, class: name } = compareOne(folder, seed);
    if (name === null) agree++;
    else classes.set(name, (classes.get(name) ?? 0) + 1);
    if (name === unexplained)
      bad.push({
        seed,
        ours: diagnosis.reason ?? `trusted, ${diagnosis.findings.map(({ code }) => code).join(', ')}`,
        theirs,
        twists: pki.twists,
      });
  }
  return { total: count, agree, classes, unexplained: bad };
}
