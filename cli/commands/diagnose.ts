/** `mtls-watch diagnose`: whether a front door would accept this certificate with this truststore, and if not, why. */

import { Command } from 'commander';
import { systemClock } from '../../shared/adapters/clock.js';
import { reasons } from '../../shared/messages/reasons/en.js';
import type { Diagnosis, Finding } from '../../shared/model/index.js';
import { english } from '../../shared/model/phrases.js';
import { reasonIdOf } from '../../shared/model/reasons.js';
import type { Clock } from '../../shared/ports/index.js';
import { diagnose } from '../../shared/x509/diagnose.js';
import { type DoorRules, doorRules, type RuledDoor } from '../../shared/x509/door-rules.js';
import { when } from '../../shared/x509/format.js';
import { diagnoseLogged } from '../../shared/x509/logged-fields.js';
import { isCertain } from '../../shared/x509/standing.js';
import type { Truststore } from '../../shared/x509/truststore.js';
import type { RecordedConnection } from '../inputs/connection-file.js';
import { type DoorOptions, type KnownDoor, knownDoor, rulesOf, rulesOfRecord, withDoor } from '../inputs/known-door.js';
import { nameOf, readClientFile, readUsableTruststore } from '../inputs/truststores.js';
import { pc } from '../terminal/colors.js';
import { timeOption, withAt } from '../terminal/options.js';
import { findingText, folded, heading, jsonLine, type Output } from '../terminal/table.js';

export interface DiagnoseOptions extends DoorOptions {
  readonly client: string;
  readonly truststore: string;
  readonly at?: string;
  /** The gateway's own sentence, as in the execution log. */
  readonly refusedWith?: string;
  /** The custom domain whose probes count. */
  readonly domain?: string;
  readonly json?: boolean;
}

export function diagnoseCommand(output: Output = process.stdout, clock: Clock = systemClock): Command {
  const command = withAt(new Command('diagnose'))
    .requiredOption(
      '--client <file>',
      "the client's certificate in PEM or DER, an access record that holds it, or a connection record; certificates behind it count as presented",
    )
    .requiredOption('--truststore <file>', 'the CA bundle: a file or s3://bucket/key')
    .option(
      '--refused-with <reason>',
      "what the gateway said in its log, such as 'Could not find issuer for certificate'",
    )
    .option(
      '--domain <name>',
      "go by what `canary probes` showed at this domain's gateway; read from --stack or --table",
    )
    .option('--json', 'print the verdict as one line of JSON');
  return withDoor(command).action(async (options: DiagnoseOptions) => {
    process.exitCode = await runDiagnose(options, output, clock, await knownDoor(options, 'diagnose'));
  });
}

/** @returns 0 trusted, or the record is of an accepted connection; 1 refused, 2 undecided: no documented rule of that door decides it */
export async function runDiagnose(
  options: DiagnoseOptions,
  output: Output,
  clock: Clock,
  { door, probed }: KnownDoor = { door: rulesOf(options), probed: null },
): Promise<number> {
  const at = timeOption(options.at, clock);
  const { client, presented, note, logged } = await readClientFile(options.client);
  const { truststore, name } = await readUsableTruststore(options.truststore, clock);
  const refusedWith = options.refusedWith === undefined ? null : reasonIdOf(options.refusedWith);
  if (logged !== undefined) return loggedVerdict(logged, options, truststore, at, output);
  const diagnosis = diagnose(client, truststore, at, presented, refusedWith, probed, door);
  const where = door.id === 'api-gateway' ? '' : `, by the rules of ${door.name}`;
  const what = `${nameOf(options.client)} against ${name}, at ${when(at)}${where}`;
  output.write(
    options.json ? jsonLine(diagnosis) : folded(describe(diagnosis, note === null ? what : `${what}\n${note}`)),
  );
  return { trusted: 0, refused: 1, undecided: 2 }[diagnosis.verdict];
}

