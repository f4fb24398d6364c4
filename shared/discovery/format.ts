/**
 * Describes what the reconciler did or would do, in sentences for its log. Pure. Names come from the account and are
 * cleaned.
 */

import { limits } from '../base/limits.js';
import { clean } from '../base/text.js';
import type { Config } from '../config/settings.js';
import { SYSTEM_FIELDS } from '../logs/filter-patterns.js';
import type { FoundAccount, FoundDomain, FoundDoor, FoundLogGroup } from '../model/account.js';
import type { Check } from './check.js';
import { bucketOf } from './inventory.js';
import type { Action } from './plan.js';

/** @param isDone false for a dry run */
export function describeAction(action: Action, isDone: boolean): string {
  const logGroup = named(action.logGroup);
  switch (action.kind) {
    case 'put': {
      const filter = `the filter ${named(action.filterName)} on ${logGroup}`;
      return action.because === 'missing'
        ? `${isDone ? 'put' : 'would put'} ${filter}: ${logOf(action)} was not subscribed`
        : `${isDone ? 'changed' : 'would change'} ${filter}: its pattern was not the current one`;
    }
    case 'remove': {
      const why =
        action.because === 'unused' ? 'no watched stage writes there any more' : 'another filter sends us the same';
      return `${isDone ? 'removed' : 'would remove'} the filter ${named(action.filterName)} from ${logGroup}: ${why}`;
    }
    case 'hold':
      return `left the filter ${named(action.filterName)} on ${logGroup}, where no watched stage was seen to write: a part of the account could not be read`;
    case 'unmet':
      if (action.said !== undefined) return `cannot subscribe ${logGroup} to ${logOf(action)}: ${named(action.said)}`;
      return `cannot subscribe ${logGroup} to ${logOf(action)}: in the way are filters that are not ours: ${listed(action.takenBy)}; remove one`;
    case 'wait':
      return `${logGroup} does not exist yet; ${logOf(action)} is subscribed once it does`;
    case 'lost':
      return action.because === 'missing'
        ? `the stack's filter for the ${action.log} log on ${logGroup} is gone, or delivers what a transformer makes of it: nothing of it is counted; mtls-watch doctor --fix prints the command that puts it again`
        : `the stack's filter for the ${action.log} log on ${logGroup} emits no system fields: what other accounts wrote counts as this account's; put it again with --emit-system-fields ${SYSTEM_FIELDS.join(' ')}`;
  }
}

function logOf({ log, domains }: Extract<Action, { readonly domains: readonly string[] }>): string {
  return `the ${log} log of ${listed(domains)}`;
}

export function describeFound(
  found: FoundAccount,
  watched: readonly FoundDomain[],
  doors: readonly FoundDoor[],
): string[] {
  const hidden = found.unreadable.filter(({ isDetail }) => isDetail !== true);
  return [
    `found ${found.domains.length} custom domain(s) with mutual TLS, ${watched.length} of them to watch${
      watched.length === 0 ? '' : `: ${listed(watched.map(({ name }) => name))}`
    }`,
    ...(found.doors.length === 0
      ? []
      : [
          `found ${found.doors.length} other front door(s) that verify, ${doors.length} of them to watch${
            doors.length === 0 ? '' : `: ${listed(doors.map(({ name }) => name))}`
          }`,
        ]),
    ...hidden.map(({ what, why }) => `could not read ${named(what)}: ${named(why)}; no filter is removed in this run`),
  ];
}

/** Truststores that would be read for a verdict if their buckets were allowed. */
export function describeUnreadTruststores(
  watched: readonly FoundDomain[],
  truststoreBuckets: readonly string[],
  truststores: Readonly<Record<string, string>>,
): string[] {
  return watched
    .filter(
      ({ name, truststore }) =>
        !Object.hasOwn(truststores, name) && !truststoreBuckets.includes(bucketOf(truststore.uri)),
    )
    .map(
      ({ name, truststore }) =>
        `alerts of ${named(name)} come without a verdict: name the bucket of ${named(truststore.uri)} under discover.truststoreBuckets`,
    );
}

/** HTTP APIs whose refusals cannot be distinguished from other 403s, because the settings drop certificates. */
export function describeUntold(watched: readonly FoundDomain[], { certificates }: Config['privacy']): string[] {
  const apis = watched.flatMap(({ stages }) =>
    stages.flatMap(({ apiId, executionLog }) => (executionLog.kind === 'unsupported' ? [apiId] : [])),
  );
  if (certificates === 'keep' || apis.length === 0) return [];
  return [
    `refusals of the HTTP API(s) ${listed([...new Set(apis)])} cannot be counted: they are told from the certificates, which privacy.certificates drops`,
  ];
}

export function describeSilent(groups: readonly FoundLogGroup[], hours: number): string {
  return `no event for ${hours} hours in ${listed(groups.map(({ name }) => name))}: look whether the stages still write there (mtls-watch doctor)`;
}

export function describeWrong(checks: readonly Check[]): string {
  return `${checks.length} check(s) of doctor are wrong: ${listed(checks.map(({ id, about }) => `${id} of ${about}`))}; mtls-watch doctor says what to do`;
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, limits.namesInLogLineMax).map(named).join(', ');
  return names.length > limits.namesInLogLineMax
    ? `${shown} and ${names.length - limits.namesInLogLineMax} more`
    : shown;
}

function named(text: string): string {
  return clean(text, limits.nameInLogLineCharsMax);
}
