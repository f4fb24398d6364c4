/**
 * `npm run bench -- detect [--runs N] [--seed N]`: measures the detector against published methods on generated histories, and
 * prints the tables that `docs/detection.md` quotes. Seeded: the same runs give the same numbers on every machine.
 */

import CliTable from 'cli-table3';
import { Command, Option } from 'commander';
import { CLASSES, type ClassName, historyOf, LEARNED, MINUTES, QUIET } from '../../test/support/histories.js';
import { outbreakScores } from '../../test/support/outbreak-scores.js';
import { costOf, ratiosTo } from './cost.js';
import { addOutcome, emptyScore, PRODUCT, runPages, type Score } from './pages.js';
import { RIVALS } from './rivals.js';
import { rateRows, situationRows } from './situation-tables.js';
import { buildOf } from './situations.js';
import { streamScores } from './stream-scores.js';

/** Lasting incidents of at least five times the usual rate. */
const SUSTAINED: readonly ClassName[] = ['sustained spike', 'CA rotation', 'flapping', 'scanner', 'two in a row'];
const METHODS = [PRODUCT, ...RIVALS.map((r) => r.name)];
type Scores = Map<string, Map<ClassName, Score>>;

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

function tableOf(head: string[], rows: string[][]): string {
  const table = new CliTable({ head, style: { head: [], border: [], compact: true } });
  table.push(...rows);
  return table.toString();
}

function pages(runs: number): Scores {
  const scores: Scores = new Map(METHODS.map((m) => [m, new Map(CLASSES.map((c) => [c, emptyScore()]))]));
  for (const className of CLASSES) {
    for (let run = 0; run < runs; run++) {
      const history = historyOf(className, seed + run);
      for (const outcome of runPages(history)) {
        const score = scores.get(outcome.method)?.get(className);
        if (score) addOutcome(score, history, outcome, LEARNED);
      }
    }
  }
  return scores;
}

/** The quantile of the values at `share`, or a dash. */
function quantile(values: readonly number[], share: number): string {
  const sorted = [...values].sort((a, b) => a - b);
  const value = sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  return value === undefined ? '-' : String(value);
}

function together(scores: readonly Score[]): Score {
  const all = emptyScore();
  for (const s of scores) {
    all.incidents += s.incidents;
    all.found += s.found;
    all.delays.push(...s.delays);
    all.falsePages += s.falsePages;
    all.spikeNotices += s.spikeNotices;
    all.resolveNotices += s.resolveNotices;
    all.notices += s.notices;
    all.resolveDelays.push(...s.resolveDelays);
    all.minutes += s.minutes;
  }
  return all;
}

const perMonth = (s: Score): string => ((s.falsePages / s.minutes) * 43_200).toFixed(2);
const each = (n: number, s: Score): string => (s.found > 0 ? (n / s.found).toFixed(2) : '-');
const delays = (s: Score): string => `${quantile(s.delays, 0.5)} / ${quantile(s.delays, 0.95)}`;

function printPages(scores: Scores, runs: number): void {
  const of = (method: string, names: readonly ClassName[]): Score[] =>
    names.flatMap((name) => scores.get(method)?.get(name) ?? []);
  const quiet = CLASSES.filter((c) => QUIET.has(c));
  const loud = CLASSES.filter((c) => !QUIET.has(c));
  print(
    `\nPages: ${CLASSES.length} classes, ${runs} groups each, ${MINUTES / 10_080} weeks of minutes, seeds ${seed} to ${seed + runs - 1},`,
  );
  print(
    'judged from the third week on. False pages per group and 30 days; delays in minutes, median / 95th percentile.',
  );
  print(`Sustained: ${SUSTAINED.join(', ')}; five times the usual or more.\n`);
  const head = [
    'method',
    'sustained found',
    'delay',
    'false pages',
    'worst quiet class',
    'spike notices',
    'resolves',
    'notices',
    'resolve delay',
  ];
  print(
    tableOf(
      head,
      METHODS.map((method) => {
        const sustained = together(of(method, SUSTAINED));
        const all = together(of(method, loud));
        const worst = of(method, quiet).reduce((a, b) => (b.falsePages > a.falsePages ? b : a));
        return [
          method,
          `${sustained.found} of ${sustained.incidents}`,
          delays(sustained),
          perMonth(together(of(method, quiet))),
          perMonth(worst),
          each(sustained.spikeNotices, sustained),
          each(sustained.resolveNotices, sustained),
          each(all.notices, all),
          `${quantile(sustained.resolveDelays, 0.5)} / ${quantile(sustained.resolveDelays, 0.95)}`,
        ];
      }),
    ),
  );
  print('\nFalse pages per group and 30 days, by class:\n');
  print(
    tableOf(
      ['method', ...CLASSES],
      METHODS.map((m) => [m, ...CLASSES.map((c) => perMonth(together(of(m, [c]))))]),
    ),
  );
  print('\nFound, and delay, by class:\n');
  const cell = (s: Score): string => `${s.found}/${s.incidents} ${delays(s)}`;
  print(
    tableOf(
      ['method', ...loud],
      METHODS.map((m) => [m, ...loud.map((c) => cell(together(of(m, [c]))))]),
    ),
  );
  print(`\n${PRODUCT} by class:\n`);
  print(
    tableOf(
      ['class', 'found', 'delay', 'spike notices', 'resolves', 'notices', 'resolve delay', 'of low severity'],
      loud.map((c) => {
        const s = together(of(PRODUCT, [c]));
        const low = scores.get(PRODUCT)?.get(c)?.lowSeverity ?? 0;
        return [
          c,
          `${s.found} of ${s.incidents}`,
          delays(s),
          each(s.spikeNotices, s),
          each(s.resolveNotices, s),
          each(s.notices, s),
          `${quantile(s.resolveDelays, 0.5)} / ${quantile(s.resolveDelays, 0.95)}`,
          String(low),
        ];
      }),
    ),
  );
}

