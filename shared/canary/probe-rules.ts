/**
 * Finds out at one gateway what no page of AWS says: whether it lets in certificates of unusual kinds. The probes are
 * signed by CAs that a person adds to the truststore for the time of the test, and each is compared with an ordinary
 * certificate of the same CAs. Called by `mtls-watch canary probes`.
 *
 *     a stranger's certificate is refused ──▶ CAs are added ──▶ ordinary ones are let in, steadily ──▶ rounds of probes
 */

import { MtlsWatchError, messageOf } from '../base/errors.js';
import { limits } from '../base/limits.js';
import {
  type ProbeCertificateKind,
  type ProbedGateway,
  type ProbedKind,
  type ProbedOutcome,
  type ProbeOutcome,
  probeCertificateKinds,
  probedKinds,
} from '../model/index.js';
import type { CanaryCertificate, GatewayCall, ProbeCertificates } from '../ports/gateway.js';
import type { ProbedStore } from '../ports/index.js';
import { type CallingWorld, callOnce } from './call.js';

export interface ProbingWorld extends CallingWorld {
  readonly probed: Pick<ProbedStore, 'save'>;
  readonly sleep: (ms: number) => Promise<unknown>;
  /** Tells how an ordinary certificate fares, after each call. */
  readonly progress: (letInRun: number, waitedMs: number) => void;
}

/** Between two calls that were let in: enough for another machine of the gateway to be asked. */
const STEADY_MS = 2_000;
/** The calls that a wait may take at most; while nobody is let in, they are further apart than this. */
const CALL_MS_MIN = 5_000;

/** How many ordinary certificates a wait of this length, and the rounds after it, can use. */
export function ordinaryCertificates(waitMs: number): number {
  return Math.ceil(waitMs / CALL_MS_MIN) + limits.probeLetInRunMin + 2 * limits.probeRounds + 1;
}

/**
 * Waits until the gateway trusts the CAs, calls with every kind of certificate, and stores what came of it.
 * @param addAuthorities called once it is known that the gateway refuses whom it does not know
 * @throws MtlsWatchError `canary-failed` with what to do, if the calls show nothing
 */
export async function probeRules(
  target: GatewayCall,
  certificates: ProbeCertificates,
  waitMs: number,
  addAuthorities: () => Promise<void>,
  world: ProbingWorld,
): Promise<ProbedGateway> {
  const caller = callerOf(target, certificates, world);
  await refuseOpen(target, caller);
  await addAuthorities();
  await untilTrusted(target, caller, waitMs, world);
  const rounds: Round[] = [];
  while (rounds.length < limits.probeRounds) rounds.push(await playRound(caller));
  const outcomes = Object.fromEntries(probedKinds.map((kind) => [kind, outcomeOf(kind, rounds)]));
  const { domain } = target;
  const probed = { domain, at: world.clock.now(), outcomes: outcomes as ProbedGateway['outcomes'] };
  await world.probed.save(probed);
  return probed;
}

interface Caller {
  /** @throws MtlsWatchError `canary-failed` if the call could not be noted, and so was not made */
  call(kind: ProbeCertificateKind): Promise<{ readonly outcome: ProbeOutcome; readonly trouble: string | null }>;
  isExhausted(): boolean;
}

function callerOf(target: GatewayCall, { clients }: ProbeCertificates, world: CallingWorld): Caller {
  const left = new Map<ProbeCertificateKind, CanaryCertificate[]>(
    probeCertificateKinds.map((kind) => [kind, [...clients[kind]]]),
  );
  return {
    call: async (kind) => {
      const client = left.get(kind)?.pop();
      if (client === undefined) throw new Error(`no certificate is left for a call of the kind ${kind}`);
      const { outcome, trouble, failures } = await callOnce(target, client, world);
      if (outcome !== null) return { outcome, trouble };
      const [cause] = failures;
      throw new MtlsWatchError(
        'canary-failed',
        `no call was made, because it could not be noted in the table first: ${messageOf(cause)}`,
        { cause },
      );
    },
    isExhausted: () => (left.get('ordinary')?.length ?? 0) <= 2 * limits.probeRounds,
  };
}

