/** What the functions may read of the truststores. */

import { Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { Config } from '../shared/config.js';

/** Read access to exactly the configured objects, in all their versions; nothing where none is configured. */
export function truststoreStatements(scope: Construct, truststores: Config['truststores']): PolicyStatement[] {
  const uris = [...new Set(Object.values(truststores))].sort();
  if (uris.length === 0) return [];
  return [
    new PolicyStatement({
      actions: ['s3:GetObject', 's3:GetObjectVersion'],
      resources: uris.map((uri) => objectArn(scope, uri)),
    }),
  ];
}

function objectArn(scope: Construct, uri: string): string {
  // An S3 key may hold the characters that are wildcards in a policy; IAM takes them literally as `${*}`.
  const object = uri.slice('s3://'.length).replace(/[*?$]/g, (character) => `\${${character}}`);
  return `arn:${Stack.of(scope).partition}:s3:::${object}`;
}
