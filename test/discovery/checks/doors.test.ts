/** What `shared/discovery/checks/doors.ts` says of distributions and load balancers, and of the filters on their log groups. */

import { expect, it } from 'vitest';
import type { FoundDoor } from '../../../shared/model/account.js';
import { allow, breaking, checksOf, filtersOf, named, putFilter } from '../../support/checks.js';
import { ALB_LOG, connectionFilter, type Mutable, type Scene } from '../../support/found.js';

const DISTRIBUTION = 'arn:aws:cloudfront::123456789012:distribution/E2DX1SLDPK0123';
const CLOUDFRONT_LOG = '/cloudfront/partners';

const distribution: FoundDoor = {
  kind: 'cloudfront',
  id: 'E2DX1SLDPK0123',
  arn: DISTRIBUTION,
  name: 'partners.bank.example',
  hosts: ['partners.bank.example', 'd1.cloudfront.net'],
  connectionLogs: [
    {
      deliveryId: 'cf-delivery',
      sourceName: 'cf-source',
      region: 'us-east-1',
      destinationArn: `arn:aws:logs:us-east-1:123456789012:log-group:${CLOUDFRONT_LOG}:*`,
      logGroup: CLOUDFRONT_LOG,
      recordFields: [],
    },
  ],
};

const alb = (scene: Scene) => scene.found.doors[0]!;
const albLog = (scene: Scene) => alb(scene).connectionLogs![0]!;

/** The same account looked at in us-east-1, with nothing but the distribution there. */
function inUsEast1(scene: Scene, change: (door: Mutable<FoundDoor>) => void = () => {}): void {
  const door = structuredClone(distribution) as Mutable<FoundDoor>;
  change(door);
  scene.found.region = 'us-east-1';
  scene.found.domains = [];
  scene.found.doors = [door];
  const target = `arn:aws:lambda:us-east-1:123456789012:function:ingest`;
  scene.watch!.target = { kind: 'function', arn: target };
  const filters = [{ ...structuredClone(connectionFilter), destinationArn: target }];
  scene.found.logGroups.set(CLOUDFRONT_LOG, { name: CLOUDFRONT_LOG, exists: true, filters, lastEventAt: null });
}

const ALB_FIELDS =
  '["tls_verify_status","leaf_client_cert_subject","leaf_client_cert_serial_number","time","conn_trace_id","client_ip","listener_port","leaf_client_cert_validity","elb"]';
const CLOUDFRONT_FIELDS =
  '["connectionStatus","clientLeafCertSubject","clientLeafCertIssuer","clientLeafCertSerialNumber","eventTimestamp","connectionId","clientIp","distributionId","tlsSni","clientLeafCertValidity","connectionLogCustomData"]';

