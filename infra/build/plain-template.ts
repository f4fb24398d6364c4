/**
 * The stack as a plain template: no bootstrap, no CDK where it is deployed. The functions' code is in zip files that the
 * parameters `AssetsBucket` and `AssetsPrefix` say the place of; the stack's name is whatever it is deployed as. Without settings the
 * common ones are parameters, and what is to be watched is discovered.
 */

import { App, BootstraplessSynthesizer, Fn } from 'aws-cdk-lib';
import { Code, type CodeConfig } from 'aws-cdk-lib/aws-lambda';
import type { Config, Settings } from '../../shared/config/settings.js';
import { MemberDiscoveryStack } from '../member-discovery.js';
import { MtlsWatchStack } from '../stack.js';
import type { FunctionName } from './bundle.js';
import { type StandIn, withPieces } from './parameters.js';
import { timeZones } from './time-zones.js';

interface Parameter {
  readonly Type: 'String' | 'CommaDelimitedList';
  readonly Description: string;
  readonly Default?: string;
  readonly AllowedPattern?: string;
  readonly AllowedValues?: readonly string[];
  readonly ConstraintDescription?: string;
}

export interface PlainTemplate {
  readonly Parameters: Readonly<Record<string, Parameter>>;
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly [section: string]: unknown;
}

interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly Condition?: string;
}

/** For every template. */
const PLACE: Readonly<Record<string, Parameter>> = {
  AssetsBucket: {
    Type: 'String',
    Description: 'The bucket with the zip files of the functions, in the Region of the stack',
    AllowedPattern: '[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]',
  },
  AssetsPrefix: {
    Type: 'String',
    Description: 'What comes before the name of a zip file in its key',
    Default: 'mtls-watch/',
    AllowedPattern: '|[A-Za-z0-9!_.*()/-]{0,500}/',
    ConstraintDescription: 'nothing, or a prefix that ends with a slash',
  },
};

/** In place of settings. Their patterns let nothing through that JSON escapes, and nothing that the settings refuse. */
const COMMON: Readonly<Record<string, Parameter>> = {
  RunbooksUrl: {
    Type: 'String',
    Description: 'Where the pages of runbooks/ are served; alerts link to them',
    // One hyphen at a time: not everything that begins with xn-- is a name.
    AllowedPattern:
      'https://([A-Za-z0-9]{1,63}(-[A-Za-z0-9]{1,60}){0,20}[.]){1,8}[A-Za-z]{2,20}(:[0-9]{1,4})?(/[A-Za-z0-9._~%@-]{1,200}){0,20}',
    ConstraintDescription:
      'an https URL without a slash at its end and without two hyphens in a row in its host, such as https://wiki.bank.example/mtls',
  },
  TruststoreBucket: {
    Type: 'String',
    Description: 'The bucket with the truststores of the custom domains; the functions may read its objects',
    AllowedPattern: '[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]',
    ConstraintDescription: 'the name of an S3 bucket',
  },
  AlertEmail: {
    Type: 'String',
    Description: 'Who is mailed the alerts; empty for nobody',
    Default: '',
    AllowedPattern:
      "|([A-Za-z0-9_'+-]{1,20}[.]){0,2}[A-Za-z0-9_'+-]{0,20}[A-Za-z0-9_+-]@([A-Za-z0-9][A-Za-z0-9-]{0,62}[.]){1,6}[A-Za-z]{2,20}",
    ConstraintDescription: 'a mail address such as on-call@bank.example, or nothing',
  },
  Domains: {
    Type: 'CommaDelimitedList',
    Description: 'The custom domains to watch, *.bank.example for all below it; * for all with mutual TLS',
    Default: '*',
    AllowedPattern: '\\*|(\\*\\.)?[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?',
    ConstraintDescription: 'domain names without spaces between them',
  },
  TimeZone: {
    Type: 'String',
    Description: 'Alerts show it beside UTC, and the weekly report is made by it: a name such as Asia/Tokyo',
    Default: 'UTC',
    AllowedValues: timeZones,
    ConstraintDescription: 'the name of a time zone in the IANA database, such as Europe/Berlin',
  },
  ReserveConcurrency: {
    Type: 'String',
    Description: 'Whether concurrency is reserved for the functions; no where the quota of the account is below 120',
    Default: 'yes',
    AllowedValues: ['yes', 'no'],
  },
};

