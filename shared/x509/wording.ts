/** A finding's evidence and remedy, as sentences in English and as data for other languages, kept in step. */

import type { Finding } from '../model/index.js';
import { english, type Phrase, plain } from '../model/phrases.js';

export interface Words {
  readonly evidence: readonly Phrase[];
  readonly remedy: Phrase;
}

type Worded = Required<Pick<Finding, 'evidence' | 'remedy' | 'said'>>;

export function worded(words: Words): Worded {
  return { evidence: words.evidence.map(english), remedy: english(words.remedy), said: words };
}

export function wordsOf({ said, evidence, remedy }: Finding): Words {
  return said ?? { evidence: evidence.map(plain), remedy: plain(remedy) };
}

export function reworded(finding: Finding, words: Partial<Words>): Finding {
  return { ...finding, ...worded({ ...wordsOf(finding), ...words }) };
}
