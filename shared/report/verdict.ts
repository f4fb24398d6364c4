/** What the report tells of a diagnosis. Pure. */

import type { Diagnosis } from '../model/index.js';
import type { Verdict } from './build.js';

/** The decisive finding; null where there is none. */
export function verdictIn({ verdict, reason, findings }: Diagnosis, withEvidence: boolean): Verdict | null {
  const decisive = findings.find(({ code }) => code === (reason ?? 'would-pass'));
  if (decisive === undefined) return null;
  const { code, evidence, remedy, said, seenOn, isContradicted } = decisive;
  return {
    ...{ code, evidence: withEvidence ? [...evidence] : [], remedy },
    ...(said !== undefined && { said: { evidence: withEvidence ? [...said.evidence] : [], remedy: said.remedy } }),
    ...(isContradicted === true && ({ contradicted: verdict === 'trusted' ? 'trusted' : 'refused' } as const)),
    ...(seenOn !== undefined && { seenOn }),
  };
}
