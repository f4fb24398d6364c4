/** Which share of a partner's calls was refused at each domain, as far as those that were let in were counted. Pure. */

import { limits } from '../base/limits.js';
import { compareTexts } from '../base/text.js';
import { type Calls, callsKey } from '../calls/calls.js';
import type { UncountedLog } from '../calls/count-calls.js';
import { isNamed, ownerOf } from '../x509/names.js';
import { type Gap, gap } from './build.js';
import type { GroupSeries } from './fold.js';
import { isIssuerOf, type Partner } from './partner.js';
import type { Report } from './schema.js';

/** Fewer refusals of nobody who was ever let in are a stranger's. */
const REFUSED_MIN = 3;
const CURRENT = limits.reportWeeksMax - 1;
/** Log groups or domains, as many as somebody looks up; the settings name all. */
const NAMED_MAX = 10;

/**
 * @param current what was refused in the period, without what a scan refused
 * @param counted null where nobody counted
 */
export function sharesOf(
  current: readonly GroupSeries[],
  counted: readonly Calls[] | null,
  partner: Partner | null,
): Report['shares'] {
  if (counted === null) return null;
  const refused = new Map<string, { scope: string; issuerDn: string; refused: number }>();
  for (const { group, stretches } of current) {
    const { scope, issuerDn, door, reason } = group;
    if (door !== undefined || !isNamed(issuerDn) || reason === 'self-signed') continue;
    const key = callsKey(group);
    refused.set(key, { scope, issuerDn, refused: (refused.get(key)?.refused ?? 0) + (stretches[CURRENT] ?? 0) });
  }
  const calls = new Map(counted.map((one) => [callsKey(one), one]));
  const pairs = new Map<string, Pick<Calls, 'scope' | 'issuerDn'>>([...calls, ...refused]);
  return [...pairs]
    .filter(([, { issuerDn }]) => isIssuerOf(partner, issuerDn))
    .map(([key, { scope, issuerDn }]) => {
      // Who is refused is in the access log too: one that is not there goes by another name, and nothing is known of it.
      const letIn = calls.get(key)?.letIn ?? null;
      const refusals = Math.max(0, Math.round(refused.get(key)?.refused ?? 0));
      const all = letIn === null ? 0 : letIn + refusals;
      const share = all === 0 ? null : refusals / all;
      return { scope, issuerDn, owner: ownerOf(issuerDn), letIn, refused: refusals, share };
    })
    .filter((one) => (one.letIn ?? 0) > 0 || one.refused >= REFUSED_MIN)
    .sort(
      (a, b) =>
        b.refused - a.refused ||
        (b.letIn ?? 0) - (a.letIn ?? 0) ||
        compareTexts(a.scope + a.issuerDn, b.scope + b.issuerDn),
    )
    .slice(0, limits.reportIssuersMax);
}

/**
 * One sentence for each reason, with the first log groups that it holds for, and what AWS said of the first.
 * @param partly the scopes of which only some calls were counted
 */
export function gapsOfCalls(uncounted: readonly UncountedLog[], partly: readonly string[] = []): Gap[] {
  const gaps = [...new Set(uncounted.map(({ because }) => because))].map((because) => {
    const logs = uncounted.filter((one) => one.because === because);
    const text = listed(logs.map(({ logGroup }) => logGroup));
    const said = logs[0]?.said ?? '';
    return gap(`successes-${because}`, said === '' ? text : `${text}: ${said}`);
  });
  return partly.length === 0 ? gaps : [...gaps, gap('successes-part', listed(partly.toSorted(compareTexts)))];
}

function listed(names: readonly string[]): string {
  return [...names.slice(0, NAMED_MAX), ...(names.length > NAMED_MAX ? ['…'] : [])].join(', ');
}

/** `100%` and `0%` are exact. */
export function shareText(share: number): string {
  const percent = 100 * share;
  if (percent === 0 || percent === 100) return `${percent}%`;
  if (percent < 0.1) return '<0.1%';
  return percent > 99.9 ? '>99.9%' : `${percent.toFixed(percent < 10 ? 1 : percent > 99 ? 1 : 0)}%`;
}
