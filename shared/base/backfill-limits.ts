/** The bounds of a backfill, each with the reason for its number: what functions that count deliveries need not load. */

const KIB = 1024;
const MIB = 1024 * KIB;

export const backfillLimits = {
  /**
   * Halves of one day that are joined in memory, some 2 KB each with their cells: 200,000 refused requests in 1 GB, of the 3 GB
   * that the function has.
   */
  halvesPerDayMax: 400_000,
  /**
   * Characters of the certificates of one day, beside the halves: some 2,000 for each of 200,000 clients, and a client's may be larger.
   */
  certificateCharsPerDayMax: 512 * MIB,
  /** Certificates of one day that are kept for verdicts; a report shows at most a few dozen verdicts of a week. */
  certificatesPerDayMax: 200,
  /**
   * An exported object that one function reads: at 1.7 MB of gzip a second, which half of a report's speed is, ten of the
   * fifteen minutes that it has.
   */
  objectBytesMax: 1_000_000_000,
  /** What one object's refused requests may take, compressed, before it is written: a third of the function's memory. */
  keptBytesMax: 256 * MIB,
  /** Certificates of clients that were let in, of one object and day or of one day: some 500 bytes each. */
  callersPerDayMax: 20_000,
  /** Of one object, each on each of its days: 100 MB of the function's memory. */
  callersPerObjectMax: 200_000,
  /** Of all days together, in the table: as many as a report reads at once. */
  callersMax: 5_000,
  /** Lines that are held before they are compressed, for each of the days that an object reaches over. */
  heldCharsMax: 256 * KIB,
  /** Objects of one run: a year of the five-minute objects of a load balancer. */
  objectsMax: 100_000,
  /** Objects that one function reads one after the other: starting it costs more than reading a small one. */
  objectsPerPartMax: 20,
  /** And their bytes: three minutes of reading at the least, so that a part that is repeated costs little. */
  partBytesMax: 300_000_000,
  /** Failed objects that an error names; the others are in the bucket. */
  failuresToldMax: 5,
  /** After eight weeks, further ones teach the detector next to nothing: its profiles and clusters fade. */
  learnedDays: 56,
  /** Learning eight weeks takes a tenth of a second: some three of the fifteen minutes that the function has. */
  learnedGroupsMax: 1_500,
  /** Minutes with a failure of all groups together, some 40 bytes each. Days before them are left out where there are more. */
  learnedMinutesMax: 5_000_000,
  /** Groups at a time: of one that was delivered for weeks, all facts are in memory. */
  learnedTogetherMax: 8,
} as const;
