/** One result of `doctor`: what was checked, found and expected, and what to do about it. */

export const checkStates = ['ok', 'wrong', 'warning', 'unknown'] as const;

export type CheckState = (typeof checkStates)[number];

/** Ids are contracts: scripts match them. */
export const checkIds = [
  'domains',
  'readable',
  'gateway-logging-role',
  'log-policies',
  'domain-status',
  'domain-mapped',
  'tls-policy',
  'truststore-versioned',
  'truststore-current',
  'truststore-warnings',
  'truststore-readable',
  'default-endpoint',
  'execution-log',
  'http-api-covered',
  'access-log',
  'access-log-format',
  'successes',
  'connection-log',
  'connection-log-region',
  'connection-log-fields',
  'subscription',
  'filter-places',
  'log-masking',
  'deployed',
  'heartbeat',
  'topic-subscriptions',
  'runbook-pages',
  'report-mail',
] as const;

export type CheckId = (typeof checkIds)[number];

export interface Check {
  readonly id: CheckId;
  /** The custom domain or other front door; null for checks of the account or of mtls-watch itself. */
  readonly domain: string | null;
  /** The stage, log group or topic, with the name from the account, which must be escaped for a terminal. */
  readonly about: string;
  readonly state: CheckState;
  readonly found: string;
  readonly expected: string;
  /** Null if nothing has to be done. */
  readonly remedy: string | null;
  /** Shell commands that repair it, in order; empty if a person has to decide. */
  readonly commands: readonly string[];
}

export type Subject = Pick<Check, 'id' | 'domain' | 'about' | 'expected'>;

export const ok = (subject: Subject, found: string): Check => ({
  ...subject,
  state: 'ok',
  found,
  remedy: null,
  commands: [],
});

export const wrong = (subject: Subject, found: string, remedy: string, commands: readonly string[] = []): Check => ({
  ...subject,
  state: 'wrong',
  found,
  remedy,
  commands,
});

export const warning = (subject: Subject, found: string, remedy: string, commands: readonly string[] = []): Check => ({
  ...wrong(subject, found, remedy, commands),
  state: 'warning',
});

export const unknown = (subject: Subject, found: string, remedy: string): Check => ({
  ...wrong(subject, found, remedy),
  state: 'unknown',
});

export const COULD_NOT_BE_READ = 'could not be read';
export const ALLOW_READING = 'Allow what could not be read (see the lines below), and look again.';
