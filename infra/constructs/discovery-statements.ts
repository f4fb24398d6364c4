/** The permissions to look at an account, for the functions that discover what is to be subscribed: one line for each list. */

import { ArnFormat, Stack, Validations } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { wildcardFinding } from '../support/nag-names.js';

/** What is asked about a log group. */
export const LOOK_AT_A_GROUP = ['logs:DescribeLogStreams', 'logs:DescribeSubscriptionFilters'];

const GATEWAY_LISTS = [
  '/account',
  '/domainnames',
  '/domainnames/*/apimappings',
  '/restapis',
  '/restapis/*/stages',
  '/apis',
  '/apis/*/stages',
];

/** Reads of the front doors besides API Gateway. */
const DOOR_LISTS = [
  'cloudfront:ListDistributions',
  'elasticloadbalancing:DescribeLoadBalancers',
  'elasticloadbalancing:DescribeListeners',
];

/** "Actions, resources, and condition keys for Amazon CloudWatch Logs" (service authorization reference). */
const DELIVERY_LISTS = [
  ['logs:DescribeDeliverySources', 'delivery-source'],
  ['logs:DescribeDeliveries', 'delivery'],
  ['logs:DescribeDeliveryDestinations', 'delivery-destination'],
] as const;

/** For the calls of `adapters/aws/discovery/`. All are read-only. */
export function discoveryStatements(scope: Construct): PolicyStatement[] {
  return [
    new PolicyStatement({
      actions: ['apigateway:GET'],
      resources: GATEWAY_LISTS.map((path) => gatewayArn(scope, path)),
    }),
    new PolicyStatement({ actions: ['apigateway:ListRoutingRules'], resources: [routingRulesArn(scope)] }),
    new PolicyStatement({ actions: DOOR_LISTS, resources: ['*'] }),
    // Account policies are no resource to IAM.
    new PolicyStatement({ actions: ['logs:DescribeAccountPolicies'], resources: ['*'] }),
    ...DELIVERY_LISTS.map(
      ([action, resource]) => new PolicyStatement({ actions: [action], resources: [logsArn(scope, resource, '*')] }),
    ),
  ];
}

/** Why the statements have wildcards. @param scope holds the role that has them */
export function explainDiscovery(scope: Construct): void {
  const explain = (resource: string, reason: string): void => {
    Validations.of(scope).acknowledge({ id: wildcardFinding(scope, resource), reason });
  };
  for (const path of GATEWAY_LISTS.filter((each) => each.includes('*'))) {
    explain(gatewayArn(scope, path), 'Reads of the APIs and domain names, which are not known when the stack is made.');
  }
  explain('*', 'The account policies of CloudWatch Logs are no resource to IAM; read only.');
  explain(routingRulesArn(scope), 'Reads of the domain names, which are not known when the stack is made.');
  explain('*', 'Lists of distributions and load balancers: IAM knows no resource for them.');
  for (const [, resource] of DELIVERY_LISTS) {
    explain(logsArn(scope, resource, '*'), 'A list is authorised on all that it may hold.');
  }
}

export function logsArn(scope: Construct, resource: string, resourceName: string): string {
  return Stack.of(scope).formatArn({
    service: 'logs',
    resource,
    resourceName,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
}

function gatewayArn(scope: Construct, path: string): string {
  const { partition, region } = Stack.of(scope);
  return `arn:${partition}:apigateway:${region}::${path}`;
}

function routingRulesArn(scope: Construct): string {
  return Stack.of(scope).formatArn({
    service: 'apigateway',
    resource: '/domainnames/*/routingrules/*',
    arnFormat: ArnFormat.NO_RESOURCE_NAME,
  });
}
