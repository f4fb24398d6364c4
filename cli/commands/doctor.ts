/** `mtls-watch doctor`: checks whether refusals will be seen, and says what to change if not. */

import { Command, Option } from 'commander';
import pMap from 'p-map';
import { systemClock } from '../../shared/adapters/clock.js';
import { MtlsWatchError } from '../../shared/base/errors.js';
import { limits } from '../../shared/base/limits.js';
import { clean } from '../../shared/base/text.js';
import { expectedWords } from '../../shared/base/zod.js';
import { destinationArn } from '../../shared/config/member-settings.js';
import type { Check, CheckState } from '../../shared/discovery/check.js';
import { fixes, runChecks } from '../../shared/discovery/checks/checks.js';
import type { PageAnswer, TruststoreContents } from '../../shared/discovery/checks/context.js';
import { pagesOf } from '../../shared/discovery/checks/runbooks.js';
import { ACCESS_LOG_FORMAT } from '../../shared/logs/access-log-format.js';
import type { FoundAccount } from '../../shared/model/account.js';
import type { Clock } from '../../shared/ports/index.js';
import type { Coverage, FoundMail, FoundWatch, ReportMail } from '../../shared/ports/watch.js';
import { fileErrors } from '../../shared/x509/audit-file.js';
import { plural } from '../../shared/x509/format.js';
import { discoveryHere } from '../deployed/account.js';
import { fetchPages } from '../deployed/pages.js';
import { readDeployable } from '../deployed/settings.js';
import { readTruststore } from '../inputs/truststores.js';
import { withAccount } from '../terminal/account.js';
import { pc } from '../terminal/colors.js';
import { note } from '../terminal/notes.js';
import { clockAt, configOption, withAt } from '../terminal/options.js';
import { statusLine } from '../terminal/progress.js';
import { findingText, folded, heading, jsonLine, type Output, table } from '../terminal/table.js';

export interface DoctorOptions {
  readonly domain: readonly string[];
  readonly config?: string;
  readonly stack?: string;
  readonly function?: string;
  readonly destination?: string;
  readonly topic: readonly string[];
  readonly fix?: boolean;
  readonly at?: string;
  readonly json?: boolean;
}

/** What `doctor` reads from AWS, and where it writes. */
export interface DoctorWorld {
  readonly find: (only: readonly string[]) => Promise<FoundAccount>;
  readonly watch: () => Promise<FoundWatch | null>;
  /** The contents of a truststore, by its address. */
  readonly truststore: (uri: string) => Promise<TruststoreContents>;
  /** Whether the pages of the runbooks are where alerts link to them, by address. */
  readonly pages: (urls: readonly string[]) => Promise<ReadonlyMap<string, PageAnswer>>;
  /** What SES says of the report's mail. */
  readonly mail: (mail: ReportMail) => Promise<FoundMail>;
  readonly clock: Clock;
  readonly output: Output;
  /** For messages that are not part of the answer. */
  readonly notes: Output;
}

const append = (value: string, list: readonly string[]): readonly string[] => [...list, value];

export function doctorCommand(): Command {
  return withAt(withAccount(new Command('doctor')))
    .option('--domain <name>', 'only this custom domain, distribution or load balancer; may be repeated', append, [])
    .addOption(configOption('the settings, in place of the deployed ones'))
    .option('--stack <name>', 'the deployed stack (default: mtls-watch, and else mtls-watch-member)')
    .option('--function <name>', 'the ingest function, in place of a stack')
    .addOption(
      new Option(
        '--destination <arn>',
        "the central account's destination, in an account that sends its logs there; in place of a stack",
      ).conflicts('function'),
    )
    .option('--topic <arn>', 'a topic to look at besides the deployed ones; may be repeated', append, [])
    .addOption(new Option('--fix', 'print the AWS CLI commands that put it right; changes nothing').conflicts('json'))
    .option('--json', 'one JSON object a line: checks with their commands, then one summary')
    .action(async (options: DoctorOptions) => {
      const status = statusLine(process.stderr);
      try {
        const world = await onAws(options, status.say);
        process.exitCode = await runDoctor(
          options,
          { ...world, output: process.stdout, notes: { write: note } },
          status.stop,
        );
      } finally {
        status.stop();
      }
    });
}

