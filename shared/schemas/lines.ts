/**
 * The published shapes of what `--json` prints and SNS carries: one JSON object a line. Parsed by the tests on every
 * line that the command line prints, so that a field cannot drift from what is documented.
 */

import * as z from '../base/zod.js';
import { checkIds, checkStates } from '../discovery/check.js';
import type { Diagnosis, Notice } from '../model/index.js';
import { severities } from '../model/notices.js';
import type { Phrase, PhraseValue } from '../model/phrases.js';
import { forbiddenCauses, reasonIds } from '../model/reasons.js';

const reason = z.enum(reasonIds);
const iso = z.iso.datetime();
const count = z.number().check(z.nonnegative());
const severity = z.enum(severities);

export const groupSchema = z.strictObject({
  scope: z.string(),
  issuerDn: z.string(),
  reason,
  isUnverified: z.optional(z.literal(true)),
  /** The front door that refused; absent for API Gateway. */
  door: z.optional(z.string()),
  /** Of the reason `other`: the kind of sentence that the door wrote, without what differs from request to request. */
  words: z.optional(z.string()),
});

/** A sentence and its values, for other languages than English: `shared/model/phrases.ts`. */
const phraseSchema: z.ZodMiniType<Phrase> = z.strictObject({
  say: z.string(),
  of: z.array(z.lazy(() => phraseValueSchema)),
});
const phraseValueSchema: z.ZodMiniType<PhraseValue> = z.union([
  z.string(),
  z.number(),
  phraseSchema,
  z.array(z.lazy(() => phraseValueSchema)),
]);

const findingSchema = z.strictObject({
  code: z.string().check(z.regex(/^[a-z0-9-]{1,64}$/)),
  severity: z.enum(['error', 'warning', 'info']),
  depth: z.nullable(z.int().check(z.nonnegative())),
  subjectDn: z.nullable(z.string()),
  evidence: z.array(z.string()),
  remedy: z.string(),
  said: z.optional(z.strictObject({ evidence: z.array(phraseSchema), remedy: phraseSchema })),
  standing: z.optional(z.enum(['documented', 'reported', 'seen', 'openssl', 'unknown'])),
  /** The gateway's own sentence says something else than the verdict. */
  seenOn: z.optional(z.string()),
  isContradicted: z.optional(z.boolean()),
});

export const diagnosisSchema = z.strictObject({
  verdict: z.enum(['trusted', 'refused', 'undecided']),
  reason: z.nullable(z.string()),
  findings: z.array(findingSchema),
  path: z.array(z.string()),
  /** Nobody has the certificate: the verdict rests on what the door's log says of it. */
  basis: z.optional(z.literal('log-fields')),
}) satisfies z.ZodMiniType<Diagnosis>;

