/** The words of `preflight` and `expiry`, around what they found of the clients that call. */

import type { Config } from '../config/settings.js';
import { english, type Phrase } from '../model/phrases.js';
import { sayJapanese } from './ja.js';

const counted = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`;
const certificates = (n: number): string => counted(n, 'certificate');

/** What has expired, and what will. */
interface Due {
  readonly expired: number;
  readonly coming: number;
  /** Whether only those without a successor are meant. */
  readonly isOpen: boolean;
}

const en = {
  say: english as (phrase: Phrase) => string,
  moreListed: (n: number): string => `and ${n} more; --json lists them all`,
  preflight: {
    newlyRefused: (clients: number): string => `${counted(clients, 'client')} would newly be refused`,
    nothingKnown: (why: string): string => `nothing can be said of who would be refused: ${why}`,
    undecided: (clients: number): string =>
      `it is not documented whether ${counted(clients, 'client')} would be refused: try one`,
    noneLetIn: 'nothing can be said of who would newly be refused: no client was seen that is let in today',
    errors: 'it is not sure who would be refused: a truststore has errors',
    nobody: 'nobody would newly be refused',
    nobodyJudged: 'nobody of those judged would newly be refused',
    against: (next: string, current: string | null): string =>
      current === null ? `${next} against what was recorded` : `${next} in place of ${current}`,
    clients: 'Clients',
    clientHead: ['Clients', 'Requests', ''],
    changes: 'What changes',
    changeHead: ['Then', 'Requests', 'Client', 'Issuer', 'Why'],
    refused: 'refused',
    letIn: 'let in',
    meaning: {
      'newly-refused': 'would be refused',
      'newly-trusted': 'would be let in',
      'still-refused': 'stay refused',
      'still-trusted': 'stay trusted',
      'not-valid-itself': 'have a certificate out of its validity',
      undecided: 'may be refused: what the door does is not documented',
      unknown: 'have no readable certificate in the log',
    },
  },
  expiry: {
    due: ({ expired, coming, isOpen }: Due, days: number): string => {
      const all = `${certificates(expired + coming)}${isOpen ? ' without a successor' : ''}`;
      if (expired === 0) return `${all} expiring within ${counted(days, 'day')}`;
      if (coming === 0) return `${all} expired`;
      return `${all}: ${expired} expired, ${coming} expiring within ${counted(days, 'day')}`;
    },
    withSuccessors: (due: string, count: number): string =>
      `${due}, ${count === 1 ? '' : 'each '}with a successor that calls`,
    nothingKnown: (why: string): string => `nothing can be said of what expires: ${why}`,
    noEnd: 'no end of validity was seen',
    strangers: 'no client was seen that is let in',
    errors: 'it is not sure what expires: the truststore has errors',
    nothing: (days: number, isWhole: boolean, short: number, shortDays: number): string => {
      const but = `${certificates(short)} of a life of ${shortDays} days or less, not yet in the last quarter`;
      return `${isWhole ? 'nothing' : 'nothing of what was judged'} expires within ${counted(days, 'day')}${short === 0 ? '' : ` but ${but}`}`;
    },
    /**
     * @param kept of these, those that only exported logs of the past had
     * @param day the last one that these logs tell of
     */
    seen: (clients: number, kept: number, day: string): string => {
      const all = `${counted(clients, 'client')} seen calling`;
      return kept === 0
        ? all
        : `${all}, ${kept === clients ? '' : `${kept} of them `}in exported logs only, until ${day}`;
    },
    byTraffic: 'By traffic',
    head: ['Requests', 'Expires', '', 'What', 'Subject', 'Successor'],
    lastSeen: 'Last seen',
    seenIn: { logs: (day: string): string => `${day}, logs`, exports: (day: string): string => `${day}, exports` },
    keptUnknown: 'Who was let in according to exported logs is not known: the table of the stack cannot be read.',
    keptNobody:
      'The stack knows of nobody who was let in: name access logs, --log-group or --domain, or have mtls-watch backfill read exported logs.',
    keptUndated: (clients: number): string =>
      `${counted(clients, 'client')} of exported logs had no end of validity there: not judged.`,
    endedUnseen: (clients: number): string =>
      `${counted(clients, 'certificate')} of exported logs ${clients === 1 ? 'has' : 'have'} ended since: whether ${clients === 1 ? 'it was' : 'they were'} replaced is not known.`,
    ago: (span: string): string => `${span} ago`,
    ahead: (span: string): string => `in ${span}`,
    caOf: (clients: number): string => `CA of ${counted(clients, 'client')}`,
    client: 'client',
    noneSeen: 'none seen',
    seenSince: (day: string): string => `seen since ${day}`,
  },
};

export type ClientWords = typeof en;

const ja: ClientWords = {
  say: sayJapanese(),
  moreListed: (n) => `ほか ${n} 件（--json ですべて表示）`,
  preflight: {
    newlyRefused: (clients) => `${clients} クライアントが新たに拒否されます`,
    nothingKnown: (why) => `拒否されるクライアントは判定できません: ${why}`,
    undecided: (clients) =>
      `${clients} クライアントが拒否されるかどうかは、文書に記載がありません。1 クライアントで試してください`,
    noneLetIn: '新たに拒否されるクライアントは判定できません: 現在接続できているクライアントが記録にありません',
    errors: '拒否されるクライアントは確定できません: トラストストアにエラーがあります',
    nobody: '新たに拒否されるクライアントはありません',
    nobodyJudged: '判定できた範囲では、新たに拒否されるクライアントはありません',
    against: (next, current) => (current === null ? `${next}（記録との比較）` : `${current} から ${next} への変更`),
    clients: 'クライアント',
    clientHead: ['クライアント', 'リクエスト', ''],
    changes: '変わるもの',
    changeHead: ['変更後', 'リクエスト', 'クライアント', '発行者', '理由'],
    refused: '拒否',
    letIn: '許可',
    meaning: {
      'newly-refused': '拒否されるようになります',
      'newly-trusted': '許可されるようになります',
      'still-refused': '引き続き拒否されます',
      'still-trusted': '引き続き許可されます',
      'not-valid-itself': '証明書が有効期間外です',
      undecided: '拒否される可能性があります（動作は文書に記載なし）',
      unknown: '読み取れる証明書がログにありません',
    },
  },
  expiry: {
    due: ({ expired, coming, isOpen }, days) => {
      const which = isOpen ? '後継のない証明書' : '証明書';
      if (expired === 0) return `${days} 日以内に期限が切れる${which} ${coming} 枚`;
      if (coming === 0) return `期限の切れた${which} ${expired} 枚`;
      return `${which} ${expired + coming} 枚: 期限切れ ${expired} 枚、${days} 日以内に期限切れ ${coming} 枚`;
    },
    withSuccessors: (due, count) => `${due}（${count === 1 ? '' : 'いずれも'}後継の証明書で接続あり）`,
    nothingKnown: (why) => `期限の切れるものは判定できません: ${why}`,
    noEnd: '有効期限が記録にありません',
    strangers: '現在接続できているクライアントが記録にありません',
    errors: '期限の切れるものは確定できません: トラストストアにエラーがあります',
    nothing: (days, isWhole, short, shortDays) => {
      const but = `有効期間が ${shortDays} 日以下で、まだ残り 4 分の 1 に入っていない証明書 ${short} 枚を除く`;
      return `${isWhole ? '' : '判定できた範囲では、'}${days} 日以内に期限が切れるものはありません${short === 0 ? '' : `（${but}）`}`;
    },
    seen: (clients, kept, day) => {
      const all = `記録にあるクライアント ${clients} 件`;
      if (kept === 0) return all;
      return `${all}（${kept === clients ? '' : `うち ${kept} 件は`}過去のエクスポートのみ、${day} まで）`;
    },
    byTraffic: 'リクエストの多い順',
    head: ['リクエスト', '有効期限', '', '種類', 'サブジェクト', '後継'],
    lastSeen: '最終接続',
    seenIn: { logs: (day) => `${day}（ログ）`, exports: (day) => `${day}（エクスポート）` },
    keptUnknown: 'スタックのテーブルを読み取れないため、エクスポートされたログで許可されたクライアントは分かりません。',
    keptNobody:
      'スタックには、許可されたクライアントの記録がありません。アクセスログ、--log-group または --domain を指定するか、mtls-watch backfill でエクスポートされたログを読み込んでください。',
    keptUndated: (clients) =>
      `エクスポートされたログの ${clients} クライアントは、有効期限がログにないため、判定していません。`,
    endedUnseen: (clients) =>
      `エクスポートされたログの証明書 ${clients} 枚は、その後期限が切れました。更新されたかどうかは分かりません。`,
    ago: (span) => `${span}前`,
    ahead: (span) => `${span}後`,
    caOf: (clients) => `${clients} クライアントの CA`,
    client: 'クライアント',
    noneSeen: 'なし',
    seenSince: (day) => `${day} から接続`,
  },
};

export const clientWords: Readonly<Record<Config['language'], ClientWords>> = { en, ja };
