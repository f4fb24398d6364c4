/** `mtls-watch runbook [ID]`: prints a page of the runbooks, with the blanks filled that an incident knows. */

import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { systemClock } from '../../shared/adapters/clock.js';
import { MtlsWatchError } from '../../shared/base/errors.js';
import { nearest } from '../../shared/base/nearest.js';
import { clean } from '../../shared/base/text.js';
import { runbookIds } from '../../shared/config/runbooks.js';
import type { Config } from '../../shared/config/settings.js';
import { CLOUDFRONT_CODES } from '../../shared/doors/cloudfront/codes.js';
import type { CodeMeaning } from '../../shared/doors/door.js';
import { LOAD_BALANCER_CODES } from '../../shared/doors/load-balancer/codes.js';
import { runbookId } from '../../shared/incidents/notice.js';
import { otherSubject, type PageSubject } from '../../shared/messages/page-doors.js';
import { type Blanks, fillPage, type HeadDoor, headOf, placeholdersIn } from '../../shared/messages/runbook.js';
import { ANY_CODE, isOfGateway, type OtherDoor, pageForDoor } from '../../shared/messages/runbook-doors.js';
import type { Clock, Stores } from '../../shared/ports/index.js';
import { FIRST_DOOR } from '../../shared/report/doors.js';
import { type BlanksWorld, blanksOf } from '../deployed/blanks.js';
import { type FoundIncident, findIncident, tellingNotice } from '../deployed/incident.js';
import { namedDoor, withDoorName } from '../deployed/known-door.js';
import { settingsHere } from '../deployed/settings.js';
import { isOfStack, outputsOf, storesHere, type TableOptions, withTable } from '../deployed/stack.js';
import { createTruststores } from '../inputs/file-truststores.js';
import { warning } from '../terminal/notes.js';
import { clockAt, configOption, languageOption, withAt, withLanguage } from '../terminal/options.js';
import { folded, foldedPage, jsonLine, type Output, table } from '../terminal/table.js';

type Language = Config['language'];

export interface RunbookOptions extends TableOptions {
  readonly incident?: string;
  readonly door?: string;
  readonly lang?: string;
  readonly at?: string;
  readonly config?: string;
  readonly json?: boolean;
}

export interface RunbookWorld {
  /** What fills the blanks; null where neither an incident nor a stack is named. */
  readonly known: (BlanksWorld & { readonly stores: Stores }) | null;
  readonly clock: Clock;
  readonly output: Output;
}

export function runbookCommand(): Command {
  const command = new Command('runbook')
    .argument(
      '[id]',
      'the page: a reason, finding, cause or alarm, as the alert or the report names it; without one, all are listed',
    )
    .option('--incident <id>', "the incident's page, with every blank filled that is known of it")
    .addOption(configOption('the settings, in place of the deployed ones'))
    .option('--json', 'print the page and its blanks as one line of JSON');
  withDoorName(command, "whose commands the page shows; default: the incident's door, else as the page is written");
  return withTable(withAt(withLanguage(command, "the stack's, and else en"))).action(
    async (id: string | undefined, options: RunbookOptions) => {
      await runRunbook(id ?? null, options, {
        known: await knownHere(options),
        clock: clockAt(options.at, systemClock),
        output: process.stdout,
      });
    },
  );
}

/** Loads the SDK only where something of an account is asked for. */
async function knownHere(options: RunbookOptions): Promise<RunbookWorld['known']> {
  if (options.incident === undefined && options.stack === undefined && options.table === undefined) return null;
  const stores = await storesHere(options);
  const [config, outputs] = await Promise.all([
    settingsHere(options, warning),
    isOfStack(options) ? outputsOf(options) : { TableName: options.table },
  ]);
  return { stores, config, outputs, truststores: createTruststores(), region: process.env.AWS_REGION ?? null };
}

