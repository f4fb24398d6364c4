/**
 * Looks at the account and keeps the subscription filters of its stages in place, as `discovery/reconcile.ts` decides;
 * where nothing is to be discovered, looks at the configured log groups only. Called by the reconcile function on a schedule
 * and after changes of API Gateway. May be cut off at any point and run twice at once: the next run makes it good.
 */

import pMap from 'p-map';
import { messageOf } from '../base/errors.js';
import { limits } from '../base/limits.js';
import { type Config, configuredLogGroups, type DiscoverySettings } from '../config/settings.js';
import { SYSTEM_FIELDS } from '../logs/filter-patterns.js';
import type { FoundAccount, FoundDomain, FoundLogGroup } from '../model/account.js';
import type { Discovery } from '../ports/discovery.js';
import type { Clock, Log } from '../ports/index.js';
import type { InventoryStore, LogGroups } from '../ports/inventory.js';
import type { Check, CheckId } from './check.js';
import { runChecks } from './checks/checks.js';
import {
  describeAction,
  describeFound,
  describeSilent,
  describeUnreadTruststores,
  describeUntold,
  describeWrong,
} from './format.js';
import { keepingStages, knownDomains } from './inventory.js';
import {
  type Action,
  isOurs,
  isSeenWhole,
  lostFilters,
  type OwnFilters,
  planSubscriptions,
  silentGroups,
  subscribedGroups,
  watchedDomains,
  watchedDoors,
} from './plan.js';

export interface ReconcileWorld {
  readonly config: Config;
  readonly own: OwnFilters;
  readonly clock: Clock;
  readonly logGroups: LogGroups;
  readonly log: Log;
  /** Used only if `config.discover` is set. */
  readonly discovery: Discovery;
  readonly inventory: InventoryStore;
}

export interface Reconciled {
  readonly actions: readonly Action[];
  /** Filters that were put; 0 in a dry run. */
  readonly filtersPut: number;
  readonly filtersRemoved: number;
  readonly filtersUnmet: number;
  /** Null if nothing is discovered. */
  readonly found: FoundAccount | null;
  readonly watched: readonly FoundDomain[];
  readonly silent: readonly FoundLogGroup[];
  /** Failed checks of `doctor` on the watched domains, without those on filters, which are counted above. */
  readonly wrong: readonly Check[];
  /** Failures; everything else was still done. */
  readonly failures: readonly unknown[];
}

/** @throws MtlsWatchError if the account or the table cannot be read at all */
export async function reconcile(world: ReconcileWorld): Promise<Reconciled> {
  const { discover } = world.config;
  return discover === null ? watchConfigured(world) : watchDiscovered(discover, world);
}

/** What the filters of the settings' log groups have to emit: without it the events of all accounts count as this account's. */
function systemFieldsOf({ central }: Config): readonly string[] {
  return central === null ? [] : SYSTEM_FIELDS;
}

async function watchConfigured(world: ReconcileWorld): Promise<Reconciled> {
  const failures: unknown[] = [];
  const groups = await lookAt(configuredLogGroups(world.config), world, failures);
  const actions = lostFilters(groups, configuredLogs(world.config), world.own, systemFieldsOf(world.config));
  await carryOut(actions, 'dry-run', world, failures);
  return {
    actions,
    filtersPut: 0,
    filtersRemoved: 0,
    filtersUnmet: actions.length,
    found: null,
    watched: [],
    silent: tellSilent(accessLogsAmong(groups, world.config), [], world),
    wrong: [],
    failures,
  };
}

async function watchDiscovered(discover: DiscoverySettings, world: ReconcileWorld): Promise<Reconciled> {
  const { config, own, inventory, log } = world;
  const failures: unknown[] = [];
  const [found, subscribed] = await Promise.all([world.discovery.find([]), inventory.subscribed()]);
  const elsewhere = [...new Set([...configuredLogGroups(config), ...subscribed])].filter(
    (name) => !found.logGroups.has(name),
  );
  const others = await lookAt(elsewhere, world, failures);
  const groups = [...found.logGroups.values(), ...others];
  const watched = watchedDomains(found.domains, discover);
  const doors = watchedDoors(found.doors, discover);
  for (const line of describeFound(found, watched, doors)) log.info(line);
  for (const line of describeUnreadTruststores(watched, discover.truststoreBuckets, config.truststores)) log.info(line);
  for (const line of describeUntold(watched, config.privacy)) log.info(line);

  const plan = planSubscriptions({ found, remembered: others, policy: discover, own });
  const lost = lostFilters(others, configuredLogs(config), own, systemFieldsOf(config));
  if (discover.mode === 'on') await remember(plan, found, watched, discover, world);
  const done = await carryOut([...plan, ...lost], discover.mode, world, failures);
  if (discover.mode === 'on') await forget(subscribed, groups, done, world);
  return {
    actions: [...plan, ...lost],
    filtersPut: done.filter(({ kind }) => kind === 'put').length,
    filtersRemoved: done.filter(({ kind }) => kind === 'remove').length,
    filtersUnmet: done.filter(({ kind }) => kind === 'unmet' || kind === 'lost').length,
    found,
    watched,
    silent: tellSilent(
      subscribedGroups([...found.logGroups.values(), ...accessLogsAmong(others, config)], own),
      found.domains,
      world,
    ),
    wrong: await tellWrong({ ...found, domains: watched, doors }, world),
    failures,
  };
}

function configuredLogs({ executionLogGroups, accessLogGroups, connectionLogGroups }: Config) {
  return { execution: executionLogGroups, access: accessLogGroups, connection: connectionLogGroups };
}

