/** The name of a group, for keys and ids. */

import { digest } from '../base/digest.js';
import type { GroupKey } from './index.js';

/** Facts share the keys of their groups, and each minute asks for the same ones many times. */
const known = new WeakMap<GroupKey, string>();

/** A short, stable name of a group, for keys and ids. */
export function groupId(group: GroupKey): string {
  const { scope, issuerDn, reason } = group;
  const id = known.get(group) ?? digest('group', scope, issuerDn, reason, ...furtherParts(group));
  known.set(group, id);
  return id;
}

/** What a key has behind scope, issuer and reason: nothing for most groups. */
export function furtherParts({ isUnverified, door, words }: GroupKey): readonly string[] {
  return [...(isUnverified ? ['unverified'] : []), ...(door ? ['door', door] : []), ...(words ? ['words', words] : [])];
}

/**
 * The reason as metrics, commands and selectors of silences name it: its id, and of a kind of sentence that has none
 * `other-` and twelve digits of a hash.
 */
export function reasonName({ reason, words }: Pick<GroupKey, 'reason' | 'words'>): string {
  return words ? `${reason}-${Buffer.from(digest('words', words), 'base64url').toString('hex').slice(0, 12)}` : reason;
}
