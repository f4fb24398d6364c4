/**
 * Checks of the account's policies for log groups, as far as they decide over the logs of the functions: a policy that keeps
 * metrics from being made of logs silences dashboard and alarms, one of retention decides how long clients' names are kept.
 */

import { limits } from '../../base/limits.js';
import { clean } from '../../base/text.js';
import type { FoundLogPolicy } from '../../model/account.js';
import { ALLOW_READING, type Check, COULD_NOT_BE_READ, ok, type Subject, unknown, warning, wrong } from '../check.js';
import type { Context } from './context.js';

/** Not where the functions run in a central account. */
export function logPolicies({ found, watch }: Context): Check[] {
  if (watch?.target?.kind === 'destination') return [];
  const subject: Subject = {
    id: 'log-policies',
    domain: null,
    about: `account ${found.accountId}, ${found.region}`,
    expected: "metrics are made of the functions' logs, and the settings decide how long these are kept",
  };
  if (found.logPolicies === null) return [unknown(subject, COULD_NOT_BE_READ, ALLOW_READING)];
  const ours = watch?.heartbeat?.logGroup ?? null;
  const checks = found.logPolicies.flatMap((policy) => {
    const isOurs = selects(policy.selection, ours);
    return isOurs === false ? [] : [judge(policy, isOurs, subject)];
  });
  return checks.length > 0 ? checks : [ok(subject, 'no policy that covers them')];
}

function judge({ kind, name, selection, document }: FoundLogPolicy, isOurs: boolean | null, subject: Subject): Check {
  const what = clean(`${name}: ${document}${selection === '' ? '' : `, for ${selection}`}`, limits.unreadableCharsMax);
  if (kind === 'retention') {
    return warning(
      subject,
      `retention policy ${what}`,
      "The policy and not logRetentionDays decides how long the functions' logs are kept, in which clients are named: leave their log groups out of it, or see that the time suits you.",
    );
  }
  const remedy =
    "Leave the functions' log groups out of the policy (LogGroupNamePrefix NOT IN …): their metrics are not made, so the dashboard is empty and the alarms on these metrics stay silent. Counting and alerting go on.";
  return (isOurs === true ? wrong : warning)(subject, `metric extraction policy ${what}`, remedy);
}

/** `PutAccountPolicy` (CloudWatch Logs API reference). */
const SELECTION = /^\s*(LogGroupName|LogGroupNamePrefix) +(NOT IN|IN) *\[([^\]]*)\]\s*$/;

/** @returns null where it cannot be told */
function selects(selection: string, logGroup: string | null): boolean | null {
  if (selection === '') return true;
  const [, key, operator, list = ''] = SELECTION.exec(selection) ?? [];
  if (key === undefined || logGroup === null) return null;
  const values = [...list.matchAll(/"([^"]*)"/g)].map(([, value = '']) => value);
  const isNamed = values.some((value) => (key === 'LogGroupName' ? logGroup === value : logGroup.startsWith(value)));
  return isNamed === (operator === 'IN');
}