function printOutbreaks(runs: number): void {
  print(`\nOutbreaks: 42 scenarios, ${runs} runs each (k1 and k2 in all 25 combinations), seed ${seed}. In per cent.`);
  print(
    'Detection: an alarm in any week of the current outbreak. "with a case": without the runs in which chance gave none.\n',
  );
  const rows = outbreakScores(runs, seed).map((s) => [
    s.method,
    s.falseAlarms.toFixed(2),
    s.detection.toFixed(1),
    s.detectionWithCase.toFixed(1),
    s.byK2.map((p) => p.toFixed(0)).join(' '),
  ]);
  print(tableOf(['method', 'false alarms', 'detection', 'with a case', 'by k2 = 1 3 5 7 10'], rows));
  print(
    'Published for R surveillance: improved Farrington 0.99 and 48.0 (8 20 46 71 91); EARS C1 6.84 and 62.7; Bayes 2 9.34 and 75.2.',
  );
}

function printStreams(runs: number): void {
  print(`\nStreams: invented five-minute counts, ${runs} of each family, seeds ${seed} on, judged after eight days.`);
  print('Per accepted rate of false alarms (per 1,000 steps): what came of it, and the share of events found.\n');
  const rows = streamScores(runs, seed).map((s) => [
    s.family,
    String(s.events),
    `${(100 * s.zeros).toFixed(0)} %`,
    ...s.at.map((a) => `${a.falseAlarms.toFixed(2)}, ${(100 * a.found).toFixed(0)} %`),
  ]);
  print(tableOf(['family', 'events', 'zeros', 'asked 0.06', 'asked 0.5', 'asked 1', 'asked 2'], rows));
}

async function printSituations(runs: number, dir: string | undefined): Promise<void> {
  const before = dir === undefined ? null : await buildOf(dir);
  print(`\nSituations: ${runs} groups each, seeds ${seed} on. Outages told of all, after so many minutes (median and`);
  print(
    '95th percentile), minutes until the resolve, notices of a group; calm ones: false pages of a group in 30 days.\n',
  );
  const situations = situationRows(runs, seed, before);
  print(tableOf(situations.head, situations.rows));
}

function printRates(runs: number): void {
  print(`\nFalse pages asked for and got, of a group in 30 days, ${2 * runs} groups each:\n`);
  const rates = rateRows(2 * runs, seed);
  print(tableOf(rates.head, rates.rows));
}

async function printCost(dir: string | undefined): Promise<void> {
  const cost = costOf();
  print(
    `\nCost on this machine: ${cost.updateUs.toFixed(1)} µs to learn a minute, ${cost.evaluateUs.toFixed(1)} µs to judge one,`,
  );
  print(
    `${cost.wholeUs.toFixed(0)} µs with unpacking and packing the history; ${cost.gapMs.toFixed(1)} ms to catch up with a year of silence.`,
  );
  print(`A history is at most ${cost.bytes} bytes of JSON.`);
  if (dir === undefined) return;
  const rows = ratiosTo(await buildOf(dir)).map(({ what, presentUs, beforeUs }) => [
    what,
    `${presentUs.toFixed(1)} µs`,
    `${beforeUs.toFixed(1)} µs`,
    (presentUs / beforeUs).toFixed(2),
  ]);
  print('\nProcessor time beside the build before, in turns, median of fifteen:\n');
  print(tableOf(['', PRODUCT, 'the build before', 'ratio'], rows));
}

const command = new Command('bench -- detect')
  .option('--runs <n>', 'groups per class; outbreak runs are the next multiple of 25 above eight times that', '6')
  .option('--seed <n>', 'the first seed; on those that nobody looked at, no constant can have been fitted', '40001')
  .option('--before <dir>', 'the root of another checkout, to compare the situations with')
  .addOption(
    new Option('--only <part>', 'one part').choices(['situations', 'rates', 'pages', 'outbreaks', 'streams', 'cost']),
  )
  .parse();
const options = command.opts<{ runs: string; seed: string; before?: string; only?: string }>();
const runs = Number(options.runs);
const seed = Number(options.seed);
if (!Number.isInteger(runs) || runs < 1 || runs > 10_000)
  command.error('--runs: expected a whole number from 1 to 10000', { exitCode: 2 });
if (!Number.isInteger(seed) || seed < 1 || seed > 1_000_000_000)
  command.error('--seed: expected a whole number from 1 to 1000000000', { exitCode: 2 });
const isAsked = (part: string): boolean => options.only === undefined || options.only === part;
if (isAsked('situations')) await printSituations(Math.ceil(runs / 2), options.before);
if (isAsked('rates')) printRates(Math.ceil(runs / 2));
if (isAsked('pages')) printPages(pages(runs), runs);
if (isAsked('outbreaks')) printOutbreaks(Math.ceil((8 * runs) / 25) * 25);
if (isAsked('streams')) printStreams(runs);
if (isAsked('cost')) await printCost(options.before);
