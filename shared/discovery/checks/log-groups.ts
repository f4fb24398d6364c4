/** Checks of the subscription filters of the stages' log groups, and of the free places for filters. */

import { limits } from '../../base/limits.js';
import { regionOf } from '../../base/regions.js';
import { isPatternFor, type LogKind, logKinds } from '../../logs/filter-patterns.js';
import type { FoundFilter, FoundLogGroup } from '../../model/account.js';
import type { FilterTarget } from '../../ports/watch.js';
import { ALLOW_READING, type Check, COULD_NOT_BE_READ, ok, type Subject, unknown, warning, wrong } from '../check.js';
import { patternsOf } from '../log-patterns.js';
import { type Context, createLogGroup, filterName, putFilter, subscribe } from './context.js';

const PUT_IT: Readonly<Record<FilterTarget['kind'], string>> = {
  function: 'Put the filter.',
  destination:
    "Put the filter. Where this account's settings do not name the log group yet, name it there and deploy instead: the role by which CloudWatch Logs sends to the central account is for the log groups that they name.",
};

interface Use {
  readonly domain: string;
  readonly kinds: Set<LogKind>;
}

export function logGroupChecks(context: Context): Check[] {
  const uses = new Map<string, Use>();
  for (const { name, stages } of context.found.domains) {
    for (const { executionLog, accessLog } of stages) {
      if ('logGroup' in executionLog) note(uses, executionLog.logGroup, 'execution', name);
      note(uses, accessLog?.logGroup ?? null, 'access', name);
    }
  }
  for (const { name, connectionLogs } of context.found.doors) {
    for (const { logGroup, destinationArn } of connectionLogs ?? []) {
      if (regionOf(destinationArn) === context.found.region) note(uses, logGroup, 'connection', name);
    }
  }
  return [...uses].flatMap(([name, use]) => checksOf(name, use, context));
}

function note(uses: Map<string, Use>, logGroup: string | null, kind: LogKind, domain: string): void {
  if (logGroup === null) return;
  const use = uses.get(logGroup) ?? { domain, kinds: new Set() };
  use.kinds.add(kind);
  uses.set(logGroup, use);
}

function checksOf(name: string, { domain, kinds }: Use, context: Context): Check[] {
  const { target, found } = context;
  const patternOf = patternsOf(found.domains);
  const group = found.logGroups.get(name);
  const subject = (kind: LogKind): Subject => ({
    id: 'subscription',
    domain,
    about: name,
    expected: `${kind} lines ${patternOf(name, kind)} go to ${target?.arn ?? 'ingest'}`,
  });
  if (target === null) {
    return [...kinds].map((kind) =>
      unknown(
        subject(kind),
        'not known whose',
        'Name the deployed stack with --stack, or where its filters lead with --function or --destination.',
      ),
    );
  }
  if (group === undefined || group.filters === null) {
    return [...kinds].map((kind) => unknown(subject(kind), COULD_NOT_BE_READ, ALLOW_READING));
  }
  const { filters } = group;
  const missing = [...kinds].filter(
    (kind) =>
      !filters.some(
        (filter) =>
          isOurs(filter, context) && isAsWritten(filter) && isPatternFor(filter.pattern, patternOf(name, kind)),
      ),
  );
  return [
    ...[...kinds].map((kind) => subscription(kind, subject(kind), { ...group, filters }, missing, context)),
    places(domain, { ...group, filters }, missing, context),
    ...masking(domain, group),
  ];
}

type Readable = FoundLogGroup & { readonly filters: readonly FoundFilter[] };

