/** What of a group is shown by another name than it is counted under: issuers that no log holds, and front doors. Pure. */

import { bareName } from '../config/qualified-names.js';
import { readableScope } from '../config/readable-scope.js';
import { reasonName } from '../model/group-id.js';
import { type GroupKey, isSeveral, UNKNOWN_ISSUER, unloggedClient } from '../model/index.js';
import type { NameMessages } from './types.js';

export const nameWords: Readonly<Record<'en' | 'ja', NameMessages>> = {
  en: {
    withNote: (name, note) => `${name} (${note})`,
    domainUnknown: 'unknown domain',
    issuerUnknown: 'unknown',
    withoutIssuer: 'connections without a client certificate',
    issuerNotLogged: 'issuer not in the log',
    unknownReason: (text) => `“${text}”`,
    severalReasons: (title, texts, hasMore) => `${title} (several): ${texts.join(', ')}${hasMore ? ' and others' : ''}`,
    doors: { 'api-gateway': 'API Gateway', cloudfront: 'CloudFront', 'load-balancer': 'load balancer' },
  },
  ja: {
    withNote: (name, note) => `${name}（${note}）`,
    domainUnknown: '不明なドメイン',
    issuerUnknown: '不明',
    withoutIssuer: 'クライアント証明書のない接続',
    issuerNotLogged: '発行者はログに記録なし',
    unknownReason: (text) => `「${text}」`,
    severalReasons: (title, texts, hasMore) => `${title}（複数）: ${texts.join('、')}${hasMore ? ' など' : ''}`,
    doors: { 'api-gateway': 'API Gateway', cloudfront: 'CloudFront', 'load-balancer': 'ロードバランサー' },
  },
};

/**
 * An issuer as people read it. Where the door logs none, the clients are counted under their own organization, and that is
 * said: it is no DN.
 */
export function issuerText(
  issuerDn: string,
  { issuerUnknown, issuerNotLogged, withNote }: Pick<NameMessages, 'issuerUnknown' | 'issuerNotLogged' | 'withNote'>,
): string {
  if (issuerDn === UNKNOWN_ISSUER) return issuerUnknown;
  const client = unloggedClient(issuerDn);
  if (client === null) return issuerDn;
  return client === '' ? issuerNotLogged : withNote(client, issuerNotLogged);
}

/** Whether no certificate was presented: then there is no issuer to name, not even an unknown one. */
export function isWithoutCertificate({ issuerDn, reason }: Pick<GroupKey, 'issuerDn' | 'reason'>): boolean {
  return reason === 'no-client-certificate' && !isSeveral(issuerDn);
}

/** Who is named in an issuer as `issuerText` shows it, in either language; null for any other text. */
export function clientInText(text: string): string | null {
  const shown = text.trim();
  const mark = [nameWords.en, nameWords.ja].find(({ issuerNotLogged }) => {
    return (
      shown === issuerNotLogged || shown.endsWith(`(${issuerNotLogged})`) || shown.endsWith(`（${issuerNotLogged}）`)
    );
  });
  if (mark === undefined) return null;
  return shown === mark.issuerNotLogged ? '' : shown.slice(0, -mark.issuerNotLogged.length - 2).trim();
}

/** The reason of a group for a list: its id; of one without a name what commands call it, and what the door said. */
export function reasonText(
  group: Pick<GroupKey, 'reason' | 'words'>,
  { unknownReason }: Pick<NameMessages, 'unknownReason'>,
): string {
  return group.words ? `${reasonName(group)} ${unknownReason(group.words)}` : group.reason;
}

/** A front door as people call it; its id where the texts do not know it. */
export function doorName(door: string | undefined, { doors }: Pick<NameMessages, 'doors'>): string {
  const id = door ?? 'api-gateway';
  return Object.hasOwn(doors, id) ? (doors[id] ?? id) : id;
}

/** Where a group was refused. Only API Gateway is not named: most installations have no other door. */
export function placeText(
  where: string,
  { door }: { readonly door?: string | undefined },
  messages: Pick<NameMessages, 'doors' | 'withNote' | 'domainUnknown'>,
): string {
  const name = readableScope(where) || messages.domainUnknown;
  return door === undefined ? name : messages.withNote(name, doorName(door, messages));
}

/** The same for a page of its own, with the id of a load balancer, which commands of AWS ask for. */
export function wholePlaceText(
  where: string,
  { scope, door }: Pick<GroupKey, 'scope' | 'door'>,
  messages: Pick<NameMessages, 'doors' | 'withNote' | 'domainUnknown'>,
): string {
  // The form of such a name leaves nothing to escape.
  const isShort = door !== undefined && readableScope(scope) !== scope;
  return isShort
    ? messages.withNote(where, `${doorName(door, messages)} ${bareName(scope)}`)
    : placeText(where, { door }, messages);
}
