/** A run that has ended, for the checkers. */

import type { Notice } from '../../shared/model/index.js';
import type { Stores } from '../../shared/ports/index.js';
import type { Observed } from './oracle.js';
import type { Traffic } from './traffic.js';

export interface Delivered {
  readonly notice: Notice;
  readonly at: number;
}

export interface Ended {
  readonly traffic: Traffic;
  readonly isStorm: boolean;
  /** Weeks, after which what lives for days is gone. */
  readonly isLong: boolean;
  /** When no sweep ran. */
  readonly away: { readonly from: number; readonly to: number };
  readonly stores: Stores;
  readonly observed: Observed;
  readonly delivered: readonly Delivered[];
  /** Notices that SNS may have taken without anybody knowing: at least once, the others exactly once. */
  readonly ambiguous: ReadonlySet<string>;
}

export type Expect = (isRight: boolean, what: () => string) => void;
