/**
 * What AWS charges in one Region, in dollars. The pricing page that is named is the authority. Those of DynamoDB, Lambda and
 * CloudWatch were compared with quotations of it from July 2025 to June 2026; the others have not changed for years and are
 * cents here. Free tiers are left out, for an account that has this to watch has used them up.
 */

interface Price {
  readonly dollars: number;
  readonly per: string;
  /** The title of the page. */
  readonly source: string;
}

const dynamo = 'Amazon DynamoDB pricing for on-demand capacity';
const lambda = 'AWS Lambda Pricing';
const watch = 'Amazon CloudWatch Pricing';

export const REGION = 'us-east-1';
/** The month of the last comparison. */
export const PRICES_OF = '2026-06';

export const prices = {
  lambdaRequest: { dollars: 0.2e-6, per: 'request', source: lambda },
  lambdaGbSecond: { dollars: 0.0000133334, per: 'GB-second on Arm', source: lambda },
  writeUnit: { dollars: 0.625e-6, per: 'write request unit', source: dynamo },
  readUnit: { dollars: 0.125e-6, per: 'read request unit', source: dynamo },
  tableGbMonth: { dollars: 0.25, per: 'GB-month', source: dynamo },
  backupGbMonth: { dollars: 0.2, per: 'GB-month of point-in-time recovery', source: dynamo },
  logGb: { dollars: 0.5, per: 'GB ingested', source: watch },
  vendedLogGb: { dollars: 0.5, per: 'GB of vended logs, of the first 10 TB', source: watch },
  logGbMonth: { dollars: 0.03, per: 'GB-month archived', source: watch },
  insightsGb: { dollars: 0.005, per: 'GB scanned', source: watch },
  metricMonth: { dollars: 0.3, per: 'custom metric and month, of the first 10,000', source: watch },
  alarmMonth: { dollars: 0.1, per: 'standard alarm metric and month', source: watch },
  dashboardMonth: { dollars: 3, per: 'dashboard and month', source: watch },
  keyMonth: { dollars: 1, per: 'customer managed key and month', source: 'AWS Key Management Service Pricing' },
  keyRequest: { dollars: 0.03 / 10_000, per: 'request', source: 'AWS Key Management Service Pricing' },
  topicPublish: { dollars: 0.5e-6, per: 'publish of up to 64 KB', source: 'Amazon SNS pricing' },
  mail: { dollars: 2 / 100_000, per: 'mail', source: 'Amazon SNS pricing' },
  schedule: { dollars: 1e-6, per: 'invocation', source: 'Amazon EventBridge pricing' },
  stateTransition: {
    dollars: 0.025 / 1000,
    per: 'state transition of a Standard workflow',
    source: 'AWS Step Functions Pricing',
  },
  put: { dollars: 0.005 / 1000, per: 'PUT request', source: 'Amazon S3 pricing' },
  get: { dollars: 0.0004 / 1000, per: 'GET request', source: 'Amazon S3 pricing' },
  streamHour: { dollars: 0.04, per: 'on-demand stream and hour', source: 'Amazon Kinesis Data Streams pricing' },
  streamInGb: { dollars: 0.08, per: 'GB put', source: 'Amazon Kinesis Data Streams pricing' },
  streamOutGb: { dollars: 0.04, per: 'GB read', source: 'Amazon Kinesis Data Streams pricing' },
} as const satisfies Readonly<Record<string, Price>>;

export type PriceName = keyof typeof prices;
