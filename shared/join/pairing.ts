/**
 * Decides what a half of a refused request means, given the cell in which it stands. Pure: `correlate.ts` moves halves
 * between cells and asks here after each step. `docs/counting.md` explains the same rules with a drawing.
 *
 * The halves meet in the cell of their request id. The half that comes second completes the request, and its batch owns it:
 *
 *     empty --put--> one half waits --put--> both halves: the batch of the second half counts the failure
 *                         |
 *                         +--claim--> claimed by the sweep: counted without its other half; a half that comes later
 *                                     changes nothing
 *
 * A client may choose the request id, and may send the same one several times. Then a half finds its place in the cell
 * taken, or the two halves that met carry different extended ids. Such halves move on: a denial first to the cell of its
 * own log event, which fixes what is known of it, then halves of both kinds to the cell of request id and extended id. Only
 * the gateway makes extended ids.
 *
 * A record whose format lacks the request id waits in the cell of its extended id. A denial comes there after it has waited
 * in vain in the cell of its request and was claimed: it is counted by its claim, with the client of the record that it
 * finds there.
 */

import { digest } from '../base/digest.js';
import {
  type Cell,
  type Client,
  type Denial,
  type Failure,
  type Half,
  type HeldHalf,
  UNKNOWN_ISSUER,
} from '../model/index.js';
import { proves } from '../model/reasons.js';

export const cellKey = {
  request: (requestId: string): string => digest('request', requestId),
  extended: (requestId: string, extendedRequestId: string): string => digest('extended', requestId, extendedRequestId),
  event: (eventId: string): string => digest('event', eventId),
  connection: (connectionId: string): string => digest('connection', connectionId),
  gateway: (extendedRequestId: string): string => digest('gateway', extendedRequestId),
};

/** A half on its way through the cells, and what it has seen so far. */
export interface JoinAttempt {
  readonly half: Half;
  /** Which batch brought it: the current batch, or, for a half that is carried along, the batch that held it first. */
  readonly batchId: string;
  readonly cellKind: 'request' | 'event' | 'extended' | 'gateway';
  /**
   * The batch that first put a denial into the cell of its event. That batch counts it if nothing ties it to another
   * half.
   */
  readonly firstHeldBy: string | null;
  /**
   * The other half, seen in the request's cell under the same extended id; it is taken along to the cell of the
   * extended id.
   */
  readonly carried: HeldHalf | null;
}

export type PairingOutcome =
  /** This batch owns the request and counts it. */
  | { readonly kind: 'failure'; readonly failure: Failure }
  /** The other half has not come yet. */
  | { readonly kind: 'waiting'; readonly key: string }
  /** Another batch owns the request, or it was counted before. */
  | { readonly kind: 'counted' }
  /** An access record that no denial can be tied to. */
  | { readonly kind: 'unmatched' }
  /** Look again in another cell. */
  | { readonly kind: 'move'; readonly attempt: JoinAttempt };

export function keyOf({ half, cellKind }: JoinAttempt): string {
  if (cellKind === 'event') return cellKey.event(half.eventId);
  if (cellKind === 'gateway') return cellKey.gateway(half.extendedRequestId ?? '');
  if (cellKind === 'extended') return cellKey.extended(half.requestId, half.extendedRequestId ?? '');
  return cellKey.request(half.requestId);
}

/**
 * Where a half starts. A denial without a request id starts in the cell of its own event. So does one whose request id
 * the next delivery may lack: there it asks what the first delivery knew.
 */
export function startAttempt(half: Half, batchId: string): JoinAttempt {
  if (half.kind === 'access' && half.requestId === '') {
    return { half, batchId, cellKind: 'gateway', firstHeldBy: null, carried: null };
  }
  const isSure = half.kind === 'access' || (half.requestId !== '' && half.isIdBorrowed !== true);
  return { half, batchId, cellKind: isSure ? 'request' : 'event', firstHeldBy: null, carried: null };
}

/** A half that stands in the cell of its request and moves on from there. */
export function departFromCell(half: Half, batchId: string): JoinAttempt {
  return { half, batchId, cellKind: 'request', firstHeldBy: null, carried: null };
}

/** Decides what the half means after it was put into the cell that `keyOf` names. */
export function decide(attempt: JoinAttempt, cell: Cell): PairingOutcome {
  const { half, cellKind } = attempt;
  if (cellKind === 'event') return decideByEvent(attempt, cell);
  if (cellKind === 'gateway') return decideAtGateway(attempt, cell);
  const mine: HeldHalf | null = half.kind === 'denial' ? cell.denial : cell.access;
  if (mine === null || mine.half.eventId !== half.eventId) {
    return cellKind === 'request' ? moveFromTakenSlot(attempt, cell) : decideWithoutSlot(attempt);
  }
  return decideInSlot(attempt, mine, cell);
}

function decideInSlot(attempt: JoinAttempt, mine: HeldHalf, cell: Cell): PairingOutcome {
  const other: HeldHalf | null = mine.half.kind === 'denial' ? cell.access : cell.denial;
  // Only a half that stands alone is claimed, so the claim was made on the half that is not the second.
  const isClaimed = cell.claimedBy !== null && !mine.second;
  if (isClaimed && mine.half.kind === 'denial' && cell.claimedBy === attempt.batchId) {
    return { kind: 'failure', failure: unpairedFailure(mine.half, 'unpaired') };
  }
  if (other === null) return cell.claimedBy === null ? { kind: 'waiting', key: keyOf(attempt) } : { kind: 'counted' };
  if (!belongTogether(mine.half, other.half)) {
    if (isClaimed) return { kind: 'counted' };
    return move(attempt, mine.half, mine.half.kind === 'denial' ? 'event' : 'extended', null);
  }
  if (cell.claimedBy !== null || !mine.second || mine.batchId !== attempt.batchId) return { kind: 'counted' };
  return { kind: 'failure', failure: joined(cell) };
}