const STACK_NAME = 'StackNameStandIn';
const HOST = 'parameter.invalid';
const ZONE = 'Antarctica/Troll';

const STAND_INS: readonly StandIn[] = [
  { text: `https://runbooks.${HOST}`, pieces: [{ Ref: 'RunbooksUrl' }] },
  { text: `truststores.${HOST}`, pieces: [{ Ref: 'TruststoreBucket' }] },
  { text: `alert@${HOST}`, pieces: [{ Ref: 'AlertEmail' }] },
  { text: `domains.${HOST}`, pieces: [{ 'Fn::Join': ['","', { Ref: 'Domains' }] }] },
  { text: ZONE, pieces: [{ Ref: 'TimeZone' }] },
];

/** Settings of which each stand-in is a value. The language is no parameter, because the texts of alarms are in it. */
const standInSettings = (language: Config['language']): Settings => ({
  language,
  runbooks: { baseUrl: `https://runbooks.${HOST}` },
  alertEmails: [`alert@${HOST}`],
  discover: { mode: 'on', allow: [`domains.${HOST}`], truststoreBuckets: [`truststores.${HOST}`] },
  timeZone: ZONE,
  report: { timeZone: ZONE },
});

/**
 * @param what the settings that become part of the template; a language for one with parameters in place of settings
 * @param zipOf the name of the zip file with the code of a function; another one where the code is another
 */
export function plainTemplate(what: Config | Config['language'], zipOf: (name: FunctionName) => string): PlainTemplate {
  const app = new App({ analyticsReporting: false, builtinCloudFormationValidation: false });
  const stack = new MtlsWatchStack(app, 'MtlsWatch', {
    stackName: STACK_NAME,
    description: 'Tells which client certificates API Gateway refuses, why, and what to change',
    synthesizer: new BootstraplessSynthesizer(),
    config: typeof what === 'string' ? standInSettings(what) : what,
    code: (name) => new UploadedCode(zipOf(name)),
  });
  const { template } = app.synth().getStackArtifact(stack.artifactId);
  const named = { text: STACK_NAME, pieces: [{ Ref: 'AWS::StackName' }] };
  const standIns = typeof what === 'string' ? [named, ...STAND_INS] : [named];
  const { Resources, ...sections } = withPieces(template, standIns) as unknown as PlainTemplate;
  if (typeof what !== 'string') return { ...sections, Parameters: PLACE, Resources };
  return {
    ...sections,
    Parameters: { ...PLACE, ...COMMON },
    Conditions: {
      HasAlertEmail: { 'Fn::Not': [{ 'Fn::Equals': [{ Ref: 'AlertEmail' }, ''] }] },
      ReservesConcurrency: { 'Fn::Equals': [{ Ref: 'ReserveConcurrency' }, 'yes'] },
    },
    Resources: Object.fromEntries(Object.entries(Resources).map(([id, one]) => [id, conditional(one)])),
  };
}

/** Of the accounts that send their logs to a central one. @param code that of the function, as one CommonJS file */
export function memberTemplate(code: string): PlainTemplate {
  const app = new App({ analyticsReporting: false, builtinCloudFormationValidation: false });
  const stack = new MemberDiscoveryStack(app, 'MtlsWatchMember', {
    stackName: 'mtls-watch-member',
    description: 'Sends what API Gateway logs of refused client certificates to mtls-watch in the central account',
    code,
  });
  return app.synth().getStackArtifact(stack.artifactId).template;
}

function conditional(resource: Resource): Resource {
  const { Type, Properties } = resource;
  if (Type === 'AWS::SNS::Subscription') return { ...resource, Condition: 'HasAlertEmail' };
  const reserved = Properties?.ReservedConcurrentExecutions;
  if (reserved === undefined) return resource;
  const ReservedConcurrentExecutions = { 'Fn::If': ['ReservesConcurrency', reserved, { Ref: 'AWS::NoValue' }] };
  return { ...resource, Properties: { ...Properties, ReservedConcurrentExecutions } };
}

class UploadedCode extends Code {
  readonly isInline = false;

  constructor(private readonly zip: string) {
    super();
  }

  bind(): CodeConfig {
    return {
      s3Location: { bucketName: Fn.ref('AssetsBucket'), objectKey: Fn.join('', [Fn.ref('AssetsPrefix'), this.zip]) },
    };
  }
}
