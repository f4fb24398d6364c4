/**
 * Checks of a custom domain and its truststore, by the rules of "How to turn on mutual TLS authentication for your REST
 * APIs".
 */

import type { FoundDomain } from '../../model/account.js';
import { plural } from '../../x509/format.js';
import { ALLOW_READING, type Check, COULD_NOT_BE_READ, ok, type Subject, unknown, warning, wrong } from '../check.js';
import { aws, isReference, quote, replaceAt } from '../shell.js';
import type { Context } from './context.js';

export function domainChecks(domain: FoundDomain, context: Context): Check[] {
  return [
    status(domain),
    tlsPolicy(domain, context),
    mapped(domain, context),
    versioned(domain, context),
    ...current(domain, context),
    warnings(domain),
    ...readable(domain, context),
  ];
}

const subject = (id: Check['id'], { name }: FoundDomain, about: string, expected: string): Subject => ({
  id,
  domain: name,
  about,
  expected,
});

function status(domain: FoundDomain): Check {
  const expectation = subject('domain-status', domain, domain.name, 'AVAILABLE');
  const said = domain.statusMessage === null ? domain.status : `${domain.status}: ${domain.statusMessage}`;
  if (domain.status === 'AVAILABLE') return ok(expectation, said);
  if (domain.status === 'UPDATING')
    return warning(expectation, said, 'An update is under way: look again in some minutes.');
  if (domain.status === 'PENDING') {
    return warning(
      expectation,
      said,
      'A change of the security policy or the access mode is under way, for some 15 minutes: look again then.',
    );
  }
  return wrong(
    expectation,
    said,
    REMEDY_BY_STATUS[domain.status] ?? 'Mend what API Gateway says, and update the domain name.',
  );
}

const REMEDY_BY_STATUS: Readonly<Record<string, string>> = {
  PENDING_OWNERSHIP_VERIFICATION:
    'Validate the ownership verification certificate in ACM, or set a public one of ACM as the ownership certificate: an imported or private server certificate does not prove who owns the domain.',
  PENDING_CERTIFICATE_REIMPORT: 'Import the server certificate again in ACM.',
};

/** Policies that begin with `SecurityPolicy_` do not support mutual TLS, so only one choice is left. */
function tlsPolicy(domain: FoundDomain, { found }: Context): Check {
  const expectation = subject('tls-policy', domain, domain.name, 'TLS_1_2');
  if (domain.tlsPolicy === 'TLS_1_2' || domain.tlsPolicy.startsWith('SecurityPolicy_')) {
    return ok(expectation, domain.tlsPolicy);
  }
  return wrong(
    expectation,
    domain.tlsPolicy,
    'Set the security policy TLS_1_2. Clients that know nothing newer than TLS 1.1 can no longer connect then.',
    [updateDomain(domain, found, '/securityPolicy', 'TLS_1_2')],
  );
}

function mapped(domain: FoundDomain, { found }: Context): Check {
  const expectation = subject('domain-mapped', domain, domain.name, 'at least one stage');
  const { length } = domain.stages;
  if (length > 0) return ok(expectation, plural(length, 'stage'));
  // It may be mapped to stages that could not be read.
  if (found.unreadable.some(({ isDetail }) => isDetail !== true))
    return unknown(expectation, 'none that could be read', ALLOW_READING);
  return warning(
    expectation,
    'none',
    'Map a stage of an API to the domain, or remove it: every request is answered with 403.',
  );
}

function versioned(domain: FoundDomain, context: Context): Check {
  const { uri, isVersioned } = domain.truststore;
  const expectation = subject('truststore-versioned', domain, uri, 'a bucket with versioning');
  if (isVersioned === null) return unknown(expectation, COULD_NOT_BE_READ, ALLOW_READING);
  if (isVersioned) return ok(expectation, 'versioned');
  return wrong(
    expectation,
    'not versioned',
    'Turn versioning on, give the truststore a version, and update the domain name to it: only then can a bad truststore be taken back. S3 may take 15 minutes until versioning is in force.',
    [
      ...onBucket(uri, (bucket) => [
        aws('s3api', 'put-bucket-versioning', context.found, {
          bucket,
          'versioning-configuration': 'Status=Enabled',
        }),
      ]),
      ...giveVersion(domain, context),
    ],
  );
}

