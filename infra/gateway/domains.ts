/** What is known at synth about custom domains: their names and truststores. */

import { Token } from 'aws-cdk-lib';
import { CfnDomainName as CfnRestDomainName, type IDomainName as IRestDomainName } from 'aws-cdk-lib/aws-apigateway';
import { CfnDomainName as CfnHttpDomainName, type IDomainName as IHttpDomainName } from 'aws-cdk-lib/aws-apigatewayv2';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { MtlsWatchError } from '../../shared/base/errors.js';
import { targetOf } from '../support/references.js';
import type { GatewayStage } from './stages.js';
import type { TruststoreLocation } from './truststore-access.js';

/** A domain that knows its truststore, and reports each stage that is mapped to it, now and later. */
export interface SelfDescribedDomain {
  readonly domain: IHttpDomainName;
  readonly truststore: TruststoreLocation;
  onStage(listener: (stage: GatewayStage) => void): void;
}

/** A custom domain with mutual TLS, in any form of CDK or this package. */
export type WatchableDomain = IRestDomainName | IHttpDomainName | SelfDescribedDomain;

export interface DomainParts {
  /** A literal if one was given. */
  readonly name: string;
  /** All names by which mappings may refer to it. */
  readonly aliases: readonly string[];
  readonly truststore: TruststoreLocation;
}

/**
 * @param scope where a bucket is imported to that the app does not make
 * @param truststore in place of what the domain is set to
 * @throws MtlsWatchError `bad-config` where neither says which truststore it is
 */
export function domainPartsOf(scope: Construct, domain: WatchableDomain, truststore?: TruststoreLocation): DomainParts {
  if ('onStage' in domain) {
    return domainPartsOf(scope, domain.domain, truststore ?? domain.truststore);
  }
  const resource = domain.node.defaultChild;
  const isMade = resource instanceof CfnRestDomainName || resource instanceof CfnHttpDomainName;
  const reference = 'name' in domain ? domain.name : domain.domainName;
  const given = isMade ? resource.domainName : undefined;
  const name = given === undefined || Token.isUnresolved(given) ? reference : given;
  const location = truststore ?? (isMade ? locationOf(scope, resource) : undefined);
  if (location === undefined) {
    throw new MtlsWatchError(
      'bad-config',
      `the truststore of ${domain.node.path} is not known: the domain sets no mutual TLS that this app could read.\n` +
        '  Set mtls on the DomainName, or pass the truststore, { bucket, key }.',
    );
  }
  return { name, aliases: given === undefined ? [reference] : [reference, given], truststore: location };
}

function locationOf(scope: Construct, resource: CfnRestDomainName | CfnHttpDomainName): TruststoreLocation | undefined {
  const { mutualTlsAuthentication: set } = resource;
  const uri = set !== undefined && 'truststoreUri' in set ? set.truststoreUri : undefined;
  const [, name, key] = /^s3:\/\/([^/]{1,300})\/(.{1,1024})$/.exec(uri ?? '') ?? [];
  if (name === undefined || key === undefined) return undefined;
  // The bucket construct knows its encryption key.
  const maker = targetOf(name)?.node.scope;
  if (maker instanceof Bucket) return { bucket: maker, key };
  return { bucket: Bucket.fromBucketName(scope, `Truststore:${resource.node.path.replaceAll('/', ':')}`, name), key };
}