/** The request's cell holds another half of this kind: the request id was used before. */
function moveFromTakenSlot(attempt: JoinAttempt, cell: Cell): PairingOutcome {
  const { half } = attempt;
  const other: HeldHalf | null = half.kind === 'denial' ? cell.access : cell.denial;
  const isMyOther = !isSettled(cell) && other !== null && isTied(half, other.half);
  if (isMyOther && cell.claimedBy !== null && !other.second) return { kind: 'counted' };
  const carried = isMyOther ? other : null;
  if (half.kind === 'denial') return move(attempt, half, 'event', carried);
  return half.extendedRequestId === null ? { kind: 'unmatched' } : move(attempt, half, 'extended', carried);
}

/** In the cell of a denial's own event: what its first delivery knew of it holds for all later deliveries. */
function decideByEvent(attempt: JoinAttempt, cell: Cell): PairingOutcome {
  if (cell.denial === null) throw new Error('a denial was put into the cell of its event and is not there');
  const { half, batchId } = cell.denial;
  const known = { ...attempt, firstHeldBy: batchId };
  const isFirstVisit = attempt.firstHeldBy === null;
  if (isFirstVisit && half.isIdBorrowed === true) return move(known, half, 'request', null);
  if (half.requestId === '' || half.extendedRequestId === null) return decideWithoutSlot({ ...known, half });
  // The id that this delivery lacked may tie the denial to a record that waits in the cell of its request.
  if (isFirstVisit && attempt.half.extendedRequestId === null) return move(known, half, 'request', null);
  const carried = attempt.carried !== null && isTied(half, attempt.carried.half) ? attempt.carried : null;
  return move(known, half, 'extended', carried);
}

/** A record without a request id. It is counted only through the claim of its denial. */
function decideAtGateway(attempt: JoinAttempt, { access, denial }: Cell): PairingOutcome {
  if (denial !== null) return { kind: 'counted' };
  if (access?.half.eventId !== attempt.half.eventId) return { kind: 'unmatched' };
  return { kind: 'waiting', key: keyOf(attempt) };
}

/**
 * Settles a denial that was claimed and then put into the cell of its extended id. The cell keeps whether the record
 * was there first, so the answer never changes.
 */
export function settledAtGateway(denial: Denial, cell: Cell): Failure {
  const isMine = cell.denial?.half.eventId === denial.eventId && cell.denial.second;
  return isMine && cell.access !== null ? joined(cell) : unpairedFailure(denial, 'unpaired');
}

/** No id of the gateway ties this half to another: a denial is counted at once, an access record never. */
function decideWithoutSlot({ half, batchId, firstHeldBy }: JoinAttempt): PairingOutcome {
  if (half.kind === 'access') return { kind: 'unmatched' };
  if (firstHeldBy !== batchId) return { kind: 'counted' };
  return { kind: 'failure', failure: unpairedFailure(half, 'reused-request-id') };
}

function move(
  attempt: JoinAttempt,
  half: Half,
  cellKind: JoinAttempt['cellKind'],
  carried: HeldHalf | null,
): PairingOutcome {
  return { kind: 'move', attempt: { ...attempt, half, cellKind, carried } };
}

/** Whether the cell holds both halves of a request: no other half will find its own there. */
export function isSettled({ denial, access }: Cell): boolean {
  return denial !== null && access !== null && belongTogether(denial.half, access.half);
}

/**
 * Two halves with one request id belong together unless both carry the gateway's extended id and the two ids differ.
 */
function belongTogether(a: Half, b: Half): boolean {
  return a.extendedRequestId === null || b.extendedRequestId === null || a.extendedRequestId === b.extendedRequestId;
}

function isTied(a: Half, b: Half): boolean {
  return a.extendedRequestId !== null && a.extendedRequestId === b.extendedRequestId;
}

function joined(cell: Cell): Failure {
  if (cell.denial === null || cell.access === null) throw new Error('a joined cell holds both halves');
  const denial = cell.denial.half;
  const { client, rate, isUnverified } = cell.access.half;
  // A record that names neither its domain nor its API says less about the scope than the denial does.
  const scope = cell.access.half.isScopeGuessed === true ? denial.scope : cell.access.half.scope;
  const extendedRequestId = denial.extendedRequestId ?? cell.access.half.extendedRequestId;
  // Both halves were in the sparser of the two samples, so the request stands for that many.
  const weight = 1 / Math.min(denial.rate, rate);
  const failure = failureOf({ ...denial, extendedRequestId }, 'joined', scope, client, issuerOf(client), weight);
  return isUnverified && !proves(denial.reason) ? { ...failure, isUnverified } : failure;
}

/** A failure that is known from its denial alone. */
export function unpairedFailure(denial: Denial, attribution: Failure['attribution']): Failure {
  return failureOf(denial, attribution, denial.scope, null, UNKNOWN_ISSUER, 1);
}

function failureOf(
  { eventId, requestId, extendedRequestId, at, reason, reasonText, words, scope: denialScope }: Denial,
  attribution: Failure['attribution'],
  scope: string,
  client: Client | null,
  issuerDn: string,
  weight: number,
): Failure {
  return {
    eventId,
    requestId,
    extendedRequestId,
    at,
    scope,
    issuerDn,
    reason,
    reasonText,
    ...(words && { words }),
    attribution,
    client,
    weight,
    denialScope,
  };
}

export function issuerOf(client: Client | null): string {
  return client === null || client.issuerDn === '' ? UNKNOWN_ISSUER : client.issuerDn;
}
