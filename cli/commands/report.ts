/** `mtls-watch report`: makes the report of any period, from recorded logs or from the table of the stack. */

import { Command, Option } from 'commander';
import { systemClock } from '../../shared/adapters/clock.js';
import { MtlsWatchError } from '../../shared/base/errors.js';
import { clean } from '../../shared/base/text.js';
import type { AskInsights } from '../../shared/calls/count-calls.js';
import { gap } from '../../shared/report/build.js';
import { gatherReport } from '../../shared/report/gather.js';
import { reportMessages } from '../../shared/report/messages/index.js';
import type { Language } from '../../shared/report/messages/types.js';
import type { Partner } from '../../shared/report/partner.js';
import { daysPeriod, lastWeek, type Period, weekPeriod } from '../../shared/report/period.js';
import type { Report } from '../../shared/report/schema.js';
import { callsOf, certificatesOf } from '../../shared/report/weekly.js';
import { issuerOption } from '../deployed/issuers.js';
import { readConfig, settingsHere, withOneFormat } from '../deployed/settings.js';
import { storesHere, type TableOptions, withTable } from '../deployed/stack.js';
import { createTruststores } from '../inputs/file-truststores.js';
import { type FormatOption, readFormat, withFormat } from '../inputs/format.js';
import type { LiveOptions } from '../inputs/live/find.js';
import { liveOf, withLive } from '../inputs/live/options.js';
import { replay } from '../replay/replay.js';
import { prepareFolder, reportCollector, writeReport } from '../replay/report.js';
import { note, warning } from '../terminal/notes.js';
import { clockAt, configOption, languageOption, timeOption, withLanguage } from '../terminal/options.js';
import { jsonLine } from '../terminal/table.js';

interface Options extends LiveOptions, FormatOption, TableOptions {
  readonly week?: string;
  readonly issuer?: string;
  readonly organization?: string;
  /** The spelling of earlier versions. */
  readonly organisation?: string;
  readonly out: string;
  readonly config?: string;
  readonly truststore?: string;
  readonly json?: boolean;
  readonly lang?: string;
  /** The spelling of earlier versions. */
  readonly language?: string;
}

export function reportCommand(): Command {
  const command = new Command('report')
    .argument('[input...]', "logs as for replay; without any, the stack's table is read")
    .requiredOption('--out <dir>', 'the folder to write to')
    .option('--week <week>', 'an ISO week such as 2026-W46')
    .option('--from <date>', 'the first day (UTC), with --to')
    .option('--to <date>', 'the day after the last one')
    .option('--issuer <dn>', 'only this issuer, in any spelling, without the others’ data')
    .option(
      '--organization <name>',
      'only the issuers and clients of this organization: a part of its name in any case',
    )
    .addOption(new Option('--organisation <name>', 'the same, as earlier releases spelled it').hideHelp())
    .addOption(configOption('settings as JSON, in place of those of the stack; see docs/configuration.md'))
    .option('--truststore <file>', 'the CA bundle of the domains, in place of those of the settings')
    .option('--json', 'print what was written as one line of JSON')
    .addOption(new Option('--language <language>', 'the same, as earlier releases spelled it').hideHelp());
  withLanguage(command);
  return withTable(withLive(withFormat(command), true)).action(async (inputs: string[], options: Options) => {
    const [period, partner] = [periodOf(options), partnerOf(options)];
    languageOption(givenLanguage(options), 'en');
    timeOption(options.at, systemClock);
    await prepareFolder(options.out);
    const made =
      (await reportOfLogs(inputs, options, period, partner)) ?? (await reportOfTable(options, period, partner));
    const language = made.language;
    const page = await writeReport(made.report, options.out, language);
    const isJudged = !isWithoutEvidence(made.report);
    process.stdout.write(options.json === true ? writtenLine(made.report, page, isJudged) : `${page}\n`);
    for (const id of new Set(made.report.gaps.map((one) => one.id)))
      note(`${NOTES[language].missing}${reportMessages[language].gaps[id]}\n`);
    // A count of zero is an answer only if something was read.
    if (!isJudged) {
      note(`${NOTES[language].nothing}\n`);
      process.exitCode = 1;
    }
  });
}

const NOTES = {
  en: { missing: 'missing: ', nothing: 'nothing was judged: that nothing was refused is not known' },
  ja: { missing: '不足: ', nothing: '判定できるものがないため、拒否がなかったとは言えません' },
} as const satisfies Record<Language, object>;

function writtenLine({ period, totals, gaps }: Report, page: string, isJudged: boolean): string {
  const { failures } = totals;
  return jsonLine({ type: 'report', page, period, failures, isJudged, missing: gaps.map(({ id }) => id) });
}

interface Made {
  readonly report: Report;
  readonly language: Language;
}

