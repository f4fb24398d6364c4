/** The words around the findings of a truststore, as `audit` prints them, and of what ends with public CAs. */

import type { Config } from '../config/settings.js';
import type { Finding } from '../model/index.js';
import { english, type Phrase } from '../model/phrases.js';
import { sayJapanese } from './ja.js';
import { doorName, nameWords } from './names.js';
import { auditPhrases } from './phrases/audit-ja.js';

const SUNSET_PAGE = 'mtls-watch runbook client-authentication-sunset';

const count = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`;

const en = {
  say: english as (phrase: Phrase) => string,
  counts: (errors: number, warnings: number, notes: number): string =>
    `${count(errors, 'error')}, ${count(warnings, 'warning')}, ${count(notes, 'note')}`,
  of: (truststore: string, certificates: number): string => `${truststore}, ${count(certificates, 'certificate')}`,
  byRules: (truststore: string, door: { readonly id: string; readonly name: string }): string =>
    `${truststore}, by the rules of ${door.name}`,
  standardInput: 'standard input',
  certificates: 'Certificates',
  findings: 'Findings',
  notes: 'Notes',
  severities: { error: 'error', warning: 'warning', info: 'info' } as Readonly<Record<Finding['severity'], string>>,
  head: ['Line', 'Kind', 'Subject', 'Key', 'Valid until', 'Chain'],
  kinds: {
    root: 'root',
    intermediate: 'intermediate',
    'self-signed client': 'self-signed client',
    leaf: 'leaf',
    'no CA': 'no CA',
  },
  /** @param left the time that remains; null where it is over */
  until: (day: string, left: string | null): string => `${day} (${left ?? 'expired'})`,
  noRoot: 'no root',
  more: (n: number): string => `and ${n} more`,
  /** @param places how many there are, where not all lines are shown */
  lines: (lines: readonly number[], shown: string, places: number | null): string =>
    `${lines.length === 1 ? 'line' : 'lines'} ${shown}${places === null ? '' : ` (${count(places, 'place')})`}`,
  inParentheses: (text: string): string => ` (${text})`,
  noteOf: {
    'not-pem': 'text outside of any block, such as a comment',
    duplicate: 'a certificate that stands further up already',
    'self-signed-client': 'lets in its holder and nobody else',
  } as Readonly<Record<string, string>>,
  sunset: {
    title: 'Will lose client authentication at the next renewal',
    waysOut: `Ways out: a private CA, such as AWS Private CA, or ACM's private roots for client authentication (since November 2026); add its CA to the truststore before the client changes over. More: ${SUNSET_PAGE}`,
    clientHead: ['Requests', 'Ends', 'CA stops', 'Subject', 'Why', 'Moved'],
    caHead: ['Line', 'CA stops', 'Clients under', 'Public CA, by name'],
    unknown: 'unknown',
    noneSeen: 'none seen',
    moreListed: (n: number): string => `and ${n} more; --json lists them all`,
    ofClients: (chromeDate: string): string =>
      `Public CAs stop issuing for client authentication, each on its date, Chrome's for all that name none (${chromeDate}); the client goes dark when it renews after that.`,
    ofCas: (n: number): string =>
      `Clients under ${n === 1 ? 'this CA' : `these ${n} CAs`} get no certificate for client authentication any more after that date; mtls-watch expiry on the access logs tells who they are.`,
    bothUsages: 'both usages; if its CA is public',
    byName: (ca: string): string => `${ca}, by name`,
    lostAlready: (ca: string): string => `${ca}, by name; has lost it already`,
    clientsOnly: (ca: string): string => `${ca}, by name; clients only: ask the CA`,
  },
};

export type AuditWords = typeof en;

/** A space stands between Latin and Japanese letters only. */
const apart = (name: string): string => (/[!-~]$/.test(name) ? `${name} ` : name);

const ja: AuditWords = {
  say: sayJapanese(auditPhrases),
  counts: (errors, warnings, notes) => `エラー ${errors} 件、警告 ${warnings} 件、注記 ${notes} 件`,
  of: (truststore, certificates) => `${truststore}、証明書 ${certificates} 枚`,
  byRules: (truststore, { id }) => `${truststore}、${apart(doorName(id, nameWords.ja))}のルールによる`,
  standardInput: '標準入力',
  certificates: '証明書',
  findings: '検出結果',
  notes: '注記',
  severities: { error: 'エラー', warning: '警告', info: '情報' },
  head: ['行', '種類', 'サブジェクト', '鍵', '有効期限', 'チェーン'],
  kinds: {
    root: 'ルート',
    intermediate: '中間',
    'self-signed client': '自己署名クライアント',
    leaf: 'リーフ',
    'no CA': 'CA ではない',
  },
  until: (day, left) => `${day}（${left === null ? '期限切れ' : `残り ${left}`}）`,
  noRoot: 'ルートなし',
  more: (n) => `ほか ${n} 枚`,
  lines: (_, shown, places) => `${shown} 行目${places === null ? '' : `（${places} か所）`}`,
  inParentheses: (text) => `（${text}）`,
  noteOf: {
    'not-pem': 'コメントなど、ブロックの外の文字列',
    duplicate: '前にあるものと同じ証明書',
    'self-signed-client': '通るのはその持ち主だけ',
  },
  sunset: {
    title: '次回の更新でクライアント認証に使えなくなるもの',
    waysOut: `対処: AWS Private CA などのプライベート CA、または ACM のクライアント認証用プライベートルート（2026 年 11 月から）に移行し、クライアントの切り替え前にその CA をトラストストアに追加してください。詳細: ${SUNSET_PAGE}`,
    clientHead: ['リクエスト', '有効期限', 'CA の終了日', 'サブジェクト', '理由', '移行'],
    caHead: ['行', 'CA の終了日', '対象のクライアントの CA', 'パブリック CA（名前による）'],
    unknown: '不明',
    noneSeen: 'なし',
    moreListed: (n) => `ほか ${n} 件（--json ですべて表示）`,
    ofClients: (chromeDate) =>
      `パブリック CA は、クライアント認証用の発行をそれぞれの期日に終了します。期日の公表がない CA は Chrome の期日（${chromeDate}）によります。それ以降に更新したクライアントは接続できなくなります。`,
    ofCas: (n) =>
      `${n === 1 ? 'この CA' : `これら ${n} 枚の CA`} のクライアントは、この日以降、クライアント認証用の証明書を取得できません。対象のクライアントは、アクセスログを指定して mtls-watch expiry で確認できます。`,
    bothUsages: '両方の用途あり（CA がパブリックの場合）',
    byName: (ca) => `${ca}（名前による）`,
    lostAlready: (ca) => `${ca}（名前による）、すでに用途なし`,
    clientsOnly: (ca) => `${ca}（名前による）、クライアント専用のため CA に確認`,
  },
};

export const auditWords: Readonly<Record<Config['language'], AuditWords>> = { en, ja };
