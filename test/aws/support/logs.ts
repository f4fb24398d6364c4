/** Writes to log groups as API Gateway does, through CloudWatch Logs' own API. */

import {
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  PutLogEventsCommand,
  ResourceAlreadyExistsException,
} from '@aws-sdk/client-cloudwatch-logs';
import type { LogEvent } from '../../../shared/model/index.js';
import { logs } from './clients.js';

export async function createLogGroup(logGroupName: string): Promise<void> {
  await logs.send(new CreateLogGroupCommand({ logGroupName }));
}

/** One call, which the local AWS delivers as one batch. CloudWatch gives the events ids of its own. */
export async function putLogEvents(logGroupName: string, events: readonly LogEvent[]): Promise<void> {
  const logStreamName = '072b030ba126b2f4b2374f342be9ed44';
  try {
    await logs.send(new CreateLogStreamCommand({ logGroupName, logStreamName }));
  } catch (error) {
    if (!(error instanceof ResourceAlreadyExistsException)) throw error;
  }
  const logEvents = events.map(({ timestamp, message }) => ({ timestamp, message }));
  await logs.send(new PutLogEventsCommand({ logGroupName, logStreamName, logEvents }));
}
