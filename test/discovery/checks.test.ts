/** Each check, both ways: an account in which all is well, and the same account with one thing broken. */

import { describe, expect, it } from 'vitest';
import { ACCESS_LOG_FORMAT } from '../../shared/access-log-format.js';
import { type Check, checkIds } from '../../shared/discovery/check.js';
import { examine, fixes } from '../../shared/discovery/checks.js';
import {
  accessFilter,
  executionFilter,
  foreignFilter,
  healthyScene,
  MANAGED,
  NOW,
  type Scene,
} from '../support/found.js';

function checksOf(change: (scene: Scene) => void = () => {}): Check[] {
  const scene = healthyScene();
  change(scene);
  return examine(scene.found, { ...scene.expectations, watch: scene.watch });
}

const named = (checks: readonly Check[]) =>
  checks
    .filter(({ state }) => state !== 'ok')
    .map(({ state, id, about, found }) => `${state} ${id} of ${about}: ${found}`);

const orders = (scene: Scene) => scene.found.domains[0]!;
const quotes = (scene: Scene) => scene.found.domains[2]!;
const ordersStage = (scene: Scene) => orders(scene).stages[0]!;
const filtersOf = (scene: Scene, group: string) => scene.found.logGroups.get(group)!;

describe('where all is well', () => {
  it('nothing is named, and everything was looked at', () => {
    const checks = checksOf();
    expect(named(checks)).toEqual([]);
    expect(new Set(checks.map(({ id }) => id))).toEqual(
      new Set(checkIds.filter((id) => id !== 'domains' && id !== 'readable')),
    );
    expect(fixes(checks)).toEqual([]);
  });

  it('says how each log is covered', () => {
    const found = checksOf().flatMap(({ id, found }) =>
      id === 'execution-log' || id === 'http-api-covered' ? [found] : [],
    );
    expect(found).toEqual([
      `managed, level ERROR, in ${MANAGED}`,
      'vended, level INFO, in /execution/trades',
      'HTTP API: no execution log; reasons are inferred from its access log and the truststore',
    ]);
  });
});

const TRUSTSTORE = 's3://truststores/orders.bank.example.pem';
const STAGE = 'orders (rest111/prod)';
const update = (operations: object) =>
  `aws apigateway update-domain-name --region eu-west-1 --domain-name orders.bank.example --patch-operations '${JSON.stringify([operations])}'`;
const updateStage = (...operations: object[]) =>
  `aws apigateway update-stage --region eu-west-1 --rest-api-id rest111 --stage-name prod --patch-operations '${JSON.stringify(operations)}'`;
const setLevel = updateStage({ op: 'replace', path: '/*/*/logging/loglevel', value: 'ERROR' });
const setFormat = updateStage(
  {
    op: 'replace',
    path: '/accessLogSettings/destinationArn',
    value: 'arn:aws:logs:eu-west-1:123456789012:log-group:/access/orders',
  },
  { op: 'replace', path: '/accessLogSettings/format', value: ACCESS_LOG_FORMAT },
);
const putFilter = (group: string, filter: typeof accessFilter) =>
  `aws logs put-subscription-filter --region eu-west-1 --log-group-name ${group} --filter-name ${filter.name} --filter-pattern '${filter.pattern}' --destination-arn ${filter.destinationArn}`;
const allow = expect.stringMatching(
  /^aws lambda add-permission --region eu-west-1 --function-name arn:aws:lambda:\S+ --statement-id mtls-watch-[\w-]{22} --action lambda:InvokeFunction --principal logs\.amazonaws\.com --source-arn 'arn:aws:logs:eu-west-1:123456789012:log-group:[^']+:\*' --source-account 123456789012$/,
) as string;

type Row = readonly [
  what: string,
  change: (scene: Scene) => void,
  named: readonly string[],
  commands?: readonly unknown[],
];

