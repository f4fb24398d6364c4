/**
 * Reads one exported object, in any form that `mtls-watch replay` reads, and keeps its halves by day, compressed. Memory is
 * bounded whatever the object holds.
 */

import { gzipSync } from 'node:zlib';
import type { InputSource } from '../../cli/inputs/files.js';
import { observedOf } from '../../cli/inputs/observe.js';
import { readSource } from '../../cli/inputs/read.js';
import { callersByDay, type DaysCallers } from '../../shared/backfill/callers.js';
import { linesOf } from '../../shared/backfill/halves.js';
import { backfillLimits } from '../../shared/base/backfill-limits.js';
import { MtlsWatchError, messageOf } from '../../shared/base/errors.js';
import { getOrInsert } from '../../shared/base/get-or-insert.js';
import { dayOf } from '../../shared/base/time.js';
import { underWildcards } from '../../shared/count/bound-scopes.js';
import { markClaims } from '../../shared/diagnosis/claims.js';
import { withInferred } from '../../shared/diagnosis/infer.js';
import { isWithoutExecutionLog } from '../../shared/diagnosis/without-execution-log.js';
import { formatOfGroup, type RecordFormat } from '../../shared/logs/record-format.js';
import { redact } from '../../shared/logs/redact.js';
import type { AccessRecord, LogBatch, Parsed } from '../../shared/model/index.js';
import { readBatch } from '../../shared/pipeline.js';
import type { HalfLine } from '../../shared/ports/backfill.js';
import type { World } from '../../shared/ports/index.js';

export interface ReadObject {
  /** Gzip of JSON lines (`HalfLine`), by UTC day since the epoch. */
  readonly days: ReadonlyMap<number, Buffer>;
  /** Why a part of the object could not be read; null where all of it was. */
  readonly problem: string | null;
}

/**
 * @throws MtlsWatchError `unreadable-input` where more would have to be kept than fits into memory; retryable where S3 may
 *   answer later
 */
export async function readObject(source: InputSource, world: World): Promise<ReadObject> {
  let failure: unknown = null;
  const noted: InputSource = {
    ...source,
    open: () =>
      noting(source.open(), (error) => {
        failure ??= error;
      }),
  };
  const files = dayFiles();
  const known = new Map<number, Set<string>>();
  let problem: string | null = null;
  const formats = world.config.accessLogFormats;
  const callers = callersByDay(backfillLimits.callersPerDayMax, backfillLimits.callersPerObjectMax);
  for await (const item of readSource(noted, { bytesRead: 0 }, formatOfGroup(formats, ''), null)) {
    if (item.kind === 'problem') problem ??= item.detail;
    if (item.kind !== 'batch') continue;
    const read = await readBatch(item.batch, world);
    const isDropped = world.config.privacy.certificates === 'drop';
    const parsed = await redact(isDropped ? await judged(read, world) : read, world);
    for (const [day, lines] of linesOf(parsed, known)) files.add(day, lines);
    addCallers(callers, item.batch, formatOfGroup(formats, item.batch.logGroup));
    if (files.size() > backfillLimits.keptBytesMax) {
      const what = 'holds more refused requests than one function can keep; expected it in smaller objects';
      throw new MtlsWatchError('unreadable-input', `${source.name} ${what}`);
    }
  }
  if (failure !== null && !isForGood(failure)) {
    throw new MtlsWatchError('unreadable-input', messageOf(failure), { cause: failure, retryable: true });
  }
  for (const [day, { all }] of callers.days)
    files.add(
      day,
      all().map((caller) => ({ kind: 'caller', ...caller })),
    );
  return { days: files.finish(), problem };
}

/** Those who were let in: whoever connects can make up as many names as he likes, but not these. */
function addCallers(callers: DaysCallers, { events }: LogBatch, format: RecordFormat | null): void {
  for (const event of events) {
    const observed = observedOf(event, format);
    if (observed === null || observed.refused) continue;
    const { subjectDn, issuerDn, serialNumber, notBefore, notAfter, isConnection = false, at } = observed;
    callers.add(dayOf(at), {
      subjectDn,
      issuerDn,
      serialNumber,
      notBefore,
      notAfter,
      isConnection,
      firstAt: at,
      lastAt: at,
    });
  }
}

/** With what only certificates can tell, which are not kept: whose the issuer's name is, and why an HTTP API refused. */
async function judged(read: Parsed, world: World): Promise<Parsed> {
  const { config } = world;
  const named = underWildcards(read.accesses, config);
  const marked = await markClaims(named, read.certificates, world);
  const isAlone = (access: AccessRecord): boolean => isWithoutExecutionLog(access, config.apisWithoutExecutionLog);
  const alone = await withInferred(marked.filter(isAlone), read.certificates, world);
  return { ...read, accesses: [...marked.filter((access) => !isAlone(access)), ...alone] };
}

async function* noting(chunks: AsyncIterable<Buffer>, note: (error: unknown) => void): AsyncGenerator<Buffer> {
  try {
    yield* chunks;
  } catch (error) {
    note(error);
    throw error;
  }
}

/** What S3 answers to a request that is wrong: no such object, another content, no permission. All else may pass. */
function isForGood(error: unknown): boolean {
  const { cause } = error as { readonly cause?: { readonly $metadata?: { readonly httpStatusCode?: number } } };
  const status = cause?.$metadata?.httpStatusCode ?? 0;
  return status >= 400 && status < 500 && status !== 408 && status !== 429;
}

/** Members of gzip one after the other are gzip again, so what is held of each day stays small. */
function dayFiles() {
  const days = new Map<number, { held: string; readonly members: Buffer[] }>();
  let bytes = 0;
  const compress = (file: { held: string; readonly members: Buffer[] }): void => {
    const member = gzipSync(file.held);
    file.held = '';
    file.members.push(member);
    bytes += member.length;
  };
  return {
    add: (day: number, lines: readonly HalfLine[]): void => {
      const file = getOrInsert(days, day, () => ({ held: '', members: [] }));
      for (const line of lines) file.held += `${JSON.stringify(line)}\n`;
      if (file.held.length > backfillLimits.heldCharsMax) compress(file);
    },
    size: () => bytes,
    finish: (): ReadonlyMap<number, Buffer> => {
      for (const file of days.values()) if (file.held !== '') compress(file);
      return new Map([...days].map(([day, { members }]) => [day, Buffer.concat(members)]));
    },
  };
}
