/** What a backfill keeps in its bucket: which objects are to be read, what they hold of refused requests, and what failed. */

import type { AccessRecord, Connection, Denial, GroupKey } from '../model/index.js';
import type { PastCaller } from './stores.js';

/** One line of a day's file: a half, a connection, a certificate of a half in the same file, or a client that was let in. */
export type HalfLine = Denial | AccessRecord | Connection | CertificateLine | CallerLine;

export interface CallerLine extends PastCaller {
  readonly kind: 'caller';
}

export interface CertificateLine {
  readonly kind: 'certificate';
  readonly fingerprint: string;
  readonly pem: string;
}

/** What a group was refused on a day, in the hours that are counted from exports. */
export interface PastMinutes {
  readonly group: GroupKey;
  /** Pairs of a minute since the epoch and its refused requests, ascending, without the minutes that had none. */
  readonly counts: readonly (readonly [minute: number, count: number])[];
}

/** An exported object. Another content is another object, whatever its key. */
export interface ExportedObject {
  readonly bucket: string;
  readonly key: string;
  readonly etag: string;
  readonly bytes: number;
  /** Milliseconds since the epoch. */
  readonly writtenAt: number;
}

/** Objects that one function reads. */
export interface ExportPart {
  readonly objects: readonly ExportedObject[];
}

/** An object that could not be read, and why. */
export interface FailedObject {
  readonly name: string;
  readonly why: string;
}

/** What a run is started with. */
export interface BackfillStart {
  readonly run: string;
  /** How many parts there are to read. */
  readonly parts: number;
  /** Hours since the epoch, the last one exclusive. */
  readonly from: number;
  readonly to: number;
  /** How many objects may stay unread. */
  readonly tolerated: number;
}

/** How a run ended. */
export type Outcome =
  | { readonly error: string }
  | {
      readonly error: null;
      /** Refused requests, and the hours in which they were, that are counted from exports. */
      readonly requests: number;
      readonly hours: number;
      /** Hours of the exports in which deliveries had counted, and that stay as they are. */
      readonly delivered: number;
      /** Days that could not be summed up, each as a sentence that says why. Their sums stay as they were. */
      readonly leftOut: readonly string[];
    };

/** The bucket. All writes are safe to repeat. Methods reject with `store-unavailable` (retryable) where S3 fails. */
export interface BackfillBucket {
  /** Adds what an object holds of a UTC day: gzip of `HalfLine` as JSON lines. */
  putHalves(day: number, objectId: string, gzip: Buffer): Promise<void>;
  /** The lines of a day, of all objects that were ever read. */
  halves(day: number): AsyncIterable<HalfLine>;
  /** The days that have halves, ascending. */
  days(): Promise<readonly number[]>;
  /** Replaces the minutes of a day: gzip of `PastMinutes` as JSON lines. */
  putMinutes(day: number, gzip: Buffer): Promise<void>;
  /** The minutes of a day; nothing where it was not summed up. */
  minutes(day: number): AsyncIterable<PastMinutes>;
  /** The days that have minutes, ascending. */
  daysWithMinutes(): Promise<readonly number[]>;
  /** Replaces those who were let in on a day: gzip of `PastCaller` as JSON lines. */
  putCallers(day: number, gzip: Buffer): Promise<void>;
  callers(day: number): AsyncIterable<PastCaller>;
  /** The days that have callers, ascending. */
  daysWithCallers(): Promise<readonly number[]>;
  /** Notes that all of an object was read. */
  noteRead(objectId: string): Promise<void>;
  /** The objects that were read. */
  read(): Promise<ReadonlySet<string>>;
  putRun(run: string, parts: readonly ExportPart[]): Promise<void>;
  run(run: string): Promise<readonly ExportPart[]>;
  noteFailure(run: string, objectId: string, failed: FailedObject): Promise<void>;
  failures(run: string): Promise<readonly FailedObject[]>;
  putOutcome(run: string, outcome: Outcome): Promise<void>;
  /** Null while it runs. */
  outcome(run: string): Promise<Outcome | null>;
  /** The runs, the oldest first. */
  runs(): Promise<readonly string[]>;
  /** Where the failures of a run are, for people. */
  failuresUri(run: string): string;
}
