/**
 * Every bound of mtls-watch, with the reason for its number. A value that comes from outside (a payload, a line, a
 * name that a client chose) meets one of these before it is kept, looped over or sent on.
 */

const KIB = 1024;
const MIB = 1024 * KIB;

export const limits = {
  /** Lambda's asynchronous payload is at most 1 MB, so about 750 KB of gzip; repetitive logs shrink 40 to 80 times. */
  payloadBytesMax: 64 * MIB,
  /** Base64 and gzip of the largest Kinesis record (10 MB since 2025) and of the largest asynchronous payload. */
  payloadCompressedBytesMax: 14 * MIB,
  /** A CloudWatch log event is at most 1 MB; anything longer was not made by CloudWatch. */
  eventCharsMax: 1 * MIB + 1 * KIB,
  /** A gateway reason is a short sentence. The rest of a longer one tells nobody anything. */
  reasonCharsMax: 200,
  /** RFC 5280's upper bounds add up to a few hundred characters for a DN; EMF refuses dimension values over 1,024. */
  dnCharsMax: 512,
  /** A serial number has at most 20 octets (RFC 5280, 4.1.2.2): 40 digits. Some CAs overshoot. */
  serialCharsMax: 80,
  sourceIpCharsMax: 45,
  userAgentCharsMax: 120,
  scopeCharsMax: 255,
  /** UUIDs have 36 characters; custom ids beyond this are cut by no known gateway, and not read by us. */
  requestIdCharsMax: 128,
  /** A leaf with a 4,096-bit key and many names has some 4 KB; the whole request header of API Gateway is 10,240 bytes. */
  pemCharsMax: 32 * KIB,
  /** Certificates remembered by their text, so that a client that calls 10,000 times is parsed once. */
  certificateCacheMax: 2_000,
  /** Clients kept with a fact, an incident, a notice: enough to see who, few enough to stay within one write unit. */
  clientsPerFactMax: 3,
  clientsPerNoticeMax: 10,
  sourceIpsPerClientMax: 3,
  /** Issuers tracked by name per scope and day; the rest fold into `(other issuers)`. */
  issuersPerScopeMax: 200,
  /** Groups that a scope's incident names; a phone shows no more, and the report has them all. */
  groupsPerScopeIncidentMax: 20,
  /** Series of one backtest: each keeps some 10 KB of state. */
  backtestSeriesMax: 10_000,
  /** Panels of one plot: an SVG of some 2 MB still opens in a browser. */
  backtestPlotsMax: 20,
  /** Floats hold whole numbers exactly up to 2^24. */
  backtestCountMax: 16_777_216,
  /** One CSV record; longer means that a quote was left open. */
  csvRecordCharsMax: 64 * KIB,
  /** Parallel store calls of one invocation: below the SDK's default of 50 sockets. */
  storeConcurrencyMax: 40,
  /** SNS: a subject has fewer than 100 ASCII characters; a message 256 KiB. */
  subjectCharsMax: 99,
  snsMessageBytesMax: 256 * KIB,
} as const;
