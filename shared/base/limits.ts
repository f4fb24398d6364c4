/**
 * Every bound of mtls-watch, with the reason for its number. A value that comes from outside (a payload, a line, a
 * name that a client chose) meets one of these before it is kept, looped over or sent on.
 */

const KIB = 1024;
const MIB = 1024 * KIB;

/**
 * The one number behind the lifetimes of all that decides a count: how old a log event may be to be counted. The longest way is
 * that of a dead letter: CloudWatch Logs delivers for a day, Lambda tries for six hours, the queue holds the batch for 14 days;
 * or a stream's record, for 7 days. All of them one after the other are 22 days; eight more are left to notice.
 */
const COUNTABLE_DAYS = 30;

export const limits = {
  /** A payload in a file. Lambda's 1 MB is about 750 KB of gzip; repetitive logs shrink 40 to 80 times. */
  payloadBytesMax: 64 * MIB,
  /**
   * A delivery that unpacks to more is taken in pieces, each a batch of its own, so that memory does not follow what a client
   * repeats: of 750 KB, one that loops makes 30 MB, one with a long and dull user agent 150 MB. Some ten times of this are
   * in memory together: bytes, text, parsed events, halves, requests to the store.
   */
  payloadPieceBytesMax: 2 * MIB,
  /** In all: 350 times of 750 KB, more than any access record shrinks. Beyond it a payload is a dead letter. */
  payloadInPiecesBytesMax: 256 * MIB,
  /** Base64 and gzip of the largest Kinesis record (10 MB since 2025) and of the largest asynchronous payload. */
  payloadCompressedBytesMax: 14 * MIB,
  /** A CloudWatch log event is at most 1 MB; anything longer was not made by CloudWatch. */
  eventCharsMax: 1 * MIB + 1 * KIB,
  /** CloudWatch's ids of log events have 56 characters; a longer one, which a file may have, is cut to its digest. */
  eventIdCharsMax: 64,
  /** The longest line of a text log: an event of 1 MB with its timestamp; twice that leaves room for other encodings. */
  inputLineBytesMax: 2 * MIB,
  /** The longest JSON value in a file: a whole decoded payload (`payloadBytesMax`). */
  inputValueBytesMax: 64 * MIB,
  /** Of a broken or plain-text access record: the longest certificate, a whole request header and three KB of format. */
  recoveredCharsMax: 64 * KIB,
  /** API Gateway takes an access-log format of at most 3 KB. */
  accessFormatCharsMax: 3 * KIB,
  /** Access-log formats of one domain in the inventory, 3 KB each and the log group's name: 60 KB of DynamoDB's 400 KB. */
  inventoryFormatsMax: 16,
  /** Formats that are kept compiled; a stage has one. */
  accessFormatsCachedMax: 200,
  /** Places that are tried to fit one plain-text record to its format: some forty variables, each with a few. */
  formatStepsMax: 20_000,
  /** Events read from a file before they are handed on: lines of one request stand close to each other. */
  inputBatchEventsMax: 10_000,
  /** The same in characters, for logs with very long lines. */
  inputBatchCharsMax: 32 * MIB,
  /** gzip shrinks zeros 1,032 times, logs 10 to 80 times; beyond this nobody logged anything. */
  inputGzipRatioMax: 400,
  /** A short, very repetitive log may exceed the ratio; it costs nothing until this much came out. */
  inputGzipRatioFromBytes: 256 * MIB,
  /** Firehose compresses the gzip of CloudWatch Logs once more, and whoever copies the file may do so again. */
  inputGzipLayersMax: 3,
  /** Containers within containers: a stream's record holds a payload, and a queue's message may hold that record. */
  inputNestingMax: 4,
  /** Names of columns and keys that were looked up: an access record has some thirty. */
  inputColumnsRememberedMax: 1_000,
  /** Lines at the head of a file that may come before its first event: a prompt, a command's own words, a title. */
  inputPreambleLinesMax: 20,
  /** Events without an id are told apart by counting equal lines; so many distinct lines are remembered (about 50 MB). */
  inputOccurrencesMax: 250_000,
  /** A folder with more files than a month of hourly exports of a dozen streams was given by mistake. */
  inputFilesMax: 10_000,
  inputFolderDepthMax: 16,
  /** Searches of one log group and time at once: CloudWatch Logs takes five FilterLogEvents a second from an account. */
  liveSearchesAtOnce: 4,
  /** Times that a search is cut into: what one costs to do again after a kill, against calls for hours without events. */
  liveSlicesMax: 400,
  /** Events that are looked at, whatever they say, in a log group in which a search found nothing; pages for it may be empty. */
  liveSampleEvents: 50,
  liveSamplePagesMax: 20,
  /** Log groups of one search: a domain has two a stage. */
  liveGroupsMax: 200,
  /** Live Tail takes ten log groups a session. */
  tailGroupsPerSessionMax: 10,
  /** Without Live Tail: how often is looked, and how far back, for events come late and out of order. */
  tailPollMs: 5_000,
  tailOverlapMs: 120_000,
  /** A refusal whose access record has not come by then is shown without its client. */
  tailGraceMs: 20_000,
  /** Events that a tail remembers, to show each once. */
  tailIdsMax: 100_000,
  /** Reasons whose id is remembered by their text: some twenty sentences, and what a client makes the gateway repeat. */
  reasonsRememberedMax: 200,
  /** A gateway reason is a short sentence. The rest of a longer one tells nobody anything. */
  reasonCharsMax: 200,
  /** RFC 5280's upper bounds add up to a few hundred characters for a DN; EMF refuses dimension values over 1,024. */
  dnCharsMax: 512,
  /** A serial number has at most 20 octets (RFC 5280, 4.1.2.2): 40 digits. Some CAs overshoot. */
  serialCharsMax: 80,
  sourceIpCharsMax: 45,
  userAgentCharsMax: 120,
  /** A domain name has at most 253 characters; 13 more for the account in front of it. */
  scopeCharsMax: 268,
  /** A name of 253 characters has at most 127 labels. */
  domainLabelsMax: 127,
  /** UUIDs have 36 characters; custom ids beyond this are cut by no known gateway, and not read by us. */
  requestIdCharsMax: 128,
  /** A leaf with a 4,096-bit key and many names has some 4 KB; the whole request header of API Gateway is 10,240 bytes. */
  pemCharsMax: 32 * KIB,
  /** OpenSSL's own tests go to about 130 KB (thousands of names in one certificate); real ones stay below 8 KB. */
  certificateBytesMax: 256 * KIB,
  /** A certificate nests about ten deep; the reader recurses. */
  derDepthMax: 32,
  /** Room for a certificate of the largest size that holds nothing but short names. */
  derNodesMax: 50_000,
  /** UUID-based object identifiers (2.25.…) take 21 bytes. */
  oidBytesMax: 64,
  /** API Gateway takes truststores far below this; ten thousand certificates of 1.6 KB fit. */
  truststoreBytesMax: 16 * MIB,
  truststoreBlocksMax: 10_000,
  /** API Gateway's own bounds ("Configuring your truststore"). It says 1 MB, and not of which kind: the larger is surely too much. */
  gatewayTruststoreCertificatesMax: 1_000,
  gatewayTruststoreBytesMax: 1 * MIB,
  /** How old the knowledge of a truststore in S3 may be; an unchanged one costs a 304. */
  truststoreRecheckMs: 60_000,
  /** How far back the version before the current one is looked for; other keys may share the prefix. */
  truststoreVersionsMax: 100,
  /** How long a container goes by what the reconciler found before it reads that again. */
  inventoryRecheckMs: 3 * 60_000,
  /**
   * Stages of one domain in the inventory, at most 300 bytes each, so that a domain stays under DynamoDB's 400 KB item. API
   * Gateway maps 200 to a domain unless the quota is raised ("Quotas for configuring and running a REST API").
   */
  inventoryStagesMax: 1_000,
  /**
   * Subscription filters on a log group: five where AWS has rolled that out, two elsewhere ("CloudWatch Logs quotas", by Region).
   * Only an attempt tells.
   */
  filtersPerLogGroupMax: 5,
  filtersPerLogGroupSure: 2,
  /** Filters put or removed by one run, at the five a second that CloudWatch Logs takes; the rest waits for the next. */
  filterChangesPerRunMax: 1_000,
  /** Log groups looked at besides the discovered ones, at the same time. */
  logGroupLooksMax: 4,
  /** Names in one line of the reconciler's log, and of each: a log group's name has at most 512 characters. */
  namesInLogLineMax: 20,
  nameInLogLineCharsMax: 512,
  /** What expires sooner is worth a warning while somebody deploys: a month to get the renewed certificate. */
  truststoreWarnMs: 30 * 86_400_000,
  /** A synth prints findings as one line each. */
  annotationCharsMax: 1_000,
  /** Parsed truststores kept by one function; some 5 KB a certificate. */
  truststoresCachedMax: 20,
  /** Keys of CAs kept loaded by one function; a few KB each. A truststore has at most 1,000. */
  publicKeysMax: 2_000,
  /** The gateway's own bound on the CAs above a client, the root included; see `x509/standing.ts`. */
  chainCasMax: 4,
  /** Certificates. Longer chains are followed only to say that they are too long, or where they break. */
  chainExplainedMax: 100,
  /** About 0.1 ms each. A mesh of 100 CAs that all signed each other has 9,900 signatures. */
  signatureChecksMax: 20_000,
  /** Paths that are followed to their end because only the path as a whole shows whether it is sound. */
  pathStepsMax: 100_000,
  /** CAs whose names are compared with that of a missing one, in one diagnosis or audit. */
  relativesComparedMax: 200_000,
  /** OpenSSL's bound (NAME_CHECK_MAX) on the names of a certificate times the constraints of a CA above it. */
  nameComparisonsMax: 1 << 20,
  /** OpenSSL verifies nothing with larger RSA keys (OPENSSL_RSA_MAX_MODULUS_BITS). */
  rsaBitsMax: 16_384,
  /** Of a name that breaks a rule, shown as evidence. */
  shownCharsMax: 120,
  /** Values shown with one finding, such as the CAs that come nearest. */
  evidencePerFindingMax: 12,
  /** Of a client's file: TLS stacks take about ten certificates from a peer. */
  presentedCertificatesMax: 20,
  /** Client certificates told apart by `preflight` and `expiry`; some 6 KB each. */
  observedClientsMax: 20_000,
  scopesPerClientMax: 10,
  /** Certificates remembered by their text, so that a client that calls 10,000 times is parsed once. */
  certificateCacheMax: 1_000,
  /** A longer text is worked out each time instead: the cache stays within some 8 MB. */
  certificateCacheCharsMax: 8 * KIB,
  /** Clients kept with a fact, an incident, a notice: enough to see who, few enough to stay within one write unit. */
  clientsPerFactMax: 3,
  clientsPerNoticeMax: 10,
  sourceIpsPerClientMax: 3,
  /** Issuers tracked by name per scope and day; the rest fold into `(other issuers)`. */
  issuersPerScopeMax: 200,
  /**
   * Names of custom domains an account and day that neither settings nor discovery know; the rest folds into `(other domains)`.
   * Under a wildcard domain the caller chooses the name, and each name is a metric and may be an incident.
   */
  domainsPerDayMax: 50,
  /** Issuers of a truststore that have places of their own in a day: 25 bytes each, in one item of at most 400 KB. */
  trustedIssuersMax: 5_000,
  /** Groups that a scope's incident names, and that it stands for: some 100 bytes of JSON each, at most 800. */
  groupsPerScopeIncidentMax: 100,
  /** Series of one backtest: each keeps some 10 KB of state. */
  backtestSeriesMax: 10_000,
  /** Panels of one plot: an SVG of some 2 MB still opens in a browser. */
  backtestPlotsMax: 20,
  /** Floats hold whole numbers exactly up to 2^24. */
  backtestCountMax: 16_777_216,
  /** One CSV record; longer means that a quote was left open. */
  csvRecordCharsMax: 64 * KIB,
  /** Parallel store calls of one step: a batch of 100 requests goes in one wave. A connection is made when it is needed. */
  storeConcurrencyMax: 100,
  /** Some steps run side by side, such as the cells of a batch and its certificates. */
  storeSocketsMax: 128,
  /** The SDK's own attempts at one request, and ours at what a batch leaves undone: about 1.5 seconds in all. */
  storeAttemptsMax: 4,
  storeBatchAttemptsMax: 6,
  storeBackoffMs: 50,
  /** A small function that starts opens 100 connections at once with a fraction of a CPU: a second can be too short. */
  storeConnectMsMax: 5_000,
  storeAnswerMsMax: 5_000,
  /** Older log events are refused: nothing tells any more whether they were counted. */
  countableDaysMax: COUNTABLE_DAYS,
  /** How long a list waits for a sweep that does not run; its alarm tells after ten minutes. */
  waitingDaysMax: COUNTABLE_DAYS,
  /** Longer than an event may come again, and than a list with it may wait. Written anew with each half. */
  cellDaysMax: COUNTABLE_DAYS + 1,
  /** A sum is made from all facts of its hour, and the last may come as late as an event may, and wait as long as a list may. */
  factDaysMax: 2 * COUNTABLE_DAYS + 1,
  /** Resolved incidents, and notices that could not be sent: a page that is a week late helps nobody. */
  incidentDaysMax: 7,
  /** What must outlast a dead-letter queue's 14 days, with as much time again to notice. */
  keptDaysMax: 30,
  /** Room for a weekly season, and for a group that fails once a month. */
  historyDaysMax: 60,
  /** 13 months: the same week of last year can be compared. */
  rollupDaysMax: 400,
  /** This week and the one before it, and two days to make the report in. */
  forbiddenDaysMax: 16,
  /** Weeks of a report: the one it is about and the eight before it. */
  reportWeeksMax: 9,
  /** Groups read for one report, a query each: 500 issuers with a dozen reasons in several domains fit. */
  reportGroupsMax: 20_000,
  /** Incidents of one report; beyond it nobody reads on. */
  reportIncidentsMax: 1_000,
  /** Facts about other 403s read for one report, some 150 bytes each in memory. */
  reportForbiddenMax: 500_000,
  /** Rows that a section of the page shows; JSON and CSV have more. */
  reportRowsMax: 40,
  reportActionsMax: 12,
  /** Issuers of the JSON and the page's table, and rows of the CSV; the rest is summed up. */
  reportIssuersMax: 500,
  reportCsvRowsMax: 20_000,
  /** Clients remembered for each group while a report is made, and shown. */
  reportClientsPerGroupMax: 50,
  reportClientsMax: 40,
  /** Clients whose details are kept while logs are replayed; 500 bytes each. */
  reportDetailsMax: 20_000,
  /** Groups whose certificate is looked at for a verdict; milliseconds each. */
  reportVerdictsMax: 200,
  /** Groups and weeks whose place in the index a container remembers, 60 bytes each. */
  groupsIndexedMax: 20_000,
  /** Failure records of one invocation: 700 bytes each, so at most 140 KB of log, some 0.0001 dollars. */
  failureRecordsMax: 200,
  /** CloudWatch Logs Insights: time for one query, the pause between two looks, and rows of one answer. */
  insightsWaitMsMax: 60_000,
  insightsPollMs: 1_000,
  insightsRowsMax: 1_000,
  /** Scopes and days whose place in the index a container remembers. */
  scopesIndexedMax: 1_000,
  /** Scopes of one day in the index: custom domains and APIs of one account. */
  scopesPerDayMax: 2_000,
  /** Scopes and days whose admitted issuers a container remembers, some 10 KB each. */
  admissionsRememberedMax: 200,
  /** Certificates that one batch saves: one request to DynamoDB. Whoever connects can make new ones at will. */
  certificatesPerBatchMax: 25,
  /** Fingerprints that a container remembers, about 100 bytes each. */
  certificatesRememberedMax: 10_000,
  /** 60 bytes each: a list stays under a third of DynamoDB's 400 KB item. */
  waitingPerListMax: 2_000,
  /** Lists settled between two looks at the clock. */
  settledPerRoundMax: 200,
  /** Of a sweep's minute: the rest is for the hours, what fires and the outbox. */
  settleMsMax: 20_000,
  /** Lists settled side by side; each asks the table two or three times. */
  settledTogetherMax: 20,
  /** The grace is over for this long, and a sweep still does not come to it: somebody has to know. */
  overdueMsMax: 10 * 60_000,
  /** What one sweep does at most, so that it ends well within its minute; the rest waits for the next. */
  firingPerSweepMax: 1_000,
  /** Minutes between two looks of the sweep at a group whose refusals are known. */
  knownEveryMinutes: 10,
  noticesPerRunMax: 100,
  /** Looked through for those to send: some 10 MB, where a topic is gone. */
  noticesLookedAtMax: 5_000,
  /** A notice that could not be sent waits as long again as it has waited, and an hour at most. */
  putOffMsMin: 45_000,
  putOffMsMax: 60 * 60_000,
  /** Items that cannot be read, told by one invocation. */
  unreadableToldMax: 20,
  /** Groups of all scopes that a sweep looks at together, for scope incidents. */
  activeGroupsMax: 2_000,
  /** Fewer groups than these need no incident for their scope. */
  groupsTogetherMin: 3,
  /** How long a notice stays in the hands of who sends it: over SNS's retries, under the time between two sweeps. */
  sendingMsMax: 45_000,
  /** For the summary of the weekly report: SNS's retries are over, and a third of the time that it is in hand is left. */
  announceMsMax: 30_000,
  /** How far back the detector looks at a group that it knows nothing of. */
  detectorLookbackMinutes: 2 * 24 * 60,
  /** Deliveries usually take under 3 minutes; what comes after these is counted, but no longer learned from. */
  lateMinutes: 10,
  /**
   * UTC days, today's included, whose admissions every sweep looks through for facts that are expected. Once an hour it looks at
   * all days that have facts, in the minute named here: after a sweep that stayed away for days.
   */
  expectingDays: 3,
  expectingAllMinute: 41,
  /** What the detector learned is a fold over facts, so it is stored only so often. */
  historySaveMinutes: 60,
  /** What it learned of one group, as JSON: it is read with every touch, and two read units hold 8 KB. */
  historyBytesMax: 5_120,
  /** Roll-ups of one sweep; the rest waits for the next. */
  rollupsPerSweepMax: 500,
  /** Event ids that a replay remembers, to tell duplicates: a day of a busy domain; 34 bytes each, and twice as many at most. */
  replayIdsMax: 500_000,
  /** Requests that a replay remembers, some 400 bytes each. Halves that are further apart in the input do not find each other. */
  replayCellsMax: 500_000,
  /** What the halves of many requests have in common is kept once: every busy client with its user agent; some 2 KB each. */
  replaySharedMax: 2_000,
  /** Facts that a replay holds before it writes them to a temporary file: some 10,000, and a file sees few, large writes. */
  replayHeldCharsMax: 4 * MIB,
  /** Read at once of each run in that file, when there are so many that all share the same 4 MiB. */
  replayReadBytesMin: 4 * KIB,
  /** Clients of the minutes of one group that a replay adds up: facts name three of each batch, notices ten. */
  replayClientsMax: 1_000,
  /** Texts that facts have in common, such as names and fingerprints, kept once while a replay plays. */
  replayTextsMax: 20_000,
  /** Sampling rates of batches, and loads of minutes, kept in memory: for a retry, which comes soon. */
  stormRatesRememberedMax: 10_000,
  /** Certificates kept by a replay, some 2 KB each: enough for every client of a day, bounded for a scanner's. */
  certificatesKeptMax: 20_000,
  /** Batches of more halves ask for a sampling rate. An honest batch seldom has so many; a storm's has thousands. */
  calmHalvesMax: 200,
  /** Halves of one kind that are joined in a minute before sampling begins. Each costs a write unit or two. */
  joinedPerMinuteMax: 5_000,
  /** In a storm, halves of one request id that a batch looks at one by one; honest ones have one of each kind. */
  halvesPerRequestIdMax: 4,
  /** The role's trust policy names each account, in some 50 characters; IAM takes 2,048 in all. More are an organization. */
  centralAccountsMax: 30,
  /** Of ingest, where nothing else is set: a fiftieth of an account's usual 1,000. See the table in `docs/operations.md`. */
  ingestConcurrencyUsual: 20,
  /** Records of a stream that one invocation works on together; a batch has at most 6 MB. */
  recordsInParallelMax: 4,
  /** A sequence number of Kinesis has 56 digits; the API takes 128 at most. */
  sequenceNumberCharsMax: 128,
  /** What CloudFormation fills in later, at its longest. API ids have ten characters; twice that leaves room. */
  apiIdCharsMax: 20,
  bucketNameCharsMax: 63,
  /** A topic's ARN. */
  deployTimeCharsMax: 306,
  /** Lambda takes 4 KB of environment for a function, measured as the JSON of all its names and values. */
  environmentBytesMax: 4 * KIB,
  /** Logs Insights takes 50; ten keep a link under 2,000 characters, which old mail readers cut. */
  logGroupsPerLinkMax: 10,
  /** Of an issuer's name in a sentence. */
  nameShownCharsMax: 60,
  /** Issuers and clients named in a mail or chat; the JSON has all. */
  issuersShownMax: 6,
  clientsShownMax: 5,
  /** Findings of a diagnosis shown with their evidence, so that a mail stays a page. */
  findingsShownMax: 3,
  /** A short message is one of 160 characters; with letters beyond GSM's alphabet, two of 70. */
  smsCharsMax: 160,
  smsWideCharsMax: 134,
  /** Amazon Q Developer in chat applications, custom notifications: a longer title or description is not delivered. */
  chatTitleCharsMax: 250,
  chatDescriptionCharsMax: 8_000,
  /** Under what is documented for the other fields of a custom notification. */
  chatStepCharsMax: 350,
  chatStepsMax: 6,
  chatKeywordCharsMax: 75,
  chatContextCharsMax: 100,
  /** Groups of a scope whose failures are summed to see what share one group has. */
  groupsForShareMax: 50,
  /** Silences in force or to come. Each is matched against every notice. */
  silencesMax: 500,
  silenceCommentCharsMax: 500,
  silencePatternCharsMax: 1_024,
  /** Domains with a canary: each is a call of seconds at most, all in one short invocation, and four metrics. */
  canariesMax: 20,
  /** The gateway refuses within a second; beyond ten it is as good as down. */
  canaryCallMsMax: 10_000,
  /** The head of the gateway's answer has a dozen short lines; the body is not read. */
  canaryAnswerHeadBytesMax: 16 * KIB,
  /** How far apart the clocks of the canary and of the gateway may be, and how long its answer may take. */
  probeSkewMs: 120_000,
  /** Calls that are looked through for one batch: 20 domains called every minute, for 25 minutes; some 300 bytes each. */
  probesPerLookupMax: 500,
  /** Notices that a container remembers having sent, by channel. */
  sentRememberedMax: 1_000,
  /** EventBridge takes 256 KB an entry; all that is not the detail needs less than 2 KB. */
  eventDetailBytesMax: 254 * KIB,
  /**
   * Calls of discovery at once. API Gateway takes ten control-plane requests a second from a whole account, 40 in a burst,
   * deployments included ("Amazon API Gateway quotas"); the SDK waits where it is told to.
   */
  discoveryConcurrencyMax: 4,
  discoveryAttemptsMax: 8,
  /** Pages of one list: 500 REST APIs, 50 log groups or deliveries each; quotas allow 600 APIs and 120 domains. */
  discoveryPagesMax: 200,
  /** The sweep runs every minute; the alarm on it waits as long. */
  heartbeatMinutesMax: 10,
  /** Of what AWS answered to a request that it refused. */
  unreadableCharsMax: 300,
  /** SNS: a subject has fewer than 100 characters; a message 256 KiB. */
  subjectCharsMax: 99,
  snsMessageBytesMax: 256 * KIB,
} as const;