breaking([
  [
    'a load balancer without connection logs',
    (scene) => {
      alb(scene).connectionLogs = [];
    },
    ['wrong connection-log of partners: none'],
    [
      `aws logs create-log-group --region eu-west-1 --log-group-name ${ALB_LOG}`,
      'aws logs put-delivery-source --region eu-west-1 --name mtls-watch-partners --resource-arn arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/partners/0123456789abcdef --log-type ALB_CONNECTION_LOGS',
      `aws logs put-delivery-destination --region eu-west-1 --name mtls-watch-partners --output-format json --delivery-destination-configuration '{"destinationResourceArn":"arn:aws:logs:eu-west-1:123456789012:log-group:${ALB_LOG}"}'`,
      `aws logs create-delivery --region eu-west-1 --delivery-source-name mtls-watch-partners --delivery-destination-arn arn:aws:logs:eu-west-1:123456789012:delivery-destination:mtls-watch-partners --record-fields '${ALB_FIELDS}'`,
      allow,
      putFilter(ALB_LOG, connectionFilter),
    ],
  ],
  [
    'a load balancer whose connection log goes to a bucket only: its source is used again',
    (scene) => {
      Object.assign(albLog(scene), { destinationArn: 'arn:aws:s3:::logs', logGroup: null });
    },
    ['wrong connection-log of partners: only to arn:aws:s3:::logs'],
    [
      `aws logs create-log-group --region eu-west-1 --log-group-name ${ALB_LOG}`,
      expect.stringMatching(/^aws logs put-delivery-destination /),
      expect.stringMatching(/^aws logs create-delivery --region eu-west-1 --delivery-source-name alb-source /),
      allow,
      putFilter(ALB_LOG, connectionFilter),
    ],
  ],
  [
    'deliveries that cannot be read',
    (scene) => {
      alb(scene).connectionLogs = null;
    },
    ['unknown connection-log of partners: could not be read'],
  ],
  [
    'fields without the status',
    (scene) => {
      albLog(scene).recordFields = (JSON.parse(ALB_FIELDS) as string[]).slice(1);
    },
    [`wrong connection-log-fields of ${ALB_LOG}: no tls_verify_status`],
    [
      expect.stringMatching(
        /^aws logs update-delivery-configuration --region eu-west-1 --id alb-delivery --record-fields '\["leaf_client_cert_subject",.*,"tls_verify_status"\]'$/,
      ),
    ],
  ],
  [
    'fields without the certificate',
    (scene) => {
      albLog(scene).recordFields = (JSON.parse(ALB_FIELDS) as string[]).filter((field) => !field.startsWith('leaf'));
    },
    [
      `wrong connection-log-fields of ${ALB_LOG}: no leaf_client_cert_subject, leaf_client_cert_serial_number, leaf_client_cert_validity`,
    ],
    [expect.stringMatching(/^aws logs update-delivery-configuration /)],
  ],
  [
    "fields without the connection's id",
    (scene) => {
      albLog(scene).recordFields = (JSON.parse(ALB_FIELDS) as string[]).filter((field) => field !== 'conn_trace_id');
    },
    [`warning connection-log-fields of ${ALB_LOG}: no conn_trace_id`],
    [expect.stringMatching(/^aws logs update-delivery-configuration /)],
  ],
  [
    'no filter on the log group',
    (scene) => {
      filtersOf(scene, ALB_LOG).filters = [];
    },
    [`wrong subscription of ${ALB_LOG}: no filter`],
    [allow, putFilter(ALB_LOG, connectionFilter)],
  ],
  [
    'a distribution, looked at in another Region than its log group',
    (scene) => {
      scene.found.doors = [structuredClone(distribution) as Mutable<FoundDoor>];
    },
    [`warning connection-log-region of ${CLOUDFRONT_LOG}: the log group is in us-east-1`],
  ],
  [
    'a distribution without connection logs, looked at in another Region: the commands go to us-east-1',
    (scene) => {
      scene.found.doors = [{ ...(structuredClone(distribution) as Mutable<FoundDoor>), connectionLogs: [] }];
    },
    ['wrong connection-log of E2DX1SLDPK0123: none'],
    [
      'aws logs create-log-group --region us-east-1 --log-group-name /aws/vendedlogs/cloudfront/E2DX1SLDPK0123',
      `aws logs put-delivery-source --region us-east-1 --name mtls-watch-E2DX1SLDPK0123 --resource-arn ${DISTRIBUTION} --log-type CONNECTION_LOGS`,
      expect.stringMatching(/^aws logs put-delivery-destination --region us-east-1 .*arn:aws:logs:us-east-1:/),
      `aws logs create-delivery --region us-east-1 --delivery-source-name mtls-watch-E2DX1SLDPK0123 --delivery-destination-arn arn:aws:logs:us-east-1:123456789012:delivery-destination:mtls-watch-E2DX1SLDPK0123 --record-fields '${CLOUDFRONT_FIELDS}'`,
    ],
  ],
  [
    'a delivery of a distribution that was made in another Region',
    (scene) => {
      const door = structuredClone(distribution) as Mutable<FoundDoor>;
      const log = { ...door.connectionLogs![0]!, region: 'eu-west-1', deliveryId: 'lost' };
      scene.found.doors = [{ ...door, connectionLogs: [log] }];
    },
    [
      'wrong connection-log of E2DX1SLDPK0123: none',
      `wrong connection-log-region of ${CLOUDFRONT_LOG}: the delivery is in eu-west-1`,
    ],
    [
      expect.stringMatching(/^aws logs create-log-group --region us-east-1 /),
      expect.stringMatching(/^aws logs put-delivery-source --region us-east-1 /),
      expect.stringMatching(/^aws logs put-delivery-destination --region us-east-1 /),
      expect.stringMatching(/^aws logs create-delivery --region us-east-1 /),
      'aws logs delete-delivery --region eu-west-1 --id lost',
    ],
  ],
  ['a distribution in us-east-1, in which all is well', (scene) => inUsEast1(scene), []],
  [
    "fields of a distribution without the certificate's issuer",
    (scene) =>
      inUsEast1(scene, (door) => {
        door.connectionLogs![0]!.recordFields = [
          'connectionStatus',
          'clientLeafCertSubject',
          'clientLeafCertSerialNumber',
        ];
      }),
    [expect.stringMatching(/^wrong connection-log-fields of \/cloudfront\/partners: no clientLeafCertIssuer, /)],
    [expect.stringMatching(/^aws logs update-delivery-configuration --region us-east-1 --id cf-delivery /)],
  ],
]);

it('a door of any name makes commands that are safe to paste', () => {
  const checks = checksOf((scene) => {
    Object.assign(alb(scene), { id: "a'; rm -rf ~", arn: '$(id)', connectionLogs: [] });
  });
  const [check] = checks.filter(({ state }) => state !== 'ok');
  expect(named(checks)).toHaveLength(1);
  expect(check?.commands.join('\n')).toContain("--name 'mtls-watch-a'\\''; rm -rf ~' --resource-arn '$(id)'");
});
