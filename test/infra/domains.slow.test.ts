/** `MtlsWatch.watchDomain`, and `MtlsDomain`. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { CertificateAuthority } from 'aws-cdk-lib/aws-acmpca';
import { CfnBasePathMapping, DomainName, RestApi, Stage } from 'aws-cdk-lib/aws-apigateway';
import { ApiMapping, HttpApi, DomainName as HttpDomainName } from 'aws-cdk-lib/aws-apigatewayv2';
import { Certificate, PrivateCertificate } from 'aws-cdk-lib/aws-certificatemanager';
import { Key } from 'aws-cdk-lib/aws-kms';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { MtlsDomain, Truststore } from '../../infra/index.js';
import { parseConfig } from '../../shared/config/settings.js';
import { AT, ca, days } from '../support/certificates.js';
import { resources } from './support.js';
import { account, certificate, deployedSettings, logicalId, restApi, warnings } from './users.js';

const name = 'partners.bank.example';
const folder = mkdtempSync(join(tmpdir(), 'mtls-watch-truststore-'));

beforeAll(() => void vi.useFakeTimers({ now: AT, toFake: ['Date'] }));
afterAll(() => {
  vi.useRealTimers();
  rmSync(folder, { recursive: true });
});

/** A truststore file of these texts. */
function file(...pems: string[]): string {
  const path = join(folder, 'truststore.pem');
  writeFileSync(path, pems.join(''));
  return path;
}

const root = ca({ subject: 'C=US,O=Acme,CN=Acme Root CA', key: 'rsa-a' });

/** `action on resource` of all that ingest got leave to do beyond what it is made with. */
function granted(template: Template): unknown[] {
  const [, policy] = resources(template, 'AWS::IAM::Policy').find(([id]) => /IngestRole/.test(id)) ?? [];
  return (policy?.Properties.PolicyDocument as { Statement: unknown[] } | undefined)?.Statement ?? [];
}

describe('watching a domain', () => {
  it('of aws_apigateway names its stages after it, and gives leave to read its truststore', () => {
    const { stack, watch } = account();
    const [orders, any] = [restApi(stack, 'Orders'), restApi(stack, 'Any')];
    const bucket = new Bucket(stack, 'Bucket', { encryptionKey: new Key(stack, 'Key') });
    const domain = new DomainName(stack, 'Domain', {
      domainName: name,
      certificate: certificate(stack),
      mtls: { bucket, key: 'a/ca*.pem' },
    });
    watch.watchDomain(domain);
    for (const { deploymentStage } of [orders, any]) watch.watch(deploymentStage);
    // Mapped after all that: the settings are read when the template is written.
    domain.addBasePathMapping(orders);
    domain.addBasePathMapping(any, { basePath: 'any', attachToStage: false });
    const template = Template.fromStack(stack);
    const id = (api: RestApi) => `<{'Ref':'${logicalId(stack, api)}'}>`;
    const bucketId = logicalId(stack, bucket);
    expect(deployedSettings(template)).toMatchObject({
      domains: { [`${id(orders)}/prod`]: name, [id(any)]: name },
      truststores: { [name]: `s3://<{'Ref':'${bucketId}'}>/a/ca*.pem` },
    });
    expect(granted(template)).toEqual([
      {
        Effect: 'Allow',
        Action: ['s3:GetObject', 's3:GetObjectVersion'],
        // biome-ignore lint/suspicious/noTemplateCurlyInString: this is how IAM escapes characters.
        Resource: { 'Fn::Join': ['', [{ 'Fn::GetAtt': [bucketId, 'Arn'] }, '/a/ca${*}.pem']] },
      },
      {
        Effect: 'Allow',
        Action: 's3:ListBucketVersions',
        Resource: { 'Fn::GetAtt': [bucketId, 'Arn'] },
        // biome-ignore lint/suspicious/noTemplateCurlyInString: this is how IAM escapes characters.
        Condition: { StringEquals: { 's3:prefix': 'a/ca${*}.pem' } },
      },
      {
        Effect: 'Allow',
        Action: 'kms:Decrypt',
        Resource: { 'Fn::GetAtt': [expect.stringMatching(/^Key/), 'Arn'] },
      },
    ]);
    expect(warnings(stack)).toEqual([]);
  });

  it('of aws_apigatewayv2, which leads to a REST and an HTTP API, names the former: the latter has no denials', () => {
    const { stack, watch } = account();
    const orders = restApi(stack, 'Orders');
    const billing = new HttpApi(stack, 'Billing');
    const domainName = new HttpDomainName(stack, 'Domain', {
      domainName: name,
      certificate: certificate(stack),
      mtls: { bucket: Bucket.fromBucketName(stack, 'Bucket', 'truststores'), key: 'ca.pem' },
    });
    new ApiMapping(stack, 'Mapping', { api: billing, domainName, stage: billing.defaultStage });
    new DomainName(stack, 'Other', {
      domainName: 'open.bank.example',
      certificate: certificate2(stack),
      mapping: orders,
    });
    watch.watchDomain(domainName);
    if (billing.defaultStage) watch.watch(billing.defaultStage);
    watch.watch(orders.deploymentStage);
    const { domains, truststores } = deployedSettings(Template.fromStack(stack));
    expect(domains).toEqual({});
    expect(truststores).toEqual({ [name]: 's3://truststores/ca.pem' });
  });

  it('leaves what the user sets as it is', () => {
    const { stack, watch } = account({}, {}, { truststores: { [name]: 's3://own/ca.pem' } });
    watch.watchDomain(domainOf(stack));
    expect(deployedSettings(Template.fromStack(stack)).truststores).toEqual({ [name]: 's3://own/ca.pem' });
  });

  it('wants its truststore, which an imported one does not know', () => {
    const { stack, watch } = account();
    const imported = DomainName.fromDomainNameAttributes(stack, 'Imported', {
      domainName: name,
      domainNameAliasTarget: 'd-abc.execute-api.eu-central-1.amazonaws.com',
      domainNameAliasHostedZoneId: 'Z1',
    });
    expect(() => watch.watchDomain(imported)).toThrow(/truststore of Partners\/Imported is not known/);
    const truststore = { bucket: Bucket.fromBucketName(stack, 'Bucket', 'truststores'), key: 'ca.pem' };
    watch.watchDomain(imported, { truststore });
    expect(deployedSettings(Template.fromStack(stack)).truststores).toEqual({ [name]: 's3://truststores/ca.pem' });
  });

  it('warns of a stage behind it that nobody watches, whenever it is mapped', () => {
    const { stack, watch } = account();
    const [seen, unseen] = [restApi(stack, 'Seen'), restApi(stack, 'Unseen')];
    const domain = domainOf(stack);
    watch.watchDomain(domain);
    watch.watch(seen.deploymentStage);
    domain.addBasePathMapping(seen);
    domain.addBasePathMapping(unseen, { basePath: 'unseen' });
    expect(warnings(stack, 'leads to the stage prod of Partners/Unseen/Resource')).toEqual(['/Partners/MtlsWatch']);
    expect(warnings(stack)).toHaveLength(1);
  });
});

