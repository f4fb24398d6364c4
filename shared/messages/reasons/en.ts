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
    meaning: 'There are more than four CA certificates from the client up to the root.',
    steps: [
      'Ask for a certificate from a CA nearer to the root: API Gateway accepts at most four CA certificates above the client’s.',
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
  other: {
    title: 'another reason',
    meaning: 'The gateway gives a reason that this tool has no page for; its own words are above.',
    steps: [
      'Verify the certificate against the truststore: openssl verify -show_chain -CAfile truststore.pem client.pem.',
    ],
    remedy: 'Verify the certificate against the truststore with openssl verify -show_chain.',
  },
};
