/** The words around a verdict, as `diagnose` prints it. */

import type { Config } from '../config/settings.js';
import type { Finding } from '../model/index.js';
import { doorName, nameWords } from './names.js';
import { reasons as reasonsEn } from './reasons/en.js';
import { reasons as reasonsJa } from './reasons/ja.js';

export interface DiagnoseWords {
  readonly trusted: string;
  readonly refused: string;
  readonly undecided: string;
  readonly accepted: string;
  readonly notDocumented: string;
  readonly likely: string;
  readonly seenHere: (day: string) => string;
  readonly against: (client: string, truststore: string, at: string) => string;
  readonly recordAt: (client: string, at: string) => string;
  readonly door: (rules: { readonly id: string; readonly name: string }) => string;
  readonly standardInput: string;
  readonly byRules: (door: string) => string;
  readonly ofDoor: (client: string, door: string) => string;
  readonly fromLogFields: string;
  readonly path: string;
  readonly findings: string;
  readonly severities: Readonly<Record<Finding['severity'], string>>;
  readonly depth: (depth: number) => string;
  readonly comma: string;
  /** What a record of a connection says by itself. */
  readonly noCertificate: { readonly evidence: string; readonly remedy: string };
  readonly wasAccepted: { readonly evidence: string; readonly remedy: string };
  readonly failedOtherwise: (door: string) => { readonly evidence: string; readonly remedy: string };
}

const more = 'mtls-watch runbook';

const en: DiagnoseWords = {
  trusted: 'TRUSTED',
  refused: 'REFUSED',
  undecided: 'UNDECIDED',
  accepted: 'ACCEPTED',
  notDocumented: '(not documented)',
  likely: '(likely)',
  seenHere: (day) => `(seen at this gateway on ${day})`,
  against: (client, truststore, at) => `${client} against ${truststore}, at ${at}`,
  recordAt: (client, at) => `${client}, at ${at}`,
  door: ({ name }) => name,
  standardInput: 'standard input',
  byRules: (door) => `, by the rules of ${door}`,
  ofDoor: (client, door) => `${client}, of ${door}`,
  fromLogFields: "from the log's fields, not from the certificate",
  path: 'Path',
  findings: 'Findings',
  severities: { error: 'error', warning: 'warning', info: 'info' },
  depth: (depth) => `depth ${depth}`,
  comma: ', ',
  noCertificate: {
    evidence: 'the client sent no certificate',
    remedy: `${reasonsEn['no-client-certificate'].remedy} More: ${more} no-client-certificate`,
  },
  wasAccepted: {
    evidence: 'this connection was accepted: nothing was refused',
    remedy: 'To have its certificate judged, give the certificate itself: the record does not hold it.',
  },
  failedOtherwise: (door) => ({
    evidence: `this connection failed, and ${door} does not blame the certificate`,
    remedy: `More: ${more} connection-failed`,
  }),
};

/** A space stands between Latin and Japanese letters only. */
const apart = (name: string): string => (/[!-~]$/.test(name) ? `${name} ` : name);

const ja: DiagnoseWords = {
  trusted: '信頼',
  refused: '拒否',
  undecided: '判定不能',
  accepted: '接続成功',
  notDocumented: '（仕様の記載なし）',
  likely: '（推定）',
  seenHere: (day) => `（${day} にこのゲートウェイで確認済み）`,
  against: (client, truststore, at) =>
    `${apart(client)}を${/^[!-~]/.test(truststore) ? ' ' : ''}${apart(truststore)}で検証、${at} 時点`,
  recordAt: (client, at) => `${client}、${at} 時点`,
  door: ({ id }) => doorName(id, nameWords.ja),
  standardInput: '標準入力',
  byRules: (door) => `、${apart(door)}のルールによる`,
  ofDoor: (client, door) => `${client}、${apart(door)}の記録`,
  fromLogFields: '証明書そのものではなく、ログの項目に基づく判定です',
  path: 'パス',
  findings: '検出結果',
  severities: { error: 'エラー', warning: '警告', info: '情報' },
  depth: (depth) => `深さ ${depth}`,
  comma: '、',
  noCertificate: {
    evidence: 'クライアントは証明書を送っていません',
    remedy: `${reasonsJa['no-client-certificate'].remedy}詳細: ${more} no-client-certificate`,
  },
  wasAccepted: {
    evidence: 'この接続は成功しており、何も拒否されていません',
    remedy: '証明書を判定するには、証明書そのものを指定してください。この記録には含まれていません。',
  },
  failedOtherwise: (door) => ({
    evidence: `この接続は失敗していますが、${apart(door)}の記録では証明書が原因ではありません`,
    remedy: `詳細: ${more} connection-failed`,
  }),
};

export const diagnoseWords: Readonly<Record<Config['language'], DiagnoseWords>> = { en, ja };
