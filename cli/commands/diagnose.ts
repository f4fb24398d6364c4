/** `mtls-watch diagnose`: whether a front door would accept this certificate with this truststore, and if not, why. */

import { Command } from 'commander';
import { systemClock } from '../../shared/adapters/clock.js';
import { limits } from '../../shared/base/limits.js';
import { clean } from '../../shared/base/text.js';
import { type DiagnoseWords, diagnoseWords } from '../../shared/messages/diagnose-words.js';
import { messagesIn } from '../../shared/messages/index.js';
import { evidenceOf } from '../../shared/messages/parts.js';
import type { Messages } from '../../shared/messages/types.js';
import type { FindingCode } from '../../shared/model/finding-codes.js';
import type { Diagnosis, Finding } from '../../shared/model/index.js';
import { type ReasonId, type RefusedWith, reasonIdOf, refusedWithOf } from '../../shared/model/reasons.js';
import type { Clock } from '../../shared/ports/index.js';
import { diagnose } from '../../shared/x509/diagnose.js';
import { type DoorRules, doorRules, type RuledDoor } from '../../shared/x509/door-rules.js';
import { when } from '../../shared/x509/format.js';
import { diagnoseLogged } from '../../shared/x509/logged-fields.js';
import { isCertain } from '../../shared/x509/standing.js';
import type { Truststore } from '../../shared/x509/truststore.js';
import {
  type DoorOptions,
  type KnownDoor,
  knownDoor,
  rulesOf,
  rulesOfRecord,
  withDoor,
} from '../deployed/known-door.js';
import type { RecordedConnection } from '../inputs/connection-file.js';
import { readClientFile, readUsableTruststore } from '../inputs/truststores.js';
import { pc } from '../terminal/colors.js';
import { languageOption, timeOption, withAt, withLanguage } from '../terminal/options.js';
import { findingText, folded, heading, jsonLine, type Output } from '../terminal/table.js';

export interface DiagnoseOptions extends DoorOptions {
  readonly client: string;
  readonly truststore: string;
  readonly at?: string;
  readonly lang?: string;
  /** The gateway's own sentence, as in the execution log. */
  readonly refusedWith?: string;
  /** The custom domain whose probes count. */
  readonly domain?: string;
  readonly json?: boolean;
}

export function diagnoseCommand(output: Output = process.stdout, clock: Clock = systemClock): Command {
  const command = withLanguage(withAt(new Command('diagnose')), 'en')
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
  const language = languageOption(options.lang, 'en');
  const spoken: Spoken = { words: diagnoseWords[language], messages: messagesIn[language] };
  const { words } = spoken;
  const { client, presented, note, logged } = await readClientFile(options.client);
  const { truststore, name, place } = await readUsableTruststore(options.truststore);
  const refusedWith = refusalOf(options);
  if (logged !== undefined) return loggedVerdict(logged, options, truststore, at, output, spoken);
  const diagnosis = diagnose(client, truststore, at, presented, refusedWith, probed, door);
  const where = door.id === 'api-gateway' ? '' : words.byRules(words.door(door));
  const bundle = place === '-' ? words.standardInput : name;
  const what = `${words.against(nameOf(options.client, words), bundle, when(at))}${where}`;
  output.write(
    options.json ? jsonLine(diagnosis) : folded(describe(diagnosis, note === null ? what : `${what}\n${note}`, spoken)),
  );
  return { trusted: 0, refused: 1, undecided: 2 }[diagnosis.verdict];
}

/** What `--refused-with` says. */
function refusalOf({ refusedWith: text }: DiagnoseOptions): RefusedWith | null {
  return text === undefined ? null : refusedWithOf(reasonIdOf(text), clean(text, limits.reasonWordsCharsMax));
}

interface Spoken {
  readonly words: DiagnoseWords;
  readonly messages: Messages;
}

/** A file as people read it. */
function nameOf(place: string, words: DiagnoseWords): string {
  return place === '-' ? words.standardInput : place;
}

