/** The documented codes of both doors, each with a meaning. */

import { expect, it } from 'vitest';
import { CLOUDFRONT_CODES } from '../../shared/doors/cloudfront/codes.js';
import { LOAD_BALANCER_CODES } from '../../shared/doors/load-balancer/codes.js';

/** Source: the pages named in `codes.ts`, each list in its own order. */
const DOCUMENTED = {
  cloudfront: `ClientCertMaxChainDepthExceeded ClientCertMaxSizeExceeded ClientCertUntrusted ClientCertNotYetValid
    ClientCertExpired ClientCertTypeUnsupported ClientCertInvalid ClientCertIntentInvalid ClientCertRejected
    ClientCertMissing ClientCertOcspProcessingError ClientCertOcspDenied TcpError TcpTimeout ConnectionFunctionError
    ConnectionFunctionDenied Internal UnmappedConnectionError`,
  loadBalancer: `ClientCertMaxChainDepthExceeded ClientCertMaxSizeExceeded ClientCertCrlHit
    ClientCertCrlProcessingError ClientCertUntrusted ClientCertNotYetValid ClientCertExpired ClientCertTypeUnsupported
    ClientCertInvalid ClientCertPurposeInvalid ClientCertIntentInvalid ClientCertRejected ClientCertMissing Internal
    UnmappedConnectionError`,
};

it.each([
  ['CloudFront', DOCUMENTED.cloudfront, CLOUDFRONT_CODES],
  ['load balancers', DOCUMENTED.loadBalancer, LOAD_BALANCER_CODES],
])('every code of %s has a meaning', (_, documented, codes) => {
  expect(Object.keys(codes).sort()).toEqual(documented.split(/\s+/).sort());
});
