/** The headings and labels of `replay`, by language. */

import type { Config } from '../config/settings.js';
import type { RejectCode } from '../model/index.js';
import type { ForbiddenCause } from '../model/reasons.js';
import { causes } from './causes.js';

const en = {
  alert: 'The alert that on-call would have read',
  subject: 'Subject',
  nothing: 'Nothing could be judged: nothing of the logs of API Gateway, CloudFront or a load balancer was read',
  noIncidents: 'No incidents',
  incidents: 'Incidents',
  groups: (failures: string, groups: string): string =>
    `${failures} refused ${failures === '1' ? 'request' : 'requests'} in ${groups} ${groups === '1' ? 'group' : 'groups'}`,
  smaller: (count: string): string => `and ${count} smaller groups; --json lists them all`,
  read: 'Read',
  next: 'Where to look next',
  notRead: 'Could not be read',
  time: 'Time (UTC)',
  what: 'What',
  severity: 'Severity',
  domain: 'Domain',
  issuer: 'Issuer',
  reason: 'Reason',
  refused: 'Refused',
  door: 'Door',
  groupCount: 'Groups',
  otherCauses: 'Other causes',
  firstSeen: 'First seen',
  lastSeen: 'Last seen',
  records: 'Records',
  example: 'Example',
  suchAs: (example: string): string => `such as ${example}`,
  /** Beside its id; null where that says it. */
  rejected: null as Readonly<Record<RejectCode, string>> | null,
  otherForbidden: 'Other 403s and failed connections',
  requests: 'Requests',
  cause: 'Cause',
  causes: causes.en as Readonly<Record<ForbiddenCause, string>>,
  totals: {
    events: 'log events',
    duplicates: 'delivered twice, counted once',
    rejected: 'unreadable records',
    recovered: 'broken or cut off, read all the same',
    problems: 'unreadable files',
    unattributed: 'refused, client not known',
    forbidden: 'other 403s, not about certificates',
    notices: 'notices',
  },
  steps: {
    report: 'the report, to open in a browser',
    page: 'the page for this alert',
    diagnose: 'why one certificate is refused',
    audit: 'what is wrong with a truststore',
    preflight: 'who a truststore would refuse',
    expiry: 'which certificates expire next',
    json: 'all of this for programs',
  },
};

export type ReplayWords = typeof en;

const REJECTED: Readonly<Record<RejectCode, string>> = {
  'not-a-log-event': 'ログイベントとして読み取れません',
  'event-too-large': 'ログイベントとして大きすぎます',
  'broken-access-record': 'アクセスログの JSON が壊れています',
  'unreadable-access-record': 'アクセスログの形式を読み取れません',
  'unreadable-denial': '実行ログの拒否の行を読み取れません',
  'access-record-without-request-id': 'アクセスログにリクエスト ID がありません',
  'unreadable-connection-record': '接続ログのレコードを読み取れません',
  'too-old': '古すぎて計上済みか判断できません',
};

const ja: ReplayWords = {
  alert: '担当者に届いたはずのアラート',
  subject: '件名',
  nothing: '判定できるものがありません: API Gateway、CloudFront、ロードバランサーのログが読み取れませんでした',
  noIncidents: 'インシデントなし',
  incidents: 'インシデント',
  groups: (failures, groups) => `拒否されたリクエスト ${failures} 件（${groups} グループ）`,
  smaller: (count) => `ほか ${count} グループ（--json ですべて表示）`,
  read: '読み取り結果',
  next: '次に見るもの',
  notRead: '読み取れなかったもの',
  time: '日時（UTC）',
  what: '通知',
  severity: '重大度',
  domain: 'ドメイン',
  issuer: '発行者',
  reason: '理由',
  refused: '拒否件数',
  door: '入口',
  groupCount: 'グループ数',
  otherCauses: 'その他の原因',
  firstSeen: '初回発生',
  lastSeen: '最終発生',
  records: '件数',
  example: '例',
  suchAs: (example) => `「${example}」`,
  rejected: REJECTED,
  otherForbidden: '証明書以外の原因による 403 と接続失敗',
  requests: '件数',
  cause: '原因',
  causes: causes.ja,
  totals: {
    events: 'ログイベント',
    duplicates: '重複して配信（1 件として計上）',
    rejected: '読み取れないレコード',
    recovered: '破損・欠落があるが読み取れたもの',
    problems: '読み取れないファイル',
    unattributed: '拒否（クライアント不明）',
    forbidden: '証明書以外の原因による 403',
    notices: '通知',
  },
  steps: {
    report: 'レポート（ブラウザーで開く）',
    page: 'このアラートの手順書',
    diagnose: '証明書が拒否される理由',
    audit: 'トラストストアの不備',
    preflight: 'トラストストアで拒否される相手',
    expiry: '次に期限が切れる証明書',
    json: 'プログラム向けの出力',
  },
};

export const replayWords: Readonly<Record<Config['language'], ReplayWords>> = { en, ja };
