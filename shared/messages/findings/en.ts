/** The findings of the diagnosis, in English: what is wrong, and what to do first. */

import type { FindingCode } from '../../model/finding-codes.js';
import { reasons } from '../reasons/en.js';
import type { FindingMessages } from '../types.js';

const ASK_THE_CA = 'Get the certificate from the CA itself, and confirm its SHA-256 fingerprint on another way.';
const UPLOAD =
  'Upload the bundle, and update the custom domain name to the new truststore version: an upload alone changes nothing.';
const WHICH_NODE = 'Compare the serial numbers under Who: one of several machines may still have the old certificate.';

/** The finding's own remedy says what to do, with names and dates; the steps say how to go about it. */
const words = (title: string, short: string, ...steps: string[]): FindingMessages => ({
  title,
  short,
  steps,
  action: null,
});

export const findings: Readonly<Record<FindingCode, FindingMessages>> = {
  malformed: words(
    'The certificate cannot be read',
    'certificate cannot be read',
    'Ask the client for its certificate as a PEM file, and read it: openssl x509 -in client.pem -noout -text.',
    'Have it issued again if it is broken; if only the log’s copy is, check the access-log format.',
  ),
  'self-signed': words(
    'The client signed its certificate itself',
    reasons['self-signed'].title,
    ...reasons['self-signed'].steps,
  ),
  'search-limit-exceeded': words(
    'The truststore is too tangled to be checked',
    'truststore too tangled',
    'List the CAs of the truststore: mtls-watch audit truststore.pem.',
    `Take out cross-certificates that nobody needs. ${UPLOAD}`,
  ),
  'content-altered': words(
    'The certificate was altered after it was signed',
    'certificate altered',
    'Ask the client for the SHA-256 fingerprint of its certificate, and compare it with the one in the log.',
    'If they differ, somebody changed it on the way or forged it: tell whoever is responsible for security.',
    'If they are the same, have the client install the certificate again as its CA issued it.',
  ),
  'issuer-rekeyed': words(
    'No CA of that name in the truststore signed the certificate',
    'signed with another key',
    'Ask the CA whether it has a new key, and whether it issued this certificate.',
    `If it did: ${ASK_THE_CA.charAt(0).toLowerCase()}${ASK_THE_CA.slice(1)} Add it beside the old one.`,
    UPLOAD,
  ),
  'intermediate-missing': words(
    'An intermediate CA is missing in the truststore',
    'intermediate CA missing',
    ASK_THE_CA,
    'Add it to the bundle, with every CA above it up to the root.',
    UPLOAD,
  ),
  'issuer-missing': words(
    'The issuing CA is not in the truststore',
    'CA not in the truststore',
    'Decide whether clients of this CA are to be let in. Strangers need no action; they stay outside.',
    `If they are: ${ASK_THE_CA.charAt(0).toLowerCase()}${ASK_THE_CA.slice(1)} Add it with every CA above it up to the root.`,
    UPLOAD,
    'If it began right after a truststore update: go back to the version before.',
  ),
  'key-identifier-mismatch': words(
    'The key identifiers do not match',
    'key identifier does not match',
    'Put the earlier certificate of the CA back into the bundle, beside the new one.',
    UPLOAD,
    'Have the client’s certificate issued again before the earlier one ends.',
  ),
  'chain-too-long': words(
    'The chain has more than four CA certificates',
    reasons['chain-too-long'].title,
    ...reasons['chain-too-long'].steps,
  ),
  'certificate-too-large': words(
    'The certificate is larger than what is surely taken',
    reasons['certificate-too-large'].title,
    ...reasons['certificate-too-large'].steps,
  ),
  'issuer-not-ca': words(
    'A certificate in the chain acts as a CA and is none',
    'issuer is not a CA',
    ...reasons['invalid-ca'].steps,
  ),
  'path-length-exceeded': words(
    'A CA of the chain allows fewer CAs below it',
    reasons['path-length-exceeded'].title,
    ...reasons['path-length-exceeded'].steps,
  ),
  'unhandled-critical-extension': words(
    'A critical extension is unknown to the gateway',
    reasons['unhandled-critical-extension'].title,
    ...reasons['unhandled-critical-extension'].steps,
  ),
  'unsupported-purpose': words(
    'The certificate is not meant for clients',
    reasons['unsupported-purpose'].title,
    'Ask the client whether it presents a server’s certificate by mistake.',
    ...reasons['unsupported-purpose'].steps,
  ),
  'name-constraint-violated': words(
    'A CA of the chain may not give this name',
    'name not allowed to its CA',
    'Ask the CA for a certificate with the names that it may give, or ask another CA.',
  ),
  'unsupported-signature': words(
    'A signature is of a kind that is not accepted',
    'kind of signature not supported',
    'Ask for a certificate from a CA that signs with RSA or ECDSA and SHA-256 or stronger.',
  ),
  'weak-signature': words(
    'A signature is weaker than SHA-256',
    'signature weaker than SHA-256',
    ...reasons['insecure-signature-algorithm'].steps,
  ),
  'weak-key': words('A key is too short', reasons['weak-key'].title, ...reasons['weak-key'].steps),
  'unsupported-curve': words('The curve of a key is not accepted', 'curve not supported', ...reasons['weak-key'].steps),
  'unsupported-key': words(
    'The kind of a key is not accepted',
    'kind of key not supported',
    ...reasons['weak-key'].steps,
  ),
  'issuer-expired': words(
    'A CA in the truststore has expired',
    'CA expired',
    `Ask the CA for its renewed certificate. ${ASK_THE_CA}`,
    'Put it into the bundle beside the expired one. With the same key, the clients’ certificates stay good.',
    UPLOAD,
  ),
  'issuer-not-yet-valid': words(
    'A CA in the truststore is not valid yet',
    'CA not valid yet',
    'Put the previous certificate of the CA back into the bundle, beside the new one, until the start date.',
    UPLOAD,
  ),
  expired: words(
    'The client certificate has expired',
    reasons.expired.title,
    'Ask the client to renew its certificate, and to restart what holds the old one in memory.',
    WHICH_NODE,
  ),
  'not-yet-valid': words(
    'The client certificate is not valid yet',
    reasons['not-yet-valid'].title,
    'Ask the client to go back to its previous certificate until the start date.',
    'If it is off by minutes only, the clock of the CA that issued it is wrong.',
  ),
  'two-issuers': words(
    'The truststore holds a CA with two issuers',
    'CA with two issuers',
    `Keep the one of the two whose chain is complete. ${UPLOAD}`,
  ),
  'would-pass': words(
    'The certificate is good for the truststore in S3',
    'good for the truststore in S3',
    'Compare the truststore version that the domain name uses with the newest in S3: mtls-watch doctor.',
    'If they differ, update the custom domain name to the newest version.',
    'If they are the same: look for an authorizer behind mutual TLS that refuses, and ' +
      WHICH_NODE.charAt(0).toLowerCase() +
      WHICH_NODE.slice(1),
  ),
};
