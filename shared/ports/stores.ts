/**
 * The state of the pipeline. Implemented by `adapters/memory` (command line, tests) and `adapters/dynamodb`
 * (production). One contract suite, `test/contract`, runs on both. Methods reject with a retryable `MtlsWatchError` on
 * operational failures; all are safe to repeat.
 */

import type {
  Cell,
  EndedIncident,
  Fact,
  ForbiddenFact,
  GroupKey,
  Half,
  Incident,
  Notice,
  Probe,
  ProbedGateway,
  ProbeSeen,
  Rollup,
  Silence,
  WaitingHalf,
  WatchedProbe,
} from '../model/index.js';

export interface HalfWrite {
  readonly key: string;
  readonly half: Half;
  readonly batchId: string;
}

export interface JoinStore {
  /**
   * Puts each half into its cell unless that slot is taken, atomically per cell, and returns the cells as they stand
   * afterwards, in the order of the writes. A slot that is filled never changes.
   */
  put(writes: readonly HalfWrite[]): Promise<readonly Cell[]>;
  /** Claims each cell for the batch unless it holds both halves or is claimed; returns the cells afterwards. */
  claim(keys: readonly string[], batchId: string): Promise<readonly Cell[]>;
  read(keys: readonly string[]): Promise<readonly Cell[]>;
}

/** Halves that a batch left waiting, to be settled when their grace period is over. */
export interface Waiting {
  /** Derived from the content, so that a retry with the same waiting halves writes the same item. */
  readonly id: string;
  /** The batch that wrote the list. */
  readonly batchId: string;
  readonly dueAt: number;
  readonly halves: readonly WaitingHalf[];
}

export interface WaitingStore {
  /** A list that is saved again with another `dueAt` may become due twice; settling it twice counts nothing twice. */
  save(waiting: Waiting): Promise<void>;
  /** The oldest due lists, at most `limit`. */
  due(now: number, limit: number): Promise<readonly Waiting[]>;
  remove(waiting: Waiting): Promise<void>;
}

export interface FactStore {
  /** Idempotent: a fact with the same group, minute and batch is replaced only by one that stands for more `requests`. */
  put(facts: readonly Fact[], forbidden: readonly ForbiddenFact[]): Promise<void>;
  /** All facts of a group with `from <= minute <= to`, in the order of minutes. */
  window(group: GroupKey, from: number, to: number): Promise<readonly Fact[]>;
  /**
   * Other 403s of all scopes on UTC days (since the epoch) with `from <= day <= to`, at most `limit` facts. They are kept
   * for `limits.forbiddenDaysMax`. An event that several batches brought counts with the first of them, where they name it.
   */
  forbidden(from: number, to: number, limit: number): Promise<readonly ForbiddenFact[]>;
}

export interface GroupStore {
  /**
   * Admits issuers to the groups of a scope and UTC day, the first ones first, up to the bound; returns those that are in. An answer for one
   * issuer and day never changes from out to in or back, so that a retry counts in the same group. Asked for no issuer it
   * admits none, and may look up who is in, for the questions to come. Other names than issuers are admitted alike.
   * @param most the bound, always the same for one scope; `limits.issuersPerScopeMax` without it
   */
  admit(scope: string, day: number, issuerDns: readonly string[], most?: number): Promise<ReadonlySet<string>>;
  /**
   * Admits the issuer of a fact that is about to be put, and notes in the same write that the fact is expected, so that its
   * hour needs no mark. False where nothing was noted: the issuer is known to be in, there is no room, or a mark is no
   * dearer. Then `admit` has the answer, and the hour is to be marked after the fact.
   */
  admitWithIntent(fact: FactIntent): Promise<boolean>;
  /** Those of the issuers that `fixTrusted` named for the scope and day; null if it was not called yet. */
  trusted(scope: string, day: number, issuerDns: readonly string[]): Promise<ReadonlySet<string> | null>;
  /**
   * Fixes for a scope and UTC day which issuers have places of their own, unless it is fixed: the truststore may be another
   * one, or none that can be read, when a batch is repeated. At most `limits.trustedIssuersMax` are taken.
   */
  fixTrusted(scope: string, day: number, issuerDns: readonly string[]): Promise<void>;
}

/** What tells a fact that was put from one that was not, or that grew later. */
export type FactIntent = Pick<Fact, 'group' | 'minute' | 'batchId' | 'requests'>;

/** A note that a group has new facts in an hour. */
export interface DirtyMark {
  readonly group: GroupKey;
  /** Hours since the epoch. */
  readonly hour: number;
  /** New with every mark, a repeated one included, so that `close` does not close what was marked again meanwhile. */
  readonly token: string;
}

