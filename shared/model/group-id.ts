/** The name of a group, for keys and ids. */

import { digest } from '../base/digest.js';
import type { GroupKey } from './index.js';

/** Facts share the keys of their groups, and each minute asks for the same ones many times. */
const known = new WeakMap<GroupKey, string>();

/** A short, stable name of a group, for keys and ids. */
export function groupId(group: GroupKey): string {
  const { scope, issuerDn, reason, isUnverified, door } = group;
  const at = door === undefined ? [] : ['door', door];
  const id =
    known.get(group) ?? digest('group', scope, issuerDn, reason, ...(isUnverified ? ['unverified'] : []), ...at);
  known.set(group, id);
  return id;
}
