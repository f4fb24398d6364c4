/** `mtls-watch audit`: finds invalid and soon expiring certificates in a truststore. */

import { Command } from 'commander';
import { systemClock } from '../../shared/adapters/clock.js';
import type { Clock } from '../../shared/ports/index.js';
import { type Audit, type AuditFinding, auditTruststore } from '../../shared/x509/audit.js';
import { keyText, plural, span } from '../../shared/x509/format.js';
import { caSunsets } from '../../shared/x509/sunset.js';
import { type DoorOptions, type KnownDoor, knownDoor, rulesOf, withDoor } from '../inputs/known-door.js';
import { readTruststore } from '../inputs/truststores.js';
import { pc } from '../terminal/colors.js';
import { timeOption, withAt } from '../terminal/options.js';
import { caSunsetLine, caSunsetText } from '../terminal/sunset.js';
import { daysOption, findingText, folded, heading, jsonLine, type Output, table } from '../terminal/table.js';

export interface AuditOptions extends DoorOptions {
  /** The custom domain whose probes count. */
  readonly domain?: string;
  readonly at?: string;
  /** Days. */
  readonly within: string;
  readonly json?: boolean;
}

export function auditCommand(output: Output = process.stdout, clock: Clock = systemClock): Command {
  const command = withAt(new Command('audit'))
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
  const { truststore, name } = await readTruststore(place, clock);
  const audit = auditTruststore(truststore, at, daysOption(options.within), door, probed);
  const sunsets = caSunsets(truststore);
  const counts = { error: 0, warning: 0, info: 0 };
  for (const { severity } of audit.findings) counts[severity]++;
  if (options.json) {
    for (const finding of audit.findings) output.write(jsonLine({ type: 'finding', ...finding }));
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
    const where = door.id === 'api-gateway' ? name : `${name}, by the rules of ${door.name}`;
    output.write(folded(describe(audit, counts, where, at) + caSunsetText(sunsets)));
  }
  return counts.error + counts.warning > 0 ? 1 : 0;
}

const ROWS_MAX = 50;

function describe({ certificates, findings }: Audit, counts: Record<string, number>, name: string, at: number): string {
  const rows = certificates
    .slice(0, ROWS_MAX)
    .map(({ line, certificate, kind, chainLength }) => [
      String(line),
      kind,
      certificate.subjectDn,
      keyText(certificate),
      `${new Date(certificate.notAfter).toISOString().slice(0, 10)} (${certificate.notAfter < at ? 'expired' : span(certificate.notAfter - at)})`,
      chainLength === null ? 'no root' : String(chainLength),
    ]);
  const more = certificates.length - rows.length;
  const summary = `${plural(counts.error ?? 0, 'error')}, ${plural(counts.warning ?? 0, 'warning')}, ${plural(counts.info ?? 0, 'note')}`;
  const result =
    (counts.error ?? 0) > 0
      ? pc.red(pc.bold(summary))
      : (counts.warning ?? 0) > 0
        ? pc.yellow(pc.bold(summary))
        : pc.green(pc.bold(summary));
  const texts = findings
    .filter(({ severity }) => severity !== 'info')
    .map((finding) => findingText(finding, placesText(finding.lines)));
  return [
    `${result}  ${pc.dim(`${name}, ${plural(certificates.length, 'certificate')}`)}\n`,
    rows.length > 0
      ? heading('Certificates') + table(['Line', 'Kind', 'Subject', 'Key', 'Valid until', 'Chain'], rows, [0, 5])
      : '',
    more > 0 ? `  and ${more} more\n` : '',
    texts.length > 0 ? heading('Findings') + texts.join('\n') : '',
    notes(findings),
  ].join('');
}

const LINES_MAX = 12;

/** `line 3`, `lines 3, 21, 40`; empty for a finding about the whole file. */
function placesText(lines: readonly number[]): string {
  if (lines.length === 0) return '';
  const shown = lines.slice(0, LINES_MAX).join(', ') + (lines.length > LINES_MAX ? ', …' : '');
  const places = lines.length > LINES_MAX ? ` (${plural(lines.length, 'place')})` : '';
  return `${lines.length === 1 ? 'line' : 'lines'} ${shown}${places}`;
}

/** Findings that need no action, one line for each kind: comments and duplicates are normal in bundles. */
function notes(findings: readonly AuditFinding[]): string {
  const lines = new Map<string, number[]>();
  for (const { code, severity, lines: places } of findings) {
    if (severity === 'info') lines.set(code, [...(lines.get(code) ?? []), ...places]);
  }
  const texts = [...lines].map(
    ([code, all]) => `  ${pc.cyan(code)}  ${NOTES[code] ?? ''} ${pc.dim(`(${placesText(all)})`)}\n`,
  );
  return texts.length > 0 ? heading('Notes') + texts.join('') : '';
}

const NOTES: Readonly<Record<string, string>> = {
  'not-pem': 'text outside of any block, such as a comment',
  duplicate: 'a certificate that stands further up already',
  'self-signed-client': 'lets in its holder and nobody else',
};