export const noticeSchema = z.strictObject({
  type: z.literal('notice'),
  version: z.literal(1),
  kind: z.enum(['spike', 'ongoing', 'escalated', 'resolved']),
  noticeId: z.string(),
  incidentId: z.string(),
  at: iso,
  since: iso,
  severity,
  group: groupSchema,
  /** Who is named as refused, and whether its certificate or a CA is the cause. */
  refused: z.optional(
    z.strictObject({
      party: z.enum(['client', 'issuer']),
      client: z.nullable(z.string()),
      others: z.int().check(z.nonnegative()),
      issuer: z.nullable(z.string()),
      isProven: z.boolean(),
    }),
  ),
  cause: z.nullish(z.string()),
  account: z.nullish(z.string()),
  region: z.nullish(z.string()),
  timeZone: z.optional(z.string()),
  owner: z.nullish(z.strictObject({ name: z.string(), contact: z.string() })),
  groups: z.array(groupSchema),
  reasonText: z.string(),
  count,
  /** Groups of the same issuer and cause that are told with this one; `count` is this group's own. */
  toldWith: z.optional(z.array(z.strictObject({ group: groupSchema, count }))),
  windowMinutes: z.int().check(z.positive()),
  expected: z.number().check(z.nonnegative()),
  /** Every call of the issuer was refused since then, and when one was let in for the last time. */
  allRefused: z.optional(z.strictObject({ refused: count, since: iso, letInAt: iso })),
  lastHour: z.array(count).check(z.length(60)),
  clientCount: z.int().check(z.nonnegative()),
  issuerTrusted: z.nullable(z.boolean()),
  scopeShare: z.nullable(z.number().check(z.minimum(0), z.maximum(1))),
  severityAtFirst: severity,
  because: z.string(),
  runbookUrl: z.url(),
  clients: z.array(
    z.strictObject({
      subjectDn: z.string(),
      serialNumber: z.string(),
      fingerprint: z.nullable(z.string()),
      sourceIps: z.array(z.string()),
      count,
    }),
  ),
  /** Where clients present no certificate: the last one that each address was refused with before. */
  presentedBefore: z.optional(
    z.array(
      z.strictObject({
        sourceIp: z.string(),
        subjectDn: z.string(),
        issuerDn: z.string(),
        serialNumber: z.string(),
        notAfter: z.nullable(iso),
        lastAt: iso,
      }),
    ),
  ),
  verdict: z.nullable(diagnosisSchema),
  verdictNote: z.nullable(z.string()),
  said: z.optional(z.strictObject({ verdictNote: z.optional(phraseSchema), change: z.optional(phraseSchema) })),
  change: z.nullable(z.string()),
  heldBackUntil: z.optional(iso),
  links: z.strictObject({
    executionLog: z.nullable(z.url()),
    accessLog: z.nullable(z.url()),
    dashboard: z.nullable(z.url()),
  }),
  commands: z.strictObject({
    silence: z.string(),
    acknowledge: z.string(),
    cloudShell: z.optional(z.strictObject({ silence: z.string(), acknowledge: z.string() })),
  }),
}) satisfies z.ZodMiniType<Notice>;

export const summarySchema = z.strictObject({
  type: z.literal('summary'),
  /** Log events read, duplicates and rejects included. */
  events: count,
  /** Whether records of access logs, and lines of execution logs, were among them: without any, nothing was judged. */
  accessRecords: z.boolean(),
  executionLines: z.boolean(),
  /** The same for records of connections at CloudFront and load balancers. */
  connectionRecords: z.boolean(),
  rejected: count,
  /** The same by the code of the reason, and the first of each as an example: what was wrong, and which event or file. */
  rejectedBy: z.record(z.string(), count),
  rejectedExamples: z.record(z.string(), z.string()),
  /** Access records of refused requests that were broken or cut off and could be read all the same. */
  recovered: count,
  /** Events that were delivered before. */
  duplicates: count,
  /** Files that could not be read, or not to their end; what could be read of them counts. */
  unreadableFiles: count,
  failures: count,
  /** Of the failures, those whose client is not known. */
  unattributed: count,
  inferred: count,
  otherForbidden: z.partialRecord(z.enum(forbiddenCauses), count),
  /** The same by front door, API Gateway as `api-gateway`; those with most refusals first. */
  doors: z.array(z.strictObject({ door: z.string(), failures: count, groups: count, otherForbidden: count })),
  groups: z.array(
    z.strictObject({
      ...groupSchema.shape,
      /** Of the reason `other`: what the door said, the first text of each of a few kinds of sentences. */
      reasonTexts: z.optional(z.array(z.string())),
      /** Whether it said further kinds of sentences. */
      hasMoreReasons: z.optional(z.literal(true)),
      failures: count,
      firstSeen: iso,
      lastSeen: iso,
    }),
  ),
  notices: count,
});

export type ReplaySummary = z.output<typeof summarySchema>;

/** What `audit --json` prints: findings, then one summary. */
export const auditLineSchema = z.union([
  z.strictObject({
    type: z.literal('finding'),
    ...findingSchema.shape,
    /** The first of `lines`; null where it is about the whole file. */
    line: z.nullable(z.int().check(z.positive())),
    lines: z.array(z.int().check(z.positive())),
  }),
  /** A CA of the truststore that is public by its name: clients under it lose client authentication when they renew. */
  z.strictObject({
    type: z.literal('sunset'),
    line: z.int().check(z.positive()),
    subjectDn: z.string(),
    publicCa: z.string(),
    until: z.iso.date(),
    source: z.string(),
  }),
  z.strictObject({
    type: z.literal('summary'),
    certificates: count,
    errors: count,
    warnings: count,
    notes: count,
    publicCas: count,
  }),
]);

