/**
 * Name constraints (RFC 5280, 4.2.1.10 and 6.1.4 (g)): whether the names of a certificate are within the permitted
 * subtrees of every CA above it, and outside the excluded ones. Where the RFC does not define the behaviour, this
 * follows OpenSSL (crypto/x509/v3_ncons.c), because the gateway's messages are OpenSSL's.
 */

import { limits } from '../base/limits.js';
import { clean } from '../base/text.js';
import type { Certificate } from './certificate.js';
import { canonical, rdnKeys } from './dn.js';
import type { GeneralName, NameConstraints, Subtree } from './extensions.js';

/** The violated constraint, in a few words. The texts come from the certificate and are hostile. */
export interface NameViolation {
  readonly kind: 'not-permitted' | 'excluded' | 'unsupported' | 'too-many';
  readonly name: string;
  readonly constraint: string | null;
}

/** A name to check, with its text for people. */
interface Named {
  readonly kind: string;
  readonly shown: string;
  readonly matches: (base: GeneralName) => boolean | 'unsupported';
}

/** The first violation, or null. `isClient` is true for the last certificate of the path. */
export function checkNameConstraints(
  certificate: Certificate,
  constraints: NameConstraints,
  isClient: boolean,
): NameViolation | null {
  const { permitted, excluded } = constraints;
  const count = certificate.subjectRdns.length + (certificate.subjectAltNames?.length ?? 0);
  if (count * (permitted.length + excluded.length) > limits.nameComparisonsMax) {
    return {
      kind: 'too-many',
      name: `${count} names`,
      constraint: `${permitted.length + excluded.length} constraints`,
    };
  }
  for (const name of namesOf(certificate, isClient)) {
    const violation = checkName(name, permitted, excluded);
    if (violation !== null) return violation;
  }
  return null;
}

function checkName(name: Named, permitted: readonly Subtree[], excluded: readonly Subtree[]): NameViolation | null {
  let allowed: boolean | null = null;
  for (const { base, bounded } of permitted) {
    if (kindOf(base) !== name.kind) continue;
    const match = bounded ? 'unsupported' : name.matches(base);
    if (match === 'unsupported') return { kind: 'unsupported', name: name.shown, constraint: showName(base) };
    allowed = match;
    if (match) break;
  }
  if (allowed === false) return { kind: 'not-permitted', name: name.shown, constraint: null };
  for (const { base, bounded } of excluded) {
    if (kindOf(base) !== name.kind) continue;
    const match = bounded ? 'unsupported' : name.matches(base);
    if (match === 'unsupported') return { kind: 'unsupported', name: name.shown, constraint: showName(base) };
    if (match) return { kind: 'excluded', name: name.shown, constraint: showName(base) };
  }
  return null;
}

function* namesOf(certificate: Certificate, isClient: boolean): Generator<Named> {
  const { subjectRdns, subjectDn, subjectAltNames } = certificate;
  if (subjectRdns.length > 0) {
    const keys = rdnKeys(subjectRdns);
    yield { kind: 'directory', shown: `subject ${subjectDn}`, matches: (base) => matchDirectory(keys, base) };
  }
  for (const text of subjectTexts(certificate, 'EMAILADDRESS')) yield email(text);
  for (const name of subjectAltNames ?? []) yield fromGeneralName(name);
  // The common name counts as a host name if there is no alternative name of type DNS.
  if (!isClient || subjectAltNames?.some(({ kind }) => kind === 'dns')) return;
  for (const text of subjectTexts(certificate, 'CN')) if (looksLikeHost(text)) yield dns(withoutZeros(text));
}

function subjectTexts(certificate: Certificate, attribute: string): string[] {
  return certificate.subjectRdns.flatMap((rdn) =>
    rdn.flatMap(({ name, value }) => (name === attribute && 'text' in value ? [value.text] : [])),
  );
}

/**
 * Two labels or more of letters, digits, `_` and inner hyphens, as in OpenSSL (cn2dnsid): `10.0.0.1` matches, a label
 * that begins or ends with a hyphen does not. Trailing zero characters are ignored.
 */
function looksLikeHost(text: string): boolean {
  const name = withoutZeros(text);
  return /^[A-Za-z0-9_]/.test(name) && name.includes('.') && name.split('.').every((label) => LABEL.test(label));
}

function withoutZeros(text: string): string {
  let end = text.length;
  while (end > 0 && text.charCodeAt(end - 1) === 0) end--;
  return text.slice(0, end);
}

