import { App, Stack, type StackProps, Validations } from 'aws-cdk-lib';
import { EndpointType, MockIntegration, RestApi } from 'aws-cdk-lib/aws-apigateway';
import { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpUrlIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import type { Construct } from 'constructs';
import { MtlsDomain, MtlsWatch, Truststore } from 'mtls-watch';

export class PartnerApi extends Stack {
  constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props);

    const watch = new MtlsWatch(this, 'MtlsWatch', {
      config: {
        runbooks: { baseUrl: 'https://wiki.example.com/mtls-watch/runbooks' },
        alertEmails: ['on-call@example.com'],
      },
    });

    const orders = new RestApi(this, 'Orders', {
      endpointTypes: [EndpointType.REGIONAL],
      cloudWatchRole: true,
    });
    orders.root.addMethod('GET', new MockIntegration());

    const billing = new HttpApi(this, 'Billing');
    billing.addRoutes({
      path: '/{proxy+}',
      integration: new HttpUrlIntegration('Backend', 'https://billing.internal.example.com'),
    });

    const domain = new MtlsDomain(this, 'Domain', {
      domainName: 'partners.bank.example',
      certificate: new Certificate(this, 'Certificate', { domainName: 'partners.bank.example' }),
      truststore: Truststore.fromFile('truststore.pem'),
      watch,
    });
    domain.map(orders.deploymentStage);
    if (billing.defaultStage) domain.map(billing.defaultStage, { basePath: 'billing' });

    // For pipelines that run cdk-nag: what its rules cannot see of these two APIs.
    const byMutualTls = 'Clients are known by their certificates; what each may do is decided behind the API.';
    Validations.of(this).acknowledge(
      { id: 'AwsSolutions-APIG2', reason: 'Requests are validated behind the API.' },
      { id: 'AwsSolutions-APIG3', reason: 'Nobody without a certificate that the truststore knows reaches the API.' },
      { id: 'AwsSolutions-APIG4', reason: byMutualTls },
      { id: 'AwsSolutions-COG4', reason: byMutualTls },
      {
        id: 'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs]',
        reason: 'It is the policy that API Gateway asks for.',
      },
    );
  }
}

new PartnerApi(new App(), 'PartnerApi');