/** @throws MtlsWatchError `usage`, `not-found` */
export async function runRunbook(
  id: string | null,
  options: Pick<RunbookOptions, 'incident' | 'door' | 'lang' | 'json'>,
  { known, clock, output }: RunbookWorld,
): Promise<void> {
  if (id !== null) refuseUnknown(id);
  const now = clock.now();
  const incident =
    options.incident === undefined || known === null ? null : await findIncident(options.incident, now, known.stores);
  const pageId = id ?? (incident === null ? null : pageOf(incident));
  const language = languageOption(options.lang, known?.config.language ?? 'en');
  if (pageId === null && options.json) {
    throw new MtlsWatchError(
      'usage',
      'expected the id of a page, or --incident ID; mtls-watch runbook without --json lists the ids',
    );
  }
  if (pageId === null) {
    output.write(
      table(
        ['Id', 'Page'],
        runbookIds.map((one) => [one, titleOf(readPage(language, one))]),
      ),
    );
    return;
  }
  const blanks: Blanks =
    known === null ? { commands: {}, letter: {}, choices: {} } : await blanksOf(incident, pageId, now, known);
  const door = doorOf(options, incident);
  const subject = door === undefined ? null : otherSubject(pageId, door);
  const asWritten = readPage(language, pageId);
  const written = subject === null ? forDoor(asWritten, pageId, door, language) : asWritten;
  // The index explains the blanks: they stay.
  const page = pageId === INDEX ? { text: written, filled: {}, open: [], unsafe: {} } : fillPage(written, blanks);
  if (options.json) {
    const { filled, open, text } = page;
    output.write(
      jsonLine({
        ...{ type: 'runbook', id: pageId, language, incidentId: incident?.incidentId ?? null },
        ...{ door: door ?? null, filled, open, text },
      }),
    );
    return;
  }
  const meanings = placeholdersIn(readPage(language, INDEX));
  const shown = headDoorOf(door, subject, page.text);
  const head = headOf(page, blanks, meanings, incident?.incidentId ?? null, shown, language);
  output.write(`${pageId === INDEX ? '' : `${folded(head)}\n\n`}${foldedPage(page.text)}`);
}

/** @throws MtlsWatchError `usage` where `--door` is not the door of the incident */
function doorOf(options: Pick<RunbookOptions, 'door'>, incident: FoundIncident | null): string | undefined {
  const named = namedDoor(options);
  const own = incident === null ? undefined : (incident.group.door ?? FIRST_DOOR);
  if (named !== undefined && own !== undefined && named !== own) {
    throw new MtlsWatchError(
      'usage',
      `got --door ${options.door} with an incident at another front door (${own}); leave --door out: the incident knows it`,
    );
  }
  return own ?? named;
}

function isOtherDoor(door: string | undefined): door is OtherDoor {
  return door === 'cloudfront' || door === 'load-balancer';
}

/** API Gateway is named only above a page that is about another door: pages are written for it. */
function headDoorOf(door: string | undefined, subject: PageSubject | null, page: string): HeadDoor | null {
  if (isOtherDoor(door)) return { id: door, isOfGateway: isOfGateway(page), subject };
  return subject === 'cloudfront' ? { id: 'api-gateway', isOfGateway: false, subject } : null;
}

function forDoor(page: string, id: string, door: string | undefined, language: Language): string {
  if (!isOtherDoor(door)) return page;
  if (id === 'other') return pageForDoor(page, { door, code: ANY_CODE }, language);
  const codes: Readonly<Record<string, CodeMeaning>> = door === 'cloudfront' ? CLOUDFRONT_CODES : LOAD_BALANCER_CODES;
  const [code = null, ...others] = Object.keys(codes).filter((one) => reasonOf(codes[one]) === id);
  return pageForDoor(page, { door, code: others.length === 0 ? code : null }, language);
}

function reasonOf(meaning: CodeMeaning | undefined): string | undefined {
  return meaning !== undefined && 'reason' in meaning ? meaning.reason : undefined;
}

function pageOf(incident: FoundIncident): string {
  const cause = tellingNotice(incident)?.cause ?? incident.firing?.told?.cause;
  return runbookId(incident.group, cause);
}

function refuseUnknown(id: string): void {
  if (id === INDEX || runbookIds.includes(id)) return;
  const near = nearest(id, runbookIds).map((one) => `\n  ${one}`);
  throw new MtlsWatchError(
    'not-found',
    `there is no page ${clean(id, 80)}; nearest:${near.join('')}\nmtls-watch runbook lists all`,
  );
}

/** The page that pages link to for what they share. */
const INDEX = 'README';

function titleOf(page: string): string {
  return /^# (.*)$/m.exec(page)?.[1] ?? '';
}

/** From a checkout, from its bundle, and from the package, this file is at different depths. */
const FOLDERS = ['../runbooks/', '../../runbooks/'].map((path) => fileURLToPath(new URL(path, import.meta.url)));

function readPage(language: Language, id: string): string {
  const folder = FOLDERS.find((one) => existsSync(`${one}en/README.md`));
  if (folder === undefined) {
    throw new MtlsWatchError(
      'unreadable-input',
      `the runbooks are not beside the tool; expected them in ${FOLDERS.join(' or ')}`,
    );
  }
  return readFileSync(`${folder}${language}/${id}.md`, 'utf8');
}
