/** The bounds of what the command reads, each with the reason for its number: what functions that count deliveries need not load. */

const KIB = 1024;
const MIB = 1024 * KIB;

export const commandLimits = {
  /** The longest line of a text log: an event of 1 MB with its timestamp, times two for other encodings. */
  inputLineBytesMax: 2 * MIB,
  /** The longest JSON value in a file: a whole decoded payload (`payloadBytesMax`). */
  inputValueBytesMax: 64 * MIB,
  /** Two threads that read files take 150 ms of the processors to start: less than a quarter of what these many bytes of gzip take. */
  inputThreadFromBytes: 4 * MIB,
  /** One that counts keeps up with few that read, and each holds its blocks and a heap of its own. */
  inputThreadsMax: 8,
  /** What such a thread hands over at once: some two hundred access records, which stay in the processor's cache meanwhile. */
  inputBlockBytes: 512 * KIB,
  /** Blocks that such a thread reads ahead: the beginning of the next file, while another is counted. */
  inputBlocksAheadMax: 16,
  /** Events read from a file before they are processed as a batch; lines of one request are close to each other. */
  inputBatchEventsMax: 10_000,
  /** The same in characters, for logs with very long lines. */
  inputBatchCharsMax: 32 * MIB,
  /** Characters of records after which they are read although their batch is not whole: so short-lived ones are collected cheaply. */
  inputTextCharsMax: MIB / 4,
  /** gzip compresses zeros 1,032 times and logs 10 to 80 times; a higher ratio does not come from a log. */
  inputGzipRatioMax: 400,
  /** A short, very repetitive log may exceed the ratio; the ratio is checked only after this much output. */
  inputGzipRatioFromBytes: 256 * MIB,
  /** Firehose compresses the gzip of CloudWatch Logs once more, and copying tools may do so again. */
  inputGzipLayersMax: 3,
  /** Nested containers: a stream's record holds a payload, and a queue's message may hold that record. */
  inputNestingMax: 4,
  /** Names of columns and keys whose meaning is cached; an access record has about thirty. */
  inputColumnsRememberedMax: 1_000,
  /** Lines that may come before the first event of a file: a prompt, messages of a command, a title. */
  inputPreambleLinesMax: 20,
  /** Events without an id are identified by counting equal lines; this many distinct lines are kept (about 50 MB). */
  inputOccurrencesMax: 250_000,
  /** A month of hourly exports of a dozen streams has fewer files; a folder with more was probably given by mistake. */
  inputFilesMax: 10_000,
  inputFolderDepthMax: 16,
  /** Parallel searches: CloudWatch Logs allows five FilterLogEvents a second in an account. */
  liveSearchesAtOnce: 4,
  /** Slices of a search. More slices mean less work to repeat after a kill, but more calls for hours without events. */
  liveSlicesMax: 400,
  /** Events of any content that are read from a log group in which a search found nothing; pages of it may be empty. */
  liveSampleEvents: 50,
  liveSamplePagesMax: 20,
  /** Log groups of one search; a stage has two. */
  liveGroupsMax: 200,
  /** Series of one backtest; each has about 10 KB of state. */
  backtestSeriesMax: 10_000,
  /** Panels of one plot; an SVG of about 2 MB still opens in a browser. */
  backtestPlotsMax: 20,
  /** Floats represent whole numbers exactly up to 2^24. */
  backtestCountMax: 16_777_216,
  /** One CSV record; a longer one means that a quote was not closed. */
  csvRecordCharsMax: 64 * KIB,
  /** Domains, issuers and days whose calls are counted during a replay; 300 bytes each. */
  replayCallsMax: 50_000,
  /**
   * Event ids that a replay keeps to detect duplicates: a day of a busy domain; 20 bytes each.
   */
  replayIdsMax: 500_000,
  /**
   * Requests that a replay keeps: 20 bytes each in memory, and in a temporary file some 150, or 500 while the other half is waited
   * for. Halves that are further apart in the input are not joined.
   */
  replayCellsMax: 500_000,
  /** The temporary file of these, which is written round: as many halves with the longest names that are usual. */
  replayCellFileBytesMax: 1024 * MIB,
  /**
   * Facts that a replay holds before it writes them to a temporary file: about 10,000, so that writes are few and
   * large.
   */
  replayHeldCharsMax: 4 * MIB,
  /** Bytes read at once from each run in that file when many runs share the 4 MiB. */
  replayReadBytesMin: 4 * KIB,
  /** Clients of the minutes of one group that a replay sums; facts name three of each batch, notices ten. */
  replayClientsMax: 1_000,
  /** Texts that facts share, such as names and fingerprints, stored once during a replay. */
  replayTextsMax: 20_000,
} as const;
