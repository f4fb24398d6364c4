/** Where the CA bundle of a domain comes from: a file beside the app, or an object that somebody else looks after. */

import { readFileSync } from 'node:fs';
import { Annotations, Validations } from 'aws-cdk-lib';
import { PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import { BlockPublicAccess, Bucket, BucketEncryption, type IBucket, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { AwsCustomResource, AwsCustomResourcePolicy, PhysicalResourceId } from 'aws-cdk-lib/custom-resources';
import type { Construct } from 'constructs';
import { systemClock } from '../shared/adapters/clock.js';
import { MtlsWatchError, messageOf } from '../shared/base/errors.js';
import { limits } from '../shared/base/limits.js';
import { clean } from '../shared/base/text.js';
import { type AuditFinding, auditTruststore } from '../shared/x509/audit.js';
import { parseTruststore } from '../shared/x509/truststore.js';
import type { TruststoreLocation } from './gateway/truststore-access.js';

/** A certificate that expires within a month gives a warning at synth, which leaves time to get the renewed one. */
const WARN_MS = 30 * 86_400_000;
/** A synth prints each finding on one line. */
const ANNOTATION_CHARS_MAX = 1_000;

/** A truststore in a version: what a domain name is set to. */
export interface BoundTruststore extends TruststoreLocation {
  /** The version of the object. A domain that names none keeps the bundle of its last update, whatever is uploaded. */
  readonly version: string;
}

/** Where the CA bundle of a domain comes from. */
export abstract class Truststore {
  /**
   * A PEM file of the app. It is put into a private, encrypted, versioned bucket of its own under one key, and every change
   * makes a new version that the domain is updated to in the same deployment. The file is audited at synth: what is wrong with
   * it becomes an error or a warning of the domain.
   */
  static fromFile(path: string): Truststore {
    return new FileTruststore(path);
  }

  /** An object in a versioned bucket, in the version that the domain is to use. */
  static fromBucket(bucket: IBucket, key: string, version: string): Truststore {
    return new BucketTruststore({ bucket, key, version });
  }

  /** Called by the domain, once. */
  abstract bind(scope: Construct): BoundTruststore;
}

class BucketTruststore extends Truststore {
  constructor(private readonly location: BoundTruststore) {
    super();
  }

  bind(): BoundTruststore {
    return this.location;
  }
}

const KEY = 'truststore.pem';

class FileTruststore extends Truststore {
  constructor(private readonly path: string) {
    super();
  }

  bind(scope: Construct): BoundTruststore {
    annotate(scope, this.path);
    const bucket = truststoreBucket(scope);
    const asset = new Asset(scope, 'File', { path: this.path });
    // CloudFormation has no resource for an object in S3. The copy answers with the version that it made.
    const copy = {
      service: 'S3',
      action: 'copyObject',
      parameters: { Bucket: bucket.bucketName, Key: KEY, CopySource: `${asset.s3BucketName}/${asset.s3ObjectKey}` },
      physicalResourceId: PhysicalResourceId.of(KEY),
      outputPaths: ['VersionId'],
    };
    const upload = new AwsCustomResource(scope, 'Upload', {
      onUpdate: copy,
      installLatestAwsSdk: false,
      policy: AwsCustomResourcePolicy.fromStatements([
        new PolicyStatement({
          actions: ['s3:GetObject'],
          resources: [asset.bucket.arnForObjects(asset.s3ObjectKey)],
        }),
        new PolicyStatement({ actions: ['s3:PutObject'], resources: [bucket.arnForObjects(KEY)] }),
      ]),
    });
    if (upload.grantPrincipal instanceof Role) {
      Validations.of(upload.grantPrincipal).acknowledge({
        id: 'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]',
        reason:
          'The function is the one of CDK for calls to AWS, which all of a stack share; the policy lets it write its log.',
      });
    }
    return { bucket, key: KEY, version: upload.getResponseField('VersionId') };
  }
}

function truststoreBucket(scope: Construct): Bucket {
  // Kept when the stack is deleted, as CDK does with buckets by default: it says whom the gateway trusted, and when.
  const bucket = new Bucket(scope, 'Bucket', {
    versioned: true,
    encryption: BucketEncryption.S3_MANAGED,
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
    enforceSSL: true,
  });
  Validations.of(bucket).acknowledge({
    id: 'AwsSolutions-S1',
    reason:
      'One object, written by deployments; CloudTrail data events tell who read it where an account wants to know.',
  });
  return bucket;
}

/** @throws MtlsWatchError `unreadable-input` */
function annotate(scope: Construct, path: string): void {
  const truststore = parseTruststore(readBundleFile(path), path);
  const { findings } = auditTruststore(truststore, systemClock.now(), WARN_MS);
  for (const finding of findings) {
    const text = describe(path, finding);
    if (finding.severity === 'error' && !BY_TIME_ALONE.has(finding.code)) Annotations.of(scope).addError(text);
    else if (finding.severity !== 'info')
      Annotations.of(scope).addWarningV2(`mtls-watch:truststore:${finding.code}`, text);
  }
}

const LINES_MAX = 12;

/** A file that was deployed yesterday must not keep an urgent change from being deployed today. */
const BY_TIME_ALONE: ReadonlySet<string> = new Set(['issuer-expired', 'issuer-not-yet-valid']);

function describe(path: string, { code, lines, subjectDn, evidence, remedy }: AuditFinding): string {
  const place = lines.length === 0 ? path : `${path} line ${lines.slice(0, LINES_MAX).join(', ')}`;
  const about = subjectDn === null ? '' : ` ${subjectDn}:`;
  return clean(`${place}: ${code}:${about} ${evidence.join('; ')}. ${remedy}`, ANNOTATION_CHARS_MAX);
}

function readBundleFile(path: string): string {
  try {
    const bytes = readFileSync(path);
    if (bytes.length <= limits.truststoreBytesMax) return bytes.toString('latin1');
    throw new Error(`it has ${bytes.length} bytes, more than ${limits.truststoreBytesMax}`);
  } catch (error) {
    throw new MtlsWatchError(
      'unreadable-input',
      `cannot read the truststore ${path}: ${messageOf(error)}; expected a file of PEM certificates, its path as seen from ` +
        `${process.cwd()} or absolute`,
      { cause: error },
    );
  }
}
