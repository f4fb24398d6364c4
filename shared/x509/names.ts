/** Reads names from canonical DNs, for people. The result is as hostile as the DN. */

import { isSeveral, OTHER_ISSUERS, UNKNOWN_ISSUER } from '../model/index.js';

export function isNamed(issuerDn: string): boolean {
  return issuerDn !== UNKNOWN_ISSUER && issuerDn !== OTHER_ISSUERS && !isSeveral(issuerDn);
}

/** The organization of a DN, or its common name, or all of it. */
export function ownerOf(dn: string): string {
  return attribute(dn, 'O') ?? attribute(dn, 'CN') ?? dn;
}

/** The common name of a DN, or its organization, or all of it. */
export function shortName(dn: string): string {
  return attribute(dn, 'CN') ?? ownerOf(dn);
}

/** The attribute of a DN that names its owner, as it stands there; null where there is neither organization nor name. */
export function ownerAttributeOf(dn: string): string | null {
  const parts = partsOf(dn);
  return parts.find((one) => one.startsWith('O=')) ?? parts.find((one) => one.startsWith('CN=')) ?? null;
}

export function organizationOf(dn: string): string | null {
  return attribute(dn, 'O');
}

export function commonNameOf(dn: string): string | null {
  return attribute(dn, 'CN');
}

/** The organizational unit of a DN. */
export function unitOf(dn: string): string | null {
  return attribute(dn, 'OU');
}

/** All organizations of a DN; there may be several. */
export function organizationsOf(dn: string): string[] {
  return attributes(dn, 'O');
}

function attribute(dn: string, name: string): string | null {
  return attributes(dn, name)[0] ?? null;
}

function attributes(dn: string, name: string): string[] {
  const parts = partsOf(dn).filter((one) => one.startsWith(`${name}=`));
  return parts.map((part) => unescaped(part.slice(name.length + 1)));
}

/** Splits at separators, which a canonical DN escapes within values. */
function partsOf(dn: string): string[] {
  const parts: string[] = [];
  let part = '';
  for (let at = 0; at < dn.length; at++) {
    const char = dn[at] ?? '';
    if (char === '\\') {
      at += 1;
      part += char + (dn[at] ?? '');
    } else if (char === ',' || char === '+') {
      parts.push(part);
      part = '';
    } else part += char;
  }
  return [...parts, part];
}

/** Resolves escapes of visible characters only; escapes of invisible characters stay. */
function unescaped(value: string): string {
  return value.replace(/\\([ ",+;<>\\#=])/g, '$1');
}
