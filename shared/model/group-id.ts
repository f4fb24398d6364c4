/** The name of a group, for keys and ids. */

import { digest } from '../base/digest.js';
import type { GroupKey } from './index.js';

/** A short, stable name of a group, for keys and ids. */
export function groupId({ scope, issuerDn, reason, isUnverified, door }: GroupKey): string {
  const at = door === undefined ? [] : ['door', door];
  return isUnverified
    ? digest('group', scope, issuerDn, reason, 'unverified', ...at)
    : digest('group', scope, issuerDn, reason, ...at);
}
