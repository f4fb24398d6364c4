/** `mtls-watch diagnose`: whether a front door would accept this certificate with this truststore, and if not, why. */

import { Command } from 'commander';
import { systemClock } from '../../shared/adapters/clock.js';
import type { ObservedConnection } from '../../shared/doors/connection-reader.js';
import type { Diagnosis, Finding } from '../../shared/model/index.js';
import { english } from '../../shared/model/phrases.js';
import { reasonIdOf } from '../../shared/model/reasons.js';
import type { Clock } from '../../shared/ports/index.js';
import { diagnose } from '../../shared/x509/diagnose.js';
import { doorRules, type RuledDoor } from '../../shared/x509/door-rules.js';
import { when } from '../../shared/x509/format.js';
import { diagnoseLogged } from '../../shared/x509/logged-fields.js';
import { isCertain } from '../../shared/x509/standing.js';
import type { Truststore } from '../../shared/x509/truststore.js';
import { type DoorOptions, type KnownDoor, knownDoor, rulesOf, withDoor } from '../inputs/known-door.js';
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

/** @returns 0 trusted, 1 refused, 2 undecided: no documented rule of that door decides it */
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
  { client, door: id, reason }: ObservedConnection,
  options: DiagnoseOptions,
  truststore: Truststore,
  at: number,
  output: Output,
): number {
  const door = rulesOf(options, Object.hasOwn(doorRules, id) ? (id as RuledDoor) : undefined);
  const said = options.refusedWith === undefined ? reason : reasonIdOf(options.refusedWith);
  const own = client ?? { subjectDn: '', issuerDn: '', serialNumber: '', notBefore: null, notAfter: null };
  const found = diagnoseLogged(own, truststore, at, said, door);
  const none: Diagnosis = {
    verdict: 'undecided',
    reason: null,
    findings: [],
    path: [own.subjectDn],
    basis: 'log-fields',
  };
  const verdict = found.kind === 'made' ? found.verdict : none;
  const because = found.kind === 'made' ? "from the log's fields, not from the certificate" : english(found.because);
  const what = `${nameOf(options.client)}, at ${when(at)}, by the rules of ${door.name}\n${because}`;
  output.write(options.json ? jsonLine(verdict) : folded(describe(verdict, what)));
  return verdict.verdict === 'refused' ? 1 : 2;
}

function describe({ verdict, reason, findings, path }: Diagnosis, what: string): string {
  const decisive = findings.find(({ code }) => code === reason);
  const standing = standingOf(decisive);
  const result =
    verdict === 'trusted'
      ? pc.green(pc.bold('TRUSTED'))
      : verdict === 'undecided'
        ? `${pc.yellow(pc.bold('UNDECIDED'))}  ${pc.bold(reason ?? '')}  (not documented)`
        : `${pc.red(pc.bold('REFUSED'))}  ${pc.bold(reason ?? '')}${standing}`;
  const steps = path.map((subjectDn, depth) => `  ${depth}  ${subjectDn}\n`).join('');
  const texts = findings.map((finding) => findingText(finding, finding.depth === null ? '' : `depth ${finding.depth}`));
  return `${result}  ${pc.dim(what)}\n${path.length > 0 ? heading('Path') + steps : ''}${texts.length > 0 ? heading('Findings') : ''}${texts.join('\n')}`;
}

function standingOf(finding: Finding | undefined): string {
  if (finding?.seenOn !== undefined) return `  (seen at this gateway on ${finding.seenOn})`;
  return isCertain(finding?.standing) ? '' : '  (likely)';
}
