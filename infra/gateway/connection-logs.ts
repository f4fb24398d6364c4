/**
 * Delivers the connection log of a CloudFront distribution or of an Application Load Balancer to a log group: the source, the
 * destination and the delivery between the two, with the fields that mtls-watch reads.
 */

import { Annotations, ArnFormat, Stack, Token } from 'aws-cdk-lib';
import type { IDistribution } from 'aws-cdk-lib/aws-cloudfront';
import type { IApplicationLoadBalancer } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { type CfnDelivery, type ILogGroup, LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { MtlsWatchError } from '../../shared/base/errors.js';
import { CLOUDFRONT_REGION } from '../../shared/base/regions.js';
import { connectionLogs, recordFieldsOf } from '../../shared/discovery/connection-fields.js';
import type { DoorKind } from '../../shared/model/account.js';
import { deliverLog } from './log-delivery.js';
import type { LogKeeping } from './stage-logs.js';

/** A front door besides API Gateway, of this app or imported. */
export type WatchableDoor = IDistribution | IApplicationLoadBalancer;

export interface ConnectionLogOptions {
  /**
   * Where the connection log is delivered already, with the fields that mtls-watch needs. Nothing is made then.
   * @default - a log group that is made, with a delivery to it
   */
  readonly logGroup?: ILogGroup;
}

export interface ConnectionLogParts {
  readonly logGroup: ILogGroup;
  /** Begins to write when it is made. @default - the log is delivered elsewhere in the app, or outside of it */
  readonly delivery?: CfnDelivery;
}

/**
 * @param scope of the watch, in whose stack the delivery is made
 * @throws MtlsWatchError `bad-config` for a distribution where the stack is known to be outside us-east-1
 */
export function deliverConnectionLog(
  scope: Construct,
  door: WatchableDoor,
  keeping: LogKeeping,
  { logGroup: given }: ConnectionLogOptions,
): ConnectionLogParts {
  const kind: DoorKind = 'distributionId' in door ? 'cloudfront' : 'load-balancer';
  if (kind === 'cloudfront') refuseElsewhere(scope, door);
  if (given !== undefined) return { logGroup: given };
  const room = new Construct(scope, `ConnectionLog:${door.node.path.replaceAll('/', ':')}`);
  const logGroup = new LogGroup(room, 'LogGroup', {
    retention: keeping.retentionDays,
    encryptionKey: keeping.encryptionKey,
  });
  const delivery = deliverLog(room, {
    logType: connectionLogs[kind].logType,
    resourceArn: arnOf(room, door),
    recordFields: recordFieldsOf(kind),
    logGroup,
  });
  return { logGroup, delivery };
}

function arnOf(scope: Construct, door: WatchableDoor): string {
  if ('loadBalancerArn' in door) return door.loadBalancerArn;
  return Stack.of(scope).formatArn({
    service: 'cloudfront',
    region: '',
    resource: 'distribution',
    resourceName: door.distributionId,
    arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
  });
}

/** A subscription filter leads to a function of its own Region, and CloudFront's deliveries are made in one. */
function refuseElsewhere(scope: Construct, door: Construct): void {
  const { region } = Stack.of(scope);
  if (Token.isUnresolved(region)) {
    Annotations.of(scope).addWarningV2(
      'mtls-watch:distribution-region',
      `The connection log of ${door.node.path} is delivered in ${CLOUDFRONT_REGION} only: deploy this stack there.`,
    );
    return;
  }
  if (region === CLOUDFRONT_REGION) return;
  throw new MtlsWatchError(
    'bad-config',
    `the distribution ${door.node.path} is to be watched in ${region}; expected ${CLOUDFRONT_REGION}, where CloudFront delivers its connection log.\n` +
      `  Put an MtlsWatch into a stack in ${CLOUDFRONT_REGION}.`,
  );
}