function current(domain: FoundDomain, context: Context): Check[] {
  const { uri, versionInUse, newestVersion, isVersioned } = domain.truststore;
  // Without versioning no version can be in use; `truststore-versioned` reports that.
  if (isVersioned === false) return [];
  const expectation = subject('truststore-current', domain, uri, `version ${newestVersion ?? '(newest)'}`);
  if (newestVersion === null) return [unknown(expectation, `version ${versionInUse ?? '(none)'}`, ALLOW_READING)];
  if (newestVersion === versionInUse) return [ok(expectation, `version ${versionInUse}`)];
  const remedy =
    'See with mtls-watch preflight who would be refused by it; then update the domain name to the newest version.';
  if (newestVersion === 'null') {
    return [
      wrong(
        { ...expectation, expected: 'a version of the truststore' },
        'put before the bucket was versioned',
        'Put the truststore again, and update the domain name to its version.',
        giveVersion(domain, context),
      ),
    ];
  }
  const found = versionInUse === null ? 'the domain names no version' : `version ${versionInUse}`;
  const path = '/mutualTlsAuthentication/truststoreVersion';
  return [wrong(expectation, found, remedy, [updateDomain(domain, context.found, path, newestVersion)])];
}

function warnings(domain: FoundDomain): Check {
  const { uri, warnings: said } = domain.truststore;
  const expectation = subject('truststore-warnings', domain, uri, 'no warnings');
  if (said.length === 0) return ok(expectation, 'no warnings');
  return wrong(
    expectation,
    said.join('; '),
    `API Gateway leaves out certificates that it does not take, and refuses their clients. Run mtls-watch audit ${quote(uri)}, put a mended truststore, and update the domain name to its version.`,
  );
}

function readable(domain: FoundDomain, { truststores }: Context): Check[] {
  const { uri } = domain.truststore;
  const contents = truststores.get(uri);
  if (contents === undefined) return [];
  const expectation = subject('truststore-readable', domain, uri, 'PEM that is read as a whole, within 1 MB');
  if (contents.kind === 'unreadable') return [unknown(expectation, contents.why, ALLOW_READING)];
  const { certificates, errors } = contents;
  if (errors.length === 0) return [ok(expectation, plural(certificates, 'certificate'))];
  return [
    wrong(
      expectation,
      errors.join('; '),
      `What is not read lets nobody in. Run mtls-watch audit ${quote(uri)}, put a mended truststore, and update the domain name to its version.`,
    ),
  ];
}

function updateDomain(domain: FoundDomain, place: Context['found'], path: string, value: string): string {
  return aws('apigateway', 'update-domain-name', place, {
    'domain-name': domain.name,
    'patch-operations': [replaceAt(path, value)],
  });
}

/** Copies the object onto itself, which creates a version, and updates the domain to it. */
function giveVersion(domain: FoundDomain, { found }: Context): string[] {
  return onBucket(domain.truststore.uri, (bucket, key) => {
    const source = `${bucket}/${key.split('/').map(encodeURIComponent).join('/')}`;
    const ask = aws('s3api', 'head-object', found, { bucket, key, query: 'VersionId', output: 'text' });
    return [
      aws('s3api', 'copy-object', found, {
        bucket,
        key,
        'copy-source': source,
        // S3 rejects a copy of an object onto itself without changes.
        'metadata-directive': 'REPLACE',
        'content-type': 'application/x-pem-file',
      }),
      aws('apigateway', 'update-domain-name', found, {
        'domain-name': domain.name,
        'patch-operations': {
          shell: `"op=replace,path=/mutualTlsAuthentication/truststoreVersion,value=$(${ask})"`,
        },
      }),
    ];
  });
}

/** Returns no commands for a key that the AWS CLI would interpret as a file name. */
function onBucket(uri: string, make: (bucket: string, key: string) => string[]): string[] {
  const [, bucket, key] = /^s3:\/\/([^/]+)\/(.+)$/s.exec(uri) ?? [];
  return bucket === undefined || key === undefined || isReference(key) ? [] : make(bucket, key);
}
