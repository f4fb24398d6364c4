/** How the canary calls a custom domain. Implemented by `adapters/tls`. */

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