/** Also connection logs, which hold successes too. Used if the level of execution logs is not known, because at ERROR they have no events while no request fails. */
function accessLogsAmong(
  groups: readonly FoundLogGroup[],
  { accessLogGroups, connectionLogGroups }: Config,
): FoundLogGroup[] {
  const names = new Set([...accessLogGroups, ...connectionLogGroups].map(({ name }) => name));
  return groups.filter(({ name }) => names.has(name));
}

async function lookAt(
  names: readonly string[],
  { logGroups, log }: ReconcileWorld,
  failures: unknown[],
): Promise<FoundLogGroup[]> {
  const groups = await pMap(
    names,
    async (name) => {
      try {
        return [await logGroups.look(name)];
      } catch (error) {
        failures.push(error);
        log.error(`could not look at the log group ${name}`, { error });
        return [];
      }
    },
    { concurrency: limits.logGroupLooksMax },
  );
  return groups.flat();
}

/**
 * Done before a filter is put: stores what ingest needs to read its records, and that the filter must be removed later.
 */
async function remember(
  plan: readonly Action[],
  found: FoundAccount,
  watched: readonly FoundDomain[],
  { truststoreBuckets }: DiscoverySettings,
  { inventory }: ReconcileWorld,
): Promise<void> {
  const known = knownDomains(watched, truststoreBuckets);
  await inventory.saveDomains(isSeenWhole(found) ? known : keepingStages(known, await inventory.domains()));
  await inventory.noteSubscribed(plan.flatMap((action) => (action.kind === 'put' ? [action.logGroup] : [])));
}

/**
 * One after another, because CloudWatch Logs allows a few calls a second.
 * @returns the actions with their results
 */
async function carryOut(
  plan: readonly Action[],
  mode: DiscoverySettings['mode'],
  world: ReconcileWorld,
  failures: unknown[],
): Promise<Action[]> {
  const { log } = world;
  const done: Action[] = [];
  let left: number = limits.filterChangesPerRunMax;
  for (const action of plan) {
    const isChange = action.kind === 'put' || action.kind === 'remove';
    if (!isChange || mode === 'dry-run' || left === 0) {
      log.info(describeAction(action, false));
      if (!isChange) done.push(action);
      continue;
    }
    left--;
    try {
      const outcome = await change(action, world);
      done.push(outcome);
      log.info(describeAction(outcome, true));
    } catch (error) {
      failures.push(error);
      log.error(`could not do it: ${describeAction(action, false)}: ${messageOf(error)}`, { error });
    }
  }
  return done;
}

async function change(
  action: Extract<Action, { readonly kind: 'put' | 'remove' }>,
  { logGroups, own }: ReconcileWorld,
): Promise<Action> {
  if (action.kind === 'remove') {
    await logGroups.removeFilter(action.logGroup, action.filterName);
    return action;
  }
  const { logGroup, log, domains, filterName: name, pattern } = action;
  const refusal = await logGroups.putFilter(logGroup, { name, pattern, destinationArn: own.destinationArn });
  return refusal === null ? action : { kind: 'unmet', logGroup, log, domains, takenBy: [], said: refusal };
}

/** Removes log groups without a filter of this stack from the list. */
async function forget(
  subscribed: readonly string[],
  groups: readonly FoundLogGroup[],
  done: readonly Action[],
  { inventory, own }: ReconcileWorld,
): Promise<void> {
  const removed = new Set(
    done.flatMap((action) => (action.kind === 'remove' ? [`${action.logGroup} ${action.filterName}`] : [])),
  );
  const put = new Set(done.flatMap((action) => (action.kind === 'put' ? [action.logGroup] : [])));
  const remembered = new Set(subscribed);
  const empty = groups.filter(({ name, exists, filters }) => {
    if (!remembered.has(name) || put.has(name)) return false;
    const ours = filters?.filter((filter) => isOurs(filter, own));
    return !exists || ours?.every((filter) => removed.has(`${name} ${filter.name}`));
  });
  await inventory.forgetSubscribed(empty.map(({ name }) => name));
}

function tellSilent(
  groups: readonly FoundLogGroup[],
  domains: readonly FoundDomain[],
  { config: { silentAfterHours }, clock, log }: ReconcileWorld,
): FoundLogGroup[] {
  if (silentAfterHours === null) return [];
  const silent = silentGroups(groups, domains, clock.now(), silentAfterHours);
  if (silent.length > 0) log.info(describeSilent(silent, silentAfterHours));
  return silent;
}

async function tellWrong(
  found: FoundAccount,
  { config, own, inventory, clock, log }: ReconcileWorld,
): Promise<Check[]> {
  const checks = runChecks(found, {
    now: clock.now(),
    // The hourly run does not check the contents of truststores, and no pages; `doctor` does.
    truststores: new Map(),
    pages: null,
    mail: null,
    stackName: own.stackName,
    watch: {
      stackName: own.stackName,
      target: { kind: 'function', arn: own.destinationArn },
      topics: [],
      heartbeat: null,
      coverage: config,
      known: await inventory.domains(),
      reportMail: null,
      unreadable: [],
    },
    coverage: null,
  });
  const wrong = checks.filter(({ id, state }) => state === 'wrong' && !FILTER_CHECKS.has(id));
  if (wrong.length > 0) log.info(describeWrong(wrong));
  return wrong;
}

const FILTER_CHECKS: ReadonlySet<CheckId> = new Set(['subscription', 'filter-places']);