/** Of a client of which only a connection record tells. */
function loggedVerdict(
  connection: RecordedConnection,
  options: DiagnoseOptions,
  truststore: Truststore,
  at: number,
  output: Output,
  spoken: Spoken,
): number {
  const { words } = spoken;
  const { client, door: id, reason, code, isDoorSure } = connection;
  const door = rulesOfRecord(options, Object.hasOwn(doorRules, id) ? (id as RuledDoor) : 'api-gateway', isDoorSure);
  const own = client ?? { subjectDn: '', issuerDn: '', serialNumber: '', notBefore: null, notAfter: null };
  const path = own.subjectDn === '' ? [] : [own.subjectDn];
  const told = withoutCertificate(
    connection,
    door,
    options.json === true ? { ...spoken, words: diagnoseWords.en } : spoken,
  );
  if (told !== null) {
    const { headline, code, ...finding } = told;
    const verdict: Diagnosis = { ...finding, path: reason === null ? path : [], basis: 'log-fields' };
    const [said] = verdict.findings;
    const text = `${headline}  ${pc.dim(words.ofDoor(nameOf(options.client, words), words.door(door)))}\n${said === undefined ? '' : `\n${findingText(said, '', words.severities[said.severity], wordsOfCode(said.code, spoken.messages)?.title ?? null)}`}`;
    output.write(options.json ? jsonLine(verdict) : folded(text));
    return code;
  }
  const said = refusalOf(options) ?? (reason === null ? null : refusedWithOf(reason, code));
  const found = diagnoseLogged(own, truststore, at, said, door);
  const none: Diagnosis = { verdict: 'undecided', reason: null, findings: [], path, basis: 'log-fields' };
  const verdict = found.kind === 'made' ? { ...found.verdict, path } : none;
  const because = found.kind === 'made' ? words.fromLogFields : spoken.messages.say(found.because);
  const what = `${words.recordAt(nameOf(options.client, words), when(at))}${words.byRules(words.door(door))}\n${because}`;
  output.write(options.json ? jsonLine(verdict) : folded(describe(verdict, what, spoken)));
  return verdict.verdict === 'refused' ? 1 : 2;
}

/** What the record says by itself, where no certificate is to be judged; null where one was refused. */
function withoutCertificate({ outcome, reason }: RecordedConnection, door: DoorRules, spoken: Spoken) {
  const { words } = spoken;
  const told = (
    code: string,
    severity: Finding['severity'],
    { evidence, remedy }: { readonly evidence: string; readonly remedy: string },
  ) => ({
    findings: [{ code, severity, depth: null, subjectDn: null, evidence: [evidence], remedy }],
  });
  if (reason === 'no-client-certificate') {
    const finding = told(reason, 'error', words.noCertificate);
    return {
      headline: headlineOf('refused', reason, spoken),
      code: 1,
      verdict: 'refused',
      reason,
      ...finding,
    } as const;
  }
  const none = { verdict: 'undecided', reason: null } as const;
  if (outcome === 'accepted') {
    return {
      headline: pc.green(pc.bold(words.accepted)),
      code: 0,
      ...none,
      ...told('connection-accepted', 'info', words.wasAccepted),
    };
  }
  if (outcome === 'refused') return null;
  const finding = told('connection-failed', 'info', words.failedOtherwise(words.door(door)));
  return { headline: headlineOf('undecided', null, spoken), code: 2, ...none, ...finding };
}

function describe({ verdict, reason, findings, path }: Diagnosis, what: string, spoken: Spoken): string {
  const { words, messages } = spoken;
  const decisive = findings.find(({ code }) => code === reason);
  const standing = standingOf(decisive, words);
  const result = `${headlineOf(verdict, reason, spoken)}${verdict === 'refused' ? standing : ''}`;
  const steps = path.map((subjectDn, depth) => `  ${depth}  ${subjectDn}\n`).join('');
  const texts = findings.map((finding) => {
    const { said, depth, severity, remedy } = finding;
    const told = {
      ...finding,
      evidence: evidenceOf(finding, messages),
      remedy: said ? messages.say(said.remedy) : remedy,
    };
    const title = wordsOfCode(finding.code, messages)?.title ?? null;
    return findingText(told, depth === null ? '' : words.depth(depth), words.severities[severity], title);
  });
  return `${result}  ${pc.dim(what)}\n${path.length > 0 ? heading(words.path) + steps : ''}${texts.length > 0 ? heading(words.findings) : ''}${texts.join('\n')}`;
}

function headlineOf(verdict: Diagnosis['verdict'], reason: string | null, { words, messages }: Spoken): string {
  if (verdict === 'trusted') return pc.green(pc.bold(words.trusted));
  const short = reason === null ? undefined : wordsOfCode(reason, messages)?.short;
  const why = short === undefined ? pc.bold(reason ?? '') : `${pc.bold(short)} (${reason})`;
  if (verdict === 'refused') return `${pc.red(pc.bold(words.refused))}  ${why}`;
  const undecided = pc.yellow(pc.bold(words.undecided));
  return reason === null ? undecided : `${undecided}  ${why}  ${words.notDocumented}`;
}

/** A finding's words in alerts and reports, or those of a reason that a door gives. */
function wordsOfCode(code: string, { findings, reasons }: Messages): { title: string; short: string } | null {
  if (Object.hasOwn(findings, code)) return findings[code as FindingCode];
  if (!Object.hasOwn(reasons, code)) return null;
  const { title } = reasons[code as ReasonId];
  return { title, short: title };
}

function standingOf(finding: Finding | undefined, words: DiagnoseWords): string {
  if (finding?.seenOn !== undefined) return `  ${words.seenHere(finding.seenOn)}`;
  return isCertain(finding?.standing) ? '' : `  ${words.likely}`;
}
