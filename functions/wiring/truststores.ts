/** Truststores in S3. Loaded when the first one is read, because most invocations read none. */

import { S3Client } from '@aws-sdk/client-s3';
import { createS3Truststores } from '../../shared/adapters/aws/truststore.js';
import { systemClock } from '../../shared/adapters/clock.js';
import type { TruststoreSource } from '../../shared/ports/truststore.js';

export function createTruststores(): TruststoreSource {
  return createS3Truststores(new S3Client({}), systemClock);
}