async function refuseOpen({ domain }: GatewayCall, caller: Caller): Promise<void> {
  const { outcome, trouble } = await caller.call('ordinary');
  if (outcome === 'refused') return;
  throw new MtlsWatchError(
    'canary-failed',
    outcome === 'accepted'
      ? `${domain} let in a certificate of a CA that no truststore holds yet: mutual TLS does not refuse strangers there, so nothing can be compared. See docs/canary.md.`
      : (trouble ?? `the call to ${domain} failed`),
  );
}

/** Whatever the API answers behind mutual TLS, the certificate was let in. */
function isLetIn(outcome: ProbeOutcome): boolean {
  return outcome === 'accepted' || outcome === 'other-forbidden';
}

async function untilTrusted(
  { domain, path }: GatewayCall,
  caller: Caller,
  waitMs: number,
  { clock, sleep, progress }: ProbingWorld,
): Promise<void> {
  const from = clock.now();
  for (let run = 0; run < limits.probeLetInRunMin; ) {
    const waited = clock.now() - from;
    if (waited > waitMs || caller.isExhausted()) {
      throw new MtlsWatchError(
        'canary-failed',
        `${domain} did not let in an ordinary certificate of the probe CAs, steadily, within ${Math.round(waitMs / 60_000)} minutes. Check that all CAs of the file are in the truststore object, that the domain name uses that version and is AVAILABLE, and that ${path} answers other clients with something else than 403 Forbidden. Then start again: the CAs will be new ones.`,
      );
    }
    const { outcome } = await caller.call('ordinary');
    run = isLetIn(outcome) ? run + 1 : 0;
    progress(run, waited);
    if (run < limits.probeLetInRunMin) await sleep(run > 0 ? STEADY_MS : limits.probeWaitBetweenMs);
  }
}

/** What one call showed; a text says why it showed nothing. */
type Shown = 'let-in' | 'refused' | { readonly because: string };
type Round = ReadonlyMap<ProbeCertificateKind, Shown>;

async function playRound(caller: Caller): Promise<Round> {
  const round = new Map<ProbeCertificateKind, Shown>();
  for (const kind of probeCertificateKinds) round.set(kind, await shownBy(kind, caller));
  const after = await shownBy('ordinary', caller);
  const isSteady = round.get('ordinary') === 'let-in' && after === 'let-in';
  if (!isSteady) {
    const because = 'an ordinary certificate of the same CA was not let in beside it';
    return new Map(probeCertificateKinds.map((kind) => [kind, { because }]));
  }
  if (round.get('chain-of-four') !== 'let-in') {
    const because = 'a chain of four CAs was not let in either; check that all CAs of the file are in the truststore';
    round.set('chain-of-five', { because });
  }
  return round;
}

async function shownBy(kind: ProbeCertificateKind, caller: Caller): Promise<Shown> {
  const { outcome, trouble } = await caller.call(kind);
  if (isLetIn(outcome)) return 'let-in';
  // A connection that is cut over a certificate keeps its client out as well.
  return outcome === 'refused' || outcome === 'tls-failed' ? 'refused' : { because: trouble ?? outcome };
}

function outcomeOf(kind: ProbedKind, rounds: readonly Round[]): ProbedOutcome {
  const shown = rounds.map((round) => round.get(kind) ?? { because: 'it was not called' });
  const unclear = shown.find((one) => typeof one !== 'string');
  if (typeof unclear === 'object') return { outcome: 'undecided', because: unclear.because };
  const letIn = shown.filter((one) => one === 'let-in').length;
  if (letIn === rounds.length) return { outcome: 'let-in', because: null };
  if (letIn === 0) return { outcome: 'refused', because: null };
  return { outcome: 'undecided', because: `it was let in by ${letIn} of ${rounds.length} calls` };
}
