/** The name of a group, for keys and ids. */

import { digest } from '../base/digest.js';
import type { GroupKey } from './index.js';

/** A short, stable name of a group, for keys and ids. */
export function groupId({ scope, issuerDn, reason, isUnverified, door }: GroupKey): string {
  const own = [...(isUnverified ? ['unverified'] : []), ...(door ? ['door', door] : [])];
  return digest('group', scope, issuerDn, reason, ...own);
}
