/** The labels and states of one incident, as `incidents show` lists them. */

import type { Config } from '../config/settings.js';
import type { NoticeKind, Severity } from '../model/index.js';

export interface IncidentWords {
  readonly incident: (id: string) => string;
  readonly labels: Readonly<
    Record<
      | 'domain'
      | 'issuer'
      | 'reason'
      | 'severity'
      | 'since'
      | 'calmSince'
      | 'ended'
      | 'refused'
      | 'lastHour'
      | 'acknowledged'
      | 'silences'
      | 'notices',
      string
    >
  >;
  readonly unverified: (issuer: string) => string;
  readonly severities: Readonly<Record<Severity, string>>;
  readonly kinds: Readonly<Record<NoticeKind, string>>;
  readonly goesOn: string;
  readonly over: string;
  readonly noSilence: string;
  readonly inAll: (count: string) => string;
  readonly inMinutes: (count: string, minutes: number) => string;
  readonly span: (from: string, to: string) => string;
  readonly notAcknowledged: (command: string) => string;
  readonly acknowledgedBy: (by: string | null) => string;
  readonly silence: (state: 'over' | 'in-force' | 'waits', until: string, by: string | null) => string;
  readonly comma: string;
  readonly colon: string;
  readonly sent: string;
  readonly waiting: string;
  readonly heldBack: string;
  readonly noneKept: string;
  readonly toldByAnother: string;
  readonly alert: string;
  readonly verdictNow: string;
  readonly noDiagnosis: string;
  /** All that fire, in a table. */
  readonly list: {
    readonly nothing: string;
    readonly ended: string;
    readonly firingHead: readonly string[];
    readonly endedHead: readonly string[];
    readonly age: (amount: number, unit: 'minute' | 'hour' | 'day') => string;
    readonly toldAgo: (age: string) => string;
    readonly heldBack: string;
    readonly withDomain: string;
    readonly waiting: (told: string, count: number) => string;
    readonly acknowledged: string;
    readonly silence: (id: string) => string;
  };
  /** All silences, in a table. */
  readonly silenceList: {
    readonly nothing: string;
    readonly head: readonly string[];
    readonly states: Readonly<Record<'over' | 'in-force' | 'waits', string>>;
  };
}

const en: IncidentWords = {
  incident: (id) => `incident ${id}`,
  labels: {
    domain: 'domain',
    issuer: 'issuer',
    reason: 'reason',
    severity: 'severity',
    since: 'since',
    calmSince: 'calm since',
    ended: 'ended',
    refused: 'refused',
    lastHour: 'refused in the last hour',
    acknowledged: 'acknowledged',
    silences: 'silences',
    notices: 'notices',
  },
  unverified: (issuer) => `${issuer} (unverified)`,
  severities: { low: 'low', medium: 'medium', high: 'high', critical: 'critical' },
  kinds: { spike: 'spike', ongoing: 'ongoing', escalated: 'escalated', resolved: 'resolved' },
  goesOn: 'it goes on',
  over: 'it is over',
  noSilence: 'none',
  inAll: (count) => `${count} in all`,
  inMinutes: (count, minutes) => `${count} in ${minutes} min`,
  span: (from, to) => `, ${from} to ${to}`,
  notAcknowledged: (command) => `no; ${command}`,
  acknowledgedBy: (by) => `yes${by === null ? '' : ` by ${by}`}: not repeated unless it escalates`,
  silence: (state, until, by) =>
    `${{ over: 'over since', 'in-force': 'in force until', waits: 'waits, until' }[state]} ${until}${by === null ? '' : `, by ${by}`}`,
  comma: ', ',
  colon: ': ',
  sent: 'sent',
  waiting: 'waits to be sent',
  heldBack: 'none: held back by a silence or the budget for strangers',
  noneKept: 'none that is kept',
  toldByAnother: 'none of its own: told by the incident of its domain or cause',
  alert: 'The alert',
  verdictNow: 'The verdict now',
  noDiagnosis: 'No diagnosis',
  list: {
    nothing: 'nothing fires',
    ended: 'Ended',
    firingHead: ['Id', 'Severity', 'For', 'Domain', 'Issuer', 'Reason', 'Refused', 'Told', 'In hand'],
    endedHead: ['Id', 'Severity', 'Began (UTC)', 'Ended (UTC)', 'Domain', 'Issuer', 'Reason', 'Refused'],
    age: (amount, unit) => `${amount} ${{ minute: 'min', hour: 'h', day: 'days' }[unit]}`,
    toldAgo: (age) => `${age} ago`,
    heldBack: 'held back',
    withDomain: "with its domain's",
    waiting: (told, count) => `${told}, ${count} waiting`,
    acknowledged: 'acknowledged',
    silence: (id) => `silence ${id}`,
  },
  silenceList: {
    nothing: 'no silences',
    head: [
      ...['Id', 'State', 'Until', 'Daily (UTC)', 'Groups', 'Firing'],
      ...['Scope', 'Issuer', 'Reason', 'Author', 'Comment'],
    ],
    states: { over: 'over', 'in-force': 'in force', waits: 'waiting' },
  },
};