/**
 * The SDK is loaded only here, so that the other verbs start without it.
 * @throws MtlsWatchError `usage`
 */
async function onAws(
  options: DoctorOptions,
  say: (what: string) => void,
): Promise<Pick<DoctorWorld, 'find' | 'watch' | 'truststore' | 'pages' | 'mail' | 'clock'>> {
  const [{ discovery }, { findWatch, watchClients }] = await Promise.all([
    discoveryHere(say),
    import('../../shared/adapters/aws/watch.js'),
  ]);
  const clock = clockAt(options.at, systemClock);
  return {
    clock,
    find: discovery.find,
    truststore: contentsOf,
    pages: (urls) => {
      say('the runbook pages');
      return fetchPages(urls);
    },
    mail: async (parties) => {
      say('the identities of SES');
      const [{ SESv2Client }, { findMail }] = await Promise.all([
        import('@aws-sdk/client-sesv2'),
        import('../../shared/adapters/aws/mail-identities.js'),
      ]);
      return findMail(parties, new SESv2Client({ maxAttempts: limits.discoveryAttemptsMax }));
    },
    watch: () => {
      say('mtls-watch itself');
      const { stack = null, function: name = null, destination = null, topic: topics } = options;
      return findWatch({ stack, function: name, destination, topics }, watchClients(), clock);
    },
  };
}

/** @throws errors that are not an answer of S3 */
async function contentsOf(uri: string): Promise<TruststoreContents> {
  try {
    const { truststore } = await readTruststore(uri);
    return {
      kind: 'read',
      certificates: truststore.certificates.length,
      errors: fileErrors(truststore).map(
        ({ line, evidence }) => `${line === null ? '' : `line ${line}: `}${evidence[0] ?? ''}`,
      ),
    };
  } catch (error) {
    if (!(error instanceof MtlsWatchError)) throw error;
    return { kind: 'unreadable', why: error.message };
  }
}

/** @returns 0 all checks passed; 1 something is wrong or could not be checked */
export async function runDoctor(
  options: DoctorOptions,
  { find, watch, truststore, pages: fetched, mail: asked, clock, output, notes }: DoctorWorld,
  done: () => void = () => {},
): Promise<number> {
  refuseOther(options.destination);
  const coverage: Coverage | null = options.config === undefined ? null : await readDeployable(options.config);
  const found = await find(options.domain);
  const missing = options.domain.filter((name) => !isFound(name, found));
  if (missing.length > 0) {
    throw new MtlsWatchError(
      'usage',
      `--domain got ${missing.map((name) => clean(name, 80)).join(', ')}; expected a custom domain, distribution or load balancer with mutual TLS in ${found.region} of account ${found.accountId}`,
    );
  }
  const own = await watch();
  const stackName = own?.stackName ?? options.stack ?? 'mtls-watch';
  const uris = new Set(found.domains.map((domain) => domain.truststore.uri).filter((uri) => uri.startsWith('s3://')));
  const truststores = new Map(
    await pMap(uris, async (uri) => [uri, await truststore(uri)] as const, {
      concurrency: limits.discoveryConcurrencyMax,
    }),
  );
  const pages = await fetched([...pagesOf(coverage ?? own?.coverage ?? null).values()].flat());
  const mailed = coverage === null ? (own?.reportMail ?? null) : (coverage.report?.mail ?? null);
  const mail = mailed === null ? null : await asked(mailed);
  const checks = runChecks(found, { now: clock.now(), watch: own, stackName, coverage, truststores, pages, mail });
  done();
  if (options.json) output.write(jsonLines(checks, found));
  else if (options.fix) {
    for (const command of fixes(checks)) output.write(`${command}\n`);
    notes.write(leftToAPerson(checks));
  } else output.write(folded(doctorText(checks, found)));
  return checks.some(({ state }) => state === 'wrong' || state === 'unknown') ? 1 : 0;
}

/**
 * With an ARN of another kind, every filter would be reported as wrong.
 * @throws MtlsWatchError `usage`
 */
function refuseOther(destination: string | undefined): void {
  const wrong =
    destination === undefined
      ? undefined
      : destinationArn.safeParse(destination, { error: expectedWords }).error?.issues[0];
  if (destination === undefined || wrong === undefined) return;
  throw new MtlsWatchError('usage', `--destination got ${clean(destination, 120)}; ${wrong.message}`);
}

