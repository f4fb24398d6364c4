/** Mistakes in what protects partners from strangers; `siege.ts` must find each. */

import type { Mutant } from './mutant.js';

export const mistakesWithStrangers: readonly Mutant[] = [
  {
    name: 'strangers: their notices have no budget',
    file: 'shared/incidents/muting.ts',
    from: "if (!isOfStrangers || severity !== 'low') return 'enough';",
    to: "if (!isOfStrangers || severity !== 'critical') return 'enough';",
    isSiege: true,
  },
  {
    name: 'strangers: partners pay for their budget',
    file: 'shared/incidents/muting.ts',
    from: "if (!isOfStrangers || severity !== 'low') return 'enough';",
    to: "if (!isOfStrangers && severity === 'critical') return 'enough';",
    isSiege: true,
  },
  {
    name: 'claims: the signature does not matter',
    file: 'shared/diagnosis/claims.ts',
    from: "!answers.includes('signed');",
    to: "answers.includes('signed') && answers.length < 0;",
    isSiege: true,
  },
  {
    name: "claims: the truststore's versions before are not asked",
    file: 'shared/diagnosis/diagnosis.ts',
    from: 'return [current, ...earlier].map(cache.truststore);',
    to: 'return [current, ...earlier.slice(earlier.length)].map(cache.truststore);',
    isSiege: true,
  },
  {
    name: 'claims: they stand in the group of the partner',
    file: 'shared/model/group-id.ts',
    from: '(isUnverified ?',
    to: '(isUnverified && scope === issuerDn ?',
    isSiege: true,
  },
  {
    name: 'claims: a fault that is found before the signature proves it',
    file: 'shared/model/reasons.ts',
    from: 'return PROVING.includes(reason);',
    to: "return PROVING.includes(reason) || reason === 'weak-key';",
    isSiege: true,
  },
  {
    name: 'claims: they are told together with partners',
    file: 'shared/incidents/evaluate-scopes.ts',
    from: 'isClaimed === group.isUnverified);',
    to: 'isClaimed === group.isUnverified || true);',
    isSiege: true,
  },
  {
    name: 'claims: they are as severe as they are many',
    file: 'shared/incidents/severity.ts',
    from: 'const most = isClaimed ?',
    to: 'const most = isClaimed && points < 0 ?',
    isSiege: true,
  },
  {
    name: 'partners: one that the truststore lost is nobody',
    file: 'shared/incidents/severity.ts',
    from: 'issuerTrusted === true || isLost === true ? 1 : 0;',
    to: 'issuerTrusted === true ? 1 : 0;',
    isSiege: true,
  },
  {
    name: 'partners: one that was lost two uploads ago is nobody',
    file: 'shared/diagnosis/diagnosis.ts',
    from: 'return [current, ...earlier].map(cache.truststore);',
    to: 'return [current, ...earlier.slice(0, 1)].map(cache.truststore);',
    isSiege: true,
  },
  {
    name: 'strangers: an upload makes partners of them',
    file: 'shared/incidents/announce.ts',
    from: 'const who = { isStranger: isStranger(impact),',
    to: 'if (diagnosed.change !== null) Object.assign(impact, { isOrganisationKnown: true });\n    const who = { isStranger: isStranger(impact),',
    isSiege: true,
  },
  {
    name: 'partners: the names of a flood take their places',
    file: 'shared/count/record.ts',
    from: 'return new Set([...inside, ...(await issuersOfTruststore(scope, day, outside, world))]);',
    to: 'return new Set([...inside, ...(await issuersOfTruststore(scope, day, [], world))]);',
    isSiege: true,
  },
];
