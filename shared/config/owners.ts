/** Whom the settings name as responsible for a partner, an issuer or a domain. Pure. */

import { getOrInsert } from '../base/get-or-insert.js';
import { limits } from '../base/limits.js';
import { clean } from '../base/text.js';
import type { GroupKey, Owner } from '../model/index.js';
import { commonNameOf, organizationsOf } from '../x509/names.js';
import { typedDn } from '../x509/typed-dn.js';
import { isIssuer, isNamed } from './qualified-names.js';
import type { Config } from './settings.js';

/**
 * The last entry of which all selectors match, or null.
 * @param subjectDn of the client that is refused most; a subject matches by its organization, its common name or its whole DN
 */
export function ownerIn({ owners }: Config, { scope, issuerDn }: GroupKey, subjectDn: string | null): Owner | null {
  const own = owners.findLast(
    (one) =>
      (one.scope === undefined || isNamed(one.scope, scope)) &&
      (one.issuerDn === undefined || isIssuer(one.issuerDn, issuerDn)) &&
      (one.subject === undefined || (subjectDn !== null && isSubject(one, subjectDn))),
  );
  if (own === undefined) return null;
  return { name: clean(own.name, limits.ownerCharsMax), contact: clean(own.contact, limits.ownerCharsMax) };
}

/** The whole DN that a subject may be, in any spelling, as the logs write it. */
const typedNames = new WeakMap<Config['owners'][number], string | null>();

function typedName(own: Config['owners'][number]): string | null {
  return getOrInsert(typedNames, own, () => {
    const typed = typedDn(own.subject ?? '');
    return typed.kind === 'dn' ? folded(typed.dn) : null;
  });
}

function isSubject(own: Config['owners'][number], dn: string): boolean {
  const wanted = folded(own.subject ?? '');
  const names = [...organizationsOf(dn), commonNameOf(dn) ?? ''];
  return names.some((name) => folded(name) === wanted) || folded(dn) === (typedName(own) ?? wanted);
}

function folded(text: string): string {
  return text.normalize('NFKC').trim().toLowerCase();
}
