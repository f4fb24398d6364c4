/**
 * What mtls-watch costs in a month. Pure: a load, what the benchmarks measured, assumptions that are named, and prices go
 * in; amounts by service come out. Everything that is counted is listed, so that a line can be checked by hand.
 */

import { limits } from '../../shared/base/limits.js';
import { type Measured, measured } from './measured.js';
import { type PriceName, prices } from './prices.js';

/** What is watched. */
export interface Load {
  readonly failuresPerMonth: number;
  /**
   * All requests to the watched domains. Successful ones are not streamed and cost nothing; they only affect the share
   * of failures.
   */
  readonly requestsPerMonth: number;
  readonly domains: number;
  /** Connections to distributions and load balancers whose connection logs are delivered, the successful ones too. */
  readonly connectionsPerMonth: number;
  /** Requests in the access logs whose calls are counted (`successes`), the successful ones too. */
  readonly countedRequestsPerMonth: number;
  readonly canaries: number;
  /** Accounts that send their logs to this one; 0 if this account watches only itself. */
  readonly accounts: number;
}

/** Values that cannot be measured before deployment, each with its reason. */
export const assumptions = {
  /** Days of a month, hours with them. */
  hoursPerMonth: 730,
  /** Some failures come alone, the others in hundreds, from clients that retry in a loop or from broken deployments. */
  aloneShare: 0.2,
  failuresPerBatch: 100,
  /** Groups with failures in an hour, at most, for each domain; never more than there are failures. */
  groupHoursPerDomain: 730,
  /** Reasons and causes in a domain in a month; each is a metric. */
  reasonsPerDomain: 5,
  /** The functions' own metrics: four of ingest, five of the sweep, four of the reconciler. */
  ownMetrics: 13,
  /** Metrics that alarms evaluate; alarms are charged by this number. */
  alarmMetrics: 21,
  /** For each canary: its metrics, and those that its two alarms evaluate. */
  canaryMetrics: 5,
  canaryAlarmMetrics: 5,
  dashboards: 1,
  /** With the memory size of the stack; a warm ingest waits for four answers of the table. */
  ingestSeconds: 0.1,
  ingestGb: 1,
  sweepSeconds: 0.1,
  sweepGb: 0.5,
  /** Lines that Lambda writes about an invocation. */
  platformLogBytes: 350,
  /** An access record in the log, and the lines of its denial. */
  recordBytes: 2_500,
  /** Where calls are counted: how often somebody is refused so that the access logs are looked into, and the days that this reads. */
  lookUpsPerDomainAndDay: 0.5,
  daysPerLookUp: 1.25,
  /** A record of a connection log in JSON with the fields that are read, and what CloudWatch Logs adds to an event. */
  connectionRecordBytes: 700,
  noticesPerMonth: 60,
  mailsPerNotice: 3,
  canariesPerHour: 4,
  /** The reconciler runs every hour, and takes longer with discovery. */
  reconcileSeconds: 3,
  reconcileGb: 0.5,
  logRetentionMonths: 1,
} as const;

export interface CostLine {
  readonly service: string;
  readonly what: string;
  readonly quantity: number;
  readonly price: PriceName;
  readonly dollars: number;
  /** The source of the quantity. */
  readonly basis: 'measured' | 'assumed' | 'fixed';
}

const GB = 1e9;
const DAYS_PER_MONTH = 365 / 12;

interface Runs {
  /** Failures that come alone, and batches of the others. */
  readonly alone: number;
  readonly batches: number;
  readonly invocations: number;
  readonly sweeps: number;
}

function loggedGb({ alone, batches, invocations, sweeps }: Runs, { logBytes }: Measured): number {
  const { failuresPerBatch, platformLogBytes } = assumptions;
  // The failure records of one invocation are bounded.
  const recorded = alone + batches * Math.min(failuresPerBatch, limits.failureRecordsMax);
  return (
    (recorded * logBytes.failure +
      invocations * (logBytes.invocation + platformLogBytes) +
      sweeps * (logBytes.sweep + platformLogBytes)) /
    GB
  );
}

/**
 * Connection logs that are delivered; access logs whose calls are counted, each record once, by the report on its week; and what the
 * sweep reads of these where partners are refused.
 */
function logsRead(load: Load): [connectionGb: number, countedGb: number, lookedIntoGb: number] {
  const { connectionRecordBytes, recordBytes, lookUpsPerDomainAndDay, daysPerLookUp } = assumptions;
  const countedGb = (load.countedRequestsPerMonth * recordBytes) / GB;
  const lookUpsPerDay = load.failuresPerMonth > 0 ? load.domains * lookUpsPerDomainAndDay : 0;
  const lookedIntoGb = countedGb * Math.min(limits.callLookUpsOfAllMax, lookUpsPerDay) * daysPerLookUp;
  return [(load.connectionsPerMonth * connectionRecordBytes) / GB, countedGb, lookedIntoGb];
}

