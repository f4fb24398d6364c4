/** Called by the state machine of the backfill. */

import { S3Client } from '@aws-sdk/client-s3';
import { createBackfillBucket } from '../../shared/adapters/aws/backfill-bucket.js';
import { objectsClient, openLogObject } from '../../shared/adapters/aws/log-objects.js';
import { createDynamoClient } from '../../shared/adapters/dynamodb/index.js';
import { createDynamoPastHours } from '../../shared/adapters/dynamodb/past-hours.js';
import { withInventory } from '../../shared/discovery/known-world.js';
import { variable } from '../wiring/variable.js';
import { wire } from '../wiring/wiring.js';
import { createBackfill } from './backfill.js';

const wired = wire(process.env);
const { stores, config } = wired.world;
const exported = objectsClient();

export const handler = createBackfill({
  inWorld: withInventory(wired),
  bucket: createBackfillBucket(new S3Client({}), variable(process.env, 'BACKFILL_BUCKET')),
  open: (object) => openLogObject(object, exported),
  pastHours: createDynamoPastHours(
    createDynamoClient(),
    variable(process.env, 'TABLE_NAME'),
    stores.rollups,
    config.retention.rollupDays,
  ),
  log: wired.log,
});
