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

/** Other thresholds for the groups that match every selector given. */
const override = z
  .strictObject({
    scope: z.string().min(1).max(255).optional(),
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
  runbooks: z.strictObject({
    /** Where the pages of `runbooks/` are served; the alert links to `<baseUrl>/<language>/<reason>.md`. */
    baseUrl: z.url({ protocol: /^https$/, error: 'expected an https URL, such as https://wiki.example.com/mtls' }),
    /** A team's own page for what matches every selector given; of several that match, the last one. */
    overrides: z
      .array(
        z
          .strictObject({
            scope: z.string().min(1).max(255).optional(),
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
  /** Null leaves concurrency unreserved: accounts with a small quota cannot reserve any. */
  reservedConcurrency: z.int().min(1).max(1000).nullable().default(null),
});

export const configSchema = settings.superRefine(({ privacy, apisWithoutExecutionLog }, context) => {
  if (privacy.certificates === 'keep' || apisWithoutExecutionLog.length === 0) return;
  context.addIssue({
    code: 'custom',
    path: ['privacy', 'certificates'],
    input: privacy.certificates,
    message: 'expected "keep": the refusals of apisWithoutExecutionLog are told from their certificates alone',
  });
});

export type Config = z.output<typeof configSchema>;

/** The same as a user writes it: what has a default may be left out. */
export type Settings = z.input<typeof configSchema>;

/**
 * Validates settings from outside.
 * @param source named in the message, such as `cdk.json context "mtlsWatch"`
 * @throws MtlsWatchError `bad-config`, one line a mistake: the key, the value and what was expected
 */
export function parseConfig(value: unknown, source: string): Config {
  const result = configSchema.safeParse(value, { reportInput: true });
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
