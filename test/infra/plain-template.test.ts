import { spawnSync } from 'node:child_process';
import { App } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withPieces } from '../../infra/build/parameters.js';
import { type PlainTemplate, plainTemplate } from '../../infra/build/plain-template.js';
import { MtlsWatchStack } from '../../infra/stack.js';
import { parseConfig, type Settings } from '../../shared/config/settings.js';

const zipOf = (name: string) => `${name}-0123.zip`;
const template = plainTemplate('en', zipOf);

const given = {
  AssetsBucket: 'artefacts',
  AssetsPrefix: 'mtls-watch/',
  RunbooksUrl: 'https://wiki.bank.example/mtls',
  TruststoreBucket: 'bank-truststores',
  AlertEmail: 'on-call@bank.example',
  Domains: ['api.bank.example', '*.partners.bank.example'],
  TimeZone: 'Asia/Tokyo',
  ReserveConcurrency: 'yes',
  'AWS::StackName': 'mtls-of-the-bank',
};

type Values = Readonly<Record<string, string | readonly string[]>>;

/** What CloudFormation makes of a value; functions of what it does not know stay, and texts that are joined become one list. */
function evaluated(value: unknown, values: Values, isTrue: (condition: string) => boolean): unknown {
  const inner = (one: unknown) => evaluated(one, values, isTrue);
  if (Array.isArray(value)) return value.map(inner);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [[name, argument] = ['', undefined]] = entries;
  if (name === 'Ref') return values[argument as string] ?? value;
  if (name === 'Fn::If') {
    const [condition, yes, no] = argument as [string, unknown, unknown];
    return inner(isTrue(condition) ? yes : no);
  }
  if (name === 'Fn::Join') {
    const [delimiter, list] = argument as [string, unknown];
    return joined(delimiter, inner(list) as unknown[]);
  }
  return Object.fromEntries(entries.map(([key, one]) => [key, inner(one)]));
}

function joined(delimiter: string, parts: readonly unknown[]): unknown {
  const flat = parts.flatMap((part, index) => [
    ...(index === 0 ? [] : [delimiter]),
    ...(part !== null && typeof part === 'object' && 'joined' in part ? (part.joined as unknown[]) : [part]),
  ]);
  const merged: unknown[] = [];
  for (const part of flat) {
    const last = merged.at(-1);
    if (typeof part === 'string' && typeof last === 'string') merged[merged.length - 1] = last + part;
    else if (part !== '') merged.push(part);
  }
  return merged.length === 1 ? merged[0] : { joined: merged };
}

const evaluatedResources = (plain: PlainTemplate, values: Values) =>
  Object.fromEntries(
    Object.entries(plain.Resources).map(([id, { Condition: _, ...resource }]) => [
      // The logical id of a mail subscription holds the address.
      resource.Type === 'AWS::SNS::Subscription' ? 'Mail' : id,
      evaluated(resource, values, () => values.ReserveConcurrency === 'yes'),
    ]),
  );

function directly(settings: Settings): PlainTemplate {
  const app = new App({ analyticsReporting: false, builtinCloudFormationValidation: false });
  const stack = new MtlsWatchStack(app, 'MtlsWatch', {
    stackName: given['AWS::StackName'],
    config: settings,
    code: (name) => Object.assign(Code.fromInline('x'), { bind: () => ({ s3Location: location(name) }) }),
  });
  return app.synth().getStackArtifact(stack.artifactId).template;
}

const location = (name: string) => ({
  bucketName: given.AssetsBucket,
  objectKey: `${given.AssetsPrefix}${zipOf(name)}`,
});

/** What the parameters mean. */
const meaningOf = ({ RunbooksUrl, AlertEmail, Domains, TruststoreBucket, TimeZone }: Values) => ({
  runbooks: { baseUrl: RunbooksUrl },
  alertEmails: AlertEmail === '' ? [] : [AlertEmail],
  discover: { mode: 'on', allow: Domains, truststoreBuckets: [TruststoreBucket] },
  timeZone: TimeZone,
  report: { timeZone: TimeZone },
});
const settings = meaningOf(given) as Settings;

