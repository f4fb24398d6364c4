/** The published shape of a report: what its JSON file holds, and all that its page and CSV are made from. */

import * as z from 'zod';
import { severities } from '../model/notices.js';
import type { Phrase, PhraseValue } from '../model/phrases.js';
import { forbiddenCauses, reasonIds } from '../model/reasons.js';

const reason = z.enum(reasonIds);
const iso = z.iso.datetime();
/** In a storm, an estimate for named issuers. */
const count = z.number();
/** One number for each compared stretch, the oldest first and the period itself last; null before anything was known. */
const stretches = z.array(count.nullable());

/** The front door that refused; absent for API Gateway. */
const door = z.string().optional();
/** Of the reason `other`: the kind of sentence that the door wrote. */
const words = z.string().optional();

const trend = {
  failures: count,
  /** The stretch before; null where nothing was known yet. */
  before: count.nullable(),
  /** Of the four stretches before, as far as they are known. */
  median4: z.number().nullable(),
  stretches,
};

const group = z.strictObject({
  scope: z.string(),
  issuerDn: z.string(),
  reason,
  /** No CA of the issuer's name signed the certificates: somebody uses the name, or the CA has a new key. */
  isUnverified: z.literal(true).optional(),
  door,
  words,
  ...trend,
  unattributed: count,
  inferred: count,
  firstSeen: iso,
  lastSeen: iso,
});

const client = z.strictObject({
  subjectDn: z.string(),
  serialNumber: z.string(),
  issuerDn: z.string(),
  scope: z.string(),
  reason,
  /** As in an incident. */
  isUnverified: z.literal(true).optional(),
  door,
  words,
  count,
  sourceIps: z.array(z.string()),
  /** Null where no failure records could be read. */
  userAgents: z.array(z.string()).nullable(),
  firstSeen: iso.nullable(),
  lastSeen: iso.nullable(),
});

/** A sentence and its values: `shared/model/phrases.ts`. */
const phrase: z.ZodType<Phrase> = z.strictObject({ say: z.string(), of: z.array(z.lazy(() => phraseValue)) });
const phraseValue: z.ZodType<PhraseValue> = z.union([
  z.string(),
  z.number(),
  phrase,
  z.array(z.lazy(() => phraseValue)),
]);

const action = z.strictObject({
  rank: z.int().positive(),
  issuerDn: z.string(),
  /** The client by name where its certificate is the cause; else the issuer's organization, or its name where it has none. */
  owner: z.string(),
  /** Whom the settings name as responsible, by name and contact; null for nobody. */
  contact: z.strictObject({ name: z.string(), contact: z.string() }).nullable(),
  reason,
  words,
  /** No CA of the issuer's name signed the certificates: somebody uses the name, or the CA has a new key. */
  isUnverified: z.literal(true).optional(),
  scopes: z.array(z.string()),
  /** The front doors that refused, API Gateway as `api-gateway`; absent where it is the only one. */
  doors: z.array(z.string()).optional(),
  /** `open` goes on; `over`: its incident was resolved, and nothing was refused since. */
  state: z.enum(['open', 'over']),
  ...trend,
  clients: count,
  lastSeen: iso,
  /** What the certificate that failed most shows; null where none could be looked at. */
  verdict: z
    .strictObject({
      code: z.string(),
      evidence: z.array(z.string()),
      remedy: z.string(),
      /** Evidence and remedy as data, for other languages. */
      said: z.strictObject({ evidence: z.array(phrase), remedy: phrase }).optional(),
      /** The verdict that the gateway's own sentence contradicts; left out where they agree. */
      contradicted: z.enum(['refused', 'trusted']).optional(),
      /** The UTC day on which probes showed the rule at this gateway; left out where none did. */
      seenOn: z.string().optional(),
    })
    .nullable(),
  runbookUrl: z.url(),
});

const incident = z.strictObject({
  incidentId: z.string(),
  scope: z.string(),
  issuerDn: z.string(),
  reason,
  /** No CA of the issuer's name signed the certificates: somebody uses the name, or the CA has a new key. */
  isUnverified: z.literal(true).optional(),
  door,
  words,
  severity: z.enum(severities),
  firstFailureAt: iso.nullable(),
  noticedAt: iso,
  /** When refusals stopped; null while it fires. */
  calmAt: iso.nullable(),
  resolvedAt: iso.nullable(),
  secondsToDetect: z.number().nullable(),
  secondsToResolve: z.number().nullable(),
  /** As the notice of its end says; null while it fires, and where another one told of it. */
  failures: count.nullable(),
  /** Where incidents of one cause were told together, how many of `failures` each reason has; otherwise empty. */
  reasons: z.array(z.strictObject({ reason, failures: count })),
  /** The client, where its certificate is the cause and a CA of the truststore vouches for its name. */
  refused: z.optional(z.string()),
  /** Nobody was told: a silence, or the budget of notices about strangers, held it back. */
  heldBack: z.boolean(),
  comebacks: z.int().nonnegative(),
});

