/**
 * Calls a custom domain over TLS with a client certificate and tells what came of it. One connection, one request, no
 * retry: the canary is to find one refusal in the logs for each call. The server's certificate is verified against the
 * CAs that Node trusts, so that nobody in between can play the gateway; `NODE_EXTRA_CA_CERTS` names further ones.
 */

import { request } from 'node:https';
import { messageOf } from '../../base/errors.js';
import { limits } from '../../base/limits.js';
import { clean } from '../../base/text.js';
import type { Answer } from '../../model/index.js';
import type { GatewayCall } from '../../ports/gateway.js';

/**
 * Never rejects: errors are results too.
 * @param authorities PEM of the CAs to trust. Default: those that Node trusts
 */
export function callGateway(
  { domain, path, connectTo }: GatewayCall,
  client: { readonly certificate: string; readonly key: string },
  authorities?: string,
): Promise<Answer> {
  const [host = domain, port = '443'] = (connectTo ?? domain).split(':');
  return new Promise((resolve) => {
    let isConnected = false;
    const call = request({
      host,
      port,
      path,
      servername: domain,
      headers: { host: domain, 'user-agent': 'mtls-watch-canary' },
      cert: client.certificate,
      key: client.key,
      ca: authorities,
      minVersion: 'TLSv1.2',
      // A new socket, so that no connection or TLS session of an earlier call is reused.
      agent: false,
      maxHeaderSize: limits.canaryAnswerHeadBytesMax,
      signal: AbortSignal.timeout(limits.canaryCallMsMax),
    });
    call.once('socket', (socket) => {
      socket.once('connect', () => {
        isConnected = true;
      });
    });
    call.once('response', ({ statusCode = 0, headers }) => {
      // Cut like the ids in the logs, so that they can be compared.
      const text = (name: string): string | null => {
        const value = headers[name]?.toString();
        return value === undefined ? null : clean(value, limits.requestIdCharsMax);
      };
      // REST APIs: "Set up CloudWatch logging for REST APIs in API Gateway". HTTP APIs have one id for both.
      const only = text('apigw-requestid');
      resolve({
        kind: 'answered',
        status: statusCode,
        errorType: text('x-amzn-errortype'),
        requestId: text('x-amzn-requestid') ?? only,
        extendedRequestId: text('x-amz-apigw-id') ?? only,
      });
      // The head has all that is needed; the body may have any size.
      call.destroy();
    });
    // A connection that breaks may emit several errors; the first one says why.
    call.on('error', (error) => {
      if (error.name === 'AbortError') {
        resolve({ kind: 'unreachable', detail: `no answer within ${limits.canaryCallMsMax / 1000} seconds` });
      } else resolve({ kind: isConnected ? 'tls-failed' : 'unreachable', detail: messageOf(error) });
    });
    call.end();
  });
}
