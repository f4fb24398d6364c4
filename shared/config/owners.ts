/** Whom the settings name as responsible for a partner, an issuer or a domain. Pure. */

import { limits } from '../base/limits.js';
import { clean } from '../base/text.js';
import type { GroupKey, Owner } from '../model/index.js';
import { commonNameOf, organizationsOf } from '../x509/names.js';
import { isNamed } from './qualified-names.js';
import type { Config } from './settings.js';

/**
 * The last entry of which all selectors match, or null.
 * @param subjectDn of the client that is refused most; a subject matches by its organization, its common name or its whole DN
 */
export function ownerIn({ owners }: Config, { scope, issuerDn }: GroupKey, subjectDn: string | null): Owner | null {
  const own = owners.findLast(
    (one) =>
      (one.scope === undefined || isNamed(one.scope, scope)) &&
      (one.issuerDn === undefined || one.issuerDn === issuerDn) &&
      (one.subject === undefined || (subjectDn !== null && isSubject(one.subject, subjectDn))),
  );
  if (own === undefined) return null;
  return { name: clean(own.name, limits.ownerCharsMax), contact: clean(own.contact, limits.ownerCharsMax) };
}

function isSubject(wanted: string, dn: string): boolean {
  const names = [dn, ...organizationsOf(dn), commonNameOf(dn) ?? ''];
  return names.some((name) => folded(name) === folded(wanted));
}

function folded(text: string): string {
  return text.normalize('NFKC').trim().toLowerCase();
}