const rows: Row[] = [
  [
    'no domain',
    ({ found }) => {
      found.domains = [];
    },
    ['wrong domains of account 123456789012, eu-west-1: none'],
  ],
  [
    'no role to write logs with',
    ({ found }) => {
      found.gatewayLoggingRoleArn = '';
    },
    ['wrong gateway-logging-role of account 123456789012, eu-west-1: none is set'],
    [
      expect.stringMatching(/^aws iam create-role .*--role-name api-gateway-logs /),
      expect.stringMatching(/^aws iam attach-role-policy .*AmazonAPIGatewayPushToCloudWatchLogs$/),
      expect.stringMatching(/^aws apigateway update-account .*arn:aws:iam::123456789012:role\/api-gateway-logs/),
    ],
  ],
  [
    'an account whose settings cannot be read',
    ({ found }) => {
      found.gatewayLoggingRoleArn = null;
    },
    ['unknown gateway-logging-role of account 123456789012, eu-west-1: could not be read'],
  ],
  [
    'a domain that waits for its owner',
    (scene) => {
      orders(scene).status = 'PENDING_OWNERSHIP_VERIFICATION';
      orders(scene).statusMessage = 'prove it';
    },
    ['wrong domain-status of orders.bank.example: PENDING_OWNERSHIP_VERIFICATION: prove it'],
  ],
  [
    'a domain that is being updated',
    (scene) => {
      orders(scene).status = 'UPDATING';
    },
    ['warning domain-status of orders.bank.example: UPDATING'],
  ],
  [
    'an old TLS policy',
    (scene) => {
      orders(scene).tlsPolicy = 'TLS_1_0';
    },
    ['wrong tls-policy of orders.bank.example: TLS_1_0'],
    [update({ op: 'replace', path: '/securityPolicy', value: 'TLS_1_2' })],
  ],
  [
    'a domain that leads nowhere',
    (scene) => {
      orders(scene).stages = [];
    },
    ['warning domain-mapped of orders.bank.example: none'],
  ],
  [
    'a domain of which it cannot be told where it leads',
    (scene) => {
      orders(scene).stages = [];
      scene.found.unreadable = [{ what: 'the REST APIs', why: 'AccessDeniedException: no' }];
    },
    [
      'unknown domain-mapped of orders.bank.example: none that could be read',
      'unknown readable of the REST APIs: AccessDeniedException: no',
    ],
  ],
  [
    'a bucket without versions',
    (scene) => {
      Object.assign(orders(scene).truststore, { isVersioned: false, newestVersion: null, versionInUse: null });
    },
    [`wrong truststore-versioned of ${TRUSTSTORE}: not versioned`],
    [
      'aws s3api put-bucket-versioning --region eu-west-1 --bucket truststores --versioning-configuration Status=Enabled',
      'aws s3api copy-object --region eu-west-1 --bucket truststores --key orders.bank.example.pem --copy-source truststores/orders.bank.example.pem --metadata-directive REPLACE --content-type application/x-pem-file',
      'aws apigateway update-domain-name --region eu-west-1 --domain-name orders.bank.example --patch-operations "op=replace,path=/mutualTlsAuthentication/truststoreVersion,value=$(aws s3api head-object --region eu-west-1 --bucket truststores --key orders.bank.example.pem --query VersionId --output text)"',
    ],
  ],
  [
    'a bucket that cannot be looked at',
    (scene) => {
      Object.assign(orders(scene).truststore, { isVersioned: null, newestVersion: null });
    },
    [
      `unknown truststore-versioned of ${TRUSTSTORE}: could not be read`,
      `unknown truststore-current of ${TRUSTSTORE}: version v2`,
    ],
  ],
  [
    'a truststore that is not in use yet',
    (scene) => {
      orders(scene).truststore.newestVersion = 'v3';
    },
    [`wrong truststore-current of ${TRUSTSTORE}: version v2`],
    [update({ op: 'replace', path: '/mutualTlsAuthentication/truststoreVersion', value: 'v3' })],
  ],
  [
    'a domain that names no version',
    (scene) => {
      orders(scene).truststore.versionInUse = null;
    },
    [`wrong truststore-current of ${TRUSTSTORE}: the domain names no version`],
    [update({ op: 'replace', path: '/mutualTlsAuthentication/truststoreVersion', value: 'v2' })],
  ],
  [
    'a truststore that is older than the versions of its bucket',
    (scene) => {
      Object.assign(orders(scene).truststore, { newestVersion: 'null', versionInUse: null });
    },
    [`wrong truststore-current of ${TRUSTSTORE}: put before the bucket was versioned`],
    [expect.stringContaining('copy-object'), expect.stringContaining('head-object')],
  ],
  [
    'certificates that API Gateway did not take',
    (scene) => {
      orders(scene).truststore.warnings = ['certificate 3 has expired', 'certificate 5 is not a CA'];
    },
    [`wrong truststore-warnings of ${TRUSTSTORE}: certificate 3 has expired; certificate 5 is not a CA`],
  ],
  [
    'a default endpoint',
    (scene) => {
      ordersStage(scene).isDefaultEndpointDisabled = false;
    },
    ['wrong default-endpoint of orders (rest111): it answers without a client certificate'],
    [
      `aws apigateway update-rest-api --region eu-west-1 --rest-api-id rest111 --patch-operations '[{"op":"replace","path":"/disableExecuteApiEndpoint","value":"true"}]'`,
      setLevel,
    ],
  ],
  [
    'a default endpoint of an HTTP API',
    (scene) => {
      quotes(scene).stages[0]!.isDefaultEndpointDisabled = false;
    },
    ['wrong default-endpoint of quotes (http333): it answers without a client certificate'],
    ['aws apigatewayv2 update-api --region eu-west-1 --api-id http333 --disable-execute-api-endpoint'],
  ],
  [
    'a default endpoint that cannot be looked at',
    (scene) => {
      ordersStage(scene).isDefaultEndpointDisabled = null;
    },
    ['unknown default-endpoint of orders (rest111): could not be read'],
  ],
  [
    'no execution log',
    (scene) => {
      ordersStage(scene).executionLog = { kind: 'off' };
    },
    [`wrong execution-log of ${STAGE}: off`],
    [
      setLevel,
      `aws logs create-log-group --region eu-west-1 --log-group-name ${MANAGED}`,
      allow,
      putFilter(MANAGED, executionFilter),
    ],
  ],
  [
    'an execution log that may be elsewhere',
    (scene) => {
      ordersStage(scene).executionLog = { kind: 'unknown' };
    },
    [`unknown execution-log of ${STAGE}: on; whether it is delivered elsewhere could not be read`],
  ],
  [
    'an execution log that is delivered to S3',
    (scene) => {
      ordersStage(scene).executionLog = {
        kind: 'vended',
        logGroup: null,
        destinationArn: 'arn:aws:s3:::logs',
        level: 'INFO',
      };
    },
    [`wrong execution-log of ${STAGE}: vended, level INFO, to arn:aws:s3:::logs`],
  ],
  [
    'a delivery that has nothing to deliver',
    (scene) => {
      ordersStage(scene).executionLog = { kind: 'vended', logGroup: MANAGED, destinationArn: 'x', level: 'OFF' };
    },
    [`wrong execution-log of ${STAGE}: vended to ${MANAGED}, level OFF`],
    [setLevel],
  ],
  [
    'an HTTP API that the settings do not name',
    (scene) => {
      scene.watch!.coverage!.apisWithoutExecutionLog = [];
    },
    ['wrong http-api-covered of quotes (http333/$default): HTTP API: no execution log; its refusals are not counted'],
  ],
  [
    'an HTTP API without a truststore in the settings',
    (scene) => {
      scene.watch!.coverage!.truststores = { 'orders.bank.example': TRUSTSTORE };
    },
    ['wrong http-api-covered of quotes (http333/$default): HTTP API: no execution log; its refusals are not counted'],
  ],
  [
    'settings that cannot be read',
    (scene) => {
      scene.watch!.coverage = null;
    },
    [
      'unknown http-api-covered of quotes (http333/$default): HTTP API: no execution log; the settings could not be read',
    ],
  ],
  [
    'no access log',
    (scene) => {
      ordersStage(scene).accessLog = null;
    },
    [`wrong access-log of ${STAGE}: none`],
    [
      'aws logs create-log-group --region eu-west-1 --log-group-name /aws/apigateway/rest111/prod',
      expect.stringContaining('log-group:/aws/apigateway/rest111/prod'),
      allow,
      putFilter('/aws/apigateway/rest111/prod', accessFilter),
    ],
  ],
  [
    'an access log that goes to Firehose',
    (scene) => {
      ordersStage(scene).accessLog!.logGroup = null;
    },
    [`wrong access-log of ${STAGE}: goes to arn:aws:logs:eu-west-1:123456789012:log-group:/access/orders`],
  ],
  [
    'a format that lacks fields',
    (scene) => {
      ordersStage(scene).accessLog!.format = ACCESS_LOG_FORMAT.replace('"status":"$context.status"', '"x":"y"');
    },
    [`wrong access-log-format of ${STAGE}: without $context.status`],
    [setFormat],
  ],
  [
    'a format that lacks what can be done without',
    (scene) => {
      ordersStage(scene).accessLog!.format = ACCESS_LOG_FORMAT.replace('$context.identity.sourceIp', 'hidden');
    },
    [`warning access-log-format of ${STAGE}: without $context.identity.sourceIp`],
    [setFormat],
  ],
  [
    'a format that is not JSON',
    (scene) => {
      ordersStage(scene).accessLog!.format = '$context.identity.sourceIp "$context.httpMethod" $context.status';
    },
    [`wrong access-log-format of ${STAGE}: a line of it is not JSON`],
    [setFormat],
  ],
  [
    'no filter',
    (scene) => {
      filtersOf(scene, MANAGED).filters = [foreignFilter('audit')];
    },
    [`wrong subscription of ${MANAGED}: no filter`],
    [allow, putFilter(MANAGED, executionFilter)],
  ],
  [
    'a log group that nobody made yet',
    (scene) => {
      Object.assign(filtersOf(scene, MANAGED), { exists: false, filters: [] });
    },
    [`wrong subscription of ${MANAGED}: the log group is not there yet`],
    [
      `aws logs create-log-group --region eu-west-1 --log-group-name ${MANAGED}`,
      allow,
      putFilter(MANAGED, executionFilter),
    ],
  ],
  [
    'a filter with an old pattern',
    (scene) => {
      filtersOf(scene, '/access/orders').filters = [
        { ...accessFilter, name: 'by-hand', pattern: '{ $.status = "403" }' },
      ];
    },
    [`wrong subscription of /access/orders: by-hand: { $.status = "403" }, to ${accessFilter.destinationArn}`],
    [putFilter('/access/orders', { ...accessFilter, name: 'by-hand' })],
  ],
  [
    'a filter of the right name that leads to a function that is gone',
    (scene) => {
      filtersOf(scene, '/access/orders').filters = [
        { ...accessFilter, destinationArn: 'arn:aws:lambda:x:1:function:old' },
      ];
    },
    [
      `wrong subscription of /access/orders: mtls-watch-access: ${accessFilter.pattern}, to arn:aws:lambda:x:1:function:old`,
    ],
    [allow, putFilter('/access/orders', accessFilter)],
  ],
  [
    'both places taken by others',
    (scene) => {
      filtersOf(scene, MANAGED).filters = [foreignFilter('audit'), foreignFilter('siem')];
    },
    [
      `wrong subscription of ${MANAGED}: no filter`,
      `wrong filter-places of ${MANAGED}: 2 of 2 taken: audit (to ${foreignFilter('audit').destinationArn}), siem (to ${foreignFilter('siem').destinationArn})`,
    ],
    [],
  ],
  [
    'filters that cannot be read',
    (scene) => {
      filtersOf(scene, MANAGED).filters = null;
    },
    [`unknown subscription of ${MANAGED}: could not be read`],
  ],
  [
    'nothing deployed',
    (scene) => {
      scene.watch = null;
      scene.expectations.coverage = healthyScene().watch!.coverage;
      scene.found.domains = [orders(scene)];
    },
    [
      `unknown subscription of ${MANAGED}: not known whose`,
      'unknown subscription of /access/orders: not known whose',
      'wrong deployed of mtls-watch: no such stack',
    ],
  ],
  [
    'a sweep that stands still',
    (scene) => {
      scene.watch!.heartbeat!.lastEventAt = NOW - 10 * 60_000;
    },
    ['wrong heartbeat of /mtls-watch/sweep: last ran 10 minutes ago'],
  ],
  [
    'a sweep that never ran',
    (scene) => {
      scene.watch!.heartbeat!.lastEventAt = null;
    },
    ['wrong heartbeat of /mtls-watch/sweep: it never ran'],
  ],
  [
    'a sweep that is not known',
    (scene) => {
      scene.watch!.heartbeat = null;
    },
    ['unknown heartbeat of the sweep: could not be read'],
  ],
  [
    'nobody to tell',
    (scene) => {
      scene.watch!.topics[0]!.subscriptions = [];
    },
    ['wrong topic-subscriptions of arn:aws:sns:eu-west-1:123456789012:mtls-watch: nobody is subscribed'],
  ],
  [
    'a subscription that was not confirmed',
    (scene) => {
      scene.watch!.topics[0]!.subscriptions!.push({
        protocol: 'email',
        endpoint: 'new@bank.example',
        isConfirmed: false,
      });
    },
    [
      'wrong topic-subscriptions of arn:aws:sns:eu-west-1:123456789012:mtls-watch: not confirmed: email new@bank.example',
    ],
  ],
  [
    'subscriptions that cannot be read',
    (scene) => {
      scene.watch!.topics[0]!.subscriptions = null;
    },
    ['unknown topic-subscriptions of arn:aws:sns:eu-west-1:123456789012:mtls-watch: could not be read'],
  ],
];