/** Null where no logs are named: then the table is read. @throws MtlsWatchError `usage` */
async function reportOfLogs(
  inputs: readonly string[],
  options: Options,
  period: Period | null,
  partner: Partner | null,
): Promise<Made | null> {
  const config = withOneFormat(await readConfig(options.config), await readFormat(options.format));
  const days =
    period === null ? {} : { from: new Date(period.from).toISOString(), to: new Date(period.to).toISOString() };
  const search = { ...options, ...days, hasPeriod: true, accessLogFormats: config.accessLogFormats };
  const live = await liveOf(search, 'refusals', note);
  if (inputs.length === 0 && live === null) return null;
  if (options.table !== undefined || options.stack !== undefined) {
    throw new MtlsWatchError('usage', 'report reads logs, or the table of --stack or --table, and not both');
  }
  const { truststore } = options;
  const language = languageOption(givenLanguage(options), config.language);
  const scene = reportCollector(config.accessLogFormats, live !== null);
  const replayed = await replay(inputs, config, truststore, scene, live);
  for (const { file, detail } of replayed.problems) warning(`${file}: ${detail}`);
  replayed.truststoreErrors.forEach(warning);
  const chosen = { ...(period === null ? {} : { period }), ...(partner === null ? {} : { partner }) };
  return {
    language,
    report: await scene.report(replayed, { ...chosen, language, truststore, onOrganizations: warnOfSeveral }),
  };
}

/** With the settings and truststores that the stack runs with. */
async function reportOfTable(options: Options, period: Period | null, partner: Partner | null): Promise<Made> {
  const stores = await storesHere(options);
  const { truststore } = options;
  const clock = clockAt(options.at, systemClock);
  const deployed = await settingsHere(options, warning);
  const config = truststore === undefined ? deployed : { ...deployed, truststores: { '*': truststore } };
  const world = {
    config,
    clock,
    stores,
    publisher: { publish: async () => {} },
    truststores: createTruststores(),
  };
  const of = period ?? lastWeek(clock.now(), config.report?.timeZone);
  const gaps = [gap('details-unavailable'), gap('pipeline-unknown')];
  const certificates = await certificatesOf(of, world, gaps);
  const language = languageOption(givenLanguage(options), config.language);
  const calls = await callsOf(of, world, await askHere(), gaps);
  const unknown = { details: null, pipeline: null, calls, ...certificates, gaps, onOrganizations: warnOfSeveral };
  return {
    language,
    report: await gatherReport({ period: of, partner, language, generatedAt: clock.now(), ...unknown }, world),
  };
}

/** Loads the SDK only here. */
async function askHere(): Promise<AskInsights> {
  const [{ CloudWatchLogsClient }, { createInsights }] = await Promise.all([
    import('@aws-sdk/client-cloudwatch-logs'),
    import('../../shared/adapters/aws/insights.js'),
  ]);
  return createInsights(new CloudWatchLogsClient({})).query;
}

const NAMES_SHOWN_MAX = 5;

/** A part of a name may fit more than was meant, and the report goes to one of them. */
function warnOfSeveral(names: readonly string[]): void {
  if (names.length < 2) return;
  const shown = names.slice(0, NAMES_SHOWN_MAX).map((name) => clean(name, 120));
  const more = names.length - shown.length;
  warning(
    `--organization fits ${names.length} names, and the report holds the data of all: ${shown.join('; ')}${more > 0 ? `; and ${more} more` : ''}; expected a longer part of one name`,
  );
}

function givenLanguage({ lang, language }: Options): string | undefined {
  return lang ?? language;
}

function isWithoutEvidence({ gaps, totals }: Report): boolean {
  const has = (wanted: string): boolean => gaps.some(({ id }) => id === wanted);
  return has('nothing-judged') || (totals.failures === 0 && has('pipeline-unknown'));
}

function periodOf({ week, from, to }: Options): Period | null {
  if (week !== undefined && from === undefined && to === undefined) return weekPeriod(week);
  if (week !== undefined || (from === undefined) !== (to === undefined)) {
    throw new MtlsWatchError('usage', 'expected --week, or --from and --to together, or none of them');
  }
  return from === undefined || to === undefined ? null : daysPeriod(dateOf(from), dateOf(to));
}

function dateOf(text: string): number {
  return /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(text) : Number.NaN;
}

function partnerOf({ issuer, organisation, organization = organisation }: Options): Partner | null {
  if (issuer !== undefined && organization !== undefined) {
    throw new MtlsWatchError('usage', 'expected --issuer or --organization, not both');
  }
  if (issuer !== undefined) return { issuerDn: issuerOption(issuer) };
  if (organization === undefined) return null;
  if (organization.trim() === '')
    throw new MtlsWatchError('usage', '--organization is empty; expected a name or a part of one');
  return { organization };
}