/** Of a client of which only a connection record tells. */
function loggedVerdict(
  connection: RecordedConnection,
  options: DiagnoseOptions,
  truststore: Truststore,
  at: number,
  output: Output,
): number {
  const { client, door: id, reason, isDoorSure } = connection;
  const door = rulesOfRecord(options, Object.hasOwn(doorRules, id) ? (id as RuledDoor) : 'api-gateway', isDoorSure);
  const own = client ?? { subjectDn: '', issuerDn: '', serialNumber: '', notBefore: null, notAfter: null };
  const path = own.subjectDn === '' ? [] : [own.subjectDn];
  const told = withoutCertificate(connection, door);
  if (told !== null) {
    const { headline, code, ...finding } = told;
    const verdict: Diagnosis = { ...finding, path: reason === null ? path : [], basis: 'log-fields' };
    const [said] = verdict.findings;
    const text = `${headline}  ${pc.dim(`${nameOf(options.client)}, of ${door.name}`)}\n${said === undefined ? '' : `\n${findingText(said, '')}`}`;
    output.write(options.json ? jsonLine(verdict) : folded(text));
    return code;
  }
  const said = options.refusedWith === undefined ? reason : reasonIdOf(options.refusedWith);
  const found = diagnoseLogged(own, truststore, at, said, door);
  const none: Diagnosis = { verdict: 'undecided', reason: null, findings: [], path, basis: 'log-fields' };
  const verdict = found.kind === 'made' ? { ...found.verdict, path } : none;
  const because = found.kind === 'made' ? "from the log's fields, not from the certificate" : english(found.because);
  const what = `${nameOf(options.client)}, at ${when(at)}, by the rules of ${door.name}\n${because}`;
  output.write(options.json ? jsonLine(verdict) : folded(describe(verdict, what)));
  return verdict.verdict === 'refused' ? 1 : 2;
}

/** What the record says by itself, where no certificate is to be judged; null where one was refused. */
function withoutCertificate({ outcome, reason }: RecordedConnection, { name }: DoorRules) {
  const told = (code: string, severity: Finding['severity'], evidence: string, remedy: string) => ({
    findings: [{ code, severity, depth: null, subjectDn: null, evidence: [evidence], remedy }],
  });
  if (reason === 'no-client-certificate') {
    const remedy = `${reasons[reason].remedy} More: mtls-watch runbook ${reason}`;
    const finding = told(reason, 'error', 'the client sent no certificate', remedy);
    return { headline: headlineOf('refused', reason), code: 1, verdict: 'refused', reason, ...finding } as const;
  }
  const none = { verdict: 'undecided', reason: null } as const;
  if (outcome === 'accepted') {
    const words = 'this connection was accepted: nothing was refused';
    const remedy = 'To have its certificate judged, give the certificate itself: the record does not hold it.';
    return {
      headline: pc.green(pc.bold('ACCEPTED')),
      code: 0,
      ...none,
      ...told('connection-accepted', 'info', words, remedy),
    };
  }
  if (outcome === 'refused') return null;
  const words = `this connection failed, and ${name} does not blame the certificate`;
  const finding = told('connection-failed', 'info', words, 'More: mtls-watch runbook connection-failed');
  return { headline: headlineOf('undecided', null), code: 2, ...none, ...finding };
}

function describe({ verdict, reason, findings, path }: Diagnosis, what: string): string {
  const decisive = findings.find(({ code }) => code === reason);
  const standing = standingOf(decisive);
  const result = `${headlineOf(verdict, reason)}${verdict === 'refused' ? standing : ''}`;
  const steps = path.map((subjectDn, depth) => `  ${depth}  ${subjectDn}\n`).join('');
  const texts = findings.map((finding) => findingText(finding, finding.depth === null ? '' : `depth ${finding.depth}`));
  return `${result}  ${pc.dim(what)}\n${path.length > 0 ? heading('Path') + steps : ''}${texts.length > 0 ? heading('Findings') : ''}${texts.join('\n')}`;
}

function headlineOf(verdict: Diagnosis['verdict'], reason: string | null): string {
  if (verdict === 'trusted') return pc.green(pc.bold('TRUSTED'));
  if (verdict === 'refused') return `${pc.red(pc.bold('REFUSED'))}  ${pc.bold(reason ?? '')}`;
  const undecided = pc.yellow(pc.bold('UNDECIDED'));
  return reason === null ? undecided : `${undecided}  ${pc.bold(reason)}  (not documented)`;
}

function standingOf(finding: Finding | undefined): string {
  if (finding?.seenOn !== undefined) return `  (seen at this gateway on ${finding.seenOn})`;
  return isCertain(finding?.standing) ? '' : '  (likely)';
}