export function costLines(load: Load, from: Measured = measured): CostLine[] {
  const lines: CostLine[] = [];
  const add = (service: string, what: string, quantity: number, price: PriceName, basis: CostLine['basis']): void => {
    if (quantity > 0) lines.push({ service, what, quantity, price, dollars: quantity * prices[price].dollars, basis });
  };
  const a = assumptions;
  const { hoursPerMonth: hours } = a;
  // A canary's refusal is processed like any other.
  const canaryRuns = load.canaries * a.canariesPerHour * hours;
  const alone = load.failuresPerMonth * a.aloneShare + canaryRuns;
  const batches = (load.failuresPerMonth * (1 - a.aloneShare)) / a.failuresPerBatch;
  const failures = load.failuresPerMonth + canaryRuns;
  // Each half arrives in a batch of its own log.
  const invocations = 2 * (alone + batches);
  const sweeps = hours * 60;
  const groupHours = Math.min(failures, load.domains * a.groupHoursPerDomain);

  const units = (kind: 'writeUnits' | 'readUnits'): number =>
    alone * from.failureAlone[kind] +
    batches * from.hundredInABatch[kind] * (a.failuresPerBatch / 100) +
    groupHours * from.groupHour[kind] +
    sweeps * from.idleSweep[kind];
  const storedGb =
    (alone * from.byteDays.failureAlone + (batches * a.failuresPerBatch * from.byteDays.hundredInABatch) / 100) /
    DAYS_PER_MONTH /
    GB;
  add('Lambda', 'requests', invocations + sweeps + hours + canaryRuns, 'lambdaRequest', 'measured');
  add('Lambda', 'ingest, GB-seconds', invocations * a.ingestSeconds * a.ingestGb, 'lambdaGbSecond', 'assumed');
  add('Lambda', 'sweep, GB-seconds', sweeps * a.sweepSeconds * a.sweepGb, 'lambdaGbSecond', 'assumed');
  add('Lambda', 'reconcile, GB-seconds', hours * a.reconcileSeconds * a.reconcileGb, 'lambdaGbSecond', 'assumed');
  add('DynamoDB', 'write units', units('writeUnits'), 'writeUnit', 'measured');
  add('DynamoDB', 'read units', units('readUnits'), 'readUnit', 'measured');
  add('DynamoDB', 'storage, GB-months', storedGb, 'tableGbMonth', 'measured');
  add('DynamoDB', 'point-in-time recovery, GB-months', storedGb, 'backupGbMonth', 'measured');

  const logGb = loggedGb({ alone, batches, invocations, sweeps }, from);
  add('CloudWatch', "the functions' logs, GB", logGb, 'logGb', 'measured');
  add('CloudWatch', 'log storage, GB-months', logGb * a.logRetentionMonths, 'logGbMonth', 'measured');
  const [connectionGb, countedGb, lookedIntoGb] = logsRead(load);
  add('CloudWatch', 'connection logs delivered, GB', connectionGb, 'vendedLogGb', 'assumed');
  add('CloudWatch', 'connection log storage, GB-months', connectionGb * a.logRetentionMonths, 'logGbMonth', 'assumed');
  // Two queries a week over the log of the week.
  add('CloudWatch', 'Insights queries of the report, GB', 2 * logGb, 'insightsGb', 'measured');
  add('CloudWatch', 'Insights queries that count calls, GB', countedGb + lookedIntoGb, 'insightsGb', 'assumed');
  add(
    'CloudWatch',
    'metrics',
    a.ownMetrics + load.canaries * a.canaryMetrics + Math.min(load.failuresPerMonth, load.domains * a.reasonsPerDomain),
    'metricMonth',
    'assumed',
  );
  add('CloudWatch', 'alarms', a.alarmMetrics + load.canaries * a.canaryAlarmMetrics, 'alarmMonth', 'fixed');
  add('CloudWatch', 'dashboard', a.dashboards, 'dashboardMonth', 'fixed');

  const published = load.failuresPerMonth > 0 ? a.noticesPerMonth : 0;
  add('SNS', 'publishes', published, 'topicPublish', 'assumed');
  add('SNS', 'mails', published * a.mailsPerNotice, 'mail', 'assumed');
  add('KMS', 'key of the topic', 1, 'keyMonth', 'fixed');
  add('KMS', 'requests', published * 2, 'keyRequest', 'assumed');
  add('Scheduler', 'invocations', sweeps + hours + canaryRuns, 'schedule', 'fixed');
  add('S3', 'truststores read again, GETs', published * 4, 'get', 'assumed');
  add('S3', 'reports, PUTs', 3 * (DAYS_PER_MONTH / 7), 'put', 'fixed');
  if (load.accounts > 0) {
    const streamGb = (failures * a.recordBytes) / GB;
    add('Kinesis', 'stream of the central account, hours', hours, 'streamHour', 'fixed');
    add('Kinesis', 'put, GB', streamGb, 'streamInGb', 'assumed');
    add('Kinesis', 'read, GB', streamGb, 'streamOutGb', 'assumed');
  }
  return lines;
}

export function sumOf(lines: readonly CostLine[]): number {
  return lines.reduce((sum, { dollars }) => sum + dollars, 0);
}
