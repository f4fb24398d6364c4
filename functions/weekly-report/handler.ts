/** Called once a week by the scheduler; its event names log groups in addition to those of the settings. */

import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { S3Client } from '@aws-sdk/client-s3';
import { SNSClient } from '@aws-sdk/client-sns';
import { createInsights } from '../../shared/adapters/aws/insights.js';
import { consoleUrl, createReportBucket } from '../../shared/adapters/aws/report-bucket.js';
import { createAnnounce } from '../../shared/adapters/aws/report-topic.js';
import { withLogGroups } from '../../shared/config/settings.js';
import { withInventory } from '../../shared/discovery/known-world.js';
import type { ReportMail } from '../../shared/ports/watch.js';
import type { ReportDelivery } from '../../shared/report/deliver.js';
import { createWeeklyReport, type ReportWorld } from '../../shared/report/weekly.js';
import { variable } from '../wiring/variable.js';
import { wire } from '../wiring/wiring.js';

const wired = wire(process.env);
const inWorld = withInventory(wired);
const { clock, config } = wired.world;
const bucket = variable(process.env, 'REPORT_BUCKET');
const region = variable(process.env, 'AWS_REGION');
const logGroup = variable(process.env, 'INGEST_LOG_GROUP');
const insights = createInsights(new CloudWatchLogsClient({}));

/** Absent where nobody is to be mailed; the SDK's client for it is loaded for those alone. */
const mailTo = process.env.REPORT_MAIL;

const mail: ReportDelivery['mail'] = async (summary, page) => {
  const [{ SESv2Client }, { createReportMail }] = await Promise.all([
    import('@aws-sdk/client-sesv2'),
    import('../../shared/adapters/aws/report-mail.js'),
  ]);
  const parties = JSON.parse(variable(process.env, 'REPORT_MAIL')) as ReportMail;
  await createReportMail(new SESv2Client({}), parties)(summary, page);
};

const delivery: ReportDelivery = {
  bucket: createReportBucket(new S3Client({}), bucket),
  clock,
  language: config.language,
  urlOf: (key) => consoleUrl(region, bucket, key),
  ...(mailTo && { mail }),
  announce: createAnnounce(new SNSClient({}), variable(process.env, 'TOPIC_ARN')),
};
const query: ReportWorld['query'] = (text, from, to) => insights.query(logGroup, text, from, to);

export const handler = (event: unknown) =>
  inWorld((world) => {
    const config = withLogGroups(world.config, event);
    return createWeeklyReport({ world: { ...world, config }, query, ask: insights.query, delivery })();
  });
