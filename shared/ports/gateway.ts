/** How the canary calls a custom domain. Implemented by `adapters/tls`. */

import type { ProbeCertificateKind } from '../model/index.js';

export interface GatewayCall {
  /** The custom domain: the server's name in TLS and in HTTP. */
  readonly domain: string;
  readonly path: string;
  /** `host` or `host:port` to connect to instead of the domain; null for the domain itself. */
  readonly connectTo: string | null;
}

export interface CanaryCertificate {
  /** PEM, for a TLS client. The key is in memory only. */
  readonly certificate: string;
  readonly key: string;
  /** SHA-256 of the certificate's DER, lower-case hexadecimal. */
  readonly fingerprint: string;
}

export interface ProbeCertificates {
  /** The CAs, in PEM, for the truststore: the root first. Their keys are gone. */
  readonly authorities: string;
  /** One certificate for each call. */
  readonly clients: Readonly<Record<ProbeCertificateKind, readonly CanaryCertificate[]>>;
}
