/** A deliberate mistake: a text of a source file, and what stands there instead. */

export interface Replacement {
  readonly from: string;
  readonly to: string;
}

export interface Mutant extends Replacement {
  readonly name: string;
  readonly file: string;
  /** A second place in the same file. */
  readonly also?: Replacement;
  /** Whether the siege must find it, in place of the simulation. */
  readonly isSiege?: true;
}
