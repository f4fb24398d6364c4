/** A deliberate mistake: a text of a source file, and what stands there instead. */

import type { StoreKind } from './draw.js';

export interface Replacement {
  readonly from: string;
  readonly to: string;
}

/** The only runs that get to a mistake: the hunt leaves out the others. */
export interface Reach {
  readonly store?: StoreKind;
  readonly isLong?: true;
}

export interface Mutant extends Replacement {
  readonly name: string;
  readonly file: string;
  /** A second place in the same file. */
  readonly also?: Replacement;
  /** Whether the siege must find it, in place of the simulation. */
  readonly isSiege?: true;
  /** @default - those on the store in whose adapter the mistake is */
  readonly reach?: Reach;
  /** A test that must find it, in place of the simulation, which cannot: the comment beside it says why. */
  readonly test?: string;
}

export function reachOf({ file, reach = {} }: Mutant): Reach {
  if (file.startsWith('shared/adapters/dynamodb/')) return { ...reach, store: 'table' };
  return file.startsWith('shared/adapters/memory/') ? { ...reach, store: 'memory' } : reach;
}