describe('what is broken is named, nothing else, with its commands:', () => {
  const cases = rows.map(([what, change, expected, commands = []]) => ({ what, change, expected, commands }));
  it.each(cases)('$what', ({ change, expected, commands }) => {
    const checks = checksOf(change);
    expect(named(checks)).toEqual(expected);
    expect(fixes(checks)).toEqual(commands);
    for (const { state, remedy } of checks) expect(remedy === null).toBe(state === 'ok');
  });
});

describe('what several share is said once:', () => {
  it('a stage that two domains lead to', () => {
    const twice = checksOf((scene) => {
      scene.found.domains.push({ ...structuredClone(orders(scene)), name: 'old.bank.example' });
    });
    const about = twice.filter(
      ({ about }) => about.startsWith('orders (') || about === MANAGED || about === '/access/orders',
    );
    expect(new Set(about.map(({ id, about }) => `${id} ${about}`)).size).toBe(about.length);
    expect(about.every(({ domain }) => domain === 'orders.bank.example')).toBe(true);
  });

  it('a log group that holds both logs needs both places', () => {
    const checks = checksOf((scene) => {
      ordersStage(scene).accessLog!.logGroup = MANAGED;
      filtersOf(scene, MANAGED).filters = [executionFilter, foreignFilter('audit')];
    });
    expect(named(checks)).toEqual([
      `wrong subscription of ${MANAGED}: no filter`,
      `wrong filter-places of ${MANAGED}: 2 of 2 taken: audit (to ${foreignFilter('audit').destinationArn})`,
    ]);
    expect(fixes(checks)).toEqual([]);
  });

  it('the commands of two domains with one truststore', () => {
    const commands = fixes(
      checksOf((scene) => {
        const [one, two] = scene.found.domains;
        Object.assign(one!.truststore, { isVersioned: false, newestVersion: null });
        two!.truststore = structuredClone(one!.truststore);
      }),
    );
    expect(commands.map((line) => line.split(' ').slice(1, 3).join(' '))).toEqual([
      's3api put-bucket-versioning',
      's3api copy-object',
      'apigateway update-domain-name',
      'apigateway update-domain-name',
    ]);
  });
});

it('settings that are given count instead of the deployed ones', () => {
  const checks = checksOf(({ expectations }) => {
    expectations.coverage = { apisWithoutExecutionLog: [], truststores: { '*': TRUSTSTORE } };
  });
  expect(checks.find(({ id }) => id === 'http-api-covered')).toMatchObject({
    state: 'wrong',
    remedy: 'Add to the settings, and deploy: "apisWithoutExecutionLog": ["http333"]',
  });
});