describe('the environment, with what is watched', () => {
  it('is what the functions accept, once it is filled in', () => {
    const { stack, watch } = account();
    watch.watch(restApi(stack, 'Orders').deploymentStage);
    watch.watchDomain(domainOf(stack));
    expect(() => parseConfig(deployedSettings(Template.fromStack(stack), 'x'), 'the environment')).not.toThrow();
  });

  it('fails the synth when it outgrows what Lambda takes, and not much before', () => {
    const many = (count: number) => {
      const { stack, watch } = account();
      const shared = certificate(stack);
      for (let index = 0; index < count; index++) {
        const api = RestApi.fromRestApiId(stack, `Api${index}`, 'abcdefghij');
        const stage = Stage.fromStageAttributes(stack, `Stage${index}`, { stageName: `s${index}`, restApi: api });
        watch.watch(stage, { accessLogGroup: LogGroup.fromLogGroupName(stack, `Log${index}`, `/access/${index}`) });
        const domain = new DomainName(stack, `Domain${index}`, {
          domainName: `partner-${String(index).padStart(2, '0')}.bank.example`,
          certificate: shared,
          mtls: { bucket: Bucket.fromBucketName(stack, `B${index}`, 'truststores'), key: 'ca.pem' },
        });
        new CfnBasePathMapping(stack, `Mapping${index}`, {
          domainName: domain.domainName,
          restApiId: 'abcdefghij',
          stage: `s${index}`,
        });
        watch.watchDomain(domain);
      }
      return () => Template.fromStack(stack);
    };
    expect(many(20)).not.toThrow();
    expect(many(40)).toThrow(/too large: the functions' environment would take up to \d{4} bytes, Lambda allows 4096/);
  });
});

describe('MtlsDomain', () => {
  it('is Regional, with TLS 1.2, ownership, and the truststore in the version that was uploaded', () => {
    const { stack } = account();
    new MtlsDomain(stack, 'Domain', {
      domainName: name,
      certificate: certificate(stack),
      ownershipCertificate: certificate2(stack),
      truststore: Truststore.fromFile(file(root.pem)),
    });
    const template = Template.fromStack(stack);
    const [[bucket] = []] = resources(template, 'AWS::S3::Bucket').filter(([id]) => id.startsWith('Domain'));
    const [[upload] = []] = resources(template, 'Custom::AWS');
    template.hasResourceProperties('AWS::ApiGatewayV2::DomainName', {
      DomainName: name,
      DomainNameConfigurations: [
        {
          EndpointType: 'REGIONAL',
          SecurityPolicy: 'TLS_1_2',
          OwnershipVerificationCertificateArn: Match.stringLikeRegexp('certificate/b$'),
        },
      ],
      MutualTlsAuthentication: {
        TruststoreUri: { 'Fn::Join': ['', ['s3://', { Ref: bucket }, '/truststore.pem']] },
        TruststoreVersion: { 'Fn::GetAtt': [upload, 'VersionId'] },
      },
    });
    template.hasResource('AWS::S3::Bucket', {
      DeletionPolicy: 'Retain',
      Properties: {
        VersioningConfiguration: { Status: 'Enabled' },
        PublicAccessBlockConfiguration: { BlockPublicAcls: true, BlockPublicPolicy: true },
        BucketEncryption: Match.anyValue(),
      },
    });
    template.hasResourceProperties('AWS::S3::BucketPolicy', {
      Bucket: { Ref: bucket },
      PolicyDocument: Match.objectLike({
        Statement: [Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } })],
      }),
    });
  });

  it('uploads another bundle when the file changes, and only then', () => {
    const uploaded = (pem: string) => {
      const { stack } = account();
      domainWith(stack, pem);
      const [, upload] = resources(Template.fromStack(stack), 'Custom::AWS')[0] ?? [];
      return JSON.stringify(upload?.Properties);
    };
    const other = ca({ subject: 'C=US,O=Acme,CN=Acme Root CA', key: 'rsa-b' });
    expect(uploaded(root.pem)).toBe(uploaded(root.pem));
    expect(uploaded(root.pem + other.pem)).not.toBe(uploaded(root.pem));
  });

  it('takes an object in a bucket of somebody else', () => {
    const { stack } = account();
    const bucket = Bucket.fromBucketName(stack, 'Bucket', 'truststores');
    new MtlsDomain(stack, 'Domain', {
      domainName: name,
      certificate: certificate(stack),
      truststore: Truststore.fromBucket(bucket, 'ca.pem', 'v1'),
    });
    Template.fromStack(stack).hasResourceProperties('AWS::ApiGatewayV2::DomainName', {
      MutualTlsAuthentication: { TruststoreUri: 's3://truststores/ca.pem', TruststoreVersion: 'v1' },
    });
  });

  it('closes the default endpoints and switches on the logs of what it leads to, watched or not', () => {
    const { stack } = account();
    const [orders, billing] = [restApi(stack, 'Orders'), new HttpApi(stack, 'Billing')];
    const domain = domainWith(stack, root.pem).map(orders.deploymentStage, { basePath: 'orders/v2' });
    if (billing.defaultStage) domain.map(billing.defaultStage);
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::ApiGateway::RestApi', { DisableExecuteApiEndpoint: true });
    template.hasResourceProperties('AWS::ApiGatewayV2::Api', { DisableExecuteApiEndpoint: true });
    template.hasResourceProperties('AWS::ApiGateway::Stage', {
      AccessLogSetting: Match.anyValue(),
      MethodSettings: [Match.objectLike({ LoggingLevel: 'ERROR' })],
    });
    template.hasResourceProperties('AWS::ApiGatewayV2::Stage', { AccessLogSettings: Match.anyValue() });
    const mappings = resources(template, 'AWS::ApiGatewayV2::ApiMapping').map(([, { Properties }]) => Properties);
    expect(mappings).toMatchObject([
      { ApiMappingKey: 'orders/v2', ApiId: { Ref: logicalId(stack, orders) } },
      { Stage: '$default', ApiId: { Ref: logicalId(stack, billing) } },
    ]);
    template.resourceCountIs('AWS::Logs::SubscriptionFilter', 0);
  });

  it('is watched with the stages that it led to before, and with those of later', () => {
    const { stack, watch } = account();
    const [before, after] = [restApi(stack, 'Before'), restApi(stack, 'After')];
    const domain = domainWith(stack, root.pem).map(before.deploymentStage);
    watch.watchDomain(domain);
    domain.map(after.deploymentStage, { basePath: 'after' });
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::Logs::SubscriptionFilter', 4);
    expect(Object.values(deployedSettings(template).domains)).toEqual([name, name]);
    expect(warnings(stack)).toEqual([]);
  });

  it('warns of an API whose default endpoint it cannot close', () => {
    const { stack } = account();
    const restApi = RestApi.fromRestApiId(stack, 'Api', 'abc123');
    const stage = Stage.fromStageAttributes(stack, 'Stage', { stageName: 'live', restApi });
    domainWith(stack, root.pem).map(stage, { accessLogGroup: LogGroup.fromLogGroupName(stack, 'Log', '/access') });
    expect(warnings(stack, 'disableExecuteApiEndpoint')).toEqual(['/Partners/Stage']);
  });

  it('wants an ownership certificate where the certificate comes from a private CA', () => {
    const errors = (stack: Stack) => Annotations.fromStack(stack).findError('*', Match.stringLikeRegexp('ownership'));
    const { stack } = account();
    const arn = 'arn:aws:acm-pca:eu-central-1:111122223333:certificate-authority/a';
    const certificateAuthority = CertificateAuthority.fromCertificateAuthorityArn(stack, 'Ca', arn);
    const own = new PrivateCertificate(stack, 'Private', { domainName: name, certificateAuthority });
    const truststore = Truststore.fromFile(file(root.pem));
    new MtlsDomain(stack, 'Domain', { domainName: name, certificate: own, truststore });
    expect(errors(stack)).toHaveLength(1);
    const other = account().stack;
    new MtlsDomain(other, 'Domain', {
      domainName: name,
      certificate: new Certificate(other, 'Public', { domainName: name }),
      truststore,
    });
    expect(errors(other)).toEqual([]);
    expect(Annotations.fromStack(other).findInfo('*', Match.stringLikeRegexp('ownership'))).toEqual([]);
  });
});