/** The text that ingest is given as its settings. */
function ingestSettings(values: Values): string {
  const functions = Object.values(evaluatedResources(template, values)) as unknown as {
    Type: string;
    Properties: { Environment?: { Variables: Record<string, string> } };
  }[];
  const variables = functions.map(({ Properties }) => Properties?.Environment?.Variables);
  return variables.find((one) => one?.POWERTOOLS_SERVICE_NAME === 'ingest')?.MTLS_WATCH_CONFIG ?? '';
}

const patternOf = (name: string) => new RegExp(`^(?:${template.Parameters[name]?.AllowedPattern})$`);

function isPermitted(name: string, value: string): boolean {
  return template.Parameters[name]?.AllowedValues?.includes(value) ?? patternOf(name).test(value);
}

/** Any value that CloudFormation lets through. */
function permitted(name: string): fc.Arbitrary<string> {
  const values = template.Parameters[name]?.AllowedValues;
  return values ? fc.constantFrom(...values) : fc.stringMatching(patternOf(name), { size: 'small' });
}

describe('the template with parameters', () => {
  it.each(['en', 'ja'] as const)(
    'is, with its parameters filled in, what CDK makes of the same settings: %s',
    (language) => {
      const own = evaluatedResources(plainTemplate(language, zipOf), given);
      expect(own).toEqual(evaluatedResources(directly({ ...settings, language }), {}));
    },
  );

  it('holds no stand-in, no name of a bootstrap and no rule', () => {
    const { Parameters: _, ...sections } = template;
    const text = JSON.stringify(sections);
    expect(text).not.toMatch(/parameter\.invalid|Troll|StandIn|bootstrap|hnb659fds|cdk-/i);
    expect(Object.keys(template).sort()).toEqual(['Conditions', 'Description', 'Outputs', 'Parameters', 'Resources']);
  });

  it('mails and reserves where it is told to', () => {
    const subscriptions = Object.values(template.Resources).filter(({ Type }) => Type === 'AWS::SNS::Subscription');
    expect(subscriptions).toMatchObject([{ Condition: 'HasAlertEmail' }]);
    const reserved = (ReserveConcurrency: string) =>
      JSON.stringify(evaluatedResources(template, { ...given, ReserveConcurrency })).match(
        /"ReservedConcurrentExecutions":[^,}]+/g,
      );
    expect(reserved('yes')).toEqual(['"ReservedConcurrentExecutions":20', '"ReservedConcurrentExecutions":1']);
    expect(new Set(reserved('no'))).toEqual(new Set(['"ReservedConcurrentExecutions":{"Ref":"AWS::NoValue"']));
  });

  it('takes nothing that the settings refuse', () => {
    const names = Object.keys(template.Parameters).filter((name) => name !== 'Domains');
    const rest = Object.fromEntries(names.map((name) => [name, permitted(name)]));
    const domains = fc.array(permitted('Domains'), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(fc.record({ ...rest, Domains: domains }), (values) => {
        expect(() => parseConfig(meaningOf(values), 'the parameters')).not.toThrow();
      }),
      { numRuns: 300 },
    );
    fc.assert(
      fc.property(fc.record({ ...rest, Domains: domains }), (values) => {
        const read = ingestSettings({ ...given, ...values });
        expect(() => parseConfig(JSON.parse(read), 'what ingest reads')).not.toThrow();
      }),
      { numRuns: 30 },
    );
  });

  it('takes no time zone that the settings refuse', () => {
    const zones = template.Parameters.TimeZone?.AllowedValues ?? [];
    expect(zones.length).toBeGreaterThan(400);
    for (const TimeZone of zones) {
      expect(parseConfig(meaningOf({ ...given, TimeZone }), 'the parameters').timeZone).toBe(TimeZone);
    }
  });

  it.each([
    ['RunbooksUrl', 'http://wiki.bank.example'],
    ['RunbooksUrl', 'https://wiki.bank.example/mtls/'],
    ['RunbooksUrl', 'https://xn--.bank.example'],
    ['RunbooksUrl', 'https://wiki.bank.example/"},"x":{"y":"'],
    ['Domains', 'api.*.example'],
    ['TruststoreBucket', 's3://bank-truststores'],
    ['AlertEmail', 'on-call'],
    ['AlertEmail', 'on-call@example'],
    ['AlertEmail', '<on-call>@bank.example'],
    ['AlertEmail', 'on-call@-.-'],
    ['AssetsPrefix', 'mtls-watch'],
    ['TimeZone', '+09:00'],
    ['TimeZone', 'Asia/Tokio'],
    ['TimeZone', 'GMT+9'],
  ])('refuses %s %s', (name, value) => {
    expect(isPermitted(name, value)).toBe(false);
  });

  it.each([
    ['RunbooksUrl', 'https://my-wiki.bank-of-a.example:8443/mtls/%7Erunbooks'],
    ['AlertEmail', ''],
    ['AlertEmail', "m.o'neil+mtls@mail.bank.example"],
    ['TimeZone', 'UTC'],
    ['TimeZone', 'Asia/Kolkata'],
    ['TimeZone', 'Asia/Calcutta'],
    ['TimeZone', 'America/Argentina/Buenos_Aires'],
  ])('takes %s %s', (name, value) => {
    expect(isPermitted(name, value)).toBe(true);
  });
});

