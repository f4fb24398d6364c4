/**
 * Recognises files with certificates in another format than PEM, and gives the command that converts them. The gateway
 * takes PEM only, but CAs and tools hand out the other formats too. `FILE` and `OUT` in a command stand for the input
 * and the output file.
 */

import { type Phrase, say } from '../model/phrases.js';
import { parseCertificate } from './certificate.js';
import { type Damage, WIDE } from './pem-damage.js';

/**
 * First bytes of the content of a SEQUENCE, in hexadecimal. Nothing more is read, because PKCS files also occur in BER.
 */
const SIGNED_DATA = '06092a864886f70d010702';
const PKCS7 = '06092a864886f70d0107';
const PKCS12 = '020103';
const PRIVATE_KEY = /^02010[01]/;

/**
 * A binary file, or text with two bytes per character; null for a file that may be PEM.
 * @param text one character a byte
 */
export function containerOf(text: string): Damage | null {
  const head = text.slice(0, 4);
  if (head === '\u00FE\u00ED\u00FE\u00ED') return keystore('JKS');
  if (head === '\u00CE\u00CE\u00CE\u00CE') return keystore('JCEKS');
  if (head.startsWith('\u001F\u008B')) return packed(say`gzip`, 'gunzip -c FILE');
  if (head === 'PK\u0003\u0004') return packed(say`a zip archive`, 'unzip -p FILE');
  const wide = wideEncodingOf(text);
  if (wide !== null) return { what: WIDE.what, cure: say`Save it as UTF-8: ${`iconv -f ${wide} -t UTF-8 FILE > OUT`}` };
  // A SEQUENCE of more than 127 bytes. A text that starts with a zero continues in ASCII and does not match.
  if (/^0[\u0080-\u0084]/.test(text)) return containerInDer(Buffer.from(text, 'latin1'));
  return text.includes('BEGIN') ? null : bareBase64(text);
}

function containerInDer(bytes: Uint8Array): Damage | null {
  const first = elementAt(bytes, 0);
  if (first === null) return null;
  const begin = beginningOf(bytes, first.content);
  if (begin === SIGNED_DATA) {
    return {
      what: say`a PKCS#7 bundle (.p7b, .p7c) in DER, binary, and not PEM`,
      cure: say`Convert it: ${'openssl pkcs7 -inform der -in FILE -print_certs -out OUT'}`,
    };
  }
  if (begin.startsWith(PKCS12)) {
    return {
      what: say`a PKCS#12 keystore (.p12, .pfx)`,
      cure: say`Take its certificates out, without the key: ${'openssl pkcs12 -in FILE -nokeys -out OUT'} (with ${'-legacy'} where OpenSSL 3 refuses it)`,
    };
  }
  if (PRIVATE_KEY.test(begin)) {
    return {
      what: say`a private key in DER, binary`,
      cure: say`Take it away from here, and give the certificate: whoever can read this file has the key.`,
    };
  }
  if (begin.startsWith(PKCS7)) return UNKNOWN;
  const count = countCertificates(bytes);
  return count === 0 ? UNKNOWN : certificatesInDer(count);
}

const UNKNOWN: Damage = {
  what: say`DER, binary, and no certificate`,
  cure: say`Ask the CA for its certificates in PEM.`,
};

/** Some tools write a PKCS#7 bundle between the BEGIN and END lines of a certificate. */
export function isPkcs7(bytes: Uint8Array): boolean {
  const first = elementAt(bytes, 0);
  return first !== null && beginningOf(bytes, first.content) === SIGNED_DATA;
}

function beginningOf(bytes: Uint8Array, at: number): string {
  return Buffer.from(bytes.subarray(at, at + 11)).toString('hex');
}

/** The number of concatenated DER certificates; 0 if there is anything else between them. */
function countCertificates(bytes: Uint8Array): number {
  let count = 0;
  for (let at = 0; at < bytes.length; count++) {
    const element = elementAt(bytes, at);
    // A text editor may have added a line break at the end.
    if (element === null) return Buffer.from(bytes.subarray(at)).toString('latin1').trim() === '' ? count : 0;
    if (parseCertificate(bytes.subarray(at, element.end)).kind === 'malformed') return 0;
    at = element.end;
  }
  return count;
}

