/**
 * Delivers a vended log to a log group as JSON: the source, the destination and the delivery between the two. "Enabling logging
 * from AWS services" in the CloudWatch Logs user guide.
 */

import { Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnDelivery, CfnDeliveryDestination, CfnDeliverySource, type ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';

export interface LogDeliveryProps {
  readonly logType: string;
  /** What writes the log. */
  readonly resourceArn: string;
  /** In the order in which a record holds them. */
  readonly recordFields: readonly string[];
  readonly logGroup: ILogGroup;
}

/** @param room of its own: the parts have fixed ids @returns what begins to write when it is made */
export function deliverLog(
  room: Construct,
  { logType, resourceArn, recordFields, logGroup }: LogDeliveryProps,
): CfnDelivery {
  const policy = logGroup.addToResourcePolicy(mayDeliver(room, logGroup));
  // Names of sources and destinations are unique in an account and Region, and at most 60 characters long.
  const name = `${Stack.of(room).stackName.slice(0, 20)}-${room.node.addr.slice(-30)}`;
  const source = new CfnDeliverySource(room, 'Source', { name, logType, resourceArn });
  const destination = new CfnDeliveryDestination(room, 'Destination', {
    name,
    outputFormat: 'json',
    destinationResourceArn: logGroup.logGroupArn,
  });
  const delivery = new CfnDelivery(room, 'Delivery', {
    deliverySourceName: source.name,
    deliveryDestinationArn: destination.attrArn,
    recordFields: [...recordFields],
  });
  delivery.node.addDependency(source);
  if (policy.policyDependable !== undefined) delivery.node.addDependency(policy.policyDependable);
  return delivery;
}

/** "Logs sent to CloudWatch Logs" (CloudWatch Logs user guide). */
function mayDeliver(scope: Construct, logGroup: ILogGroup): PolicyStatement {
  const { partition, region, account } = Stack.of(scope);
  return new PolicyStatement({
    principals: [new ServicePrincipal('delivery.logs.amazonaws.com')],
    actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
    resources: [logGroup.logGroupArn],
    conditions: {
      StringEquals: { 'aws:SourceAccount': account },
      ArnLike: { 'aws:SourceArn': `arn:${partition}:logs:${region}:${account}:*` },
    },
  });
}
