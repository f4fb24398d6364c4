/** The options of verbs that read logs from CloudWatch Logs: log groups and period. */

import type { Command } from 'commander';
import { systemClock } from '../../../shared/adapters/clock.js';
import { MtlsWatchError, usage } from '../../../shared/base/errors.js';
import { clean } from '../../../shared/base/text.js';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../shared/base/time.js';
import type { Clock } from '../../../shared/ports/index.js';
import { isoTime, timeOption, withAt } from '../../terminal/options.js';
import type { InputItem } from '../item.js';
import type { FoundLive, findLive, LiveOptions, LiveSearch, Purpose } from './find.js';
import type { TimeRange } from './state.js';

export function withPlaces(command: Command): Command {
  return command
    .option('--log-group <names...>', 'search these log groups of the account')
    .option(
      '--domain <names...>',
      'search the log groups of these custom domains, distributions and load balancers, as doctor finds them',
    );
}

/** @param hasPeriod whether the verb has `--from` and `--to` of its own, which then also apply to the search */
export function withLive(command: Command, hasPeriod = false): Command {
  withPlaces(command).option('--since <duration>', 'search from so long ago until now: 90m, 12h, 7d; default: 24h');
  if (!hasPeriod) {
    command
      .option('--from <time>', 'search log groups from this ISO time')
      .option('--to <time>', 'search log groups until this ISO time; default: now');
  }
  command.option('--state <file>', 'keep what was found there, so that the search goes on after a stop');
  return withAt(command);
}

export interface Live {
  readonly items: AsyncIterable<InputItem>;
  /** The result of discovery, for the settings. */
  readonly found: FoundLive;
}

/**
 * What the options ask to search; null where they ask for nothing.
 * @param note is told what will be searched and what that costs
 * @throws MtlsWatchError `usage`, or what looking at the account throws
 */
export async function liveOf(
  options: LiveSearch,
  purpose: Purpose,
  note: (text: string) => void,
  clock: Clock = systemClock,
  find: typeof findLive = async (...search) => (await import('./find.js')).findLive(...search),
): Promise<Live | null> {
  // Nothing is logged yet of a time to come.
  const now = Math.min(timeOption(options.at, clock), clock.now());
  if (options.logGroup === undefined && options.domain === undefined) {
    const period = options.hasPeriod === true ? [] : (['from', 'to'] as const);
    const alone = (['since', 'state', ...period] as const).find((name) => options[name] !== undefined);
    if (alone === undefined) return null;
    throw usage(`--${alone} goes with --log-group or --domain`);
  }
  const range = rangeOf(options, now);
  const found = await find(options, purpose);
  const { targets, logs } = found;
  const search = {
    logGroups: targets.map(({ logGroup }) => logGroup),
    patterns: targets.map(({ pattern }) => pattern),
    purpose,
    ...{ since: options.since, from: options.from, to: options.to },
  };
  const [{ searchLogs }, { openState }] = await Promise.all([import('./search.js'), import('./state.js')]);
  const state = options.state === undefined ? null : await openState(options.state, JSON.stringify(search), range);
  note(noticeOf(found, state?.range ?? range, state?.done.size ?? 0));
  async function* items(): AsyncGenerator<InputItem> {
    try {
      yield* searchLogs(targets, range, logs, state);
    } catch (error) {
      if (!(error instanceof MtlsWatchError) || error.code !== 'logs-unavailable') throw error;
      const cure =
        options.state === undefined ? 'with --state FILE a search goes on where it stopped' : 'run it again to go on';
      throw new MtlsWatchError('logs-unavailable', `${error.message}; ${cure}`, { cause: error, retryable: true });
    } finally {
      await state?.close();
    }
  }
  return { items: items(), found };
}

const UNIT_MS: Readonly<Record<string, number>> = { m: MINUTE_MS, h: HOUR_MS, d: DAY_MS, w: 7 * DAY_MS };

/** @throws MtlsWatchError `usage` */
export function rangeOf({ since, from, to }: LiveOptions, now: number): TimeRange {
  if (since !== undefined && (from !== undefined || to !== undefined)) {
    throw usage('expected --since, or --from and --to, not both');
  }
  if (to !== undefined && from === undefined) throw usage('--to goes with --from');
  if (from === undefined) return { from: now - (since === undefined ? DAY_MS : durationOf(since)), to: now };
  const range = { from: isoTime('--from', from), to: to === undefined ? now : isoTime('--to', to) };
  if (range.from < range.to) return range;
  throw usage(`--from got ${from}; expected a time before ${new Date(range.to).toISOString()}`);
}

function durationOf(text: string): number {
  const [, amount, unit = ''] = /^(\d{1,4})([mhdw])$/.exec(text) ?? [];
  const ms = Number(amount) * (UNIT_MS[unit] ?? Number.NaN);
  if (ms > 0) return ms;
  throw usage(`--since got ${clean(text, 80)}; expected a duration such as 90m, 12h or 7d`);
}

/**
 * The note about the cost of a search: CloudWatch Logs charges queries of Logs Insights by the gigabyte, but not
 * FilterLogEvents.
 */
function noticeOf({ groups, targets }: FoundLive, { from, to }: TimeRange, done: number): string {
  const time = (at: number) => new Date(at).toISOString().slice(0, 16).replace('T', ' ');
  const stored = groups.reduce((sum, { storedBytes }) => sum + (storedBytes ?? 0), 0);
  const names = new Set(targets.map(({ logGroup }) => logGroup));
  return [
    `searching ${names.size} log ${names.size === 1 ? 'group' : 'groups'} from ${time(from)} to ${time(to)} UTC`,
    stored > 0 ? `; ${(stored / 1e9).toFixed(1)} GB are stored in all` : '',
    done > 0 ? `; ${done} parts are there from before` : '',
    '. FilterLogEvents scans without a charge by the gigabyte, unlike Logs Insights; what it finds counts as data',
    ' transfer out of AWS, and its calls share the quota of the account.\n',
  ].join('');
}
