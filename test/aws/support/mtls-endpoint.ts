/**
 * A custom domain with mutual TLS, as far as a refused client notices: it asks for a certificate, cuts off who has none,
 * refuses who is not signed by a CA of the truststore with 403 and the gateway's headers, and writes about it into the
 * execution log and the access log, after the answer.
 */

import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { LogEvent } from '../../../shared/model/index.js';
import { certificateFromLoggedPem } from '../../../shared/x509/certificate.js';
import { type Issued, leaf, SERVER_AUTH } from '../../support/certificates.js';
import { accessEvent, denialAsLines, type Refusal, uuid } from '../../support/logs.js';

export interface LocalGateway {
  /** `host:port` */
  readonly address: string;
  /** How many requests were answered. */
  readonly calls: number;
  /** While set, mutual TLS is off: everybody is let in. */
  isOpen: boolean;
  /** A rule that OpenSSL does not have: the reason for which the gateway refuses a client that OpenSSL takes, or null. */
  refuses: (clientPem: string) => string | null;
  /** Puts another truststore in use. */
  trust(truststore: string): void;
  stop(): Promise<void>;
}

export interface Logged {
  readonly execution: readonly LogEvent[];
  readonly access: readonly LogEvent[];
}

/**
 * @param authority signs the server's certificate
 * @param write what one request leaves in both logs
 */
export async function startGateway(
  domain: string,
  authority: Issued,
  truststore: string,
  write: (logged: Logged) => Promise<void>,
): Promise<LocalGateway> {
  const server = leaf({
    subject: `CN=${domain}`,
    key: 'ec-c',
    issuer: authority,
    extendedKeyUsage: [SERVER_AUTH],
    dnsNames: [domain],
  });
  const gateway: Omit<LocalGateway, 'trust' | 'stop' | 'address' | 'calls'> & { address: string; calls: number } = {
    ...{ address: '', calls: 0, isOpen: false },
    refuses: () => null,
  };
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const socket = request.socket as TLSSocket;
    const client = socket.getPeerX509Certificate();
    if (client === undefined) {
      socket.destroy();
      return;
    }
    const n = ++gateway.calls;
    const because = socket.authorized ? gateway.refuses(client.toString()) : reasonOf(socket);
    const isRefused = because !== null && !gateway.isOpen;
    const refusal: Refusal = {
      n: 70_000 + n,
      at: Date.now(),
      requestId: request.headers['x-amzn-requestid']?.toString() ?? uuid(70_000 + n),
      extendedRequestId: `Local${n}FEwPEFhg=`,
      reason: because ?? '',
    };
    response.writeHead(isRefused ? 403 : 200, {
      'x-amzn-RequestId': refusal.requestId,
      'x-amz-apigw-id': refusal.extendedRequestId,
      'content-type': 'application/json',
      ...(isRefused ? { 'x-amzn-ErrorType': 'ForbiddenException' } : {}),
    });
    response.end(JSON.stringify(isRefused ? { message: 'Forbidden' } : { status: 'ok' }));
    await write({
      execution: isRefused ? denialAsLines(refusal) : [],
      access: [
        accessEvent(refusal, { domainName: domain, status: isRefused ? '403' : '200', ...identity(client.toString()) }),
      ],
    });
  };
  const credentials = { key: server.privateKey.export({ type: 'pkcs8', format: 'pem' }), cert: server.pem };
  const tls = createServer(
    { ...credentials, ca: truststore, requestCert: true, rejectUnauthorized: false },
    (request, response) => void answer(request, response),
  );
  tls.listen(0, '127.0.0.1');
  await once(tls, 'listening');
  // Another spelling of 127.0.0.1: whatever a function sends there by HTTPS, the local AWS takes for itself.
  gateway.address = `127.1:${(tls.address() as AddressInfo).port}`;
  return Object.assign(gateway, {
    trust: (bundle: string) => tls.setSecureContext({ ...credentials, ca: bundle }),
    stop: async () => {
      tls.closeAllConnections();
      tls.close();
      await once(tls, 'close');
    },
  });
}

/** OpenSSL's code, in the gateway's words. */
function reasonOf({ authorizationError }: TLSSocket): string {
  const reasons: Readonly<Record<string, string>> = {
    DEPTH_ZERO_SELF_SIGNED_CERT: 'self signed certificate',
    INVALID_PURPOSE: 'unsupported certificate purpose',
  };
  return reasons[String(authorizationError)] ?? 'Could not find issuer for certificate';
}

function identity(pem: string): Record<string, string> {
  const certificate = certificateFromLoggedPem(pem);
  if (certificate.kind === 'malformed')
    throw new Error(`a client came with a malformed certificate: ${certificate.detail}`);
  return {
    'identity.clientCert.clientCertPem': pem,
    'identity.clientCert.subjectDN': certificate.subjectDn,
    'identity.clientCert.issuerDN': certificate.issuerDn,
    'identity.clientCert.serialNumber': certificate.serialNumber,
  };
}
