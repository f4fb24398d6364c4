/** `mtls-watch report`: makes the report of any period, from recorded logs or from the table of the stack. */

import { Command, Option } from 'commander';
import { systemClock } from '../../shared/adapters/clock.js';
import { MtlsWatchError } from '../../shared/base/errors.js';
import type { Stores } from '../../shared/ports/index.js';
import { gap } from '../../shared/report/build.js';
import { gatherReport } from '../../shared/report/gather.js';
import { reportMessages } from '../../shared/report/messages/index.js';
import type { Partner } from '../../shared/report/partner.js';
import { daysPeriod, lastWeek, type Period, weekPeriod } from '../../shared/report/period.js';
import type { Report } from '../../shared/report/schema.js';
import { createFileTruststores } from '../inputs/file-truststores.js';
import { type FormatOption, readFormat, withFormat } from '../inputs/format.js';
import { issuerOption } from '../inputs/issuers.js';
import type { LiveOptions } from '../inputs/live/find.js';
import { liveOf, say, withLive } from '../inputs/live/options.js';
import { storesHere, type TableOptions, withTable } from '../inputs/stack.js';
import { readReplayConfig, withOneFormat } from '../replay/config.js';
import { replay } from '../replay/replay.js';
import { reportCollector, writeReport } from '../replay/report.js';

interface Options extends LiveOptions, FormatOption, TableOptions {
  readonly week?: string;
  readonly issuer?: string;
  readonly organization?: string;
  /** The spelling of earlier versions. */
  readonly organisation?: string;
  readonly out: string;
  readonly config?: string;
  readonly truststore?: string;
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
    .option('--config <file>', 'settings as JSON; see docs/configuration.md')
    .option('--truststore <file>', 'the CA bundle of the domains')
    .option('--language <language>', 'en or ja; default: that of the settings');
  return withTable(withLive(withFormat(command), true)).action(async (inputs: string[], options: Options) => {
    const config = withOneFormat(await readReplayConfig(options.config), await readFormat(options.format));
    const language = languageOf(options.language ?? config.language);
    const period = periodOf(options);
    const partner = partnerOf(options);
    const days =
      period === null ? {} : { from: new Date(period.from).toISOString(), to: new Date(period.to).toISOString() };
    const live = await liveOf({ ...options, ...days, accessLogFormats: config.accessLogFormats }, 'refusals', say);
    const hasLogs = inputs.length > 0 || live !== null;
    if (hasLogs && (options.table !== undefined || options.stack !== undefined)) {
      throw new MtlsWatchError('usage', 'report reads logs, or the table of --stack or --table, and not both');
    }
    const { truststore } = options;
    let report: Report;
    if (hasLogs) {
      const scene = reportCollector(config.accessLogFormats);
      const replayed = await replay(inputs, config, truststore, scene, live);
      for (const { file, detail } of replayed.problems) process.stderr.write(`warning: ${file}: ${detail}\n`);
      for (const error of replayed.truststoreErrors) process.stderr.write(`warning: ${error}\n`);
      const chosen = { ...(period === null ? {} : { period }), ...(partner === null ? {} : { partner }) };
      report = await scene.report(replayed, { ...chosen, language, truststore });
    } else {
      report = await fromTable(await storesHere(options), period ?? lastWeek(systemClock.now()), partner);
    }
    process.stdout.write(`${await writeReport(report, options.out, language)}\n`);
    for (const { id } of report.gaps) process.stderr.write(`missing: ${reportMessages[language].gaps[id]}\n`);
    // A count of zero is an answer only if something was read.
    if (isWithoutEvidence(report)) {
      process.stderr.write('nothing was judged: that nothing was refused is not known\n');
      process.exitCode = 1;
    }

    async function fromTable(stores: Stores, of: Period, whose: Partner | null): Promise<Report> {
      const truststores: Record<string, string> = truststore === undefined ? {} : { '*': truststore };
      const world = {
        config: { ...config, truststores },
        clock: systemClock,
        stores,
        publisher: { publish: async () => {} },
        truststores: createFileTruststores(),
      };
      const unknown = { details: null, expiring: null, sunset: null, pipeline: null };
      const gaps = [gap('details-unavailable'), gap('expiry-unknown'), gap('pipeline-unknown')];
      return gatherReport(
        { period: of, partner: whose, language, generatedAt: systemClock.now(), ...unknown, gaps },
        world,
      );
    }
  });
}

function isWithoutEvidence({ gaps, totals }: Report): boolean {
  const has = (wanted: string): boolean => gaps.some(({ id }) => id === wanted);
  return has('nothing-judged') || (totals.failures === 0 && has('pipeline-unknown'));
}

function languageOf(text: string): 'en' | 'ja' {
  if (text === 'en' || text === 'ja') return text;
  throw new MtlsWatchError('usage', `--language got ${text}; expected en or ja`);
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