/** An hour of a group that has facts, or is to have some, which its roll-up does not know yet. */
export interface DirtyHour extends Omit<DirtyMark, 'token'> {
  /** Null where the hour is not marked, and facts of it are expected. */
  readonly token: string | null;
  readonly expected: readonly FactIntent[];
}

export interface RollupStore {
  /** Called after the facts were put. */
  mark(hours: readonly DirtyMark[]): Promise<void>;
  /** Hours up to `hour` that are marked, the oldest first; after them those in which facts are expected and nothing more. */
  open(hour: number, limit: number): Promise<readonly DirtyHour[]>;
  /**
   * Puts the roll-up unless one of the same group and hour stands for more `requests`: a sweep that finishes late must not
   * overwrite what later facts added. Then removes the mark if its token is the same, and no longer expects what `open`
   * names: facts that the roll-up holds.
   * @param rollup null where the hour was counted from exports: then nothing is put
   */
  close(open: DirtyHour, rollup: Rollup | null): Promise<void>;
  /**
   * The hours with `from <= hour <= to` that were counted from exports (`PastHours`). Their roll-ups are complete, so none is made
   * from the facts of a late delivery.
   */
  counted(from: number, to: number): Promise<ReadonlySet<number>>;
  /** Roll-ups of a group with `from <= hour <= to`, in the order of hours. */
  load(group: GroupKey, from: number, to: number): Promise<readonly Rollup[]>;
  /**
   * The groups that have a roll-up in an hour of `from` to `to`, and at most those of the same weeks besides; at most
   * `limit`.
   */
  groups(from: number, to: number, limit: number): Promise<readonly GroupKey[]>;
}

/**
 * In which spans of `PULSE_MINUTES` lines of a domain were read that are no refusals: other 403s, the canary's calls, and successes
 * where they are streamed. They show up to when the domain's logs have arrived, and when none did.
 */
export interface PulseStore {
  note(scope: string, pulses: readonly number[]): Promise<void>;
  /** Those with `from <= pulse <= to`, ascending. They are kept for `limits.pulseDaysMax`. */
  between(scope: string, from: number, to: number): Promise<readonly number[]>;
}

/** What the detector remembers of a group, opaque to the stores. At most `limits.historyBytesMax` of JSON. */
export interface HistoryStore {
  load(group: GroupKey): Promise<unknown>;
  save(group: GroupKey, history: unknown): Promise<void>;
}

export interface IncidentStore {
  load(group: GroupKey): Promise<Incident | null>;
  /**
   * Stores `next` if the stored version is `next.version - 1` (0: none stored) and puts the notice, if any, in the
   * outbox, in one atomic step. False when another invocation was first.
   */
  transition(next: Incident, notice: Notice | null): Promise<boolean>;
  /** The incidents that are firing, and those that are known and not over. */
  firing(limit: number): Promise<readonly Incident[]>;
  /**
   * The incidents that were resolved at `from <= endedAt < to` (milliseconds), in that order, for 13 months; one that came
   * back and was resolved again counts once, with its last end. Every transition to `resolved` that was stored is among
   * them, and none that was not.
   */
  ended(from: number, to: number, limit: number): Promise<readonly EndedIncident[]>;
}

export interface Outbox {
  /** Oldest first. */
  pending(limit: number): Promise<readonly Notice[]>;
  /**
   * Those of incidents of which none was tried yet, then the others, each in the same order; only those that may be sent at `now`: in nobody's hands, not put off, and not behind such a one of their
   * incident. So what cannot be sent keeps nobody else's from being found, however much of it there is.
   */
  due(now: number, limit: number): Promise<readonly Notice[]>;
  /** Puts off a notice that could not be sent; without an effect on one that is no longer in the outbox. */
  putOff(noticeId: string, until: number): Promise<void>;
  /**
   * Takes a notice in hand until `until`, so that of invocations that run at the same time one sends it. False when it is
   * in another's hands at `now`, or no longer in the outbox.
   */
  take(noticeId: string, now: number, until: number): Promise<boolean>;
  /** After the notice was published; clearing twice is harmless. Keeps it for `sent`. */
  clear(noticeId: string): Promise<void>;
  /** The notices of an incident that were sent, the oldest first; kept for `limits.keptDaysMax`. */
  sent(incidentId: string): Promise<readonly Notice[]>;
}

export interface SilenceStore {
  /** Puts the silence, in place of one with the same id. Known for `keptDaysMax` after its end. */
  save(silence: Silence): Promise<void>;
  /** Those in force, to come and lately over, in no particular order. */
  list(): Promise<readonly Silence[]>;
}

/** The canary's calls. Kept for `limits.factDaysMax`: as long as their refusals may still come, and then wait. */
export interface ProbeStore {
  /** Puts what is known of a call; called before it, with its certificate, and after it. Leaves `seen` alone. */
  save(probe: Probe): Promise<void>;
  /** The calls that began at `from <= at <= to`, in that order, at most `limit`. */
  between(from: number, to: number, limit: number): Promise<readonly WatchedProbe[]>;
  /** Marks the call as seen in a log event unless it was seen before; returns by which event it was, for good. */
  see(probe: Probe, seen: ProbeSeen): Promise<ProbeSeen>;
}

