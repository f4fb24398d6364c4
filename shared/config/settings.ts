/**
 * All that a user may set, in one schema: read from `cdk.json` context (key `mtlsWatch`) when the stack is
 * synthesised, from the environment when a function starts, and from `--config FILE` by the command line. Every key
 * has a default or a message that says what it wants.
 */

import { MtlsWatchError } from '../base/errors.js';
import { limits } from '../base/limits.js';
import * as z from '../base/zod.js';
import { findingCodes } from '../model/finding-codes.js';
import { severities } from '../model/notices.js';
import { reasonIds } from '../model/reasons.js';
import { isNamed } from '../x509/names.js';
import { typedDn } from '../x509/typed-dn.js';
import { ACCOUNT_BLANK, scopeName } from './qualified-names.js';

const intBetween = (least: number, most: number) => z.int().check(z.minimum(least), z.maximum(most));
const text = (charsMax: number) => z.string().check(z.minLength(1), z.maxLength(charsMax));
export const pattern = (pattern: RegExp, expected: string) => z.string().check(z.regex(pattern, expected));
/** For messages about addresses in S3. */
export const BUCKET_NAME = 'a bucket has 3 to 63 lower-case letters, digits, dots and hyphens';
const nullable = <T extends z.core.$ZodType>(schema: T) => z.withDefault(z.nullable(schema), null);

/** A name of the IANA database that Node and EventBridge Scheduler know; offsets are not accepted. */
function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z][A-Za-z0-9_+/-]{0,63}$/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: name });
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

const timeZone = z.withDefault(
  z.string().check(z.refine(isTimeZone, 'expected a time zone that exists, such as Europe/Berlin')),
  'UTC',
);

const logGroupName = pattern(
  /^[\w./#-]{1,512}$/,
  'expected the name of a CloudWatch log group, such as /aws/apigateway/access',
);

const logGroup = z.strictObject({
  name: logGroupName,
  /** Create the group before the gateway does, so that its retention and the filter apply from the first request. */
  create: z.withDefault(z.boolean(), false),
});

const logGroups = z.withDefault(
  z
    .array(logGroup)
    .check(
      z.refine(
        (groups) => new Set(groups.map(({ name }) => name)).size === groups.length,
        'expected each log group once',
      ),
    ),
  [],
);

/** CloudWatch Logs accepts no other retention (API reference, PutRetentionPolicy). */
const retentionDays = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
] as const;

const topic = pattern(
  /^(?:create|arn:aws[a-z-]{0,12}:sns:[a-z0-9-]{1,30}:\d{12}:[\w-]{1,256}(?:\.fifo)?)$/,
  'expected "create" or the ARN of an SNS topic',
);

const tunable = {
  floor: z.int().check(z.minimum(1)),
  windowMinutes: intBetween(1, 60),
  falsePagesPerMonth: z.number().check(z.positive(), z.maximum(1000)),
  resolveMinutes: intBetween(1, 1440),
  repeatMinutes: intBetween(5, 10080),
  escalateFactor: z.number().check(z.minimum(1.5), z.maximum(1000)),
};

