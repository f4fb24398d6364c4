/**
 * Every bound of mtls-watch, with the reason for its number. A value from outside (a payload, a line, a name from a
 * client) is checked against one of these before it is kept, looped over or sent on.
 */

const KIB = 1024;
const MIB = 1024 * KIB;

/**
 * The maximum age of a log event that is counted; all lifetimes of data that decides a count follow from it. The
 * longest delay is that of a dead letter: CloudWatch Logs delivers for a day, Lambda retries for six hours, and the
 * queue keeps the batch for 14 days; a record of a stream is kept for 7 days. All of these together are 22 days; eight
 * more leave time to notice.
 */
const COUNTABLE_DAYS = 30;

export const limits = {
  /** A payload in a file. Lambda's 1 MB is about 750 KB of gzip; repetitive logs shrink 40 to 80 times. */
  payloadBytesMax: 64 * MIB,
  /**
   * A delivery that unpacks to more is processed in pieces, each a batch of its own, so that memory use does not depend
   * on how repetitive the logs are: 750 KB of gzip can hold 30 MB of a repeated request, or 150 MB with a long and
   * repetitive user agent. About ten times this size is in memory at once: bytes, text, parsed events, halves, requests
   * to the store.
   */
  payloadPieceBytesMax: 2 * MIB,
  /**
   * For all pieces together: 350 times 750 KB, a higher ratio than any access record reaches. A larger payload becomes
   * a dead letter.
   */
  payloadInPiecesBytesMax: 256 * MIB,
  /** Base64 and gzip of the largest Kinesis record (10 MB since 2025) and of the largest asynchronous payload. */
  payloadCompressedBytesMax: 14 * MIB,
  /** A CloudWatch log event is at most 1 MB; anything longer does not come from CloudWatch. */
  eventCharsMax: 1 * MIB + 1 * KIB,
  /**
   * CloudWatch's ids of log events have 56 characters; a longer one, which a file may contain, is replaced by its
   * digest.
   */
  eventIdCharsMax: 64,
  /** For a broken or plain-text access record: the longest certificate, a whole request header and 3 KB of format. */
  recoveredCharsMax: 64 * KIB,
  /** API Gateway accepts an access-log format of at most 3 KB. */
  accessFormatCharsMax: 3 * KIB,
  /** Access-log formats of one domain in the inventory, 3 KB each and the log group's name: 60 KB of DynamoDB's 400 KB. */
  inventoryFormatsMax: 16,
  /** Access log groups of one domain in the inventory, up to 512 bytes each: 50 KB of DynamoDB's 400 KB. */
  inventoryAccessLogsMax: 100,
  /** Compiled formats that are cached; a stage has one. */
  accessFormatsCachedMax: 200,
  /**
   * Positions that are tried to match one plain-text record with its format: about forty variables with a few positions
   * each.
   */
  formatStepsMax: 20_000,
  /** Cached ids of reasons by text: about twenty sentences, and texts that clients make the gateway repeat. */
  reasonsRememberedMax: 200,
  /** A reason of the gateway is a short sentence; the rest of a longer text carries no information. */
  reasonCharsMax: 200,
  /** A kind of sentence is known by its beginning, which fits into a row of a table and a subject. */
  reasonWordsCharsMax: 120,
  /** RFC 5280's upper bounds add up to a few hundred characters for a DN; EMF rejects dimension values over 1,024. */
  dnCharsMax: 512,
  /** A DN as it is pasted, in a list of objects or as hexadecimal DER: about eight times the canonical form. */
  typedDnCharsMax: 4_096,
  /** A serial number has at most 20 octets (RFC 5280, 4.1.2.2), which is 40 digits. Some CAs exceed this. */
  serialCharsMax: 80,
  sourceIpCharsMax: 45,
  userAgentCharsMax: 120,
  /** A domain name has at most 253 characters, and the account prefix 13. */
  scopeCharsMax: 268,
  /** A name of 253 characters has at most 127 labels. */
  domainLabelsMax: 127,
  /** UUIDs have 36 characters. No known gateway makes longer ids than this. */
  requestIdCharsMax: 128,
  /**
   * A leaf with a 4,096-bit key and many names has about 4 KB; the whole request header of API Gateway is 10,240 bytes.
   */
  pemCharsMax: 32 * KIB,
  /**
   * OpenSSL's tests use up to about 130 KB (thousands of names in one certificate); real certificates are below 8 KB.
   */
  certificateBytesMax: 256 * KIB,
  /** A certificate is about ten levels deep; the reader is recursive. */
  derDepthMax: 32,
  /** Enough for a certificate of the largest size that contains only short names. */
  derNodesMax: 50_000,
  /** UUID-based object identifiers (2.25.…) take 21 bytes. */
  oidBytesMax: 64,
  /** API Gateway's own limit is far below this; ten thousand certificates of 1.6 KB fit. */
  truststoreBytesMax: 16 * MIB,
  truststoreBlocksMax: 10_000,
  /** The maximum age of a cached truststore from S3; checking an unchanged one costs a 304. */
  truststoreRecheckMs: 60_000,
  /** Object versions that are searched for those before the current one; other keys may have the same prefix. */
  truststoreVersionsMax: 100,
  /** How long a container uses the reconciler's inventory before it reads it again. */
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
  /** Filters put or removed by one run, at the five a second that CloudWatch Logs allows; the next run continues. */
  filterChangesPerRunMax: 1_000,
  /** Log groups outside of discovery that are checked in parallel. */
  logGroupLooksMax: 4,
  /** Names in one line of the reconciler's log; a log group's name has at most 512 characters. */
  namesInLogLineMax: 20,
  nameInLogLineCharsMax: 512,
  /** Parsed truststores cached by one function; about 5 KB for each certificate. */
  truststoresCachedMax: 50,
  /** Keys of CAs cached by one function; a few KB each. A truststore has at most 1,000. */
  publicKeysMax: 2_000,
  /** The gateway's own bound on the CAs above a client, root included; see `x509/standing.ts`. */
  chainCasMax: 4,
  /** In certificates. Longer chains are followed only to report that they are too long, or where they break. */
  chainExplainedMax: 100,
  /** About 0.1 ms each. A mesh of 100 CAs that all signed each other has 9,900 signatures. */
  signatureChecksMax: 20_000,
  /** Paths that are followed to their end because only the complete path shows whether it is valid. */
  pathStepsMax: 100_000,
  /** CAs whose names are compared with that of a missing one, in one diagnosis or audit. */
  relativesComparedMax: 200_000,
  /** Certificates of one group whose signature is compared with the CAs of its issuer's name: a read of the store each. */
  claimsCheckedMax: 25,
  /** OpenSSL's bound (NAME_CHECK_MAX) on the product of a certificate's names and a CA's constraints. */
  nameComparisonsMax: 1 << 20,
  /** OpenSSL rejects larger RSA keys (OPENSSL_RSA_MAX_MODULUS_BITS). */
  rsaBitsMax: 16_384,
  /** For a name that breaks a rule, shown as evidence. */
  shownCharsMax: 120,
  /** Values shown with one finding, such as the most similar CAs. */
  evidencePerFindingMax: 12,
  /** In a client's file: TLS libraries accept about ten certificates from a peer. */
  presentedCertificatesMax: 20,
  /** Client certificates distinguished by `preflight` and `expiry`; about 6 KB each. */
  observedClientsMax: 20_000,
  scopesPerClientMax: 10,
  /** Certificates cached by their text, so that a client that calls 10,000 times is parsed once. */
  certificateCacheMax: 1_000,
  /** Longer texts are parsed each time, so that the cache stays within about 8 MB. */
  certificateCacheCharsMax: 8 * KIB,
  /** Clients stored with a fact, an incident, a notice: enough to recognise them, few enough for one write unit. */
  clientsPerFactMax: 3,
  /** Hashes kept with a fact that has more clients than it names: 86 characters. Fewer clients are counted exactly. */
  clientHashesMax: 16,
  clientsPerNoticeMax: 10,
  sourceIpsPerClientMax: 3,
  /**
   * Kinds of sentences without a name that are groups of their own, for each scope and day: a gateway has a few, and beyond
   * that somebody makes them up. Each may be a metric of its scope.
   */
  reasonWordsPerScopeMax: 10,
  /** Issuers tracked by name for each scope and day; the others are counted as `(other issuers)`. */
  issuersPerScopeMax: 200,
  /**
   * Names of custom domains, for each account and day, that neither settings nor discovery know; the others are counted
   * as `(other domains)`. Under a wildcard domain the caller chooses the name, and each name is a metric and may become
   * an incident.
   */
  domainsPerDayMax: 50,
  /** Issuers of a truststore with reserved places in a day: 25 bytes each, in one item of at most 400 KB. */
  trustedIssuersMax: 5_000,
  /** Groups listed in a scope's incident: about 100 bytes of JSON each, at most 800. */
  groupsPerScopeIncidentMax: 100,
  /** Parallel store calls of one step: a batch of 100 requests needs one round. Connections are opened on demand. */
  storeConcurrencyMax: 100,
  /** Some steps run in parallel, such as the cells of a batch and its certificates. */
  storeSocketsMax: 128,
  /** The SDK's attempts at one request, and ours at the unprocessed items of a batch: about 1.5 seconds in all. */
  storeAttemptsMax: 4,
  storeBatchAttemptsMax: 6,
  storeBackoffMs: 50,
  /**
   * A small function that starts opens 100 connections at once with a fraction of a CPU, and one second can be too
   * short.
   */
  storeConnectMsMax: 5_000,
  storeAnswerMsMax: 5_000,
  /** Older log events are refused, because the stores no longer know whether they were counted. */
  countableDaysMax: COUNTABLE_DAYS,
  /** How long a waiting list is kept for a sweep that does not run; the sweep's alarm goes off after ten minutes. */
  waitingDaysMax: COUNTABLE_DAYS,
  /** Longer than an event may be delivered again, and than its waiting list is kept. Renewed with each half. */
  cellDaysMax: COUNTABLE_DAYS + 1,
  /**
   * A sum is made from all facts of its hour. The last fact may come as late as an event may, after its list waited as
   * long as a list may.
   */
  factDaysMax: 2 * COUNTABLE_DAYS + 1,
  /** For resolved incidents, and notices that could not be sent: a page that is a week late is useless. */
  incidentDaysMax: 7,
  /** For data that must outlast the 14 days of a dead-letter queue, with as much time again to notice. */
  keptDaysMax: 30,
  /** Covers a weekly season, and a group that fails once a month. */
  historyDaysMax: 60,
  /** 13 months, so that the same week of the previous year can be compared. */
  rollupDaysMax: 400,
  /** The detector looks back three days for gaps. */
  pulseDaysMax: 4,
  /** This week and the one before it, and two days to make the report. */
  forbiddenDaysMax: 16,
  /** The week of the report and the eight before it. */
  reportWeeksMax: 9,
  /**
   * Groups read for one report, with one query each: enough for 500 issuers with a dozen reasons in several domains.
   */
  reportGroupsMax: 20_000,
  /** Incidents of one report; nobody reads more. */
  reportIncidentsMax: 1_000,
  /**
   * Events of one fact of other 403s that are named, so that one that comes again in another batch is known: 11 bytes each, so that
   * the fact stays within a write unit. Of a fact with more, none is named.
   */
  forbiddenEventsMax: 64,
  /** Facts about other 403s read for one report, some 300 bytes each in memory: the marks of events are kept for one minute only. */
  reportForbiddenMax: 500_000,
  /** Rows shown in a section of the page; JSON and CSV have more. */
  reportRowsMax: 40,
  reportActionsMax: 12,
  /** Issuers in the JSON and in the page's table, and rows of the CSV; the others are summed. */
  reportIssuersMax: 500,
  reportCsvRowsMax: 20_000,
  /** Clients kept and shown for each group of a report. */
  reportClientsPerGroupMax: 50,
  /** Clients whose details are kept during a replay; 500 bytes each. */
  reportDetailsMax: 20_000,
  /** Groups whose certificate is diagnosed; milliseconds each. */
  reportVerdictsMax: 200,
  /** Groups and weeks whose index entry a container caches, 60 bytes each. */
  groupsIndexedMax: 20_000,
  /** Failure records of one invocation: 700 bytes each, so at most 140 KB of log, about 0.0001 dollars. */
  failureRecordsMax: 200,
  /** CloudWatch Logs Insights: time for one query, the interval between two polls, and rows of one result. */
  insightsWaitMsMax: 60_000,
  insightsPollMs: 1_000,
  insightsRowsMax: 1_000,
  /** Domains and issuers of one log group: the most rows that CloudWatch Logs Insights gives. */
  callRowsMax: 10_000,
  /** Beginnings of names of log groups in a role's policy, 100 bytes each. */
  successPatternsMax: 20,
  /** Log groups whose calls a report counts, each with a query of its own, some seconds each and a few at a time. */
  callLogGroupsMax: 200,
  /** Logs Insights runs 100 queries of an account at a time; people have some of them. */
  callQueriesAtOnceMax: 4,
  /** For all queries of a report: half of what its function has. */
  callQueriesMsMax: 300_000,
  /**
   * Questions about the calls of one domain and day, of all domains and one day, and of one sweep: each reads up to two days of at most
   * so many access logs, some seconds each.
   */
  callLookUpsPerDayMax: 8,
  callLookUpsOfAllMax: 24,
  callLookUpsPerSweepMax: 1,
  callLookUpLogGroupsMax: 20,
  /** The sweep is cut off after 50 seconds: how long one query may take, and after how long no further one begins. */
  callLookUpWaitMsMax: 8_000,
  callLookUpMsMax: 12_000,
  /** Groups that a sweep looks at, with a read of their day each, and those that a container remembers, 100 bytes each. */
  callCandidatesMax: 50,
  callCandidatesRememberedMax: 2_000,
  /** Scopes and days whose index entry a container caches. */
  scopesIndexedMax: 1_000,
  /** Scopes of one day in the index: custom domains and APIs of one account. */
  scopesPerDayMax: 2_000,
  /** Scopes and days whose admitted issuers a container caches, about 10 KB each. */
  admissionsRememberedMax: 200,
  /** Certificates that one batch saves: one request to DynamoDB. A client can make new ones without limit. */
  certificatesPerBatchMax: 25,
  /** Fingerprints that a container caches, about 100 bytes each. */
  certificatesRememberedMax: 10_000,
  /** 60 bytes each, so that a list stays under a third of DynamoDB's 400 KB item. */
  waitingPerListMax: 2_000,
  /** Lists settled between two readings of the clock. */
  settledPerRoundMax: 200,
  /** Part of the sweep's minute for settling; the rest is for the hours, firing incidents and the outbox. */
  settleMsMax: 20_000,
  /** Lists settled in parallel; each queries the table two or three times. */
  settledTogetherMax: 20,
  /** An alarm goes off when a list is overdue for this long and no sweep has settled it. */
  overdueMsMax: 10 * 60_000,
  /** Firing incidents that one sweep processes, so that it ends within its minute; the next sweep continues. */
  firingPerSweepMax: 1_000,
  /** Facts of these that one sweep remembers, so as not to read them again for the scopes: up to 3 KB each, of its 512 MiB. */
  lookedAtFactsMax: 20_000,
  /** Minutes between two evaluations of a group whose refusals are known. */
  knownEveryMinutes: 10,
  noticesPerRunMax: 100,
  /** Notices read to find those to send: about 10 MB when a topic does not exist any more. */
  noticesLookedAtMax: 5_000,
  /** The delay of a notice that could not be sent doubles with each attempt, up to an hour. */
  putOffMsMin: 45_000,
  putOffMsMax: 60 * 60_000,
  /** Unreadable items that one invocation reports. */
  unreadableToldMax: 20,
  /** Groups of all scopes that a sweep evaluates together for scope incidents. */
  activeGroupsMax: 2_000,
  /**
   * Notices about strangers of one scope in a UTC day that they began, grew or go on; each beginning has one end besides.
   * A scanner that passes by is told; one that comes again all day does not keep anybody awake.
   */
  strangerNoticesPerDayMax: 10,
  /** Fewer groups than this do not become an incident of their scope. */
  groupsTogetherMin: 3,
  /**
   * How long a notice is claimed by its sender: longer than SNS's retries, shorter than the time between two sweeps.
   */
  sendingMsMax: 45_000,
  /**
   * For the summary of the weekly report: after this, SNS's retries are over, and a third of the claim's time is left.
   */
  announceMsMax: 30_000,
  /** Of the weekly report's page as an attachment: a third more on its way, and many mail servers take 10 MB in all. */
  reportMailBytesMax: 5_000_000,
  /** Whom the weekly report is mailed to; more people take a mailing list. SES takes 50. */
  reportMailsMax: 10,
  /** How far back the detector looks at a group without history. */
  detectorLookbackMinutes: 2 * 24 * 60,
  /** Deliveries usually take under 3 minutes; later refusals are counted, but the detector does not learn from them. */
  lateMinutes: 10,
  /**
   * UTC days, including today, whose admissions every sweep searches for expected facts. Once an hour, in the minute
   * given here, it searches all days that have facts, in case the sweep did not run for days.
   */
  expectingDays: 3,
  expectingAllMinute: 41,
  /**
   * Days for which it is looked up when a domain's logs arrived: a day shows whether its lines are regular, and a longer gap
   * than the two others counts as a calm.
   */
  pulseLookbackDays: 3,
  /** Spans that a container remembers to have noted, so that a busy domain is written to once in five minutes. */
  pulsesRememberedMax: 5_000,
  /** The detector's history can be computed from facts, so it is stored only this often. */
  historySaveMinutes: 60,
  /** The detector's history of one group, as JSON. It is read with every evaluation, and two read units cover 8 KB. */
  historyBytesMax: 5_120,
  /** Roll-ups of one sweep; the next sweep continues. */
  rollupsPerSweepMax: 500,
  /** Sampling rates of batches, and loads of minutes, kept in memory for a retry, which comes soon. */
  stormRatesRememberedMax: 10_000,
  /** What each of them brought in a storm, some 20 KB for 2,000 events. */
  stormBatchesRememberedMax: 8_000,
  /** Prefixes of exports in the settings: a bucket's or two, by kind of log. */
  exportPrefixesMax: 20,
  /** Certificates kept by a replay, about 2 KB each: enough for every client of a day, and a bound for scanners. */
  certificatesKeptMax: 20_000,
  /** Batches with more records admit their issuers ahead. An ordinary batch seldom has so many; one of a storm has thousands. */
  calmHalvesMax: 200,
  /**
   * Halves of one kind and minute in a batch that are joined without asking for a sampling rate. Asking costs two writes, a
   * tenth of what six halves cost. With the usual ceiling of concurrency, batches so small bring 60,000 halves a minute.
   */
  unaskedHalvesMax: 5,
  /**
   * Deliveries usually take under 3 minutes. A few denials that come later may be what a storm left out, so that it is looked
   * up what its batches brought: half a read unit.
   */
  promptMs: 5 * 60_000,
  /** Halves of one kind that are joined in a minute before sampling begins. Each costs a write unit or two. */
  joinedPerMinuteMax: 5_000,
  /** In a storm, halves of one request id that a batch joins one by one; an ordinary request has one of each kind. */
  halvesPerRequestIdMax: 4,
  /**
   * At one destination: the trust policy of its role names each account in about 50 characters, and IAM allows 2,048 in all
   * where no higher quota was asked for.
   */
  centralAccountsMax: 30,
  /** In 20 characters each; then 20 accounts have room beside them. */
  centralOrganizationsMax: 20,
  /** Of ingest, where nothing else is set: a fiftieth of an account's usual 1,000. See the table in `docs/operations.md`. */
  ingestConcurrencyUsual: 20,
  /** Records of a stream that one invocation processes in parallel; a batch has at most 6 MB. */
  recordsInParallelMax: 4,
  /** A sequence number of Kinesis has 56 digits; the API allows at most 128. */
  sequenceNumberCharsMax: 128,
  /**
   * The longest values that CloudFormation inserts at deployment. API ids have ten characters; twice that is a margin.
   */
  apiIdCharsMax: 20,
  bucketNameCharsMax: 63,
  /** A topic's ARN. */
  deployTimeCharsMax: 306,
  /** Lambda allows 4 KB of environment variables for a function, measured as the JSON of all names and values. */
  environmentBytesMax: 4 * KIB,
  /** Logs Insights allows 50; ten keep a link under 2,000 characters, the limit of old mail readers. */
  logGroupsPerLinkMax: 10,
  /** Of an issuer's name in a sentence. */
  nameShownCharsMax: 60,
  /** A name or a contact in the settings: a team and its telephone number fit. */
  ownerCharsMax: 200,
  /** Issuers and clients named in a mail or chat message; the JSON has all. */
  issuersShownMax: 6,
  clientsShownMax: 5,
  /** Findings of a diagnosis shown with their evidence, so that a mail stays short. */
  findingsShownMax: 3,
  /** One SMS of 160 characters, or two of 70 with letters beyond GSM's alphabet. */
  smsCharsMax: 160,
  smsWideCharsMax: 134,
  /** Amazon Q Developer in chat applications, custom notifications: a longer title or description is not delivered. */
  chatTitleCharsMax: 250,
  chatDescriptionCharsMax: 8_000,
  /** Below what is documented for the other fields of a custom notification. */
  chatStepCharsMax: 350,
  chatStepsMax: 6,
  chatKeywordCharsMax: 75,
  chatContextCharsMax: 100,
  /** Groups of a scope whose failures are summed to compute the share of one group. */
  groupsForShareMax: 50,
  /** Silences in force or to come. Each is matched against every notice. */
  silencesMax: 500,
  silenceCommentCharsMax: 500,
  /** The ARN of a role's session, with its name. */
  authorCharsMax: 256,
  /** A silence that is forgotten hides an outage; a month is longer than any work on a certificate. */
  silenceMsMax: 30 * 86_400_000,
  /** Incidents and silences in one answer of the operator function, which Lambda bounds at 6 MB. */
  operatorListMax: 200,
  silencePatternCharsMax: 1_024,
  /** Domains with a canary: each is a call of seconds at most, all in one short invocation, and four metrics. */
  canariesMax: 20,
  /** The gateway refuses within a second; after ten it counts as down. */
  canaryCallMsMax: 10_000,
  /** The head of the gateway's answer has a dozen short lines; the body is not read. */
  canaryAnswerHeadBytesMax: 16 * KIB,
  /** How far the clocks of the canary and of the gateway may differ, and how long its answer may take. */
  probeSkewMs: 120_000,
  /** Canary calls searched for one batch: 20 domains called every minute for 25 minutes; about 300 bytes each. */
  probesPerLookupMax: 500,
  /** The waiting for a truststore, and the calls, take an hour at most; what is trusted longer is of no use to anybody. */
  probeCertificateMs: 2 * 3_600_000,
  /** A gateway has many machines: a probe counts when all of several calls are answered alike. */
  probeRounds: 3,
  /** An update of a domain name takes minutes; until then each call is one more refusal in the logs. */
  probeWaitBetweenMs: 20_000,
  /** Ordinary certificates let in one after the other, until the truststore counts as in use on all machines. */
  probeLetInRunMin: 5,
  /** Sent notices that a container remembers, by channel. */
  sentRememberedMax: 1_000,
  /** EventBridge allows 256 KB for an entry; everything except the detail needs less than 2 KB. */
  eventDetailBytesMax: 254 * KIB,
  /**
   * Parallel calls of discovery. API Gateway allows ten control-plane requests a second for a whole account, 40 in a
   * burst, deployments included ("Amazon API Gateway quotas"); the SDK backs off when it is throttled.
   */
  discoveryConcurrencyMax: 4,
  discoveryAttemptsMax: 8,
  /** Pages of one list: 500 REST APIs, 50 log groups or deliveries each; quotas allow 600 APIs and 120 domains. */
  discoveryPagesMax: 200,
  /** The sweep runs every minute; its alarm waits as long as this. */
  heartbeatMinutesMax: 10,
  /** For the error message of a request that AWS refused. */
  unreadableCharsMax: 300,
  /** SNS: a subject has fewer than 100 characters; a message 256 KiB. */
  subjectCharsMax: 99,
  snsMessageBytesMax: 256 * KIB,
  /** Pages that `doctor` asks for at a time: a wiki must not take it for an attack. */
  pagesAtOnceMax: 8,
  /** Long enough for a wiki that wakes up; with the pages above all of them take about a minute at worst. */
  pageMsMax: 6_000,
  /** Overrides whose page `doctor` asks for. */
  runbookOverridesFetchedMax: 50,
  /** Texts of reasons without a name that are shown of a group: whoever writes the log may write any number. */
  reasonTextsKeptMax: 3,
} as const;
