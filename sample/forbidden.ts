/** The ways to get a 403 that have nothing to do with the certificate, and how often the sample day has each. */

import type { ApiName, Forbidden } from './timeline.js';

export const OTHER_FORBIDDEN: readonly (readonly [ApiName, Forbidden, number])[] = [
  ['payments', { cause: 'waf', responseType: 'WAF_FILTERED', message: 'Forbidden' }, 64],
  ['partners', { cause: 'waf', responseType: 'WAF_FILTERED', message: 'Forbidden' }, 17],
  [
    'payments',
    {
      cause: 'authorizer-denied',
      responseType: 'ACCESS_DENIED',
      message: 'User is not authorized to access this resource with an explicit deny',
      line: 'The client is not authorized to perform this operation.',
    },
    41,
  ],
  [
    'partners',
    {
      cause: 'authorizer-denied',
      responseType: 'ACCESS_DENIED',
      message: 'User is not authorized to access this resource',
      line: 'The client is not authorized to perform this operation.',
    },
    12,
  ],
  [
    'payments',
    {
      cause: 'iam-denied',
      responseType: 'ACCESS_DENIED',
      message:
        'User: arn:aws:sts::111122223333:assumed-role/batch/run is not authorized to perform: execute-api:Invoke on resource: arn:aws:execute-api:eu-central-1:********9012:a1b2c3d4e5/prod/POST/transfers',
    },
    9,
  ],
  [
    'partners',
    {
      cause: 'resource-policy-denied',
      responseType: 'ACCESS_DENIED',
      message:
        'User: anonymous is not authorized to perform: execute-api:Invoke on resource: arn:aws:execute-api:eu-central-1:********9012:p9q8r7s6t5/live/GET/orders',
    },
    11,
  ],
  [
    'partners',
    {
      cause: 'invalid-api-key',
      responseType: 'INVALID_API_KEY',
      message: 'Invalid API Key identifier specified',
      line: "API Key  not authorized because method 'GET /orders' requires API Key and API Key is not associated with a usage plan for API Stage p9q8r7s6t5/live: No API Key",
    },
    23,
  ],
  [
    'payments',
    {
      cause: 'missing-authentication-token',
      responseType: 'MISSING_AUTHENTICATION_TOKEN',
      message: 'Missing Authentication Token',
    },
    36,
  ],
  [
    'sandbox',
    {
      cause: 'missing-authentication-token',
      responseType: 'MISSING_AUTHENTICATION_TOKEN',
      message: 'Missing Authentication Token',
    },
    28,
  ],
  [
    'payments',
    {
      cause: 'invalid-security-token',
      responseType: 'ACCESS_DENIED',
      message: 'The security token included in the request is invalid.',
    },
    4,
  ],
  [
    'payments',
    {
      cause: 'signature-expired',
      responseType: 'EXPIRED_TOKEN',
      message: 'Signature expired: 20261013T081500Z is now earlier than 20261013T082012Z (20261013T082512Z - 5 min.)',
    },
    5,
  ],
  [
    'payments',
    {
      cause: 'signature-mismatch',
      responseType: 'INVALID_SIGNATURE',
      message:
        'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
    },
    6,
  ],
  [
    'sandbox',
    {
      cause: 'incomplete-signature',
      responseType: 'INVALID_SIGNATURE',
      message:
        "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter.",
    },
    7,
  ],
  // A custom domain without a mapping for the path: `Forbidden`, and no denial ever comes.
  ['partners', { cause: 'unmatched', responseType: '-', message: 'Forbidden' }, 7],
];
