/** `mtls-watch cost`: the monthly cost on AWS, by service. See `cost/model.ts` for the calculation. */

import { Command } from 'commander';
import * as z from 'zod';
import { MtlsWatchError } from '../../shared/base/errors.js';
import { assumptions, type CostLine, costLines, type Load, sumOf } from '../cost/model.js';
import { PRICES_OF, type PriceName, prices, REGION } from '../cost/prices.js';
import { pc } from '../terminal/colors.js';
import { folded, jsonLine, type Output, table } from '../terminal/table.js';

/** A larger number is probably a typing error. */
const COUNT_MAX = 1e12;

export const costLineSchema = z.strictObject({
  type: z.literal('cost'),
  service: z.string(),
  what: z.string(),
  quantity: z.number(),
  price: z.enum(Object.keys(prices) as [PriceName, ...PriceName[]]),
  dollars: z.number(),
  basis: z.enum(['measured', 'assumed', 'fixed']),
});

export const costSummarySchema = z.strictObject({
  type: z.literal('summary'),
  dollarsPerMonth: z.number(),
  /** The part of the sum that is due without any failure. */
  dollarsIdle: z.number(),
  region: z.string(),
  pricesOf: z.string(),
  load: z.record(z.string(), z.number()),
  assumptions: z.record(z.string(), z.number()),
});

interface Options {
  readonly failuresPerMonth: string;
  readonly requestsPerMonth?: string;
  readonly domains: string;
  readonly connectionsPerMonth: string;
  readonly countedRequestsPerMonth: string;
  readonly canaries: string;
  readonly accounts: string;
  readonly json?: boolean;
}

export function costCommand(output: Output = process.stdout): Command {
  return new Command('cost')
    .requiredOption('--failures-per-month <n>', 'requests and connections that are refused for their certificate')
    .option('--requests-per-month <n>', 'all requests, to show the cost of each')
    .option('--domains <n>', 'custom domains that are watched', '1')
    .option('--connections-per-month <n>', 'connections to distributions and load balancers with connection logs', '0')
    .option('--counted-requests-per-month <n>', 'requests in access logs whose calls are counted (successes)', '0')
    .option('--canaries <n>', 'domains with a canary', '0')
    .option('--accounts <n>', 'accounts that send their logs to this one', '0')
    .option('--json', 'one JSON object a line: costs, then one summary')
    .action((options: Options) => {
      const text = costOf(loadOf(options), options.json === true);
      output.write(options.json === true ? text : folded(text));
    });
}

function loadOf(options: Options): Load {
  return {
    failuresPerMonth: countOption('--failures-per-month', options.failuresPerMonth),
    requestsPerMonth: countOption('--requests-per-month', options.requestsPerMonth ?? '0'),
    domains: countOption('--domains', options.domains),
    connectionsPerMonth: countOption('--connections-per-month', options.connectionsPerMonth),
    countedRequestsPerMonth: countOption('--counted-requests-per-month', options.countedRequestsPerMonth),
    canaries: countOption('--canaries', options.canaries),
    accounts: countOption('--accounts', options.accounts),
  };
}

/** Accepts `10k` and `2M`. */
function countOption(name: string, text: string): number {
  const [, digits = '', suffix = ''] = /^(\d{1,13})([kM]?)$/.exec(text) ?? [];
  const count = digits === '' ? Number.NaN : Number(digits) * { '': 1, k: 1e3, M: 1e6 }[suffix as '' | 'k' | 'M'];
  if (Number.isNaN(count) || count > COUNT_MAX) {
    throw new MtlsWatchError('usage', `${name} got ${text.slice(0, 40)}; expected a number such as 1000, 10k or 2M`);
  }
  return count;
}

function costOf(load: Load, isJson: boolean): string {
  const lines = costLines(load);
  const idle = sumOf(costLines({ ...load, failuresPerMonth: 0 }));
  const sum = sumOf(lines);
  if (isJson) {
    const summary: z.input<typeof costSummarySchema> = {
      type: 'summary',
      dollarsPerMonth: sum,
      dollarsIdle: idle,
      region: REGION,
      pricesOf: PRICES_OF,
      load: { ...load },
      assumptions: { ...assumptions },
    };
    const each = lines.map((line): z.input<typeof costLineSchema> => ({ type: 'cost', ...line }));
    return [...each, summary].map(jsonLine).join('');
  }
  const body = lines.map(({ service, what, quantity, dollars, basis }) => [
    service,
    what,
    amount(quantity),
    money(dollars),
    basis,
  ]);
  const parts = load.failuresPerMonth === 0 ? '' : `: ${money(idle)} without any, ${money(sum - idle)} for these`;
  const perRequest =
    load.requestsPerMonth === 0 ? '' : `; ${money((sum / load.requestsPerMonth) * 1e6)} for a million requests`;
  return [
    `${pc.bold(`${money(sum)} a month`)} for ${asked(load)}${parts}${perRequest}\n`,
    `prices of ${REGION} as quoted until ${PRICES_OF}, without free tiers\n\n`,
    table(['Service', 'What', 'Quantity', 'A month', 'Basis'], body, [2, 3]),
    `\n${byService(lines)}\n`,
  ].join('');
}

/** What the sum is for, in the words of the options that were given. */
function asked({ failuresPerMonth, domains, connectionsPerMonth, canaries, accounts }: Load): string {
  const counted = (count: number, one: string, many = `${one}s`): string =>
    `${amount(count)} ${count === 1 ? one : many}`;
  const more = [
    ...(connectionsPerMonth === 0 ? [] : [counted(connectionsPerMonth, 'connection')]),
    ...(canaries === 0 ? [] : [counted(canaries, 'canary', 'canaries')]),
    ...(accounts === 0 ? [] : [counted(accounts, 'other account')]),
  ];
  const refusals = failuresPerMonth === 0 ? 'no refusals' : counted(failuresPerMonth, 'refusal');
  return `${refusals} at ${counted(domains, 'domain')}${more.map((one) => `, ${one}`).join('')}`;
}

function byService(lines: readonly CostLine[]): string {
  const sums = new Map<string, number>();
  for (const { service, dollars } of lines) sums.set(service, (sums.get(service) ?? 0) + dollars);
  const sorted = [...sums].sort(([, a], [, b]) => b - a);
  return sorted.map(([service, dollars]) => `${service} ${money(dollars)}`).join(', ');
}

function money(dollars: number): string {
  return dollars > 0 && dollars < 0.01 ? '<$0.01' : `$${dollars.toFixed(2)}`;
}

function amount(quantity: number): string {
  if (quantity >= 100) return Math.round(quantity).toLocaleString('en');
  return quantity >= 1 ? String(Number(quantity.toPrecision(3))) : String(Number(quantity.toPrecision(2)));
}