describe('the template with settings of its own', () => {
  it('asks for the place of the functions alone', () => {
    const own = plainTemplate(parseConfig({ ...settings, language: 'ja', reservedConcurrency: null }, 'own'), zipOf);
    expect(Object.keys(own.Parameters)).toEqual(['AssetsBucket', 'AssetsPrefix']);
    expect(JSON.stringify(own)).toContain('\\"language\\":\\"ja\\"');
    expect(evaluatedResources(own, given)).toEqual(
      evaluatedResources(directly({ ...settings, language: 'ja', reservedConcurrency: null }), {}),
    );
  });
});

describe('stand-ins', () => {
  const place = { text: 'PLACE', pieces: [{ Ref: 'Place' }] };

  it.each([
    ['a whole value', 'PLACE', { Ref: 'Place' }],
    ['the middle of a text', 'a/PLACE/b', { 'Fn::Join': ['', ['a/', { Ref: 'Place' }, '/b']] }],
    ['twice', 'PLACEPLACE', { 'Fn::Join': ['', [{ Ref: 'Place' }, { Ref: 'Place' }]] }],
    ['none', { a: ['b', '', 1, null, true] }, { a: ['b', '', 1, null, true] }],
    [
      'a text that is joined',
      { 'Fn::Join': ['', ['x', 'PLACE-']] },
      { 'Fn::Join': ['', ['x', { 'Fn::Join': ['', [{ Ref: 'Place' }, '-']] }]] },
    ],
  ])('gives %s', (_what, value, expected) => {
    expect(withPieces(value, [place])).toEqual(expected);
  });
});

it.each([
  [['--confg', 'x'], 2, /unknown option '--confg'/],
  [['settings.json'], 2, /too many arguments/],
  [['--help'], 0, /--config <file>/],
])('npm run template -- %j is told in a line', (args, status, said) => {
  const ran = spawnSync(process.execPath, ['--import', 'tsx', 'infra/build/template.ts', ...args], {
    encoding: 'utf8',
  });
  expect([ran.status, ran.stdout + ran.stderr]).toEqual([status, expect.stringMatching(said)]);
  expect(ran.stderr).not.toContain('    at ');
});
