/** Observes a replay and writes a report of it, as the weekly function does from the table. */

import { access, constants, mkdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { messageOf, usage } from '../../shared/base/errors.js';
import { memoize } from '../../shared/base/memoize.js';
import { clean } from '../../shared/base/text.js';
import type { FormatsByLogGroup } from '../../shared/logs/formats-by-group.js';
import { formatOfGroup } from '../../shared/logs/record-format.js';
import { type Gap, gap } from '../../shared/report/build.js';
import { csvOf } from '../../shared/report/csv.js';
import { collectDetails } from '../../shared/report/details.js';
import { expiringOf, sunsetOf } from '../../shared/report/expiring.js';
import { gatherReport } from '../../shared/report/gather.js';
import type { Language } from '../../shared/report/messages/types.js';
import { pageOf } from '../../shared/report/page.js';
import type { Partner } from '../../shared/report/partner.js';
import { type Period, weekUntil } from '../../shared/report/period.js';
import type { Report } from '../../shared/report/schema.js';
import { observations } from '../../shared/x509/observed.js';
import { observedOf } from '../inputs/observe.js';
import { readUsableTruststore } from '../inputs/truststores.js';
import { collectCalls } from './calls.js';
import { daysWithEvidence } from './evidence.js';
import type { Replayed, ReplayObserver } from './types.js';

export interface ReportCollector extends ReplayObserver {
  readonly report: (replayed: Replayed, options: CollectorOptions) => Promise<Report>;
  /** @returns the page's path */
  readonly write: (replayed: Replayed, folder: string, truststore?: string) => Promise<string>;
}

export interface CollectorOptions {
  /** Default: the seven days that end with the last day of the logs. */
  readonly period?: Period;
  readonly partner?: Partner;
  readonly language: Language;
  readonly truststore?: string | undefined;
  readonly onOrganizations?: (names: readonly string[]) => void;
}

/** Asked for each event, of a few log groups. */
const GROUPS_REMEMBERED = { entriesMax: 100, keyCharsMax: 600 };

/**
 * @param formats by log group, those that the logs are replayed with
 * @param isRefusalsOnly whether the logs were searched for refusals, so that what was let in is not among them
 */
export function reportCollector(formats: FormatsByLogGroup = {}, isRefusalsOnly = false): ReportCollector {
  const collector = collectDetails();
  const calls = collectCalls();
  const seen = observations();
  const days = daysWithEvidence();
  const formatOf = memoize(GROUPS_REMEMBERED, String, (logGroup: string) => formatOfGroup(formats, logGroup));
  let lastAt = 0;
  const report: ReportCollector['report'] = async ({ world, summary }, options) => {
    const period = options.period ?? weekUntil(lastAt);
    const truststore = options.truststore === undefined ? null : await readUsableTruststore(options.truststore);
    const truststores = truststore === null ? [] : [truststore.truststore];
    const clients = seen.clients();
    const gaps: Gap[] = [
      ...(collector.isCut() ? [gap('details-cut')] : []),
      ...(calls.isCut() ? [gap('successes-cut')] : []),
      ...(days.isAnyWithin(period.from, period.to) ? [] : [gap('nothing-judged')]),
    ];
    return gatherReport(
      {
        period,
        partner: options.partner ?? null,
        language: options.language,
        // The end of the period, so that the same logs give the same report.
        generatedAt: period.to,
        details: collector.details(period),
        calls: isRefusalsOnly ? null : calls.calls(period, world.config),
        expiring: expiringOf(clients, truststores, period.to),
        sunset: sunsetOf(clients, truststores, period.to),
        pipeline: {
          events: summary.events,
          rejected: summary.rejected,
          duplicates: summary.duplicates,
          lagSeconds: null,
        },
        gaps,
        ...(options.onOrganizations && { onOrganizations: options.onOrganizations }),
      },
      world,
    );
  };
  return {
    failureLog: collector,
    onEvent: (event, logGroup) => {
      lastAt = Math.max(lastAt, event.timestamp);
      const format = formatOf(logGroup);
      days.add(event, format);
      const observed = observedOf(event, format);
      if (observed === null) return;
      seen.add(observed);
      calls.add(observed, logGroup);
    },
    report,
    write: async (replayed, folder, truststore) => {
      const { language } = replayed.world.config;
      return writeReport(await report(replayed, { language, truststore }), folder, language);
    },
  };
}

/** Before the work of an hour, not after it. @throws MtlsWatchError `usage` where the folder cannot be made or written */
export async function prepareFolder(folder: string): Promise<void> {
  try {
    await makeFolder(folder);
    await access(folder, constants.W_OK);
  } catch (error) {
    const message = `cannot write into ${clean(folder, 200)}: ${messageOf(error)}; expected a folder that can be made or written`;
    throw usage(message, error);
  }
}

/** Level by level: with `recursive`, Node 20 tries for ever where a file system lets nobody make folders, such as `/proc`. */
async function makeFolder(folder: string): Promise<void> {
  const found = await stat(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
  if (found !== undefined && !found.isDirectory()) throw new Error('it is a file');
  if (found !== undefined) return;
  if (dirname(folder) !== folder) await makeFolder(dirname(folder));
  await mkdir(folder);
}

/** Writes `report.html`, `report.json` and `report.csv`. @returns the page's path */
export async function writeReport(report: Report, folder: string, language: Language): Promise<string> {
  await prepareFolder(folder);
  const page = join(folder, 'report.html');
  await writeFile(page, pageOf(report, language));
  await writeFile(join(folder, 'report.json'), `${JSON.stringify(report, null, 2)}\n`);
  await writeFile(join(folder, 'report.csv'), csvOf(report));
  return page;
}