const LABEL = /^[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?$/;

function fromGeneralName(name: GeneralName): Named {
  switch (name.kind) {
    case 'dns':
      return dns(name.text);
    case 'email':
      return email(name.text);
    case 'uri':
      return uri(name.text);
    case 'ip':
      return { kind: 'ip', shown: showName(name), matches: (base) => matchIp(name.bytes, base) };
    case 'directory': {
      const keys = rdnKeys(name.rdns);
      return { kind: 'directory', shown: showName(name), matches: (base) => matchDirectory(keys, base) };
    }
    case 'other':
      // Constraints of this kind cannot be evaluated. RFC 5280 requires rejection, but only if the certificate has such
      // a name.
      return { kind: kindOf(name), shown: showName(name), matches: () => 'unsupported' };
  }
}

/** Constraints of one kind say nothing on names of another; kinds that cannot be evaluated are told apart by their tags. */
function kindOf(name: GeneralName): string {
  return name.kind === 'other' ? `other ${name.tag}` : name.kind;
}

function matchDirectory(keys: readonly string[], base: GeneralName): boolean {
  if (base.kind !== 'directory') return false;
  return rdnKeys(base.rdns).every((key, at) => keys[at] === key);
}

function dns(text: string): Named {
  const host = text.toLowerCase();
  return {
    kind: 'dns',
    shown: `DNS name ${shown(text)}`,
    matches: (base) => base.kind === 'dns' && withinDomain(host, base.text.toLowerCase()),
  };
}

/**
 * `example.com` covers itself and everything below it; `.example.com` only what is below it; an empty base covers
 * everything.
 */
function withinDomain(host: string, base: string): boolean {
  if (base === '' || host === base) return true;
  return host.endsWith(base.startsWith('.') ? base : `.${base}`);
}

function email(text: string): Named {
  const at = text.lastIndexOf('@');
  const local = text.slice(0, at);
  const host = text.slice(at + 1).toLowerCase();
  const matches = (base: GeneralName): boolean | 'unsupported' => {
    if (base.kind !== 'email') return false;
    if (at < 0) return 'unsupported';
    const baseAt = base.text.lastIndexOf('@');
    const baseHost = base.text.slice(baseAt + 1).toLowerCase();
    // For a mailbox, the part before the @ is compared exactly, the host without regard to case.
    if (baseAt >= 0) return host === baseHost && (baseAt === 0 || local === base.text.slice(0, baseAt));
    return withinHost(host, baseHost);
  };
  return { kind: 'email', shown: `mail address ${shown(text)}`, matches };
}

/** For mail and URI names, a base without a leading dot means that one host. */
function withinHost(host: string, base: string): boolean {
  if (base === '') return true;
  return base.startsWith('.') ? host.length > base.length && host.endsWith(base) : host === base;
}

function uri(text: string): Named {
  const authority = /^[^:/?#]+:\/\/([^/?#]*)/.exec(text)?.[1];
  const host = authority?.replace(/^.*@/, '').replace(/:\d*$/, '').toLowerCase();
  const matches = (base: GeneralName): boolean | 'unsupported' => {
    if (base.kind !== 'uri') return false;
    return host === undefined || host === '' ? 'unsupported' : withinHost(host, base.text.toLowerCase());
  };
  return { kind: 'uri', shown: `URI ${shown(text)}`, matches };
}

function matchIp(address: Uint8Array, base: GeneralName): boolean | 'unsupported' {
  if (base.kind !== 'ip') return false;
  const { bytes } = base;
  if ((bytes.length !== 8 && bytes.length !== 32) || (address.length !== 4 && address.length !== 16))
    return 'unsupported';
  if (bytes.length !== address.length * 2) return false;
  return address.every((byte, at) => ((byte ^ (bytes[at] ?? 0)) & (bytes[address.length + at] ?? 0)) === 0);
}

function showName(name: GeneralName): string {
  switch (name.kind) {
    case 'dns':
      return `DNS name ${shown(name.text)}`;
    case 'email':
      return `mail address ${shown(name.text)}`;
    case 'uri':
      return `URI ${shown(name.text)}`;
    case 'ip':
      return `IP address ${Array.from(name.bytes).join('.')}`;
    case 'directory':
      return `directory name ${canonical(name.rdns)}`;
    case 'other':
      return `a name of kind ${name.tag}`;
  }
}

/** Text from the certificate, cleaned and cut because it is hostile. */
function shown(text: string): string {
  return clean(text, limits.shownCharsMax);
}
