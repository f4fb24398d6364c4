/** The functions' permissions to read truststores. */

import { Stack, Token, Validations } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { ACCOUNT_BLANK } from '../../shared/config/qualified-names.js';
import type { Config } from '../../shared/config/settings.js';
import { isTrustStoreArn } from '../../shared/config/truststore-places.js';
import { wildcardFinding } from '../support/nag-names.js';

/** A bundle of PEM certificates in S3. */
export interface TruststoreLocation {
  readonly bucket: IBucket;
  readonly key: string;
}

/** Permissions for one truststore of a construct, including the customer-managed key of its bucket. */
export function truststoreReadStatements({ bucket, key }: TruststoreLocation): PolicyStatement[] {
  const statements = [
    new PolicyStatement({
      actions: ['s3:GetObject', 's3:GetObjectVersion'],
      resources: [bucket.arnForObjects(literal(key))],
    }),
    listStatement(bucket.bucketArn, literal(key)),
  ];
  if (bucket.encryptionKey !== undefined) {
    statements.push(new PolicyStatement({ actions: ['kms:Decrypt'], resources: [bucket.encryptionKey.keyArn] }));
  }
  return statements;
}

/**
 * Permissions to read exactly the configured objects, in all their versions, and to list these versions, so that
 * changes can be described; none if no truststore is configured.
 */
export function truststoreStatements(scope: Construct, truststores: Config['truststores']): PolicyStatement[] {
  const places = [...new Set(Object.values(truststores))].sort();
  const uris = places.filter((place) => !isTrustStoreArn(place));
  const arns = places.filter(isTrustStoreArn);
  const ofBalancers = new PolicyStatement({
    actions: ['elasticloadbalancing:GetTrustStoreCaCertificatesBundle'],
    resources: arns,
  });
  const statements = arns.length === 0 ? [] : [ofBalancers];
  if (uris.length === 0) return statements;
  return [
    ...statements,
    new PolicyStatement({
      actions: ['s3:GetObject', 's3:GetObjectVersion'],
      resources: uris.map((uri) => arn(scope, path(uri))),
    }),
    ...uris.map((uri) => {
      const [bucket = '', ...key] = path(uri).split('/');
      return listStatement(arn(scope, bucket), key.join('/'));
    }),
  ];
}

/** Permissions to read all objects of the buckets with discovered truststores. */
export function bucketStatements(scope: Construct, buckets: readonly string[]): PolicyStatement[] {
  if (buckets.length === 0) return [];
  return [
    new PolicyStatement({
      actions: ['s3:GetObject', 's3:GetObjectVersion'],
      resources: buckets.map((bucket) => arn(scope, `${bucket}/*`)),
    }),
    new PolicyStatement({
      actions: ['s3:ListBucketVersions'],
      resources: buckets.map((bucket) => arn(scope, bucket)),
    }),
  ];
}

/**
 * Acknowledges for cdk-nag, for all functions of `scope`, why the objects of these buckets are not named one by one.
 */
export function explainBuckets(scope: Construct, buckets: readonly string[]): void {
  for (const bucket of buckets) {
    Validations.of(scope).acknowledge({
      id: wildcardFinding(scope, arn(scope, `${bucket}/*`)),
      reason: 'The bucket is named in the settings for its truststores; which objects they are, the domain names say.',
    });
  }
}

function listStatement(bucketArn: string, key: string): PolicyStatement {
  return new PolicyStatement({
    actions: ['s3:ListBucketVersions'],
    resources: [bucketArn],
    conditions: { [key.includes(ANY_ACCOUNT) ? 'StringLike' : 'StringEquals']: { 's3:prefix': key } },
  });
}

/** In a policy, any account's twelve digits. */
const ANY_ACCOUNT = '?'.repeat(12);

function path(uri: string): string {
  return uri.slice('s3://'.length).split(ACCOUNT_BLANK).map(literal).join(ANY_ACCOUNT);
}

/** An S3 key may contain the wildcard characters of a policy; IAM takes `*` literally as `${*}`. */
function literal(key: string): string {
  if (Token.isUnresolved(key)) return key;
  return key.replace(/[*?$]/g, (character) => `\${${character}}`);
}

function arn(scope: Construct, path: string): string {
  return `arn:${Stack.of(scope).partition}:s3:::${path}`;
}
