/** A custom domain with mutual TLS, a versioned truststore and logs. */

import { Annotations } from 'aws-cdk-lib';
import { CfnApiMapping, DomainName, EndpointType, SecurityPolicy } from 'aws-cdk-lib/aws-apigatewayv2';
import { type ICertificate, PrivateCertificate } from 'aws-cdk-lib/aws-certificatemanager';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { SelfDescribedDomain } from './gateway/domains.js';
import { type LogKeeping, type StageLogOptions, stageLogs } from './gateway/stage-logs.js';
import { type GatewayStage, partsOf } from './gateway/stages.js';
import type { MtlsWatch } from './mtls-watch.js';
import type { BoundTruststore, Truststore } from './truststore.js';

export interface MtlsDomainProps {
  /** For example `partners.bank.example`. */
  readonly domainName: string;
  /** The server's certificate for that name, in ACM in the domain's Region. */
  readonly certificate: ICertificate;
  /**
   * A public certificate that ACM issued for the same name. API Gateway needs it as proof of ownership if `certificate`
   * was imported into ACM or comes from a private CA.
   * @default - none; ACM issued `certificate` itself
   */
  readonly ownershipCertificate?: ICertificate;
  /** The CAs whose clients are accepted. */
  readonly truststore: Truststore;
  /**
   * Watches the domain and every stage that is mapped to it.
   * @default - not watched until `watchDomain` is called with it
   */
  readonly watch?: MtlsWatch;
  /**
   * Retention of the log groups that are created for its stages.
   * @default - that of `watch`, or a month
   */
  readonly logRetention?: RetentionDays;
}

export interface MapOptions extends StageLogOptions {
  /**
   * The base path of the mapping, such as `orders` or `orders/v2`.
   * @default - the root: all paths without another mapping
   */
  readonly basePath?: string;
}

/**
 * Regional, with TLS 1.2 or newer, and with exactly the truststore version of the deployment. Each mapped API answers
 * under its custom domains only, and writes both logs.
 */
export class MtlsDomain extends Construct implements SelfDescribedDomain {
  /** For DNS: an alias record points to `domain.regionalDomainName` and `domain.regionalHostedZoneId`. */
  readonly domain: DomainName;
  readonly truststore: BoundTruststore;
  private readonly logKeeping: LogKeeping;
  private readonly stages: GatewayStage[] = [];
  private readonly listeners: ((stage: GatewayStage) => void)[] = [];

  constructor(scope: Construct, id: string, props: MtlsDomainProps) {
    super(scope, id);
    const { retentionDays = RetentionDays.ONE_MONTH, encryptionKey } = props.watch?.logKeeping ?? {};
    this.logKeeping = { retentionDays: props.logRetention ?? retentionDays, encryptionKey };
    this.truststore = props.truststore.bind(new Construct(this, 'Truststore'));
    this.domain = new DomainName(this, 'Domain', {
      domainName: props.domainName,
      certificate: props.certificate,
      ownershipCertificate: props.ownershipCertificate,
      endpointType: EndpointType.REGIONAL,
      securityPolicy: SecurityPolicy.TLS_1_2,
      mtls: this.truststore,
    });
    this.checkOwnership(props);
    props.watch?.watchDomain(this);
  }

  /**
   * Maps a path of the domain to a stage of a REST or HTTP API, and disables the API's default endpoint, which accepts
   * calls without a client certificate.
   */
  map(stage: GatewayStage, { basePath, ...logs }: MapOptions = {}): this {
    stageLogs(stage, this.logKeeping, logs);
    this.stages.push(stage);
    for (const listener of this.listeners) listener(stage);
    const { apiId } = partsOf(stage);
    closeDefaultEndpoint(stage);
    const mapping = new CfnApiMapping(this, `Mapping:${basePath?.replaceAll('/', ':') ?? ''}`, {
      domainName: this.domain.name,
      apiId,
      stage: stage.stageName,
      apiMappingKey: basePath,
    });
    // The name of an HTTP API's stage is a literal, so CloudFormation does not see that the mapping needs the stage.
    mapping.node.addDependency(stage);
    return this;
  }

  onStage(listener: (stage: GatewayStage) => void): void {
    this.listeners.push(listener);
    for (const stage of this.stages) listener(stage);
  }

  /** "How to turn on mutual TLS authentication for your REST APIs" in the API Gateway developer guide. */
  private checkOwnership({ certificate, ownershipCertificate }: MtlsDomainProps): void {
    if (ownershipCertificate !== undefined) return;
    if (certificate instanceof PrivateCertificate) {
      Annotations.of(this).addError(
        'The certificate comes from a private CA, and API Gateway then wants to see who owns the name: pass an ' +
          'ownershipCertificate, a public one that ACM issued for it.',
      );
    } else if (certificate.node.defaultChild === undefined) {
      Annotations.of(this).addInfo(
        'If the certificate was imported into ACM, or comes from a private CA, API Gateway also wants an ownershipCertificate.',
      );
    }
  }
}

/**
 * The change takes effect with a deployment of the API. CDK creates one, because the id of a deployment depends on the
 * API's properties.
 */
function closeDefaultEndpoint(stage: GatewayStage): void {
  const { api } = partsOf(stage);
  if (api !== undefined) {
    api.disableExecuteApiEndpoint = true;
    return;
  }
  Annotations.of(stage).addWarningV2(
    'mtls-watch:default-endpoint',
    'The API is not made by this app. Disable its default endpoint where it is made (disableExecuteApiEndpoint), and deploy it: ' +
      'until then anybody can call it past mutual TLS.',
  );
}
