/** Asks Logs Insights, and gives up before the sweep is cut off. */

import { setTimeout as wait } from 'node:timers/promises';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { createInsights } from '../../shared/adapters/aws/insights.js';
import { limits } from '../../shared/base/limits.js';
import type { AskInsights } from '../../shared/calls/count-calls.js';

export function createAsk(): AskInsights {
  return createInsights(new CloudWatchLogsClient({}), wait, limits.callLookUpWaitMsMax).query;
}
