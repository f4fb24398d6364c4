/** Bounds of `tail`, here because ingest loads `limits.ts` at each start. */

export const tailBounds = {
  /** Live Tail allows ten log groups in a session. */
  groupsPerSessionMax: 10,
  /**
   * Without Live Tail: the interval between two searches, and how far back each goes, because events arrive late and
   * out of order.
   */
  pollMs: 5_000,
  overlapMs: 120_000,
  /** A refusal without its access record after this time is shown without its client. */
  graceMs: 20_000,
  /** Event ids that `tail` keeps, so that it shows each event once. */
  idsMax: 100_000,
} as const;