const expiring = z.strictObject({
  kind: z.enum(['client', 'ca']),
  subjectDn: z.string(),
  issuerDn: z.string(),
  serialNumber: z.string(),
  notAfter: iso,
  daysLeft: z.int(),
  /** Null where traffic is not known. */
  requests: count.nullable(),
  clients: count.nullable(),
  /** Since when a later certificate of the same subject has been calling. */
  successorSince: iso.nullable(),
});

/** What will lose client authentication at the next renewal, because public CAs no longer issue it. */
const sunset = z.strictObject({
  kind: z.enum(['client', 'ca']),
  subjectDn: z.string(),
  issuerDn: z.string(),
  serialNumber: z.string(),
  notAfter: iso.nullable(),
  /** By the name of the issuer or of a CA above it; null where only the usages say so. */
  publicCa: z.string().nullable(),
  /** What the extended key usages allow; null for a CA. */
  usages: z.enum(['both', 'client', 'server', 'any', 'unknown']).nullable(),
  /** The day after which the CA issues no client authentication. */
  until: z.iso.date(),
  /** Null where traffic is not known. */
  requests: count.nullable(),
  /** Since when a later certificate of the same subject, which is not concerned, has been calling. */
  successorSince: iso.nullable(),
});

/** What the report lacks; the words for each are in `messages/`. */
const gapIds = [
  'successes-format',
  'successes-unreadable',
  'successes-unavailable',
  'successes-cut',
  'successes-too-many',
  'successes-part',
  'successes-elsewhere',
  'successes-connections',
  'details-unavailable',
  'details-cut',
  'expiry-unknown',
  'expiry-without-clients',
  'expiry-of-the-past',
  'pipeline-unknown',
  'nothing-judged',
  'forbidden-unknown',
  'forbidden-cut',
  'groups-cut',
  'incidents-cut',
  'verdicts-cut',
  'verdicts-unavailable',
  'narrowed',
] as const;
export type GapId = (typeof gapIds)[number];

export const reportSchema = z.strictObject({
  type: z.literal('report'),
  version: z.literal(1),
  period: z.strictObject({ label: z.string(), from: iso, to: iso }),
  generatedAt: iso,
  /** The issuer or organization that the report is narrowed to; null when it is about all. */
  partner: z.string().nullable(),
  totals: z.strictObject({ ...trend, unattributed: count, inferred: count, issuers: count, scopes: count }),
  /** By front door, API Gateway as `api-gateway`. */
  doors: z.array(
    z.strictObject({
      door: z.string(),
      ...trend,
      groups: count,
      issuers: count,
      scopes: count,
      incidents: count,
      /** Other 403s of API Gateway, and connections that failed for another cause than the certificate; null where not known. */
      otherCauses: count.nullable(),
    }),
  ),
  days: z.array(z.strictObject({ date: z.iso.date(), failures: count, reasons: z.partialRecord(reason, count) })),
  actions: z.array(action),
  /** Of strangers, who need no action: self-signed certificates, and the issuers of a scan. */
  strangers: z.strictObject({ issuers: count, failures: count }),
  issuers: z.array(
    z.strictObject({
      issuerDn: z.string(),
      owner: z.string(),
      /** All that was refused of it is of strangers: self-signed, or part of a scan. */
      isStranger: z.optional(z.literal(true)),
      ...trend,
      reasons: z.partialRecord(reason, count),
      scopes: z.array(z.string()),
      firstSeen: iso,
      lastSeen: iso,
    }),
  ),
  /** Issuers beyond the list, added up. */
  issuersLeftOut: z.strictObject({ issuers: count, failures: count }),
  /**
   * By issuer and domain: how many calls were let in, whatever they were answered, and how many were refused. Null where nobody counted
   * calls.
   */
  shares: z
    .array(
      z.strictObject({
        scope: z.string(),
        issuerDn: z.string(),
        owner: z.string(),
        /** Null where it is not known. */
        letIn: count.nullable(),
        refused: count,
        /** Refused calls among all, from 0 to 1; null where it is not known. */
        share: z.number().nullable(),
      }),
    )
    .nullable(),
  clients: z.array(client),
  incidents: z.array(incident),
  newIssuers: z.array(z.strictObject({ issuerDn: z.string(), failures: count, firstSeen: iso })),
  vanishedIssuers: z.array(z.strictObject({ issuerDn: z.string(), lastFailures: count, stretchesAgo: z.int() })),
  expiring: z.array(expiring).nullable(),
  sunset: z.array(sunset).nullable(),
  otherForbidden: z
    .array(
      z.strictObject({
        cause: z.enum(forbiddenCauses),
        count,
        before: count.nullable(),
        scopes: z.array(z.strictObject({ scope: z.string(), door, count })),
      }),
    )
    .nullable(),
  silences: z.array(z.strictObject({ what: z.string(), until: iso, because: z.string() })).nullable(),
  pipeline: z
    .strictObject({
      events: count.nullable(),
      rejected: count.nullable(),
      duplicates: count.nullable(),
      lagSeconds: z.number().nullable(),
    })
    .nullable(),
  gaps: z.array(z.strictObject({ id: z.enum(gapIds), detail: z.string() })),
  groups: z.array(group),
});

export type Report = z.output<typeof reportSchema>;