function isFound(name: string, { domains, doors }: FoundAccount): boolean {
  return domains.some((domain) => domain.name === name) || doors.some(({ id, hosts }) => [id, ...hosts].includes(name));
}

function jsonLines(checks: readonly Check[], { accountId, region, domains, doors }: FoundAccount): string {
  const lines = checks.map((check) => jsonLine({ type: 'check', ...check }));
  const summary = {
    type: 'summary',
    accountId,
    region,
    domains: domains.length,
    doors: doors.length,
    ...tally(checks),
  };
  return `${lines.join('')}${jsonLine(summary)}`;
}

function tally(checks: readonly Check[]): Record<CheckState, number> {
  const counts: Record<CheckState, number> = { ok: 0, wrong: 0, warning: 0, unknown: 0 };
  for (const { state } of checks) counts[state]++;
  return counts;
}

/** Repairs for which `--fix` has no command. */
function leftToAPerson(checks: readonly Check[]): string {
  const left = checks.filter(({ state, commands }) => state !== 'ok' && commands.length === 0);
  const lines = left.map(({ id, about, remedy }) => `${id}  ${shown(about)}: ${shown(remedy ?? '', REMEDY_CHARS)}\n`);
  return lines.length === 0 ? '' : `No command for ${plural(left.length, 'check')}:\n${lines.join('')}`;
}

const COLOUR: Readonly<Record<CheckState, (text: string) => string>> = {
  ok: pc.green,
  wrong: pc.red,
  warning: pc.yellow,
  unknown: pc.cyan,
};

const WORST_FIRST: readonly CheckState[] = ['wrong', 'warning', 'unknown', 'ok'];

const REMEDY_CHARS = 1_000;

/** Names come from the account, and may be chosen by anybody who can create an API in it. */
const shown = (text: string, charsMax = 256): string => clean(text, charsMax);

function doctorText(checks: readonly Check[], found: FoundAccount): string {
  const counts = tally(checks);
  const worst = WORST_FIRST.find((state) => counts[state] > 0) ?? 'ok';
  const summary = WORST_FIRST.flatMap((state) =>
    counts[state] === 0 && state !== 'wrong' ? [] : [`${counts[state]} ${state}`],
  );
  const doors = found.doors.length === 0 ? '' : `, ${plural(found.doors.length, 'other front door')}`;
  const place = `account ${found.accountId}, ${found.region}, ${plural(found.domains.length, 'domain')}${doors}`;
  const sections = [...new Set(checks.map(({ domain }) => domain))].map((domain) => {
    const rows = checks.filter((check) => check.domain === domain).map(row);
    return heading(domain === null ? 'The account and mtls-watch' : shown(domain)) + table(HEAD, rows);
  });
  const open = checks.filter(({ state }) => state !== 'ok');
  const needsFormat = open.some(({ id }) => id === 'access-log' || id === 'access-log-format');
  const fixable = open.some(({ commands }) => commands.length > 0);
  return [
    `${COLOUR[worst](pc.bold(summary.join(', ')))}  ${pc.dim(place)}\n`,
    ...sections,
    open.length > 0 ? heading('What to do') + open.map(remedyText).join('\n') : '',
    needsFormat ? `${heading('The access-log format')}  ${ACCESS_LOG_FORMAT}\n` : '',
    fixable ? `\n--fix prints the commands.\n` : '',
  ].join('');
}

const HEAD = ['', 'Check', 'Of', 'Found', 'Expected'];

function row({ id, domain, about, state, found, expected }: Check): string[] {
  const cells = [about === domain ? '' : about, found, state === 'ok' ? '' : expected].map((text) => shown(text));
  return [COLOUR[state](state), id, ...cells];
}

function remedyText({ id, about, state, found, expected, remedy }: Check): string {
  return findingText(
    {
      code: id,
      severity: state === 'wrong' ? 'error' : state === 'warning' ? 'warning' : 'info',
      depth: null,
      subjectDn: shown(about),
      evidence: [`found: ${shown(found, REMEDY_CHARS)}`, `expected: ${shown(expected)}`],
      remedy: shown(remedy ?? '', REMEDY_CHARS),
    },
    '',
  );
}
