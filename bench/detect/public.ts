/**
 * `tsx bench/detect/public.ts --data DIR`: runs the detector over public series where a user has them; nothing is fetched.
 * It takes every CSV below the folder: `timestamp,value` as in the Numenta Anomaly Benchmark, whose `combined_windows.json`
 * must be there as well, and `timestamp,value,label` as in Microsoft's cloud-monitoring set, where a label of 1 is an event.
 */

import CliTable from 'cli-table3';
import { Command } from 'commander';
import { RATES, readSeries, scored } from '../../test/support/public-series.js';

const { data } = new Command('public').requiredOption('--data <dir>', 'a folder with the series').parse().opts<{
  data: string;
}>();
const table = new CliTable({
  head: ['series', 'events', ...RATES.map((rate) => `asked ${Number((1000 * rate).toFixed(3))} per 1,000: got, found`)],
  style: { head: [], border: [], compact: true },
});
for (const series of await readSeries(data)) {
  const { rows, at } = scored(series);
  const cells = at.map(({ alarms, found }) => `${((1000 * alarms) / Math.max(1, rows)).toFixed(2)}, ${found}`);
  table.push([series.name, String(series.events.length), ...cells]);
}
process.stdout.write(`${table.toString()}\n`);
