/** The Japanese texts of alerts. Certificates, commands and names of AWS are not translated. */

import { reasons } from './reasons/ja.js';
import type { Messages } from './types.js';

export const ja: Messages = {
  reasons,
  severalIssuers: {
    title: '複数の証明書が同時に拒否',
    meaning: '複数の発行者の証明書が同時に拒否されています。ドメイン側の変更が原因か、第三者が接続を試みています。',
    steps: [
      '既知の発行者がある場合は、共通の変更が原因です。トラストストアの直近のバージョンとドメイン名の状態を確認し、それと同時に始まったなら前のバージョンに戻してください。',
      '第三者が数回ずつ試しているだけであればスキャンです。対応は不要で、拒否され続けます。',
    ],
  },
  claims: {
    title: '名乗っている CA の署名ではない',
    meaning:
      '証明書はトラストストアにある CA を発行者と名乗っていますが、同名のどの CA も署名していません。第三者が名前を使っているか、CA の鍵が新しくなっています。',
    steps: [
      'これらの証明書を発行したかどうかを、既知の連絡先で CA に確認してください。クライアントから届いた証明書や鍵識別子は使わないでください。',
      '発行していた場合は、新しい証明書を CA から直接受け取り、古いものと並べてトラストストアに追加してください。',
      '発行していない場合は対応不要です。接続は拒否され続けます。取引先本来の拒否は、これとは別に数えて通知します。',
    ],
  },
  findings: {
    malformed: {
      title: '証明書を読み取れません',
      action: '正しい形式の証明書を再発行してもらってください。',
    },
    'self-signed': {
      title: 'クライアントが自分で署名した証明書です',
      action: '自社の CA が発行した証明書を使うようクライアントに依頼してください。',
    },
    'search-limit-exceeded': {
      title: 'トラストストアが複雑すぎて検証できません',
      action: '不要な相互認証証明書をトラストストアから取り除いてください。',
    },
    'content-altered': {
      title: '証明書の内容が署名後に変更されています',
      action: 'CA が発行したままの証明書を設定するようクライアントに依頼してください。',
    },
    'issuer-rekeyed': {
      title: 'トラストストアにある同名の CA はこの証明書に署名していません',
      action:
        '発行したかどうかを CA に確認してください。CA の鍵が新しくなった場合は、CA から直接受け取った新しい証明書を古いものと並べて追加し、ドメイン名を更新してください。',
    },
    'intermediate-missing': {
      title: '中間 CA がトラストストアにありません',
      action: '不足している中間 CA をトラストストアに追加し、ドメイン名を更新してください。',
    },
    'issuer-missing': {
      title: '発行元 CA がトラストストアにありません',
      action: '信頼する CA であれば、ルートまでの CA とともにトラストストアに追加してください。',
    },
    'chain-too-long': {
      title: 'クライアント証明書より上の CA 証明書が 4 枚を超えています',
      action: 'ルートにより近い CA から証明書を発行してもらってください。',
    },
    'issuer-not-ca': {
      title: 'CA でない証明書が発行者として使われています',
      action: '正規の CA から証明書を発行し直してもらってください。',
    },
    'path-length-exceeded': {
      title: 'チェーン内の CA が許可する下位 CA の数を超えています',
      action: 'その CA により近い CA から証明書を発行してもらってください。',
    },
    'unhandled-critical-extension': {
      title: 'ゲートウェイが認識しない critical 拡張があります',
      action: 'その拡張のない証明書を発行してもらってください。',
    },
    'unsupported-purpose': {
      title: 'クライアント認証用の証明書ではありません',
      action:
        'クライアント認証用の証明書をプライベート CA から発行してもらってください。パブリック CA は発行を終了します(Let’s Encrypt は 2026-07-08 に終了済み、Sectigo は 2027-02-10、DigiCert は 2027-03-01、その他も遅くとも 2027-03-15)。',
    },
    'name-constraint-violated': {
      title: '上位の CA が発行を許されていない名前です',
      action: '許可された名前で発行するか、別の CA から発行してもらってください。',
    },
    'unsupported-signature': {
      title: '署名の種類が受け付けられません',
      action: 'RSA または ECDSA と SHA-256 以上で署名する CA から発行し直してもらってください。',
    },
    'weak-signature': {
      title: '署名が SHA-256 より弱いアルゴリズムです',
      action: 'SHA-256 以上で再発行してもらってください。',
    },
    'weak-key': {
      title: '鍵が短すぎます',
      action: 'RSA 2048 以上、または EC P-256 か P-384 の新しい鍵で発行し直してください。',
    },
    'unsupported-curve': {
      title: '鍵の曲線が受け付けられません',
      action: 'EC P-256 か P-384、または RSA 2048 以上の新しい鍵で発行し直してください。',
    },
    'unsupported-key': {
      title: '鍵の種類が受け付けられません',
      action: 'EC P-256 か P-384、または RSA 2048 以上の新しい鍵で発行し直してください。',
    },
    'issuer-expired': {
      title: 'トラストストア内の CA の有効期限が切れています',
      action: '更新された CA 証明書を追加し、ドメイン名を新しいバージョンに更新してください。',
    },
    'issuer-not-yet-valid': {
      title: 'トラストストア内の CA の有効期間がまだ始まっていません',
      action: '開始日まで、以前の CA 証明書を並べて残してください。',
    },
    expired: {
      title: 'クライアント証明書の有効期限が切れています',
      action: '証明書を更新し、クライアントを再起動するよう依頼してください。',
    },
    'not-yet-valid': {
      title: 'クライアント証明書の有効期間がまだ始まっていません',
      action: '開始日まで以前の証明書を使うよう依頼し、発行した CA の時計を確認してください。',
    },
    'key-identifier-mismatch': {
      title: '鍵識別子が一致しません',
      action: '以前の CA 証明書を新しいものと並べて残すか、発行者の識別子に合わせて再発行してもらってください。',
    },
    'two-issuers': {
      title: 'トラストストア内の同じ CA に 2 つの発行者があります',
      action: 'チェーンの揃っている方だけを残してください。',
    },
    'would-pass': {
      title: 'S3 上のトラストストアでは受け付けられる証明書です',
      action: 'ドメイン名がこのトラストストアのバージョンに更新されているか確認してください。',
    },
  },
  contradiction: {
    trusted: {
      'issuer-not-found':
        'ゲートウェイの判断を信じてください。このトラストストアにある発行者を見つけられなかったので、別のバージョンのトラストストアで動作しています。',
      expired:
        'ゲートウェイの判断を信じてください。ここではすべて有効期間内なので、ゲートウェイ側のトラストストアにはいずれかの CA の古い証明書があります。',
      'not-yet-valid':
        'ゲートウェイの判断を信じてください。ここではすべて有効期間が始まっているので、ゲートウェイ側のトラストストアにはいずれかの CA の別の証明書があります。',
      'insecure-signature-algorithm':
        'ゲートウェイの判断を信じてください。ここではすべての署名が SHA-256 以上なので、ゲートウェイ側のトラストストアにはいずれかの CA の古い証明書があります。',
      'self-signed':
        'ゲートウェイの判断を信じてください。ここでは自己署名でないものを自己署名とみなしているので、ログに残ったものとは別の証明書が提示されたか、ゲートウェイ側のトラストストアにその証明書がありません。',
    },
    trustedOtherwise:
      'ゲートウェイの判断を信じてください。このトラストストアにはないものが見えているか、ここでは知られていない項目を確認しています。',
    refused: (reason) =>
      `ただしゲートウェイの拒否理由は「${reason}」で、この診断では説明がつきません。ゲートウェイが別のバージョンのトラストストアを使っている可能性があります。`,
  },
  severities: { low: '低', medium: '中', high: '高', critical: '緊急' },
  unknownIssuer: '不明な発行者',
  otherIssuers: '複数の発行者',
  claimant: (issuer) => `${issuer} を名乗る接続元`,
  subject: {
    spike: (who, where, why) => `${where} が ${who} を拒否: ${why}`,
    ongoing: (who, where, why) => `継続: ${where} が ${who} を拒否: ${why}`,
    escalated: (who, where, why) => `悪化: ${where} が ${who} を拒否: ${why}`,
    resolved: (who, where, why) => `解消: ${where} は ${who} を拒否していません (${why})`,
  },
  headline: {
    spike: (who, where) => `${where} が ${who} のクライアント証明書を拒否しています。`,
    ongoing: (who, where) => `${where} は ${who} のクライアント証明書を引き続き拒否しています。`,
    escalated: (who, where) => `${where} が ${who} のクライアント証明書を拒否する件数が、開始時より大きく増えました。`,
    resolved: (who, where) => `${where} は ${who} のクライアント証明書を拒否しなくなりました。`,
  },
  over: '今すぐの対応は不要です。誰も何も変更していない場合は、クライアントが呼び出しをやめた可能性があるため確認してください。',
  labels: {
    reason: '理由',
    domain: 'ドメイン',
    issuer: '発行者',
    since: '開始',
    failures: '件数',
    lastHour: '直近 1 時間',
    clients: '対象',
    firstSteps: '最初にすること',
    evidence: '根拠',
    remedy: '対処',
    noVerdict: '証明書の診断なし',
    change: '直前の変更',
    executionLog: 'ログで見る (拒否)',
    accessLog: 'ログで見る (呼び出し元)',
    dashboard: 'ダッシュボード',
    runbook: '手順書',
    silence: '2 時間通知を止める',
    acknowledge: '繰り返しを止める',
    incident: 'インシデント',
  },
  since: (utc, minutes) =>
    `${utc} UTC (${minutes < 120 ? `${minutes} 分前` : `約 ${Math.round(minutes / 60)} 時間前`})`,
  failures: (count, minutes, expected) => `${minutes} 分間に ${count} 件 (通常は ${expected} 件)`,
  failuresAtWorst: (count, minutes) => `最大で ${minutes} 分間に ${count} 件`,
  failuresInAll: (count) => `合計 ${count} 件`,
  peak: (count, minutes) => `最大 ${minutes} 分間に ${count} 件`,
  scopeShare: (percent) => `このドメインの直近 1 時間の拒否のうち ${percent}`,
  heldBackUntil: (where, until) =>
    `${where} への未知の接続元に関する本日の通知は上限に達しました。以降は件数だけを数え、${until} UTC まで通知しません。内容は週次レポートと mtls-watch incidents で確認できます。取引先に関する通知は変わりません。`,
  clientsKnown: (count, shown) =>
    count > shown ? `少なくとも ${count} クライアント。多い順に ${shown} 件:` : `${count} クライアント:`,
  issuerTrusted: (isTrusted) => (isTrusted ? 'トラストストアに登録済み' : 'トラストストアに未登録'),
  client: (subject, serial, sources, count) =>
    `${count} 件  ${subject}  シリアル番号 ${serial}${sources === '' ? '' : `  接続元 ${sources}`}`,
  verdict: (title, remedy, isCertain) =>
    `${isCertain ? '' : 'おそらく次の原因です: '}${remedy === '' ? `${title}。` : `${title}。${remedy}`}`,
};