const canary = z.strictObject({
  /** A custom domain with mutual TLS. */
  domain: pattern(/^[a-z0-9][a-z0-9.-]{0,252}$/, 'expected a custom domain, such as api.example.com'),
  /** A path with a base path mapping to a stage. For any other path the gateway answers without a log line. */
  path: z.withDefault(pattern(/^\/[\w./~%@:!$&'()*+,;=?-]{0,1023}$/, 'expected a path, such as /v1'), '/'),
  /** `host` or `host:port` to connect to, if the name does not resolve to the gateway itself. */
  connectTo: nullable(pattern(/^[A-Za-z0-9][A-Za-z0-9.-]{0,252}(?::\d{1,5})?$/, 'expected host or host:port')),
  /** Lets `mtls-watch canary probes` find out which certificates the gateway takes; their refusals are not counted. */
  probes: z.withDefault(z.boolean(), false),
});

export type Canary = z.output<typeof canary>;

/** The name of a custom domain, in the form in which it is compared with the names in logs. */
const named = z.overwrite<string>(scopeName);

/** A key of `truststores`; an asterisk elsewhere would match nothing. */
const truststoreKey = z
  .string()
  .check(
    named,
    z.regex(
      /^(?:\d{12}\/)?(?:\*|(?:\*\.)?[\w-]{1,63}(?:\.[\w-]{1,63}){0,126}|[a-z0-9-]{1,20}\/[\w$./:-]{1,128})$/,
      'expected a custom domain such as api.example.com, *.example.com for all names below it, or * for all others; 111122223333/ in front means one account',
    ),
  );

const wholeDn = (because: string): string =>
  `this ${because}; expected the whole DN, as an alert or \`mtls-watch report\` shows it`;

/** An issuer in any spelling, compared with what the logs name in theirs. */
const canonicalised = z.check<string>((context) => {
  if (!isNamed(context.value)) return;
  const typed = typedDn(context.value);
  if (typed.kind === 'dn') context.value = typed.dn;
  else context.issues.push({ code: 'custom', message: wholeDn(typed.because), input: context.value });
});

/** What begins like a whole DN: `O=…`, `/O=…`, `2.5.4.10=…`. */
const BEGINS_A_DN = /^\s*\/?\s*(?:[A-Za-z]{1,40}|(?:OID\.)?[0-9]+(?:\.[0-9]+)+)\s*=/i;

/** A whole DN that lost letters would never match. Whether the text is one, or another name, `owners.ts` finds out. */
const wholeIfDn = z.check<string>((context) => {
  const typed = typedDn(context.value);
  if (typed.kind === 'dn' || !BEGINS_A_DN.test(context.value)) return;
  context.issues.push({ code: 'custom', message: wholeDn(typed.because), input: context.value });
});

/** Selectors of an override or of a team's own runbook; all given ones must match. */
const selectors = {
  scope: z.optional(text(limits.scopeCharsMax).check(named)),
  issuerDn: z.optional(text(limits.typedDnCharsMax).check(canonicalised)),
};

const reasonSelector = z.optional(z.enum(reasonIds));
/** A page is for what the diagnosis found, too, where it found something. */
const pageReasonSelector = z.optional(
  z.enum([...new Set([...reasonIds, ...findingCodes, 'several-issuers' as const])]),
);

interface Selectors {
  readonly scope?: string | undefined;
  readonly issuerDn?: string | undefined;
  readonly reason?: string | undefined;
}

const selectsSomething = z.refine<Selectors>(
  ({ scope, issuerDn, reason }) => (scope ?? issuerDn ?? reason) !== undefined,
  'expected a scope, an issuerDn or a reason',
);

/** Other thresholds for the groups that match every selector given. */
const override = z
  .strictObject({
    ...selectors,
    reason: reasonSelector,
    floor: z.optional(tunable.floor),
    windowMinutes: z.optional(tunable.windowMinutes),
    falsePagesPerMonth: z.optional(tunable.falsePagesPerMonth),
    resolveMinutes: z.optional(tunable.resolveMinutes),
    repeatMinutes: z.optional(tunable.repeatMinutes),
    escalateFactor: z.optional(tunable.escalateFactor),
  })
  .check(selectsSomething);

export const detectionSchema = z.strictObject({
  /** Never alert under this many failures in a window. */
  floor: z.withDefault(tunable.floor, 10),
  /** Minutes over which failures are summed, in addition to windows of 1, 2, 15 and 60 minutes. */
  windowMinutes: z.withDefault(tunable.windowMinutes, 5),
  /** How many false pages a group may cause in 30 days. */
  falsePagesPerMonth: z.withDefault(tunable.falsePagesPerMonth, 0.5),
  /** Minutes without failures above the threshold before an incident is resolved. */
  resolveMinutes: z.withDefault(tunable.resolveMinutes, 10),
  /** Minutes between two notices of a lasting incident. */
  repeatMinutes: z.withDefault(tunable.repeatMinutes, 240),
  /** A notice is sent early if the count in the window grew by this factor since the last one. */
  escalateFactor: z.withDefault(tunable.escalateFactor, 4),
  /** The periods after which failures may recur, in minutes, ascending: a day and a week. */
  seasonMinutes: z.withDefault(
    z.array(intBetween(24, 100_000)).check(
      z.maxLength(2),
      z.refine(([a, b]) => a === undefined || b === undefined || a < b, 'expected ascending seasons'),
    ),
    [1440, 10080],
  ),
  /** Applied in order: if two match and set the same key, the later one applies. */
  overrides: z.withDefault(z.array(override).check(z.maxLength(500)), []),
});

export type DetectionPolicy = z.output<typeof detectionSchema>;

const domainPattern = pattern(
  /^(?:\*|(?:\*\.)?[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?)$/,
  'expected a domain name, *.example.com for all below it, or * for all',
);
const domainPatterns = z.withDefault(z.array(domainPattern).check(z.maxLength(200)), []);

/** Discovery of what to watch: see `docs/discovery.md`. */
const discovery = z.strictObject({
  /** `dry-run` writes to the reconciler's log what it would do, and changes nothing. */
  mode: z.withDefault(z.enum(['dry-run', 'on']), 'dry-run'),
  /** The custom domains to watch; empty for all with mutual TLS. */
  allow: domainPatterns,
  /** Custom domains not to watch; takes precedence over `allow`. */
  deny: domainPatterns,
  /** The buckets with the truststores of the domains; functions may read their objects for a verdict. */
  truststoreBuckets: z.withDefault(
    z.array(pattern(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'expected the name of an S3 bucket')).check(z.maxLength(50)),
    [],
  ),
  /** Minutes between two runs. With CloudTrail, a change starts a run at once. */
  everyMinutes: z.withDefault(intBetween(5, 1440), 60),
});

export type DiscoverySettings = z.output<typeof discovery>;

const mailAddress = z.email('expected a mail address, such as on-call@example.com');
const accountId = pattern(/^\d{12}$/, 'expected the id of an account: 12 digits');
const organizationId = pattern(/^o-[a-z0-9]{10,32}$/, 'expected the id of an organization, such as o-a1b2c3d4e5');

/** Without what two settings together have to fulfil. */
export const settings = z.strictObject({
  executionLogGroups: logGroups,
  accessLogGroups: logGroups,
  /** With connection logs of CloudFront or of load balancers. */
  connectionLogGroups: logGroups,
  /**
   * The access-log format of a stage, with its `$context` variables, by the log group that it writes to; `*` for all
   * others. Needed for formats that are not JSON, and for JSON whose keys do not identify their fields.
   */
  accessLogFormats: z.withDefault(
    z.record(
      pattern(/^(?:\*|[\w./#-]{1,512})$/, 'expected the name of a CloudWatch log group, or *'),
      z
        .string()
        .check(
          z.maxLength(limits.accessFormatCharsMax),
          z.regex(
            /\$context\.\w|connectionStatus|tls_verify_status/,
            'expected an access-log format with variables, such as $context.status, or the fields of a connection log',
          ),
        ),
    ),
    {},
  ),
  /**
   * Names by `apiId` or `apiId/stage`, for denials whose access record never arrives, and by `distribution/ID` or
   * `app/NAME/ID:PORT`, for connections whose record names no host.
   */
  domains: z.withDefault(z.record(text(255), text(255).check(named)), {}),
  /** APIs that have no execution log (HTTP APIs): their refusals are inferred from the access log alone. */
  apisWithoutExecutionLog: z.withDefault(z.array(z.string().check(z.minLength(1))), []),
  /** The CA bundle of each custom domain, as `s3://bucket/key`, or the ARN of a load balancer's trust store. */
  truststores: z.withDefault(
    z.record(
      truststoreKey,
      pattern(
        /^(?:s3:\/\/(?:[a-z0-9.-]|\{account\}){3,63}\/.{1,1024}|arn:[\w:-]{1,99}:truststore\/[\w/-]{1,99})$/,
        `expected s3://bucket/key or the ARN of a trust store; ${BUCKET_NAME}`,
      ),
    ),
    {},
  ),
  /**
   * Counts the calls that were let in, by domain and issuer, with queries of Logs Insights on the access logs; null counts none.
   */
  successes: nullable(
    z.strictObject({
      /** The discovered access log groups that may be queried, such as /aws/apigateway/*; those named above may be anyway. */
      logGroups: z.withDefault(
        z
          .array(pattern(/^[\w./#-]{1,511}\*?$/, 'expected the name of a log group, or its beginning with * behind it'))
          .check(z.maxLength(limits.successPatternsMax)),
        [],
      ),
    }),
  ),
  /** Null: only what is named above is watched, and no function may read the account's APIs. */
  discover: nullable(discovery),
  /** Hours without an event after which a log group that had events before counts as silent; null for never. */
  silentAfterHours: z.withDefault(z.nullable(intBetween(2, 8760)), 24),
  runbooks: z.strictObject({
    /** Where the pages of `runbooks/` are served; alerts link to `<baseUrl>/<language>/<id>.md`. */
    baseUrl: z.url({ protocol: /^https$/, error: 'expected an https URL, such as https://wiki.example.com/mtls' }),
    /** A team's own page for everything that matches all given selectors; if several match, the last one applies. */
    overrides: z.withDefault(
      z
        .array(
          z
            .strictObject({
              ...selectors,
              reason: pageReasonSelector,
              url: z.url({ protocol: /^https$/, error: 'expected an https URL' }),
            })
            .check(selectsSomething),
        )
        .check(z.maxLength(500)),
      [],
    ),
  }),
  alertEmails: z.withDefault(z.array(mailAddress), []),
  /** Topics for notices of a severity, in place of the stack's topic: a topic's ARN, or `create`. */
  topics: z.withDefault(z.partialRecord(z.enum(severities), topic), {}),
  /** A topic for Amazon Q Developer in chat applications; null for none. */
  chatTopic: nullable(topic),
  /** The name or ARN of an EventBridge bus that gets an event for every notice; null for none. */
  eventBus: nullable(
    pattern(
      /^(?:arn:aws[a-z-]{0,12}:events:[a-z0-9-]{1,30}:\d{12}:event-bus\/)?[\w./-]{1,256}$/,
      'expected the name or ARN of an event bus, such as default',
    ),
  ),
  language: z.withDefault(z.enum(['en', 'ja']), 'en'),
  /** Alerts show times in UTC, and in this time zone beside it. */
  timeZone,
  /** Who is responsible for whom; shown in alerts and in the report. If several match, the last one applies. */
  owners: z.withDefault(
    z
      .array(
        z
          .strictObject({
            scope: selectors.scope,
            issuerDn: selectors.issuerDn,
            /** An organization, a common name, or a whole subject DN. */
            subject: z.optional(text(limits.typedDnCharsMax).check(wholeIfDn)),
            name: text(limits.ownerCharsMax),
            contact: text(limits.ownerCharsMax),
          })
          .check(
            z.refine(
              (one) => (one.scope ?? one.issuerDn ?? one.subject) !== undefined,
              'expected a scope, an issuerDn or a subject',
            ),
          ),
      )
      .check(z.maxLength(500)),
    [],
  ),
  detection: z.prefault(detectionSchema, {}),
  /** Minutes to wait for the other half of a request; subscriptions usually deliver in under 3. */
  graceMinutes: z.withDefault(intBetween(1, 120), 5),
  logRetentionDays: z.withDefault(z.literal(retentionDays), 30),
  /** Days for which the longer-lived kinds of state are kept. */
  retention: z.prefault(
    z.strictObject({
      /** Certificates that were refused, for the verdict of an alert. */
      certificateDays: z.withDefault(intBetween(1, limits.keptDaysMax), limits.keptDaysMax),
      /** Hourly sums and ended incidents; a report reads nine weeks back. */
      rollupDays: z.withDefault(intBetween(70, 3650), limits.rollupDaysMax),
      /** Reports in the bucket. */
      reportDays: z.withDefault(intBetween(7, 3650), limits.rollupDaysMax),
    }),
    {},
  ),
  /** Which data about callers is kept, from the first write on. */
  privacy: z.prefault(
    z.strictObject({
      /** With `hash`, addresses can be distinguished but not read; the key of the hash is in the table. */
      sourceIps: z.withDefault(z.enum(['keep', 'hash', 'drop']), 'keep'),
      /** Without certificates, alerts have no verdict. Names and fingerprints are still kept. */
      certificates: z.withDefault(z.enum(['keep', 'drop']), 'keep'),
    }),
    {},
  ),
  /** The KMS key of all state and logs: an ARN, or `create` for a key of the stack; null uses AWS's keys. */
  encryptionKey: nullable(
    pattern(
      /^(?:create|arn:aws[a-z-]{0,12}:kms:[a-z0-9-]{1,30}:\d{12}:key\/[\w-]{1,64})$/,
      'expected "create" or the ARN of a KMS key',
    ),
  ),
  /** Domains to call regularly with a certificate that must be refused, to check that the refusal is seen. */
  canaries: z.withDefault(
    z.array(canary).check(
      z.maxLength(limits.canariesMax),
      z.refine((all) => new Set(all.map(({ domain }) => domain)).size === all.length, 'expected each domain once'),
    ),
    [],
  ),
  /** Minutes between two calls of a canary. */
  canaryMinutes: z.withDefault(intBetween(1, 60), 15),
  /** The weekly report on the last calendar week (Monday to Sunday, in its time zone); null makes none. */
  report: z.prefault(
    z.nullable(
      z.strictObject({
        day: z.withDefault(z.enum(['MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT', 'SUN']), 'MON'),
        hour: z.withDefault(intBetween(0, 23), 7),
        timeZone,
        /** Who gets it by mail, with the page attached; `from` is a verified identity of SES. */
        mail: nullable(
          z.strictObject({
            from: mailAddress,
            to: z.array(mailAddress).check(z.minLength(1), z.maxLength(limits.reportMailsMax)),
          }),
        ),
      }),
    ),
    {},
  ),
  /** Lets `mtls-watch backfill` count exported logs of the past; null makes nothing of it. */
  history: nullable(
    z.strictObject({
      /** Where the exports are; the backfill may read nothing else. */
      exports: z
        .array(pattern(/^s3:\/\/[a-z0-9.-]{3,63}\/[^*?$]{0,1024}$/, `expected s3://bucket/prefix; ${BUCKET_NAME}`))
        .check(z.minLength(1), z.maxLength(limits.exportPrefixesMax)),
      /** Functions that read at the same time. */
      concurrency: z.withDefault(intBetween(1, 1000), 10),
    }),
  ),
  /** A CloudWatch dashboard; alerts link to it. */
  dashboard: z.withDefault(z.boolean(), true),
  /**
   * Receives the logs of other accounts, and puts the account in front of every scope, including scopes of its own
   * account; null for a single account. Named accounts or an organization get a destination to subscribe to. Without
   * either, accounts are only distinguished, which is what centralised log groups need.
   */
  central: nullable(
    z.strictObject({
      accounts: z.withDefault(
        z
          .array(accountId)
          .check(z.maxLength(limits.centralAccountsMax, 'expected 30 at most; name the others in spreadAccounts')),
        [],
      ),
      /** More accounts: each has the destination that its last two digits name. */
      spreadAccounts: z.withDefault(z.array(accountId), []),
      organizationId: nullable(organizationId),
      /** In place of one, or besides it. */
      organizationIds: z.withDefault(z.array(organizationId), []),
      /** Shards of the stream; null for on-demand capacity. */
      shards: nullable(intBetween(1, 200)),
    }),
  ),
  /**
   * The ceiling of ingest, so that a flood does not take the concurrency of the account's other functions. Null leaves it
   * unreserved: accounts with a quota below some 120 cannot reserve any.
   */
  reservedConcurrency: z.withDefault(z.nullable(intBetween(1, 1000)), limits.ingestConcurrencyUsual),
});

/** Without `central`, a scope bears no account. */
export const configSchema = settings.check(
  z.refine(
    ({ central, truststores }) =>
      central !== null || !Object.values(truststores).some((place) => place.includes(ACCOUNT_BLANK)),
    { path: ['truststores'], error: `expected \`central\` where an address has ${ACCOUNT_BLANK}` },
  ),
);

export type Config = z.output<typeof configSchema>;

/** The settings, and what the reconciler found that is no setting. */
export interface KnownConfig extends Config {
  /** The log groups that hold all calls of a discovered domain, by its name; null where some are elsewhere. */
  readonly callLogs?: Readonly<Record<string, readonly string[] | null>>;
}

/** The settings as a user writes them: keys with a default are optional. */
export type Settings = z.input<typeof configSchema>;

/** The log groups that the settings name, each once. */
export function configuredLogGroups({
  executionLogGroups,
  accessLogGroups,
  connectionLogGroups,
}: Pick<Config, 'executionLogGroups' | 'accessLogGroups' | 'connectionLogGroups'>): string[] {
  const groups = [...executionLogGroups, ...accessLogGroups, ...connectionLogGroups];
  return [...new Set(groups.map(({ name }) => name))];
}

/** An event that names log groups in addition to those of the settings; any other event names none. */
const watchEventSchema = z.nullish(
  z.object({
    executionLogGroups: z.withDefault(z.array(logGroup), []),
    accessLogGroups: z.withDefault(z.array(logGroup), []),
    connectionLogGroups: z.withDefault(z.array(logGroup), []),
  }),
);

/**
 * The settings together with the log groups that an event names. Those are the log groups of stages that a CDK app
 * watches, which do not fit into the functions' environment. Throws as `parseConfig` does.
 */
export function withLogGroups(config: Config, event: unknown): Config {
  const more = parseWith(watchEventSchema, typeof event === 'object' ? event : null, 'the event');
  return {
    ...config,
    executionLogGroups: [...config.executionLogGroups, ...(more?.executionLogGroups ?? [])],
    accessLogGroups: [...config.accessLogGroups, ...(more?.accessLogGroups ?? [])],
    connectionLogGroups: [...config.connectionLogGroups, ...(more?.connectionLogGroups ?? [])],
  };
}

/** Lines in place of zod's own message; null for that. Left out where settings were checked before, because it is not loaded there. */
export type Explain = (schema: z.core.$ZodType, issue: z.core.$ZodIssue) => string[] | null;

/**
 * Validates settings from outside.
 * @param source named in the message, such as `cdk.json context "mtlsWatch"`
 * @throws MtlsWatchError `bad-config`, with one line for each mistake: the key, the value and what was expected
 */
export function parseConfig(value: unknown, source: string, explain?: Explain): Config {
  return parseWith(configSchema, value, source, explain);
}

/** Validates by any of the schemas. Throws as `parseConfig` does. */
export function parseWith<T>(schema: z.core.$ZodType<T>, value: unknown, source: string, explain?: Explain): T {
  const result = z.parseInWords(schema, value);
  if (result.success) return result.data;
  const lines = result.error.issues.flatMap((issue) => {
    const told = explain?.(schema, issue);
    if (told) return told;
    const key = issue.path.join('.') || '(the whole value)';
    // For an invalid key of a record, the nested issue says what was expected.
    const { message } = (issue.code === 'invalid_key' ? issue.issues[0] : undefined) ?? issue;
    return `  ${key}: got ${show(issue.input)}; ${message}`;
  });
  throw new MtlsWatchError('bad-config', `${source} has ${lines.length} wrong setting(s):\n${lines.join('\n')}`);
}

export function show(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}
