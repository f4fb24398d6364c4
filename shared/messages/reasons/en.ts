/** The reasons of a refusal, in English: one entry for alerts, the report and the runbooks' titles. */

import type { ReasonId } from '../../model/reasons.js';
import type { ReasonMessages } from '../types.js';

export const reasons: Readonly<Record<ReasonId, ReasonMessages>> = {
  'issuer-not-found': {
    title: 'issuer not found',
    meaning: "The truststore does not hold the CA that issued the client's certificate, or not all of its chain.",
    steps: [
      'Ask the client for its CA chain, or compare the issuer above with the CAs in the truststore.',
      'If the CA is the right one: add it with every CA above it up to the root, upload the bundle, and update the custom domain name to the new truststore version.',
      'If it began right after a truststore update: go back to the version before.',
    ],
    remedy: 'Add the CA that issued the certificate, and every CA above it, to the truststore if you trust it.',
  },
  'insecure-signature-algorithm': {
    title: 'insecure signature algorithm',
    meaning: 'A certificate of the chain is signed with an algorithm weaker than SHA-256.',
    steps: [
      'Check the signature algorithm: openssl x509 -in client.pem -noout -text | grep "Signature Algorithm".',
      'Ask the client to have the certificate issued again with SHA-256 or stronger; no setting of the gateway allows less.',
    ],
    remedy: 'Have the certificate issued again, signed with SHA-256 or stronger.',
  },
  'self-signed': {
    title: 'self-signed certificate',
    meaning: 'The client presents a certificate that it signed itself, and the truststore does not hold it.',
    steps: [
      'See who it is: a known client with the wrong certificate configured, or a stranger that tries the door.',
      'A known client: ask it to send the certificate that your CA issued.',
      'Strangers need no action; they stay outside.',
    ],
    remedy: 'A known client: have it send the certificate that your CA issued. Strangers stay outside.',
  },
  'self-signed-in-chain': {
    title: 'self-signed certificate in the chain',
    meaning: "The client's chain ends in a root that the truststore does not hold.",
    steps: [
      'Find the root: openssl verify -show_chain with the chain that the client sends.',
      'If you trust that root: add it to the truststore and update the custom domain name to the new version.',
    ],
    remedy: "Add the root of the client's chain to the truststore if you trust it.",
  },
  expired: {
    title: 'certificate expired',
    meaning: "The client's certificate, or a CA above it, is past its end date.",
    steps: [
      'Compare the end date of the certificate with now: openssl x509 -in client.pem -noout -enddate. If the certificate itself is still valid, a CA in the truststore has expired.',
      'Ask the client to renew its certificate and to restart what holds the old one in memory.',
    ],
    remedy: 'Have the client renew its certificate; if that is valid, replace the expired CA in the truststore.',
  },
  'not-yet-valid': {
    title: 'certificate not yet valid',
    meaning: "The client's certificate, or a CA above it, begins in the future.",
    steps: [
      'Compare the start date of the certificate with now: openssl x509 -in client.pem -noout -startdate. A few minutes point to the clock of the CA that issued it.',
      'Ask the client to go back to its previous certificate until the start date.',
    ],
    remedy: 'Have the client use its previous certificate until the start date.',
  },
  'chain-too-long': {
    title: 'chain too long',
    meaning: 'There are more CA certificates from the client up to the root than are accepted.',
    steps: [
      'Ask for a certificate from a CA nearer to the root: at most four CA certificates may stand above the client’s.',
    ],
    remedy: 'Ask for a certificate from a CA nearer to the root: at most four CA certificates above the client’s.',
  },
  'signature-failure': {
    title: 'signature does not verify',
    meaning: 'The certificate names a CA of the truststore, but was not signed with that CA’s key.',
    steps: [
      'Ask whether the CA was issued again with a new key under the same name: compare its key identifier with the one in the truststore.',
      'If so: add the new CA certificate beside the old one and update the custom domain name.',
    ],
    remedy: 'Ask whether the CA has a new key under its old name, and add its new certificate beside the old one.',
  },
  'invalid-ca': {
    title: 'invalid CA certificate',
    meaning: 'A certificate that acts as issuer is not marked as a CA.',
    steps: [
      'Check basicConstraints and keyUsage of every certificate above the client’s; replace the one that is no CA.',
    ],
    remedy: 'Replace the certificate in the chain that is not marked as a CA.',
  },
  'path-length-exceeded': {
    title: 'path length exceeded',
    meaning: 'A CA of the chain allows fewer CAs below it than there are.',
    steps: ['Check pathlen in basicConstraints of each CA in the chain; have the certificate issued by a CA that may.'],
    remedy: 'Have the certificate issued by a CA that may issue to clients.',
  },
  'unsupported-purpose': {
    title: 'wrong purpose',
    meaning: 'The certificate may not be used by a client.',
    steps: [
      'Ask for a certificate whose extended key usage includes clientAuth, from a private CA: public CAs stop issuing it, by 2027-03-15 at the latest.',
    ],
    remedy:
      'Ask for a certificate whose extended key usage includes clientAuth, from a private CA: public CAs stop issuing it, by 2027-03-15 at the latest.',
  },
  'unhandled-critical-extension': {
    title: 'unknown critical extension',
    meaning: 'The certificate holds a critical extension that the gateway does not know.',
    steps: ['Ask the CA to issue the certificate without that extension, or with it not critical.'],
    remedy: 'Have the certificate issued without the critical extension.',
  },
  'weak-key': {
    title: 'key too weak',
    meaning: 'A key of the chain is shorter than API Gateway accepts.',
    steps: ['Ask for a certificate with RSA of 2,048 bits or more, or ECDSA P-256 or P-384.'],
    remedy: 'Ask for a certificate with RSA of 2,048 bits or more, or ECDSA P-256 or P-384.',
  },
  untrusted: {
    title: 'certificate not trusted',
    meaning:
      'No path of valid signatures leads from the certificate to a CA of the truststore. CloudFront and load balancers do not say where it ends.',
    steps: [
      'Compare the issuer above with the CAs in the truststore; where the log has no issuer, ask the client for its certificate and its CA chain.',
      'If the CA is the right one: add it with every CA above it up to the root to the bundle, upload it, and update the trust store. CloudFront and load balancers hold a copy: an upload alone changes nothing.',
      'If it began right after an update of the trust store: go back to the bundle before.',
    ],
    remedy:
      'Find out which CA issued the certificate, and add it with every CA above it to the trust store if you trust it.',
  },
  'no-client-certificate': {
    title: 'client sends no certificate',
    meaning: 'The client presented no certificate at all, so its connection was cut.',
    steps: [
      'Look whether the addresses below presented a certificate before. If so, ask that client what it changed: certificate and key not configured, a proxy in between, or a renewed certificate without client authentication, which many clients do not send.',
      'Addresses that never presented one are mostly browsers and scanners and need no action.',
    ],
    remedy:
      'Ask a client that presented a certificate before what it changed; a renewed certificate without client authentication is often not sent at all.',
  },
  'certificate-too-large': {
    title: 'certificate too large',
    meaning: 'The certificates that the client sends take more bytes than are accepted.',
    steps: [
      'Ask for the size of what the client sends: openssl x509 -in client.pem -outform DER | wc -c, for each certificate of its chain.',
      'Have it send its own certificate and the intermediates only, without the root, and have a certificate with very many names issued again with fewer.',
    ],
    remedy: 'Have the client send fewer certificates, or one with fewer names and extensions.',
  },
  'invalid-certificate': {
    title: 'certificate invalid',
    meaning: 'The certificate could not be read or is not valid in itself; the log does not say why.',
    steps: [
      'Read the certificate: openssl x509 -in client.pem -noout -text. An error there is the cause.',
      'If it can be read, verify it against the truststore with mtls-watch diagnose, and have it issued again.',
    ],
    remedy: 'Have the certificate issued again; find out with mtls-watch diagnose what is wrong with it.',
  },
  'unsupported-certificate': {
    title: 'kind of certificate not supported',
    meaning:
      "The certificate's kind of key or signature is not accepted here, or not by the security policy of the listener.",
    steps: [
      'Look at key and signature: openssl x509 -in client.pem -noout -text | grep -E "Public.Key|Signature Algorithm".',
      'Ask for a certificate with RSA of 2,048 to 4,096 bits, or ECDSA P-256 or P-384, signed with SHA-256 or stronger: CloudFront and load balancers both accept that.',
      'At a load balancer with the code ClientCertIncompatible: compare with the security policy of the listener.',
    ],
    remedy:
      'Ask for a certificate with RSA of 2,048 to 4,096 bits, or ECDSA P-256 or P-384, signed with SHA-256 or stronger.',
  },
  revoked: {
    title: 'certificate revoked',
    meaning: 'The CA has revoked the certificate, or a CA above it.',
    steps: [
      'Ask the CA when and why it was revoked. Was the key stolen? Then look for calls with it before that time.',
      'Ask the client for a new certificate with a new key; nothing here should let the old one in again.',
    ],
    remedy: 'Have the client get a new certificate with a new key; ask the CA why the old one was revoked.',
  },
  'revocation-check-failed': {
    title: 'revocation could not be checked',
    meaning: 'Whether the certificate is revoked could not be found out, so the client was refused.',
    steps: [
      'Load balancer: look whether the revocation list in the trust store has expired or is not of this CA, and upload a fresh one.',
      "CloudFront: look whether the CA's OCSP responder answers: the address is in the certificate.",
      'It concerns every client of that CA: tell the CA.',
    ],
    remedy: 'Upload a fresh revocation list, or have the CA repair its OCSP responder.',
  },
  rejected: {
    title: 'rejected by validation',
    meaning: 'A validation beyond the path to a trusted CA rejected the certificate; the log does not say which.',
    steps: [
      'Verify the certificate with mtls-watch diagnose, and compare it with one that is accepted: names, key usage, extensions.',
      'If that explains nothing, ask AWS Support with the id of the connection.',
    ],
    remedy: 'Compare the certificate with one that is accepted; ask AWS Support with the id of the connection.',
  },
  'denied-by-function': {
    title: 'denied by the connection function',
    meaning: 'Your own connection function denied the certificate, which the truststore accepts.',
    steps: [
      'Read what the function wrote into connectionLogCustomData of the record, and which rule of it fits: a revoked serial number, an unknown device, …',
      'If it denies what it should let in: repair the function or its key value store and publish it again.',
    ],
    remedy: 'Read in connectionLogCustomData why your connection function denied it.',
  },
  'function-failed': {
    title: 'connection function failed',
    meaning:
      'Your own connection function threw an error, so the client was cut off whatever its certificate is worth.',
    steps: [
      'Was the function published just now? Go back to the version before: every client may be cut off.',
      'Test the function with the certificate of a refused client: aws cloudfront test-connection-function.',
    ],
    remedy: 'Repair your connection function, or go back to the version before.',
  },
  other: {
    title: 'another reason',
    meaning: 'The log gives a reason that this tool has no page for; its own words are above.',
    steps: [
      'Verify the certificate against the truststore: openssl verify -show_chain -CAfile truststore.pem client.pem.',
    ],
    remedy: 'Verify the certificate against the truststore with openssl verify -show_chain.',
  },
};
