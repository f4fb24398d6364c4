/**
 * Writes one JSON line for each refused request to the function's own log, so that CloudWatch Logs Insights can find
 * the clients. Bounded for each call; a retry writes the same ids again, so that duplicates can be removed.
 */

import { digest } from '../../base/digest.js';
import { limits } from '../../base/limits.js';
import type { FailureLog } from '../../ports/index.js';

export function createFailureLog(stream: NodeJS.WritableStream): FailureLog {
  return {
    record: (failures, batchId) => {
      const told = failures.slice(0, limits.failureRecordsMax);
      const lines = told.map(
        (
          { at, scope, issuerDn, reason, reasonText, words, attribution, client, weight, isUnverified, door },
          index,
        ) => ({
          type: 'failure',
          failureId: digest('failure', batchId, index),
          at,
          scope,
          issuerDn,
          // Nobody of that issuer's may be named by a query for its clients.
          ...(isUnverified && { isUnverified }),
          ...(door && { door }),
          reason,
          ...(reason === 'other' && { reasonText, ...(words && { words }) }),
          attribution,
          weight,
          subjectDn: client?.subjectDn ?? '',
          serialNumber: client?.serialNumber ?? '',
          sourceIp: client?.sourceIp ?? '',
          userAgent: client?.userAgent ?? '',
        }),
      );
      const left = failures.length - told.length;
      const rest = left > 0 ? [{ type: 'failures-left-out', count: left }] : [];
      for (const line of [...lines, ...rest]) stream.write(`${JSON.stringify(line)}\n`);
    },
  };
}
