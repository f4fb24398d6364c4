/** The cost model and its verb. What they print is held to `docs/cost.md` by `test/project/readme.test.ts`. */

import { describe, expect, it } from 'vitest';
import { costCommand, costLineSchema, costSummarySchema } from '../../cli/commands/cost.js';
import { measured } from '../../cli/cost/measured.js';
import { assumptions, costLines, type Load, sumOf } from '../../cli/cost/model.js';
import { prices } from '../../cli/cost/prices.js';
import { resources, synthesise } from '../infra/support.js';

const nothing: Load = {
  failuresPerMonth: 0,
  requestsPerMonth: 0,
  connectionsPerMonth: 0,
  countedRequestsPerMonth: 0,
  domains: 0,
  canaries: 0,
  accounts: 0,
};
const quantityOf = (load: Load, what: string): number =>
  costLines(load).find((line) => line.what === what)?.quantity ?? 0;

describe('the model', () => {
  it('writes nothing without a failure, and reads what its sweeps read', () => {
    expect(quantityOf(nothing, 'write units')).toBe(0);
    expect(quantityOf(nothing, 'read units')).toBe(assumptions.hoursPerMonth * 60 * measured.idleSweep.readUnits);
  });

  it('takes the units of a failure from what was measured', () => {
    const load = { ...nothing, failuresPerMonth: 1_000_000 };
    const alone = 1_000_000 * assumptions.aloneShare * measured.failureAlone.writeUnits;
    const inBatches = 1_000_000 * (1 - assumptions.aloneShare) * (measured.hundredInABatch.writeUnits / 100);
    expect(quantityOf(load, 'write units')).toBeCloseTo(alone + inBatches);
  });

  it('costs the sum of its lines, each its quantity at its price', () => {
    const lines = costLines({
      failuresPerMonth: 5e6,
      requestsPerMonth: 0,
      connectionsPerMonth: 10e6,
      countedRequestsPerMonth: 100e6,
      domains: 20,
      canaries: 3,
      accounts: 4,
    });
    for (const { quantity, price, dollars } of lines) expect(dollars).toBeCloseTo(quantity * prices[price].dollars);
    expect(sumOf(lines)).toBeCloseTo(lines.reduce((sum, { dollars }) => sum + dollars, 0));
    expect(lines.map(({ service }) => service)).toContain('Kinesis');
  });

  it('pays for the alarms that the stack has', () => {
    const alarmMetrics = (settings: Readonly<Record<string, unknown>>) =>
      resources(synthesise(settings).template, 'AWS::CloudWatch::Alarm').reduce(
        (sum, [, { Properties }]) =>
          sum +
          ((Properties.Metrics as { MetricStat?: object }[] | undefined) ?? [{ MetricStat: {} }]).filter(
            ({ MetricStat }) => MetricStat !== undefined,
          ).length,
        0,
      );
    expect(alarmMetrics({})).toBe(assumptions.alarmMetrics);
    expect(alarmMetrics({ canaries: [{ domain: 'api.example.com' }] }) - alarmMetrics({})).toBe(
      assumptions.canaryAlarmMetrics,
    );
  });

  it('grows with every part of the load', () => {
    const load: Load = { ...nothing, failuresPerMonth: 1_000, domains: 2, canaries: 1 };
    const dollars = sumOf(costLines(load));
    for (const name of [
      'failuresPerMonth',
      'connectionsPerMonth',
      'countedRequestsPerMonth',
      'domains',
      'canaries',
      'accounts',
    ] as const) {
      expect(sumOf(costLines({ ...load, [name]: load[name] + 1_000 })), name).toBeGreaterThan(dollars);
    }
  });
});

describe('mtls-watch cost', () => {
  async function run(...args: string[]): Promise<string> {
    let text = '';
    const output = {
      write: (chunk: string) => {
        text += chunk;
      },
    };
    await costCommand(output).exitOverride().parseAsync(args, { from: 'user' });
    return text;
  }

  it('prints lines and a summary that its schemas take', async () => {
    const all = (await run('--failures-per-month', '2M', '--domains', '5', '--json')).trim().split('\n');
    const lines = all.slice(0, -1).map((line) => costLineSchema.parse(JSON.parse(line)));
    const summary = costSummarySchema.parse(JSON.parse(all.at(-1) ?? ''));
    expect(summary.load.failuresPerMonth).toBe(2_000_000);
    expect(summary.dollarsPerMonth).toBeCloseTo(lines.reduce((sum, { dollars }) => sum + dollars, 0));
    expect(summary.dollarsIdle).toBeLessThan(summary.dollarsPerMonth);
  });

  it.each(['many', '-1', '1e6', '9999999999999M', '2.5'])('takes %s for no number', async (text) => {
    await expect(run(`--failures-per-month=${text}`)).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining('expected a number such as'),
    });
  });
});
