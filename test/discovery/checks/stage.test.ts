/** What `shared/discovery/checks/stage.ts` says of a stage and its logs. */

import { describe, expect, it } from 'vitest';
import { ACCESS_LOG_FORMAT } from '../../../shared/logs/access-log-format.js';
import {
  allow,
  breaking,
  COVERAGE,
  checksOf,
  DISCOVER,
  KNOWN_QUOTES,
  ordersStage,
  putFilter,
  quotes,
  STAGE,
  setFormat,
  setLevel,
  TRUSTSTORE,
} from '../../support/checks.js';
import { accessFilter, executionFilter, MANAGED, noAccounts, type Scene } from '../../support/found.js';

breaking([
  [
    'an API with a policy of its own that refuses TLS 1.2',
    (scene) => {
      ordersStage(scene).apiTlsPolicy = 'SecurityPolicy_TLS13_1_3_2025_09';
    },
    ['warning tls-policy of orders (rest111): SecurityPolicy_TLS13_1_3_2025_09, of the API itself'],
    [],
  ],
  [
    'an API with a policy of its own that accepts TLS 1.2',
    (scene) => {
      ordersStage(scene).apiTlsPolicy = 'SecurityPolicy_TLS13_1_2_PFS_PQ_2025_09';
    },
    [],
    [],
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
    'a default endpoint of an API whose log has its level',
    (scene) => {
      scene.found.domains[1]!.stages[0]!.isDefaultEndpointDisabled = false;
    },
    ['wrong default-endpoint of trades (rest222): it answers without a client certificate'],
    [
      expect.stringContaining('/disableExecuteApiEndpoint'),
      expect.stringContaining('{"op":"replace","path":"/*/*/logging/loglevel","value":"INFO"}'),
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
    'an HTTP API that discovery was told to leave alone',
    ({ watch }) => {
      watch!.coverage = { ...COVERAGE, discover: { ...DISCOVER, deny: ['quotes.*', '*.bank.example'] } };
      watch!.known = [];
    },
    ['wrong http-api-covered of quotes (http333/$default): HTTP API: no execution log; its refusals are not counted'],
  ],
  [
    'what was discovered that cannot be read',
    ({ watch }) => {
      watch!.coverage!.discover = structuredClone(DISCOVER);
      watch!.known = null;
    },
    [
      'unknown http-api-covered of quotes (http333/$default): HTTP API: no execution log; what was discovered could not be read',
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
    [
      `wrong access-log-format of ${STAGE}: without $context.status`,
      // Its refusals can only be told by their error.
      expect.stringMatching(/^wrong subscription of \S+: mtls-watch-access: /) as string,
    ],
    [setFormat, expect.stringContaining('put-subscription-filter')],
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
    'an access log that may not be queried',
    (scene) => {
      const settings = { successes: { logGroups: ['/access/orders', '/access/tr*'] }, discover: DISCOVER };
      scene.watch!.coverage = { ...scene.watch!.coverage!, ...settings };
    },
    [
      expect.stringMatching(/^unknown http-api-covered of quotes/) as string,
      expect.stringMatching(/^warning successes of quotes .*: \S+ may not be queried$/) as string,
    ],
  ],
  [
    'an access log that is counted, and holds no issuer',
    (scene) => {
      scene.watch!.coverage = { ...scene.watch!.coverage!, successes: { logGroups: [] } };
      ordersStage(scene).accessLog!.format = ACCESS_LOG_FORMAT.replace('$context.identity.clientCert.issuerDN', 'x');
    },
    [
      expect.stringMatching(/without \$context\.identity\.clientCert\.issuerDN$/) as string,
      `warning successes of ${STAGE}: its format holds no issuer or no status that can be told`,
    ],
    [setFormat],
  ],
  [
    'a format that is not JSON',
    (scene) => {
      ordersStage(scene).accessLog!.format = '$context.identity.sourceIp "$context.httpMethod" $context.status';
    },
    [
      expect.stringMatching(
        /: not JSON, and the functions do not know the format; without \$context.requestId, /,
      ) as string,
      expect.stringMatching(/^wrong subscription of \S+: mtls-watch-access: /) as string,
    ],
    [setFormat, expect.stringContaining('put-subscription-filter')],
  ],
]);

describe('an HTTP API is covered', () => {
  const covered = (change: (scene: Scene) => void) =>
    checksOf(change).find(({ id }) => id === 'http-api-covered') ?? expect.unreachable();

  it.each([
    ['on', 'ok'],
    // What the functions know is what was found when it was on.
    ['dry-run', 'ok'],
  ] as const)('by what the reconciler found, with discovery %s', (mode, state) => {
    const { state: found } = covered(({ watch }) => {
      watch!.coverage = { ...COVERAGE, discover: { ...DISCOVER, mode } };
      watch!.known = [KNOWN_QUOTES];
    });
    expect(found).toBe(state);
  });

  it.each([
    [
      'no bucket',
      { truststoreBuckets: [] },
      [{ ...KNOWN_QUOTES, truststoreUri: null }],
      /truststoreBuckets of .*"truststores"$/,
    ],
    ['not found yet', {}, [], /^Wait for the next run/],
    ['left alone', { deny: ['*.bank.example'] }, [], /^Let discover\.allow and discover\.deny/],
    ['a dry run', { mode: 'dry-run' as const }, [], /^Add to the settings, and deploy: "apisWithoutExecutionLog"/],
  ])('or else told how: %s', (_why, changes, known, remedy) => {
    const check = covered(({ watch }) => {
      watch!.coverage = { ...COVERAGE, discover: { ...DISCOVER, ...changes } };
      watch!.known = known;
    });
    expect(check).toMatchObject({ state: 'wrong', remedy: expect.stringMatching(remedy) });
  });

  it('by its own name or with its account in front, where accounts are told apart', () => {
    const byAccount = (account: string, central: object | null) =>
      covered(({ watch }) => {
        watch!.coverage = {
          ...COVERAGE,
          central: central && noAccounts,
          apisWithoutExecutionLog: [`${account}/http333`],
          truststores: { [`${account}/quotes.bank.example`]: TRUSTSTORE },
        };
      }).state;
    expect(byAccount('123456789012', {})).toBe('ok');
    expect(byAccount('999988887777', {})).toBe('wrong');
    expect(byAccount('123456789012', null)).toBe('wrong');
  });
});