function subscription(
  kind: LogKind,
  subject: Subject,
  { name, exists, filters, logClass }: Readable,
  missing: readonly LogKind[],
  context: Context,
): Check {
  if (!missing.includes(kind)) return ok(subject, 'in place');
  if (!exists) {
    return wrong(
      subject,
      'the log group is not there yet',
      'Make the log group ahead of its first record, so that the filter is there from the first request.',
      [createLogGroup(name, context), ...subscribe(name, kind, context)],
    );
  }
  if (logClass !== undefined && logClass !== 'STANDARD') {
    return wrong(
      subject,
      `the log group's class ${logClass} takes no subscription filters`,
      'Make another log group of class STANDARD and let the log go to it: the class of a log group cannot be changed. mtls-watch sees nothing of this log until then.',
    );
  }
  const stale = replaceable(name, filters, kind, context);
  if (stale !== undefined) {
    return wrong(
      subject,
      `${stale.name}: ${stale.pattern === '' ? 'no pattern' : stale.pattern}, to ${stale.destinationArn}${isAsWritten(stale) ? '' : ', after a transformer'}`,
      isAsWritten(stale)
        ? 'Put the filter again, with its current pattern and destination.'
        : 'Put the filter again, without applyOnTransformedLogs: it matches and delivers what a transformer makes of the lines, which mtls-watch may not be able to read.',
      isOurs(stale, context) ? putFilter(name, kind, stale.name, context) : subscribe(name, kind, context),
    );
  }
  const isFull = filters.length >= limits.filtersPerLogGroupMax;
  return wrong(
    subject,
    'no filter',
    isFull ? 'Free a place first.' : PUT_IT[context.target?.kind ?? 'function'],
    isFull ? [] : subscribe(name, kind, context),
  );
}

/** A filter of mtls-watch with another pattern, or one with its name and another destination. */
function replaceable(
  logGroup: string,
  filters: readonly FoundFilter[],
  kind: LogKind,
  context: Context,
): FoundFilter | undefined {
  const patternOf = patternsOf(context.found.domains);
  const others = logKinds.map((one) => patternOf(logGroup, one));
  return (
    filters.find(({ name }) => name === filterName(kind, context)) ??
    filters.find(
      (filter) =>
        isOurs(filter, context) &&
        !(isAsWritten(filter) && others.some((other) => isPatternFor(filter.pattern, other))),
    )
  );
}

/** Whether it delivers what the gateway wrote, and not what a transformer made of it. */
const isAsWritten = ({ isOnTransformed }: FoundFilter): boolean => isOnTransformed !== true;

/** "Help protect sensitive log data with masking" (CloudWatch Logs user guide): what a subscription delivers is masked, too. */
function masking(domain: string, { name, exists, isMasked }: FoundLogGroup): Check[] {
  if (!exists) return [];
  const subject: Subject = { id: 'log-masking', domain, about: name, expected: 'delivered as it was written' };
  if (isMasked !== true) return [ok(subject, 'no data protection')];
  return [
    warning(
      subject,
      'data protection masks what it finds',
      "Take IP addresses and names out of the data protection policy, of the log group or of the account, or accept that alerts and reports show asterisks in their place: aws logs get-data-protection-policy and describe-account-policies show which it is. What is counted stays the same as long as the policy does not mask issuers' names.",
    ),
  ];
}

/** True also if the filter names a version or an alias of the function. */
function isOurs({ destinationArn }: FoundFilter, { target }: Context): boolean {
  return target !== null && (destinationArn === target.arn || destinationArn.startsWith(`${target.arn}:`));
}

function places(domain: string, { name, filters }: Readable, missing: readonly LogKind[], context: Context): Check {
  const subject: Subject = {
    id: 'filter-places',
    domain,
    about: name,
    expected: `room for the filters of mtls-watch among ${limits.filtersPerLogGroupMax}`,
  };
  const toMake = missing.filter((kind) => replaceable(name, filters, kind, context) === undefined).length;
  const taken = `${filters.length} of ${limits.filtersPerLogGroupMax} taken`;
  const needed = filters.length + toMake;
  // Three that are there show that the Region has five.
  const isSure =
    needed <= limits.filtersPerLogGroupSure || toMake === 0 || filters.length > limits.filtersPerLogGroupSure;
  if (isSure && needed <= limits.filtersPerLogGroupMax) return ok(subject, taken);
  const foreign = filters.filter((filter) => !isOurs(filter, context));
  const names = foreign.map((filter) => `${filter.name} (to ${filter.destinationArn})`).join(', ');
  if (needed <= limits.filtersPerLogGroupMax) {
    return warning(
      subject,
      `${taken}: ${names}`,
      'Put the filter: in some Regions a log group takes two filters only, and CloudWatch Logs then answers LimitExceededException. Give up one of these filters there. It answers the same where five filters of the log group, metric filters included, have a regular expression.',
    );
  }
  return wrong(
    subject,
    `${taken}: ${names}`,
    'Give up one of these filters, or have the two read from one stream: only their owners can tell. Then run doctor again.',
  );
}
