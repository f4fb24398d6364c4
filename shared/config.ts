/**
 * All that a user may set, in one schema: read from `cdk.json` context (key `mtlsWatch`) when the stack is
 * synthesised, from the environment when a function starts, and from `--config FILE` by the command line. Every key
 * has a default or a message that says what it wants.
 */

import * as z from 'zod';
import { MtlsWatchError } from './errors.js';
import { limits } from './limits.js';

const logGroupName = z
  .string()
  .regex(/^[\w./#-]{1,512}$/, 'expected the name of a CloudWatch log group, such as /aws/apigateway/access');

const logGroup = z.strictObject({
  name: logGroupName,
  /** Make the group ahead of the gateway, so that its retention and the filter are there from the first request. */
  create: z.boolean().default(false),
});

const logGroups = z
  .array(logGroup)
  .refine((groups) => new Set(groups.map(({ name }) => name)).size === groups.length, {
    error: 'expected each log group once',
  })
  .default([]);

/** CloudWatch Logs takes no other retention (API reference, PutRetentionPolicy). */
const retentionDays = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
] as const;

const topic = z
  .string()
  .regex(
    /^(?:create|arn:aws[a-z-]{0,12}:sns:[a-z0-9-]{1,30}:\d{12}:[\w-]{1,256}(?:\.fifo)?)$/,
    'expected "create" or the ARN of an SNS topic',
  );

const tunable = {
  /** Never alert under this many failures in a window. */
  floor: z.int().min(1).default(10),
  /** Minutes over which failures are looked at together, beside windows of 1, 2, 15 and 60 minutes. */
  windowMinutes: z.int().min(1).max(60).default(5),
  /** How many false pages a group may cause in 30 days. */
  falsePagesPerMonth: z.number().positive().max(1000).default(0.5),
  /** Minutes of calm before an incident is resolved. */
  resolveMinutes: z.int().min(1).max(1440).default(10),
  /** Minutes between two notices of a lasting incident. */
  repeatMinutes: z.int().min(5).max(10080).default(240),
  /** A notice is sent early when the window grew by this factor since the last one. */
  escalateFactor: z.number().min(1.5).max(1000).default(4),
};

const canary = z.strictObject({
  /** A custom domain with mutual TLS. */
  domain: z.string().regex(/^[a-z0-9][a-z0-9.-]{0,252}$/, 'expected a custom domain, such as api.example.com'),
  /** A path that a base path mapping leads to a stage: elsewhere the gateway answers without a log line. */
  path: z
    .string()
    .regex(/^\/[\w./~%@:!$&'()*+,;=?-]{0,1023}$/, 'expected a path, such as /v1')
    .default('/'),
  /** Where to connect instead, `host` or `host:port`, where the name does not lead to the gateway itself. */
  connectTo: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9.-]{0,252}(?::\d{1,5})?$/, 'expected host or host:port')
    .nullable()
    .default(null),
});

export type Canary = z.output<typeof canary>;

/** Other thresholds for the groups that match every selector given. */
const override = z
  .strictObject({
    scope: z.string().min(1).max(limits.scopeCharsMax).optional(),
    issuerDn: z.string().min(1).max(512).optional(),
    reason: z.string().min(1).max(200).optional(),
    floor: tunable.floor.unwrap().optional(),
    windowMinutes: tunable.windowMinutes.unwrap().optional(),
    falsePagesPerMonth: tunable.falsePagesPerMonth.unwrap().optional(),
    resolveMinutes: tunable.resolveMinutes.unwrap().optional(),
    repeatMinutes: tunable.repeatMinutes.unwrap().optional(),
    escalateFactor: tunable.escalateFactor.unwrap().optional(),
  })
  .refine(({ scope, issuerDn, reason }) => scope ?? issuerDn ?? reason, 'expected a scope, an issuerDn or a reason');

export const detectionSchema = z.strictObject({
  ...tunable,
  /** The rhythms that failures may follow, in minutes, ascending: a day and a week. */
  seasonMinutes: z
    .array(z.int().min(24).max(100_000))
    .max(2)
    .refine(([a, b]) => a === undefined || b === undefined || a < b, 'expected ascending seasons')
    .default([1440, 10080]),
  /** Applied in their order: of two that match and set the same key, the later one counts. */
  overrides: z.array(override).max(500).default([]),
});

export type DetectionPolicy = z.output<typeof detectionSchema>;

const domainPattern = z
  .string()
  .regex(
    /^(?:\*|(?:\*\.)?[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?)$/,
    'expected a domain name, *.example.com for all below it, or * for all',
  );

/** Finding what to watch: see `docs/discovery.md`. */
const discovery = z.strictObject({
  /** `dry-run` says in the reconciler's log what it would do and changes nothing. */
  mode: z.enum(['dry-run', 'on']).default('dry-run'),
  /** The custom domains to watch; empty for all with mutual TLS. */
  allow: z.array(domainPattern).max(200).default([]),
  /** Of those, the ones to leave alone. */
  deny: z.array(domainPattern).max(200).default([]),
  /** Whose objects may be read for a verdict: the buckets with the truststores of the domains. */
  truststoreBuckets: z
    .array(z.string().regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'expected the name of an S3 bucket'))
    .max(50)
    .default([]),
  /** Minutes between two looks at the account. Where CloudTrail is on, changes are seen at once. */
  everyMinutes: z.int().min(5).max(1440).default(60),
});

export type DiscoverySettings = z.output<typeof discovery>;

const settings = z.strictObject({
  executionLogGroups: logGroups,
  accessLogGroups: logGroups,
  /** Names of custom domains by `apiId` or `apiId/stage`, for denials whose access record never comes. */
  domains: z.record(z.string().min(1).max(255), z.string().min(1).max(255)).default({}),
  /** APIs that have no execution log (HTTP APIs): their refusals are inferred from the access log alone. */
  apisWithoutExecutionLog: z.array(z.string().min(1)).default([]),
  /** The CA bundle of each custom domain, as `s3://bucket/key`. */
  truststores: z
    .record(z.string().min(1), z.string().regex(/^s3:\/\/[a-z0-9.-]{3,63}\/.{1,1024}$/, 'expected s3://bucket/key'))
    .default({}),
  /** Null: what is watched is what is named above, and nothing may look at the account. */
  discover: discovery.nullable().default(null),
  /** Hours without an event after which a log group that used to have some is called silent; null for never. */
  silentAfterHours: z.int().min(2).max(8760).nullable().default(24),
  runbooks: z.strictObject({
    /** Where the pages of `runbooks/` are served; the alert links to `<baseUrl>/<language>/<reason>.md`. */
    baseUrl: z.url({ protocol: /^https$/, error: 'expected an https URL, such as https://wiki.example.com/mtls' }),
    /** A team's own page for what matches every selector given; of several that match, the last one. */
    overrides: z
      .array(
        z
          .strictObject({
            scope: z.string().min(1).max(limits.scopeCharsMax).optional(),
            issuerDn: z.string().min(1).max(512).optional(),
            reason: z.string().min(1).max(200).optional(),
            url: z.url({ protocol: /^https$/, error: 'expected an https URL' }),
          })
          .refine(
            ({ scope, issuerDn, reason }) => scope ?? issuerDn ?? reason,
            'expected a scope, an issuerDn or a reason',
          ),
      )
      .max(500)
      .default([]),
  }),
  alertEmails: z.array(z.email('expected a mail address, such as on-call@example.com')).default([]),
  /** Where notices of a severity go instead of the stack's topic: a topic's ARN, or one that the stack creates. */
  topics: z.partialRecord(z.enum(['low', 'medium', 'high', 'critical']), topic).default({}),
  /** A topic for Amazon Q Developer in chat applications; null for none. */
  chatTopic: topic.nullable().default(null),
  /** The name or ARN of an EventBridge bus that gets an event for every notice; null for none. */
  eventBus: z
    .string()
    .regex(
      /^(?:arn:aws[a-z-]{0,12}:events:[a-z0-9-]{1,30}:\d{12}:event-bus\/)?[\w./-]{1,256}$/,
      'expected the name or ARN of an event bus, such as default',
    )
    .nullable()
    .default(null),
  language: z.enum(['en', 'ja']).default('en'),
  detection: detectionSchema.prefault({}),
  /** Minutes to wait for the other half of a request; subscriptions usually deliver in under 3. */
  graceMinutes: z.int().min(1).max(120).default(5),
  logRetentionDays: z.literal(retentionDays).default(30),
  /** Days that the longer-lived kinds of state are kept. */
  retention: z
    .strictObject({
      /** Certificates that were refused, for the verdict of an alert. */
      certificateDays: z.int().min(1).max(limits.keptDaysMax).default(limits.keptDaysMax),
      /** Hourly sums and ended incidents; a report looks back nine weeks. */
      rollupDays: z.int().min(70).max(3650).default(limits.rollupDaysMax),
      /** Reports in the bucket. */
      reportDays: z.int().min(7).max(3650).default(limits.rollupDaysMax),
    })
    .prefault({}),
  /** What is kept of whoever called, from the first write on. */
  privacy: z
    .strictObject({
      /** `hash` tells addresses apart without naming them; the key of the hash stays in the table. */
      sourceIps: z.enum(['keep', 'hash', 'drop']).default('keep'),
      /** Without certificates, alerts have no verdict. Names and fingerprints stay. */
      certificates: z.enum(['keep', 'drop']).default('keep'),
    })
    .prefault({}),
  /** The KMS key of all state and logs: an ARN, `create` for one of the stack's own; null leaves it to AWS's keys. */
  encryptionKey: z
    .string()
    .regex(
      /^(?:create|arn:aws[a-z-]{0,12}:kms:[a-z0-9-]{1,30}:\d{12}:key\/[\w-]{1,64})$/,
      'expected "create" or the ARN of a KMS key',
    )
    .nullable()
    .default(null),
  /** Domains that are called with a stranger's certificate again and again, to see that the refusal arrives here. */
  canaries: z
    .array(canary)
    .max(limits.canariesMax)
    .refine((all) => new Set(all.map(({ domain }) => domain)).size === all.length, {
      error: 'expected each domain once',
    })
    .default([]),
  /** Minutes between two calls of a canary. */
  canaryMinutes: z.int().min(1).max(60).default(15),
  /** The weekly report, of the last calendar week (Monday to Sunday, UTC); null makes none. */
  report: z
    .strictObject({
      day: z.enum(['MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT', 'SUN']).default('MON'),
      hour: z.int().min(0).max(23).default(7),
      timeZone: z
        .string()
        .regex(/^[A-Za-z0-9_+/-]{1,64}$/, 'expected a time zone such as Europe/Berlin')
        .default('UTC'),
    })
    .nullable()
    .prefault({}),
  /** A CloudWatch dashboard; alerts link to it. */
  dashboard: z.boolean().default(true),
  /**
   * Receives the logs of other accounts, and puts the account in front of every scope, its own included; null for one
   * account alone. Named accounts or an organisation get a destination to subscribe to; without either the accounts are
   * only told apart, which is what centralised log groups need.
   */
  central: z
    .strictObject({
      accounts: z
        .array(z.string().regex(/^\d{12}$/, 'expected the id of an account: 12 digits'))
        .max(limits.centralAccountsMax)
        .default([]),
      organizationId: z
        .string()
        .regex(/^o-[a-z0-9]{10,32}$/, 'expected the id of an organisation, such as o-a1b2c3d4e5')
        .nullable()
        .default(null),
      /** Shards of the stream; null for one that is paid by use and grows by itself. */
      shards: z.int().min(1).max(200).nullable().default(null),
    })
    .nullable()
    .default(null),
  /** Null leaves concurrency unreserved: accounts with a small quota cannot reserve any. */
  reservedConcurrency: z.int().min(1).max(1000).nullable().default(null),
});

export const configSchema = settings;

export type Config = z.output<typeof configSchema>;

/** The same as a user writes it: what has a default may be left out. */
export type Settings = z.input<typeof configSchema>;

/** The log groups that the settings name, each once. */
export function configuredLogGroups({ executionLogGroups, accessLogGroups }: Config): string[] {
  return [...new Set([...executionLogGroups, ...accessLogGroups].map(({ name }) => name))];
}

/** An event that names log groups beside those of the settings; any other event names none. */
const watchEventSchema = z
  .object({ executionLogGroups: z.array(logGroup).default([]), accessLogGroups: z.array(logGroup).default([]) })
  .nullish();

/**
 * The settings with the log groups that an event names: those of stages that a CDK app watches, which have no room among the
 * settings that the functions are given. Throws as `parseConfig` does.
 */
export function withLogGroups(config: Config, event: unknown): Config {
  const more = parseWith(watchEventSchema, event, 'the event');
  return {
    ...config,
    executionLogGroups: [...config.executionLogGroups, ...(more?.executionLogGroups ?? [])],
    accessLogGroups: [...config.accessLogGroups, ...(more?.accessLogGroups ?? [])],
  };
}

/** What the subscription filters of an account lead to whose logs a central account watches. */
export const destinationArn = z
  .string()
  .regex(
    /^arn:aws[a-z-]{0,12}:logs:[a-z0-9-]{1,30}:\d{12}:destination:[^:*\s]{1,512}$/,
    "expected the ARN of a CloudWatch Logs destination: the output DestinationArn of the central account's stack",
  );

/** Of an account whose logs a central account watches: what to send there. All else is set in the central account. */
const memberSchema = settings
  .pick({ executionLogGroups: true, accessLogGroups: true, logRetentionDays: true })
  .extend({ centralDestinationArn: destinationArn })
  .refine(({ executionLogGroups, accessLogGroups }) => executionLogGroups.length + accessLogGroups.length > 0, {
    path: ['accessLogGroups'],
    error: 'expected at least one log group, here or in executionLogGroups',
  });

export type MemberConfig = z.output<typeof memberSchema>;

/**
 * Validates settings from outside.
 * @param source named in the message, such as `cdk.json context "mtlsWatch"`
 * @throws MtlsWatchError `bad-config`, one line a mistake: the key, the value and what was expected
 */
export function parseConfig(value: unknown, source: string): Config {
  return parseWith(configSchema, value, source);
}

/** Validates the settings of an account that a central one watches. Throws as `parseConfig` does. */
export function parseMemberConfig(value: unknown, source: string): MemberConfig {
  return parseWith(memberSchema, value, source);
}

function parseWith<T>(schema: z.ZodType<T>, value: unknown, source: string): T {
  const result = schema.safeParse(value, { reportInput: true });
  if (result.success) return result.data;
  const lines = result.error.issues.map((issue) => {
    const key = issue.path.join('.') || '(the whole value)';
    return `  ${key}: got ${show(issue.input)}; ${issue.message}`;
  });
  throw new MtlsWatchError('bad-config', `${source} has ${lines.length} wrong setting(s):\n${lines.join('\n')}`);
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}
