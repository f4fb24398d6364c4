/**
 * The access-log format to set on a stage: `doctor` prints it, the constructs for users' own stacks set it, and
 * `docs/configuration.md` shows it. API Gateway wants it on one line. The keys are those that AWS recommends for mutual
 * TLS. Every value is in quotes, so that a record with a missing value (`-`) is still valid JSON.
 */

const VARIABLES = [
  'accountId',
  'apiId',
  'domainName',
  'error.message',
  'error.responseType',
  'extendedRequestId',
  'httpMethod',
  'identity.sourceIp',
  'identity.clientCert.clientCertPem',
  'identity.clientCert.subjectDN',
  'identity.clientCert.issuerDN',
  'identity.clientCert.serialNumber',
  'identity.clientCert.validity.notBefore',
  'identity.clientCert.validity.notAfter',
  'identity.userAgent',
  'path',
  'requestId',
  'requestTimeEpoch',
  'stage',
  'status',
] as const;

export const ACCESS_LOG_FORMAT: string = JSON.stringify(
  Object.fromEntries(VARIABLES.map((name) => [name, `$context.${name}`])),
);