/** What probes showed of the rules of a domain's gateway; kept for `limits.rollupDaysMax`. */
export interface ProbedStore {
  /** Replaces what was known of the domain. */
  save(probed: ProbedGateway): Promise<void>;
  /** Null where no probe called the domain. */
  load(domain: string): Promise<ProbedGateway | null>;
}

/** The certificates that called, so that one can be looked at when its group fires. */
export interface CertificateStore {
  /** PEM by fingerprint; of new ones, `limits.certificatesPerBatchMax` are kept at least. Known ones are harmless. */
  save(certificates: ReadonlyMap<string, string>): Promise<void>;
  load(fingerprint: string): Promise<string | null>;
}

/** A client certificate that was let in, as exported logs tell of it. */
export interface PastCaller {
  /** As in `Client`. */
  readonly subjectDn: string;
  readonly issuerDn: string;
  readonly serialNumber: string;
  /** Milliseconds since the epoch; null where no log tells it. */
  readonly notBefore: number | null;
  readonly notAfter: number | null;
  /** Whether it was seen in logs of connections only. */
  readonly isConnection: boolean;
  readonly firstAt: number;
  readonly lastAt: number;
}

/** Who was let in before anything was delivered: deliveries hold no successes. */
export interface CallerStore {
  /** Replaces all of them. Safe to repeat, and to break off and repeat. */
  replace(callers: readonly PastCaller[]): Promise<void>;
  /** In no particular order. */
  all(): Promise<readonly PastCaller[]>;
}

/** Keeps the load of a storm in bounds; asked by large batches only. */
export interface StormStore {
  /** Adds to what was brought in this minute, and returns the sum. A retry may add twice: it is a load, not a count. */
  addLoad(minute: number, kind: Half['kind'] | 'connection', halves: number): Promise<number>;
  /** Fixes the rate of a batch unless it has one, and returns the one it has: a retry must make the same choices. */
  fixRate(batchId: string, rate: number): Promise<number>;
  /**
   * The same for denials and connections, and under which scopes a batch counts those without a cell, by API and stage: settings may name
   * another domain when the batch is repeated. Keeps which events it brought, for `enrol`: a mark for each, `EVENT_MARK_CHARS`
   * long, the same whenever the batch is repeated.
   */
  fixDenials(batchId: string, wanted: FixedDenials & { readonly events: readonly string[] }): Promise<FixedDenials>;
  /**
   * Puts the batch last on the list of a place, a minute of a log stream, unless it is on it. Called after `fixDenials`.
   * @param span the milliseconds within the minute at which its first and its last event were logged
   * @returns the marks that the batches brought which are in front of it and overlap with it: whatever is repeated and
   * whoever comes later, the order stays
   */
  enrol(place: string, batchId: string, span: readonly [number, number]): Promise<ReadonlySet<string>>;
  /** The marks that all batches brought which are on the list of a place and overlap with the span. Writes nothing. */
  brought(place: string, span: readonly [number, number]): Promise<ReadonlySet<string>>;
}

/** What a batch does with the denials of a minute. */
export interface FixedDenials {
  readonly rate: number;
  readonly scopes: Readonly<Record<string, string>>;
  /** Set where those without a cell are grouped by their words; an earlier release did not. */
  readonly hasWords?: true;
}

/** The length of a mark of an event: 66 bits of its digest. */
export const EVENT_MARK_CHARS = 11;

/** What is secret about the addresses of those who called. */
export interface PrivacyStore {
  /** The key of their hash: random, the same for every container and for good. */
  key(): Promise<string>;
}

/** The stores together, as an adapter offers them. */
export interface Stores {
  /**
   * For how many days after a log event the stores know whether it was counted: older ones are refused. Infinity where
   * nothing is forgotten.
   */
  readonly countableDays: number;
  /**
   * What could not be read since the last call and was left out of a list, with the error that names it: for whoever tells a
   * person.
   */
  takeUnreadable(): readonly unknown[];
  readonly join: JoinStore;
  readonly waiting: WaitingStore;
  readonly facts: FactStore;
  readonly groups: GroupStore;
  readonly rollups: RollupStore;
  readonly pulses: PulseStore;
  readonly history: HistoryStore;
  readonly incidents: IncidentStore;
  readonly outbox: Outbox;
  readonly certificates: CertificateStore;
  readonly storm: StormStore;
  readonly silences: SilenceStore;
  readonly privacy: PrivacyStore;
  readonly probes: ProbeStore;
  readonly probed: ProbedStore;
  readonly callers: CallerStore;
}
