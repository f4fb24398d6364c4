/**
 * What the canary's probes showed at one gateway, applied to a finding. A rule that AWS does not document is likely for
 * a gateway in general, and known for one that refused, or let in, a certificate made to find it out. Pure.
 */

import { limits } from '../base/limits.js';
import type { Finding, ProbedGateway } from '../model/index.js';
import { type Phrase, say } from '../model/phrases.js';
import type { ReasonId } from '../model/reasons.js';
import { fits } from './beside-refusal.js';
import type { DoorRules } from './door-rules.js';
import { isSourceNote, knownRules, type RuleId } from './standing.js';
import { reworded, wordsOf } from './wording.js';

/** What was seen of one rule. */
export interface SeenHere {
  readonly outcome: 'let-in' | 'refused';
  /** The UTC day, as `2026-06-15`. */
  readonly on: string;
}

/**
 * What the probes showed of a rule, or null. That a certificate of the kind was let in once says nothing against the
 * gateway's own sentence now.
 * @param refusedWith the sentence with which the gateway refused the certificate in question, if known
 */
export function seenHere(
  rule: RuleId,
  probed: ProbedGateway | null,
  refusedWith: ReasonId | null = null,
): SeenHere | null {
  const known: (typeof knownRules)[RuleId] & { readonly probe?: keyof ProbedGateway['outcomes'] } = knownRules[rule];
  if (probed === null || known.probe === undefined) return null;
  const { outcome } = probed.outcomes[known.probe];
  if (outcome === 'undecided' || (outcome === 'let-in' && refusedWith !== null && fits(known.code, refusedWith)))
    return null;
  return { outcome, on: new Date(probed.at).toISOString().slice(0, 10) };
}

/** The CAs that the door follows above a client, the root included. */
export function chainCasMaxAt(
  { chainCas }: DoorRules,
  probed: ProbedGateway | null,
  refusedWith: ReasonId | null,
): number {
  return chainCas + (seenHere('chain-too-long', probed, refusedWith)?.outcome === 'let-in' ? 1 : 0);
}

/** The finding of a rule that the gateway was seen to apply. */
export function refusedHere(finding: Finding, { on }: SeenHere): Finding {
  return seenAs(finding, on, say`it refused a certificate of this kind that was made to find that out`);
}

/** The finding of a rule that the gateway was seen not to apply. */
export function letInHere(finding: Finding, { on }: SeenHere): Finding {
  const remedy = say`Nothing to do while this gateway takes it, as it did on ${on}; other gateways may not.`;
  const seen = seenAs(finding, on, say`it let in a certificate of this kind that was made to find that out`);
  return reworded(seen, { remedy });
}

/** A chain that is too long, as probes showed how long it may be. */
export function chainHere(finding: Finding, probed: ProbedGateway | null, refusedWith: ReasonId | null): Finding {
  const seen = finding.code === 'chain-too-long' ? seenHere('chain-too-long', probed, refusedWith) : null;
  if (seen === null) return finding;
  return seen.outcome === 'refused' ? refusedHere(finding, seen) : longerThanSeen(finding, seen);
}

/** A chain that is longer than the one that was let in. */
function longerThanSeen(finding: Finding, { on }: SeenHere): Finding {
  const seen = say`seen at this gateway on ${on}: it let in ${limits.chainCasMax + 1} CA certificates; whether it follows more is not known`;
  return { ...reworded(finding, { evidence: [...without(finding), seen] }), standing: 'unknown' };
}

function seenAs(finding: Finding, on: string, what: Phrase): Finding {
  const evidence = [...without(finding), say`seen at this gateway on ${on}: ${what}`];
  return { ...reworded(finding, { evidence }), standing: 'seen', seenOn: on };
}

function without(finding: Finding): Phrase[] {
  return wordsOf(finding).evidence.filter((line) => !isSourceNote(line));
}