/** Where the content of a SEQUENCE begins, and where it ends if its length is definite; null for anything else. */
function elementAt(bytes: Uint8Array, at: number): { readonly content: number; readonly end: number } | null {
  const length = bytes[at + 1];
  if (bytes[at] !== 0x30 || length === undefined) return null;
  if (length <= 0x80) return { content: at + 2, end: length === 0x80 ? bytes.length : at + 2 + length };
  const octets = length & 0x7f;
  if (octets > 4) return null;
  const content = at + 2 + octets;
  const stated = bytes.subarray(at + 2, content).reduce((sum, octet) => sum * 256 + octet, 0);
  return { content, end: content + stated };
}

function certificatesInDer(count: number): Damage {
  if (count === 1) {
    return {
      what: say`a certificate in DER, binary, and not PEM`,
      cure: say`Convert it: ${'openssl x509 -inform der -in FILE -out OUT'}`,
    };
  }
  return {
    what: say`${count} certificates in DER, binary, one behind the other, and not PEM`,
    cure: say`Convert each from its own file with ${'openssl x509 -inform der'}, or all: ${'keytool -printcert -rfc -file FILE > OUT'}`,
  };
}

function keystore(kind: string): Damage {
  return {
    what: say`a Java keystore (${kind})`,
    cure: say`Take its certificates out: ${'keytool -list -rfc -keystore FILE > OUT'}`,
  };
}

function packed(kind: Phrase, command: string): Damage {
  return { what: say`${kind}, and not PEM`, cure: say`Unpack it: ${`${command} > OUT`}` };
}

/** The encoding by the name that iconv uses, from a byte order mark or from a zero in every second byte of ASCII. */
function wideEncodingOf(text: string): string | null {
  const head = text.slice(0, 4);
  if (head === '\u00FF\u00FE\0\0' || head === '\0\0\u00FE\u00FF') return 'UTF-32';
  if (head.startsWith('\u00FF\u00FE') || head.startsWith('\u00FE\u00FF')) return 'UTF-16';
  if (/^[\t\n\r -~]/.test(head) && head[1] === '\0') return 'UTF-16LE';
  return head.startsWith('\0') && /^[\t\n\r -~]/.test(head.slice(1)) ? 'UTF-16BE' : null;
}

/** Base64 without BEGIN and END lines. Windows saves "base-64 encoded" with them; some consoles show it without. */
function bareBase64(text: string): Damage | null {
  const base64 = text.replace(/\s+/g, '');
  if (base64.length < 100 || !/^MI[A-Za-z0-9+/]*={0,2}$/.test(base64)) return null;
  const bytes = Buffer.from(base64, 'base64');
  const isCertificate = parseCertificate(bytes).kind === 'certificate';
  if (!isCertificate && containerInDer(bytes) === null) return null;
  const into = isCertificate ? 'openssl x509 -inform der' : 'openssl pkcs7 -inform der -print_certs';
  const command = `openssl base64 -d ${/\s/.test(text.trim()) ? '' : '-A '}-in FILE | ${into} -out OUT`;
  return {
    what: say`base64 without BEGIN and END lines`,
    cure: say`Convert it: ${command}`,
  };
}

/** Labels of blocks with certificates in a format that the gateway does not read; null for any other label. */
export function damageOfLabel(label: string): Damage | null {
  switch (label) {
    case 'CMS':
      return {
        what: say`a PKCS#7 bundle (${'BEGIN CMS'})`,
        cure: say`Convert it: ${"sed 's/ CMS-/ PKCS7-/' FILE | openssl pkcs7 -print_certs -out OUT"}`,
      };
    case 'PKCS7':
    case 'PKCS #7 SIGNED DATA':
      return {
        what: say`a PKCS#7 bundle (${`BEGIN ${label}`})`,
        cure: say`Convert it: ${'openssl pkcs7 -in FILE -print_certs -out OUT'}`,
      };
    case 'TRUSTED CERTIFICATE':
      return {
        what: say`a certificate in OpenSSL's own form with trust settings (${'BEGIN TRUSTED CERTIFICATE'}): Java and the gateway do not read it`,
        cure: say`Convert it, each block from a file of its own: ${'openssl x509 -in FILE -out OUT'}`,
      };
    default:
      return null;
  }
}