const ja: IncidentWords = {
  incident: (id) => `インシデント ${id}`,
  labels: {
    domain: 'ドメイン',
    issuer: '発行者',
    reason: '理由',
    severity: '重大度',
    since: '検知',
    calmSince: '沈静化',
    ended: '解消',
    refused: '拒否件数',
    lastHour: '直近 1 時間の拒否件数',
    acknowledged: '対応者',
    silences: 'サイレンス',
    notices: '通知',
  },
  unverified: (issuer) => `${issuer}（未確認）`,
  severities: { low: '低', medium: '中', high: '高', critical: '緊急' },
  kinds: { spike: '急増', ongoing: '継続', escalated: '悪化', resolved: '解消' },
  goesOn: '継続中',
  over: '解消済み',
  noSilence: 'なし',
  inAll: (count) => `合計 ${count} 件`,
  inMinutes: (count, minutes) => `${minutes} 分間に ${count} 件`,
  span: (from, to) => `、${from} ~ ${to}`,
  notAcknowledged: (command) => `未対応。引き受ける場合: ${command}`,
  acknowledgedBy: (by) => `${by === null ? '対応中' : `${by} が対応中`}（悪化しない限り再通知しません）`,
  silence: (state, until, by) =>
    `${{ over: `${until} に終了`, 'in-force': `${until} まで有効`, waits: `開始前、${until} まで` }[state]}${by === null ? '' : `、${by}`}`,
  comma: '、',
  colon: ': ',
  sent: '送信済み',
  waiting: '送信待ち',
  heldBack: 'なし（サイレンス、または未知の相手に関する通知の上限により保留）',
  noneKept: '保存されているものはありません',
  toldByAnother: '単独の通知なし（ドメインまたは同じ原因のインシデントとして通知済み）',
  alert: 'アラート',
  verdictNow: '現在の診断',
  noDiagnosis: '診断結果はありません',
  list: {
    nothing: '発生中のインシデントはありません',
    ended: '解消済み',
    firingHead: ['ID', '重大度', '経過', 'ドメイン', '発行者', '理由', '拒否件数', '通知', '対応'],
    endedHead: ['ID', '重大度', '検知（UTC）', '解消（UTC）', 'ドメイン', '発行者', '理由', '拒否件数'],
    age: (amount, unit) => `${amount} ${{ minute: '分', hour: '時間', day: '日' }[unit]}`,
    toldAgo: (age) => `${age}前`,
    heldBack: '保留',
    withDomain: 'ドメインの通知に含む',
    waiting: (told, count) => `${told}、送信待ち ${count} 件`,
    acknowledged: '対応中',
    silence: (id) => `サイレンス ${id}`,
  },
  silenceList: {
    nothing: 'サイレンスはありません',
    head: [
      ...['ID', '状態', '終了', '毎日（UTC）', 'グループ', '発生中'],
      ...['ドメイン', '発行者', '理由', '設定者', 'コメント'],
    ],
    states: { over: '終了', 'in-force': '有効', waits: '開始前' },
  },
};

export const incidentWords: Readonly<Record<Config['language'], IncidentWords>> = { en, ja };
