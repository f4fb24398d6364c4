/** All checks of `doctor`, in the order in which to repair: the account, the domains, their stages and logs. */

import type { FoundAccount, FoundDomain, Unreadable } from '../../model/account.js';
import { type Check, unknown } from '../check.js';
import { accountChecks } from './account.js';
import type { Context, Expectations } from './context.js';
import { domainChecks } from './domain.js';
import { doorChecks } from './doors.js';
import { logGroupChecks } from './log-groups.js';
import { mailChecks } from './mail.js';
import { runbookChecks } from './runbooks.js';
import { apiTlsPolicy, defaultEndpoint, stageChecks } from './stage.js';
import { watchChecks } from './watch.js';

export type { Expectations } from './context.js';

export function runChecks(found: FoundAccount, expectations: Expectations): Check[] {
  const context: Context = { ...expectations, found, target: expectations.watch?.target ?? null };
  const unreadable = [
    ...found.unreadable,
    ...(expectations.watch?.unreadable ?? []),
    ...(expectations.mail?.unreadable ?? []),
  ];
  return [
    ...accountChecks(context),
    ...found.domains.flatMap((domain) => domainChecks(domain, context)),
    ...stageChecksOnce(found.domains, context),
    ...found.doors.flatMap((door) => doorChecks(door, context)),
    ...logGroupChecks(context),
    ...watchChecks(context),
    ...runbookChecks(context),
    ...mailChecks(context),
    ...unreadable.map(notRead),
  ];
}

/** An API or stage behind two domains is checked once, under the first of them. */
function stageChecksOnce(domains: readonly FoundDomain[], context: Context): Check[] {
  const seen = new Set<string>();
  const isNew = (id: string): boolean => seen.size < seen.add(id).size;
  return domains.flatMap((domain) =>
    domain.stages.flatMap((stage) => [
      ...(isNew(stage.apiId) ? [defaultEndpoint(stage, domain, context), ...apiTlsPolicy(stage, domain)] : []),
      ...(isNew(`${stage.apiId}/${stage.stage}`) ? stageChecks(stage, domain, context) : []),
    ]),
  );
}

function notRead({ what, why }: Unreadable): Check {
  return unknown(
    { id: 'readable', domain: null, about: what, expected: 'can be read' },
    why,
    'Allow it to whoever runs doctor; docs/doctor.md lists the permissions.',
  );
}

/** The commands of all repairs that commands can do, without duplicates, in order. */
export function fixes(checks: readonly Check[]): string[] {
  return [...new Set(checks.flatMap(({ commands }) => commands))];
}
