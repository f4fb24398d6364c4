/** Where the events of a batch come from, by account, and how the names in them are qualified. */

import { digest } from '../base/digest.js';
import { limits } from '../base/limits.js';
import { clean } from '../base/text.js';
import { accountId, bareName, inAccount, settingFor } from '../config/qualified-names.js';
import type { ApiRef, LogBatch, LogEvent } from '../model/index.js';
import { type FormatsByLogGroup, templateOfGroup } from './formats-by-group.js';
import type * as Late from './late-readers.js';
import { apiOfLogGroup } from './parse-denial.js';
import type { RecordFormat } from './record-format.js';

/** Custom domains by `apiId/stage` or `apiId`, from the settings. */
export type DomainsByApi = Readonly<Record<string, string>>;

export type LateReaders = typeof Late;

/** Thrown by a reader that needs them where they are not loaded; see `readBatch`. */
export class LateReadersNeeded extends Error {}

/** Where events come from, and how the names in them are qualified. */
export interface LogSource {
  /** What is put in front of each name where accounts are told apart; otherwise ''. */
  readonly account: string;
  /** What is put in front of each event id: CloudWatch's event ids are unique only within their stream. */
  readonly stream: string;
  readonly logGroup: string;
  readonly domains: DomainsByApi;
  /** The APIs and stages that `domains` names, without accounts. */
  readonly places: () => ReadonlySet<string>;
  /** The format of the log group's access log; null where it is not known, or the group holds no access log. */
  readonly format: RecordFormat | null;
  /** Whether API Gateway itself creates and writes the log group: then it holds an execution log and nothing else. */
  readonly isManaged: boolean;
  /** @throws LateReadersNeeded where they are not loaded */
  readonly late: () => LateReaders;
}

/**
 * 66 bits, which tell apart streams whose events have the same id. Short, because a half must stay below half a
 * kilobyte.
 */
const STREAM_CHARS = 11;

/**
 * The sources of a batch's events. A log group has events of one account; a centralised log group has events of
 * several, even in one batch.
 */
export function sourcesOf(
  readers: LateReaders | null,
  batch: LogBatch,
  domains: DomainsByApi,
  byAccount: boolean,
  formats: FormatsByLogGroup,
): [LogSource, readonly LogEvent[]][] {
  const { logStream, events } = batch;
  const isManaged = apiOfLogGroup(batch.logGroup).apiId !== null;
  let known: ReadonlySet<string> | undefined;
  const places = () => {
    known ??= new Set(Object.keys(domains).map(bareName));
    return known;
  };
  const late = (): LateReaders => {
    if (readers === null) throw new LateReadersNeeded();
    return readers;
  };
  const sourceOf = (account: string): LogSource => {
    const logGroup = inAccount(account, batch.logGroup);
    const template = isManaged ? undefined : templateOfGroup(formats, logGroup);
    return {
      account,
      stream: digest(logGroup, logStream).slice(0, STREAM_CHARS),
      logGroup,
      domains,
      places,
      format: template === undefined ? null : late().recordFormat(template),
      late,
      isManaged,
    };
  };
  if (!byAccount) return [[sourceOf(''), events]];
  const byOwner = new Map<string, LogEvent[]>();
  for (const event of events) {
    const account = event.account ?? accountId(batch.owner);
    const own = byOwner.get(account);
    if (own === undefined) byOwner.set(account, [event]);
    else own.push(event);
  }
  return [...byOwner].map(([account, own]) => [sourceOf(account), own]);
}

/** Where the lines of an execution log come from. */
export interface Origin {
  readonly api: ApiRef;
  readonly scope: string;
}

type Naming = Pick<LogSource, 'account' | 'logGroup' | 'domains'>;

export function originOf({ apiId, stage }: ApiRef, source: Naming): Origin {
  const api = { apiId: apiId === null ? null : inAccount(source.account, apiId), stage };
  return { api, scope: scopeOf(api, source) };
}

export function scopeOf(api: ApiRef, { account, logGroup, domains }: Naming): string {
  if (api.apiId === null) return clean(logGroup, limits.scopeCharsMax);
  const place = api.stage === null ? api.apiId : `${api.apiId}/${api.stage}`;
  const domain = settingFor(domains, place) ?? settingFor(domains, api.apiId);
  return domain === undefined ? place : inAccount(account, domain);
}

/** Which event it is, among those of all streams. CloudWatch's own ids have 56 digits. */
export function idOf({ id }: LogEvent, { stream }: LogSource): string {
  return stream + (id.length > limits.eventIdCharsMax ? digest(id) : id);
}
