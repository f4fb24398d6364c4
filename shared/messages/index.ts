/** The texts of every rendering, by language. Ids, JSON and logs stay English whatever the language. */

import type { NoticeKind } from '../model.js';
import type { ReasonId } from '../reasons.js';

export interface ReasonMessages {
  /** A few words, for a subject. */
  readonly title: string;
  readonly meaning: string;
  /** What to do first, in the order to do it. */
  readonly steps: readonly string[];
}

type Sentence = (who: string, where: string, why: string) => string;

export interface Messages {
  readonly reasons: Readonly<Record<ReasonId, ReasonMessages>>;
  /** For the incident of a whole domain, in place of a reason. */
  readonly severalIssuers: ReasonMessages;
  readonly unknownIssuer: string;
  readonly otherIssuers: string;
  readonly subject: Readonly<Record<NoticeKind, Sentence>>;
  readonly headline: Readonly<Record<NoticeKind, Sentence>>;
  readonly labels: Readonly<
    Record<
      | 'reason'
      | 'domain'
      | 'issuer'
      | 'since'
      | 'failures'
      | 'clients'
      | 'firstSteps'
      | 'evidence'
      | 'remedy'
      | 'noVerdict'
      | 'change'
      | 'runbook'
      | 'incident',
      string
    >
  >;
  readonly failures: (count: string, minutes: number, expected: string) => string;
  readonly failuresAtWorst: (count: string, minutes: number) => string;
  readonly failuresInAll: (count: string) => string;
  readonly client: (subject: string, serial: string, sources: string, count: string) => string;
}

export { en } from './en.js';