describe('a truststore file', () => {
  const found = (pem: string) => {
    const { stack } = account();
    domainWith(stack, pem);
    const all = Annotations.fromStack(stack);
    const text = Match.stringLikeRegexp('truststore.pem');
    const lines = [...all.findError('*', text), ...all.findWarning('*', text)];
    return lines.map(({ level, entry }) => `${level} ${String(entry.data).replaceAll(folder, '')}`);
  };

  it('that is sound says nothing', () => {
    expect(found(root.pem)).toEqual([]);
  });

  it('with a private key, or without a certificate, stops the deployment with place and remedy', () => {
    const key = '-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----\n';
    expect(found(root.pem + key)).toEqual([
      expect.stringMatching(/^error \/truststore\.pem line \d+: private-key: .*Take the private key in line \d+ out/),
    ]);
    expect(found('')).toEqual([expect.stringMatching(/^error \/truststore\.pem: no-certificates: /)]);
  });

  it('that strict readers do not read, or the gateway does not take, stops the deployment', () => {
    const glued = root.pem.trimEnd() + root.pem;
    expect(found(glued)).toContainEqual(
      expect.stringMatching(/^error \/truststore\.pem line 20: unreadable-block: .*awk /),
    );
    expect(found(root.pem.repeat(1_001))).toContainEqual(
      expect.stringMatching(/^error .*too-many-certificates: 1001 /),
    );
    expect(found(`${root.pem}${'# 0123456789\n'.repeat(90_000)}`)).toEqual([
      expect.stringMatching(/^error .*too-large: /),
    ]);
  });

  it('warns, and does not stop the deployment, where nothing changed but the time', () => {
    const aged = (notAfter: number) =>
      found(ca({ subject: 'C=US,O=Acme,CN=Old CA', key: 'rsa-a', notBefore: AT - days(100), notAfter }).pem);
    expect(aged(AT - days(1))).toEqual([expect.stringMatching(/^warning .*issuer-expired: C=US,O=Acme,CN=Old CA: /)]);
    expect(aged(AT + days(10))).toEqual([expect.stringMatching(/^warning .*expires-soon: .*in 10 days/)]);
    expect(aged(AT + days(40))).toEqual([]);
  });

  it('that is not there stops the synth and says where it was looked for', () => {
    const { stack } = account();
    const truststore = Truststore.fromFile('nowhere.pem');
    expect(
      () => new MtlsDomain(stack, 'Domain', { domainName: name, certificate: certificate(stack), truststore }),
    ).toThrow(
      /cannot read the truststore nowhere\.pem: ENOENT.*expected a file of PEM certificates, its path as seen from/,
    );
  });
});

function domainWith(stack: Stack, pem: string): MtlsDomain {
  return new MtlsDomain(stack, 'Domain', {
    domainName: name,
    certificate: new Certificate(stack, 'Certificate', { domainName: name }),
    truststore: Truststore.fromFile(file(pem)),
  });
}

function domainOf(stack: Stack): DomainName {
  return new DomainName(stack, 'Domain', {
    domainName: name,
    certificate: certificate(stack),
    mtls: { bucket: Bucket.fromBucketName(stack, 'Truststores', 'truststores'), key: 'ca.pem' },
  });
}

function certificate2(stack: Stack) {
  return Certificate.fromCertificateArn(stack, 'Ownership', 'arn:aws:acm:eu-central-1:111122223333:certificate/b');
}