const clientShape = {
  subjectDn: z.string(),
  issuerDn: z.string(),
  serialNumber: z.string(),
  requests: count,
  /** Of all requests with a client certificate, from 0 to 1. */
  share: z.number().check(z.minimum(0), z.maximum(1)),
};

const tally = z.strictObject({ clients: count, requests: count });

/** What `preflight --json` prints: every client, the busiest first, then one summary. */
export const preflightLineSchema = z.union([
  z.strictObject({
    type: z.literal('client'),
    change: z.enum([
      'newly-refused',
      'newly-trusted',
      'still-refused',
      'still-trusted',
      'not-valid-itself',
      'undecided',
      'unknown',
    ]),
    ...clientShape,
    notAfter: z.nullable(iso),
    refused: count,
    lastSeen: iso,
    scopes: z.array(z.string()),
    verdict: z.nullable(diagnosisSchema),
  }),
  z.strictObject({
    type: z.literal('summary'),
    clients: count,
    requests: count,
    requestsLeftOut: count,
    requestsWithoutCertificate: count,
    recordsUnreadable: count,
    truststoreErrors: count,
    changes: z.record(z.string(), tally),
  }),
]);

/** The logs that were read, or exported logs of the past, of which the stack keeps who was let in. */
const lastSeenIn = z.enum(['logs', 'exports']);

/** What `expiry --json` prints: certificates, the busiest first, then one summary. */
export const expiryLineSchema = z.union([
  z.strictObject({
    type: z.literal('client'),
    ...clientShape,
    notAfter: iso,
    daysLeft: z.int(),
    lastSeen: iso,
    lastSeenIn,
    scopes: z.array(z.string()),
    successor: z.nullable(z.strictObject({ serialNumber: z.string(), notAfter: z.nullable(iso), firstSeen: iso })),
  }),
  z.strictObject({ type: z.literal('ca'), ...clientShape, notAfter: iso, daysLeft: z.int(), clients: count }),
  /** Will lose client authentication at the next renewal after `until`. */
  z.strictObject({
    type: z.literal('sunset'),
    ...clientShape,
    notAfter: z.nullable(iso),
    /** By the issuer's name; null where only the usages say so. */
    publicCa: z.nullable(z.string()),
    usages: z.enum(['both', 'client', 'server', 'any', 'unknown']),
    until: z.iso.date(),
    source: z.string(),
    lastSeen: iso,
    lastSeenIn,
    scopes: z.array(z.string()),
    successor: z.nullable(z.strictObject({ serialNumber: z.string(), firstSeen: iso })),
  }),
  z.strictObject({
    type: z.literal('summary'),
    clients: count,
    /** Of these, those that only the stack knows, from exported logs; null where its table was not read. */
    clientsOfExportsOnly: z.nullable(count),
    /** Those of exported logs whose certificates have ended since, and who were not seen with a later one: not in `clients`. */
    clientsEndedUnseen: count,
    /** Whose certificate's end is not in the log. */
    clientsWithoutValidity: count,
    requests: count,
    requestsLeftOut: count,
    requestsWithoutCertificate: count,
    recordsUnreadable: count,
    expiring: count,
    withoutSuccessor: count,
    losingClientAuthentication: count,
  }),
]);

/** What `doctor --json` prints: every check, then one summary. */
export const doctorLineSchema = z.union([
  z.strictObject({
    type: z.literal('check'),
    id: z.enum(checkIds),
    /** The custom domain; null for what concerns the account or mtls-watch itself. */
    domain: z.nullable(z.string()),
    /** The stage, log group, truststore or topic. */
    about: z.string(),
    state: z.enum(checkStates),
    found: z.string(),
    expected: z.string(),
    /** Null where nothing is to be done. */
    remedy: z.nullable(z.string()),
    /** Lines for a shell that put it right, in their order. */
    commands: z.array(z.string()),
  }),
  z.strictObject({
    type: z.literal('summary'),
    accountId: z.string(),
    region: z.string(),
    domains: count,
    /** Distributions and load balancers. */
    doors: count,
    ok: count,
    wrong: count,
    warning: count,
    unknown: count,
  }),
]);
