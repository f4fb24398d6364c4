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
};

export const incidentWords: Readonly<Record<Config['language'], IncidentWords>> = { en, ja };
