/** Three CA certificates whose base64 ends with padding, so that it can get lost. */

import { ca } from '../../support/certificates.js';

export const NAMES = ['Number One', 'Number Two', 'Number Three'] as const;

const padded = (name: string, key: string) => {
  for (let more = 0; ; more++) {
    const one = ca({ subject: `CN=${name}${'.'.repeat(more)}`, key });
    if (one.pem.includes('=')) return one;
  }
};

export const certificates = [padded(NAMES[0], 'ec-a'), padded(NAMES[1], 'ec-b'), padded(NAMES[2], 'rsa-a')] as const;
export const blocks = [certificates[0].pem, certificates[1].pem, certificates[2].pem] as const;
