/** What `shared/discovery/checks/domain.ts` says of a custom domain and its truststore. */

import { expect } from 'vitest';
import { breaking, orders, TRUSTSTORE, updateDomain } from '../../support/checks.js';

breaking([
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
    'a domain whose policy is being changed',
    (scene) => {
      orders(scene).status = 'PENDING';
    },
    ['warning domain-status of orders.bank.example: PENDING'],
  ],
  [
    'an old TLS policy',
    (scene) => {
      orders(scene).tlsPolicy = 'TLS_1_0';
    },
    ['wrong tls-policy of orders.bank.example: TLS_1_0'],
    [updateDomain({ op: 'replace', path: '/securityPolicy', value: 'TLS_1_2' })],
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
    'a truststore of which not all is read',
    (scene) => {
      const errors = ['line 12: the BEGIN line has 4 hyphens in front', '1001 certificates'];
      scene.expectations.truststores.set(TRUSTSTORE, { kind: 'read', certificates: 1001, errors });
    },
    [`wrong truststore-readable of ${TRUSTSTORE}: line 12: the BEGIN line has 4 hyphens in front; 1001 certificates`],
  ],
  [
    'a truststore that may not be read',
    (scene) => {
      scene.expectations.truststores.set(TRUSTSTORE, { kind: 'unreadable', why: 'access denied' });
    },
    [`unknown truststore-readable of ${TRUSTSTORE}: access denied`],
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
    [updateDomain({ op: 'replace', path: '/mutualTlsAuthentication/truststoreVersion', value: 'v3' })],
  ],
  [
    'a domain that names no version',
    (scene) => {
      orders(scene).truststore.versionInUse = null;
    },
    [`wrong truststore-current of ${TRUSTSTORE}: the domain names no version`],
    [updateDomain({ op: 'replace', path: '/mutualTlsAuthentication/truststoreVersion', value: 'v2' })],
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
]);
