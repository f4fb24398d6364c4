/** Called once a week by the scheduler, whose event says nothing that is needed. */

import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { S3Client } from '@aws-sdk/client-s3';
import { SNSClient } from '@aws-sdk/client-sns';
import { createInsights } from '../../shared/adapters/aws/insights.js';
import { consoleUrl, createReportBucket } from '../../shared/adapters/aws/report-bucket.js';
import { createAnnounce } from '../../shared/adapters/aws/report-topic.js';
import { variable, wire } from '../wiring.js';
import { createWeeklyReport } from './weekly-report.js';

const { world } = wire(process.env);
const bucket = variable(process.env, 'REPORT_BUCKET');
const region = variable(process.env, 'AWS_REGION');
const logGroup = variable(process.env, 'INGEST_LOG_GROUP');
const insights = createInsights(new CloudWatchLogsClient({}));

export const handler = createWeeklyReport({
  world,
  query: (query, from, to) => insights.query(logGroup, query, from, to),
  delivery: {
    bucket: createReportBucket(new S3Client({}), bucket),
    clock: world.clock,
    language: world.config.language,
    urlOf: (key) => consoleUrl(region, bucket, key),
    announce: createAnnounce(new SNSClient({}), variable(process.env, 'TOPIC_ARN')),
  },
});
