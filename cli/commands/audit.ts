/** `mtls-watch audit`: finds invalid and soon expiring certificates in a truststore. */

import { Command } from 'commander';
import { systemClock } from '../../shared/adapters/clock.js';
import { type AuditWords, auditWords } from '../../shared/messages/audit-words.js';
import type { Clock } from '../../shared/ports/index.js';
import { type Audit, type AuditFinding, auditTruststore } from '../../shared/x509/audit.js';
import { keyText, saySpan } from '../../shared/x509/format.js';
import { caSunsets } from '../../shared/x509/sunset.js';
import { wordsOf } from '../../shared/x509/wording.js';
import { type DoorOptions, type KnownDoor, knownDoor, rulesOf, withDoor } from '../deployed/known-door.js';
import { readTruststore } from '../inputs/truststores.js';
import { pc } from '../terminal/colors.js';
import { languageOption, timeOption, withAt, withLanguage } from '../terminal/options.js';
import { caSunsetLine, caSunsetText } from '../terminal/sunset.js';
import { daysOption, findingText, folded, heading, jsonLine, type Output, table } from '../terminal/table.js';

export interface AuditOptions extends DoorOptions {
  /** The custom domain whose probes count. */
  readonly domain?: string;
  readonly at?: string;
  readonly lang?: string;
  /** Days. */
  readonly within: string;
  readonly json?: boolean;
}

export function auditCommand(output: Output = process.stdout, clock: Clock = systemClock): Command {
  const command = withLanguage(withAt(new Command('audit')), 'en')
    .argument('<truststore>', 'the CA bundle: a file or s3://bucket/key')
    .option('--within <days>', 'warn of certificates that expire within so many days', '30')
    .option(
      '--domain <name>',
      "go by what `canary probes` showed at this domain's gateway; read from --stack or --table",
    )
    .option('--json', 'one JSON object a line: findings, then one summary');
  return withDoor(command).action(async (truststore: string, options: AuditOptions) => {
    process.exitCode = await runAudit(truststore, options, output, clock, await knownDoor(options, 'audit'));
  });
}

/** @returns 0 nothing to do, 1 errors or warnings */
export async function runAudit(
  place: string,
  options: AuditOptions,
  output: Output,
  clock: Clock,
  { door, probed }: KnownDoor = { door: rulesOf(options), probed: null },
): Promise<number> {
  const at = timeOption(options.at, clock);
  const words = auditWords[languageOption(options.lang, 'en')];
  const { truststore, name } = await readTruststore(place);
  const audit = auditTruststore(truststore, at, daysOption(options.within), door, probed);
  const sunsets = caSunsets(truststore);
  const counts = { error: 0, warning: 0, info: 0 };
  for (const { severity } of audit.findings) counts[severity]++;
  if (options.json) {
    for (const { said: _, ...finding } of audit.findings) output.write(jsonLine({ type: 'finding', ...finding }));
    for (const one of sunsets) output.write(jsonLine(caSunsetLine(one)));
    output.write(
      jsonLine({
        type: 'summary',
        certificates: audit.certificates.length,
        errors: counts.error,
        warnings: counts.warning,
        notes: counts.info,
        publicCas: sunsets.length,
      }),
    );
  } else {
    const bundle = place === '-' ? words.standardInput : name;
    const where = door.id === 'api-gateway' ? bundle : words.byRules(bundle, door);
    output.write(folded(describe(audit, counts, where, at, words) + caSunsetText(sunsets, words.sunset)));
  }
  return counts.error + counts.warning > 0 ? 1 : 0;
}

const ROWS_MAX = 50;

function describe(
  { certificates, findings }: Audit,
  counts: Record<'error' | 'warning' | 'info', number>,
  name: string,
  at: number,
  words: AuditWords,
): string {
  const rows = certificates.slice(0, ROWS_MAX).map(({ line, certificate, kind, chainLength }) => {
    const { subjectDn, notAfter } = certificate;
    const left = notAfter < at ? null : words.say(saySpan(notAfter - at));
    const until = words.until(new Date(notAfter).toISOString().slice(0, 10), left);
    const chain = chainLength === null ? words.noRoot : String(chainLength);
    return [String(line), words.kinds[kind], subjectDn, keyText(certificate), until, chain];
  });
  const more = certificates.length - rows.length;
  const summary = pc.bold(words.counts(counts.error, counts.warning, counts.info));
  const color = counts.error > 0 ? pc.red : counts.warning > 0 ? pc.yellow : pc.green;
  const texts = findings.filter(({ severity }) => severity !== 'info').map((finding) => textOf(finding, words));
  return [
    `${color(summary)}  ${pc.dim(words.of(name, certificates.length))}\n`,
    rows.length > 0 ? heading(words.certificates) + table(words.head, rows, [0, 5]) : '',
    more > 0 ? `  ${words.more(more)}\n` : '',
    texts.length > 0 ? heading(words.findings) + texts.join('\n') : '',
    notes(findings, words),
  ].join('');
}

function textOf(finding: AuditFinding, words: AuditWords): string {
  const { evidence, remedy } = wordsOf(finding);
  const told = { ...finding, evidence: evidence.map(words.say), remedy: words.say(remedy) };
  return findingText(told, placesText(finding.lines, words), words.severities[finding.severity]);
}

const LINES_MAX = 12;

/** `line 3`, `lines 3, 21, 40`; empty for a finding about the whole file. */
function placesText(lines: readonly number[], words: AuditWords): string {
  if (lines.length === 0) return '';
  const isCut = lines.length > LINES_MAX;
  const shown = lines.slice(0, LINES_MAX).join(', ') + (isCut ? ', …' : '');
  return words.lines(lines, shown, isCut ? lines.length : null);
}

/** Findings that need no action, one line for each kind: comments and duplicates are normal in bundles. */
function notes(findings: readonly AuditFinding[], words: AuditWords): string {
  const lines = new Map<string, number[]>();
  for (const { code, severity, lines: places } of findings) {
    if (severity === 'info') lines.set(code, [...(lines.get(code) ?? []), ...places]);
  }
  const texts = [...lines].map(
    ([code, all]) =>
      `  ${pc.cyan(code)}  ${words.noteOf[code] ?? ''}${pc.dim(words.inParentheses(placesText(all, words)))}\n`,
  );
  return texts.length > 0 ? heading(words.notes) + texts.join('') : '';
}
