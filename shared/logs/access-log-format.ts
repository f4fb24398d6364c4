/**
 * The access-log format to set on a stage: what `doctor` gives to paste, what the constructs for users' own stacks set, and
 * what `docs/configuration.md` shows. One line, as API Gateway wants it. The keys are those that AWS recommends for mutual
 * TLS. Every value is quoted, so that a missing one (`-`) leaves the record valid JSON.
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
