/**
 * The front doors besides API Gateway: CloudFront distributions with viewer mutual TLS, and load balancers with a listener
 * in verify mode. A door in passthrough mode refuses nobody, and is left out.
 */

import { type CloudFrontClient, type DistributionSummary, ListDistributionsCommand } from '@aws-sdk/client-cloudfront';
import {
  DescribeListenersCommand,
  DescribeLoadBalancersCommand,
  type ElasticLoadBalancingV2Client,
  type LoadBalancer,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { FoundDoor } from '../../../model/account.js';
import { all, each, type Reader } from './reader.js';

export interface DoorClients {
  /** Null where CloudFront is of no use: its logs are in another Region, or its partition has no such logs. */
  readonly cloudFront: Pick<CloudFrontClient, 'send'> | null;
  readonly elb: Pick<ElasticLoadBalancingV2Client, 'send'>;
}

export type PlainDoor = Omit<FoundDoor, 'connectionLogs'>;

/** @param only names to look for; empty for all */
export async function listDoors(
  { cloudFront, elb }: DoorClients,
  only: readonly string[],
  reader: Reader,
): Promise<PlainDoor[]> {
  const doors = [
    ...(cloudFront === null ? [] : await listDistributions(cloudFront, reader)),
    ...(await listLoadBalancers(elb, reader)),
  ];
  return only.length === 0
    ? doors
    : doors.filter(({ id, hosts }) => [id, ...hosts].some((name) => only.includes(name)));
}

async function listDistributions(cloudFront: Pick<CloudFrontClient, 'send'>, reader: Reader): Promise<PlainDoor[]> {
  const distributions = await reader.read('the CloudFront distributions', () =>
    all(async (Marker) => {
      const { DistributionList: page } = await cloudFront.send(new ListDistributionsCommand({ Marker }));
      return { items: page?.Items, next: page?.NextMarker };
    }),
  );
  return (distributions ?? []).filter(isVerifying).map(({ Id = '', ARN = '', Aliases, DomainName = '' }) => {
    const aliases = Aliases?.Items ?? [];
    return { kind: 'cloudfront', id: Id, arn: ARN, name: aliases[0] ?? Id, hosts: [...aliases, DomainName] };
  });
}

/** Without a mode, `required` holds. */
function isVerifying({ ViewerMtlsConfig: config }: DistributionSummary): boolean {
  const mode: string | undefined = config?.Mode;
  return config?.TrustStoreConfig !== undefined && mode !== 'passthrough';
}

async function listLoadBalancers(elb: DoorClients['elb'], reader: Reader): Promise<PlainDoor[]> {
  const balancers = await reader.read('the load balancers', () =>
    all(async (Marker) => {
      const page = await elb.send(new DescribeLoadBalancersCommand({ Marker }));
      return { items: page.LoadBalancers, next: page.NextMarker };
    }),
  );
  const applications = (balancers ?? []).filter(({ Type }) => Type === 'application');
  const doors = await each(applications, async (balancer) =>
    (await verifies(balancer, elb, reader)) ? [balancer] : [],
  );
  return doors.flat().map(({ LoadBalancerName: name = '', LoadBalancerArn: arn = '', DNSName = '' }) => ({
    kind: 'load-balancer',
    id: name,
    arn,
    name,
    hosts: [DNSName],
  }));
}

async function verifies(
  { LoadBalancerArn, LoadBalancerName }: LoadBalancer,
  elb: DoorClients['elb'],
  reader: Reader,
): Promise<boolean> {
  const listeners = await reader.read(`the listeners of the load balancer ${LoadBalancerName}`, () =>
    all(async (Marker) => {
      const page = await elb.send(new DescribeListenersCommand({ LoadBalancerArn, Marker }));
      return { items: page.Listeners, next: page.NextMarker };
    }),
  );
  return (listeners ?? []).some(({ MutualAuthentication }) => MutualAuthentication?.Mode === 'verify');
}
