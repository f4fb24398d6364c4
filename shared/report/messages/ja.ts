/** 日本語のレポート。 */

import { causes } from '../../messages/causes.js';
import { ja as alerts } from '../../messages/ja.js';
import { nameWords } from '../../messages/names.js';
import { reasons } from '../../messages/reasons/ja.js';
import type { ReportMessages } from './types.js';

export const ja: ReportMessages = {
  language: 'ja',
  ...nameWords.ja,
  title: (period) => `クライアント証明書の拒否レポート ${period}`,
  titleFor: (partner, period) => `クライアント証明書の拒否レポート ${period}（${partner}）`,
  subtitle: (from, to, generated) => `対象期間 ${from} ~ ${to}（時刻はすべて UTC）。作成 ${generated}、mtls-watch。`,
  contents: '目次',
  reasons,
  say: alerts.say,
  list: (items) => items.join('、'),
  listWithOthers: (items, others) => `${items.join('、')}${others === 0 ? '' : ` ほか ${others} 件`}`,
  note: (parts) => `（${parts.join('、')}）`,
  ofWhich: alerts.ofWhich,
  contradiction: alerts.contradiction,
  seenHere: (day) => `（${day} にこのゲートウェイで確認済み）`,
  causes: causes.ja,
  severities: { low: '低', medium: '中', high: '高', critical: '緊急' },
  unknownIssuer: '発行者不明',
  otherIssuers: 'その他の発行者（合算）',
  severalIssuers: '複数の発行者が同時に失敗',
  sections: {
    summary: '今期のまとめ',
    actions: '対応が必要なもの',
    doors: '入口別',
    days: '日別・理由別の拒否件数',
    issuers: '発行者別',
    shares: '拒否率（取引先・ドメイン別）',
    incidents: 'インシデント',
    changes: '新しく現れた発行者・いなくなった発行者',
    expiry: 'まもなく期限切れになる証明書と CA',
    sunset: '次回更新でクライアント認証に使えなくなる証明書',
    forbidden: '証明書が原因ではない 403 と接続失敗',
    silences: '有効なサイレンス',
    pipeline: 'パイプラインの状況',
    method: '集計方法と用語',
  },
  labels: {
    refused: '拒否件数',
    before: '前期',
    median: '4 週中央値',
    change: '前期比',
    issuers: '発行者数',
    issuer: '発行者',
    whom: '拒否された相手',
    incidents: 'インシデント',
    open: '要対応',
    over: '収束（要確認）',
    owner: '担当',
    reason: '理由',
    verdict: '診断',
    remedy: '対応',
    runbook: '手順書',
    domain: 'ドメイン',
    evidence: '根拠',
    clients: 'クライアント',
    client: 'クライアント',
    lastSeen: '最終発生',
    firstSeen: '初回発生',
    figures: '数値を表で見る',
    date: '日付',
    total: '合計',
    severity: '重大度',
    noticed: '検知時刻',
    toDetect: '検知まで',
    toResolve: '収束まで',
    stillFiring: '継続中',
    newIssuers: '新規',
    vanishedIssuers: '消滅',
    expires: '期限',
    kind: '種別',
    requests: 'リクエスト数',
    successor: '後継証明書',
    noSuccessor: '未確認',
    caStops: 'CA の発行終了日',
    moved: '移行',
    certificate: 'クライアント',
    ca: 'CA',
    cause: '原因',
    domains: 'ドメイン',
    count: '件数',
    what: '対象',
    until: '期限',
    because: '理由',
    serial: 'シリアル',
    sources: '送信元',
    agents: 'ユーザーエージェント',
    none: 'なし',
    unknown: '不明',
    stretch: '何期前',
    thisPeriod: '今期',
    events: '読み取ったログイベント',
    rejected: '読み取れなかったレコード',
    duplicates: '重複配信（集計は 1 回）',
    lag: '配信の最大遅延',
    unattributed: 'クライアント不明の拒否',
    inferred: '理由を推定した拒否',
    unattributedNote: 'アクセスログのレコードが届かなかったもの。件数には含むが、発行者には紐づかない',
    inferredNote: '実行ログのない API の分',
    otherReasons: 'その他の理由',
    missing: 'このレポートに含まれていないもの',
    door: '入口',
    groups: 'グループ',
    otherCauses: 'その他の原因',
    letIn: '受け付けた件数',
    shareRefused: '拒否率',
  },
  doorsNote:
    '入口ごとの、クライアント証明書による拒否の件数です。「その他の原因」は証明書による拒否ではありません。API Gateway ではほかの 403、そのほかの入口では途中で失敗した接続です。',
  sentences: {
    quiet: 'クライアント証明書の拒否はありませんでした。',
    total: (failures, scopes, issuers, trend) =>
      `クライアント証明書を理由に ${failures} 件のリクエストが拒否されました（${scopes} ドメイン、${issuers} 発行者${trend}）。`,
    trend: (percent, before, median) =>
      `。前期 ${before} 件から ${Math.abs(percent).toLocaleString('en')}% ${percent > 0 ? '増' : '減'}${median === null ? '' : `、直近 4 期の中央値は ${median} 件`}`,
    same: (median) => `。前期と同数${median === null ? '' : `、直近 4 期の中央値は ${median} 件`}`,
    course: (way, periods, from, to) =>
      `。${periods} 期を通して${way === 'rising' ? '増加' : '減少'}傾向（約 ${from} 件から約 ${to} 件）`,
    courseOfOne: (way, periods) => `${periods} 期を通して${way === 'rising' ? '増加' : '減少'}`,
    noTrend: '。比較できる過去のデータはまだありません',
    biggest: (owner, share, why, isOver) =>
      `最も多いのは ${owner} で全体の ${share}（${why}）、${isOver ? 'すでに収束しています' : '現在も続いています'}。`,
    strangersOnly: '目立った取引先はありません。',
    todo: (open, over, expiring) =>
      `${open === 0 ? '要対応のものはありません' : `要対応は ${open} 件`}${over === 0 ? '' : `、収束済みで担当への確認が残るものは ${over} 件`}。${expiring === 0 ? '後継のないまま期限が近づいている証明書は確認されていません' : `後継が確認できないまま期限が近づいている証明書は ${expiring} 枚`}。`,
  },
  nothing: {
    actions: '対応が必要なものはありません。',
    incidents: 'インシデントはありません。',
    new: '過去 8 期に現れなかった発行者はありません。',
    vanished: '失敗しなくなった発行者はありません。',
    expiry:
      '90 日以内に期限を迎える使用中の証明書はありません（有効期間が 200 日以下のものは、残りが 4 分の 1 を切ると掲載）。',
    sunset: 'パブリック CA と分かる証明書や CA はありません。',
    forbidden: 'ありません。',
    silences: 'ありません。',
    issuers: '拒否はありません。',
    shares: 'クライアント証明書付きの呼び出しは数えられていません。',
  },
  shares: {
    note: '「受け付けた件数」は、応答の内容にかかわらず、ゲートウェイが証明書を受け付けた呼び出しの件数です。「不明」は、このドメインの、またはこの発行者名での呼び出しを数えられなかったか、アクセスログの一部でしか数えられなかったことを示します。',
    mail: (owner, scope, refused, calls, share) =>
      `${owner}（${scope}）: 呼び出し ${calls} 件中 ${refused} 件を拒否（${share}）。`,
  },
  sunset: {
    why: (publicCa, usages) => {
      if (publicCa === null) return 'サーバー認証とクライアント認証の両用（CA がパブリックの場合のみ該当）';
      if (usages === 'server') return `${publicCa}（発行者名による）。すでに clientAuth なし`;
      return usages === 'client'
        ? `${publicCa}（発行者名による）。クライアント専用のため CA に要確認`
        : `${publicCa}（発行者名による）`;
    },
    note: 'パブリック CA はクライアント認証用の発行を終了します。Let’s Encrypt は 2026-07-08 に終了済み、Sectigo は 2027-02-10、DigiCert は 2027-03-01、その他も遅くとも 2027-03-15 に終了します。クライアントは終了後の最初の更新で接続できなくなります。',
    waysOut:
      '対応: AWS Private CA などのプライベート CA、または ACM のクライアント認証専用プライベートルート（2026 年 11 月から）に移行してもらってください。切り替えの前に、その CA をトラストストアに追加します。手順書: client-authentication-sunset',
    mail: (clients, requests) =>
      `次回更新でクライアント認証に使えなくなるクライアントが ${clients} 件あります（リクエスト ${requests} 件）。発行者名からパブリック CA と見られ、発行が終了するためです。プライベート CA への移行が必要です。`,
  },
  strangers: (issuers, failures) =>
    `このほか、部外者 ${issuers} 件（自己署名の証明書またはスキャン）による拒否が ${failures} 件ありました。拒否のままで問題ありません。`,
  claimed: (title) => `${title}（名乗りのみ、その CA の署名ではない）`,
  heldBack: (count) =>
    `ほかに通知しなかったインシデントが ${count} 件あります（サイレンス中、または未知の接続元の 1 日の通知上限超過）。JSON ファイルに含まれます。`,
  more: (count) => `ほか ${count} 件（JSON と CSV に収録）`,
  refusals: (count) => `${count} 件`,
  issuersLeftOut: (issuers, failures) => `ほか ${issuers} 発行者（拒否 計 ${failures} 件）は省略しています。`,
  ago: (stretches) => (stretches === 1 ? '前期まで発生' : `${stretches} 期前まで発生`),
  inDays: (days) => (days < 0 ? `${-days} 日前に失効` : days === 0 ? '本日' : `あと ${days} 日`),
  duration: (seconds) =>
    seconds < 90
      ? `${Math.round(seconds)} 秒`
      : seconds < 5400
        ? `${Math.round(seconds / 60)} 分`
        : `${(seconds / 3600).toLocaleString('en', { maximumFractionDigits: 1 })} 時間`,
  daysPicture: (total, worst, worstCount) => `期間中の拒否は計 ${total} 件。最多は ${worst} の ${worstCount} 件。`,
  otherDays: '件数の多い日に隠れる日（別の目盛り）',
  multiplesNote:
    '左から古い順に 1 期を 1 本で表し、濃い色が今期、破線は直近 4 期の中央値です。縦軸は図ごとに異なります。',
  forbiddenNote: 'クライアントからは同じ 403 に見えますが、証明書やトラストストアを変更しても解決しません。',
  silencesUnknown: 'このレポートには含まれていません。',
  gaps: {
    'successes-format':
      '一部のアクセスログでは成功リクエストを数えていません（形式に発行者またはステータスがないため。$context.identity.clientCert.issuerDN と $context.status を追加してください）。',
    'successes-unreadable':
      '一部のアクセスログでは成功リクエストを数えていません（レコードの形式が不明なため。`accessLogFormats` に設定してください）。',
    'successes-unavailable':
      '一部のアクセスログでは成功リクエストを数えていません（Logs Insights から回答がないか、照会の権限がないため。検出されたロググループは `successes.logGroups` に設定してください）。',
    'successes-cut':
      '一部の発行者の成功リクエスト（ロググループのドメインと発行者が、1 回の照会で得られる数を超えたため）。',
    'successes-too-many':
      '一部のアクセスログでは成功リクエストを数えていません（1 回のレポートで照会できる数、または時間を超えたため）。',
    'successes-part':
      '一部のドメインの拒否率（アクセスログの一部しか数えていないため。残りを含めると、率は下がります）。',
    'successes-elsewhere':
      'ほかのアカウントのドメインでは成功リクエストを数えていません（アクセスログがそのアカウントにあるため）。',
    'successes-connections':
      'CloudFront とロードバランサーでは成功した接続を数えていません（照会の対象は API Gateway のアクセスログのみです）。',
    'details-unavailable':
      'クライアントごとの送信元・ユーザーエージェント・発生時刻（失敗レコードを読み取れませんでした）。',
    'details-cut': '一部クライアントの送信元・ユーザーエージェント・発生時刻（取得上限を超えました）。',
    'expiry-unknown':
      '期限が近い証明書と、次回更新でクライアント認証に使えなくなる証明書（成功リクエストのアクセスログとトラストストアなしで作成したため）。',
    'expiry-without-clients':
      '期限が近い、または次回更新でクライアント認証に使えなくなるクライアント証明書と、そのトラフィック（ここではトラストストアの CA のみ確認できます。アクセスログに対して `mtls-watch expiry` を実行してください）。',
    'expiry-of-the-past':
      '`mtls-watch backfill` で読み込んだログより後に初めて許可されたクライアント証明書、次回更新でクライアント認証に使えなくなるクライアント証明書、およびトラフィック（アクセスログに対して `mtls-watch expiry` を実行してください）。',
    'pipeline-unknown': 'パイプライン自身の数値を読み取れませんでした。',
    'nothing-judged':
      '判定できませんでした。この期間のログ記録は 1 件も読み取られていません。拒否がなかったかどうかは不明です。',
    'forbidden-unknown': 'この期間のその他の 403（保持期間は 16 日です）。',
    'forbidden-cut': 'その他の 403 の一部（上限を超えたため、件数は実際より少なくなっています）。',
    'groups-cut': '一部のグループ（上限を超えたため、件数は実際より少なくなっています）。',
    'incidents-cut': '一部のインシデント（掲載上限を超えました）。',
    'verdicts-cut': '件数の少ないグループの診断。',
    'verdicts-unavailable': '一部の診断（トラストストアを読み取れませんでした）。',
    narrowed:
      '他社に関する情報（1 社分に絞ったレポートのため、その他の 403、サイレンス、パイプラインの数値も省いています）。',
  },
  method: [
    [
      '拒否',
      'API Gateway がクライアント証明書を理由に 403 を返したリクエスト。実行ログの理由行をもとに、ログが何度配信されても 1 件として数えます。CloudFront とロードバランサーでは、接続ログに記録された、拒否された接続。',
    ],
    [
      '発行者',
      'アクセスログに記録された、クライアント証明書の発行者名。接続する側が自由に名乗れるため、身元の証明にはなりません。',
    ],
    ['前期・中央値', '直前の同じ長さの期間と、直近 4 期の中央値。データのない期間は 0 件とせず、対象から外します。'],
    [
      '要対応',
      '発行者と理由の組で、拒否が 3 件以上、または 2 日以上にわたるもの。「収束」はインシデントが解決し、以後拒否がないもの。',
    ],
    ['検知まで・収束まで', '検知までは最初の拒否から検知まで、収束までは最初の拒否からしきい値を下回るまでの時間。'],
    ['新規・消滅', '過去 8 期との比較。'],
    ['クライアント', '1 時間ごとの上位 10 件をもとにした一覧。どの時間帯でも上位に入らないクライアントは載りません。'],
    ['大量発生時', '処理しきれない量の拒否では、発行者別の件数は標本からの推定値です。合計は正確です。'],
  ],
  mail: {
    subject: (period, failures, open) => `mtls-watch ${period}: ${failures} refused, ${open} open`,
    where: (url) => `レポート: ${url}`,
    signIn: 'アカウントにサインイン済みで、バケットの閲覧権限がある方が開けます。リンクに期限はありません。',
    attached: 'レポートのページを添付しています。ブラウザーで開いてください。外部からの読み込みはありません。',
    tooLarge: 'レポートのページは大きすぎるため添付していません。',
    first: '対応が必要なもの:',
  },
};
