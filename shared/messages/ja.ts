/** What mtls-watch says, in Japanese. Certificates, commands and names of AWS stay as they are. */

import type { Messages } from './types.js';

export const ja: Messages = {
  reasons: {
    'issuer-not-found': {
      title: '発行元の CA が見つからない',
      meaning: 'クライアント証明書を発行した CA、またはその上位の CA がトラストストアにありません。',
      steps: [
        'クライアントに CA チェーンを確認するか、上記の発行元とトラストストア内の CA を比較してください。',
        '正しい CA であれば、ルートまでの上位 CA とともにバンドルへ追加してアップロードし、カスタムドメイン名を新しいトラストストアのバージョンに更新してください。',
        'トラストストアの更新直後に始まった場合は、前のバージョンに戻してください。',
      ],
    },
    'insecure-signature-algorithm': {
      title: '署名アルゴリズムが弱い',
      meaning: 'チェーン内の証明書が SHA-256 より弱いアルゴリズムで署名されています。',
      steps: [
        '署名アルゴリズムを確認してください: openssl x509 -in client.pem -noout -text | grep "Signature Algorithm"',
        'SHA-256 以上で証明書を再発行するようクライアントに依頼してください。ゲートウェイの設定で緩めることはできません。',
      ],
    },
    'self-signed': {
      title: '自己署名証明書',
      meaning: 'クライアントが自己署名の証明書を提示しており、トラストストアに登録されていません。',
      steps: [
        '相手を確認してください。誤った証明書を設定した既知のクライアントか、試しに接続してきた第三者です。',
        '既知のクライアントであれば、自社の CA が発行した証明書を送るよう依頼してください。',
        '第三者であれば対応は不要です。接続は拒否され続けます。',
      ],
    },
    'self-signed-in-chain': {
      title: 'チェーン内に自己署名証明書',
      meaning: 'クライアントのチェーンの終点のルート CA がトラストストアにありません。',
      steps: [
        'クライアントが送るチェーンを openssl verify -show_chain で確認し、ルートを特定してください。',
        'そのルートを信頼する場合は、トラストストアに追加し、カスタムドメイン名を新しいバージョンに更新してください。',
      ],
    },
    expired: {
      title: '証明書の有効期限切れ',
      meaning: 'クライアント証明書、またはその上位の CA の有効期限が切れています。',
      steps: [
        '終了日を現在時刻と比較してください: openssl x509 -in client.pem -noout -enddate。証明書自体が有効なら、トラストストア内の CA が期限切れです。',
        '証明書を更新し、古い証明書を保持しているプロセスを再起動するようクライアントに依頼してください。',
      ],
    },
    'not-yet-valid': {
      title: '証明書がまだ有効でない',
      meaning: 'クライアント証明書、またはその上位の CA の有効期間がまだ始まっていません。',
      steps: [
        '開始日を現在時刻と比較してください: openssl x509 -in client.pem -noout -startdate。数分の差であれば、発行した CA の時計を疑ってください。',
        '開始日までは以前の証明書を使うようクライアントに依頼してください。',
      ],
    },
    'chain-too-long': {
      title: '証明書チェーンが長すぎる',
      meaning: 'クライアント証明書より上、ルートまでの CA 証明書が 4 枚を超えています。',
      steps: [
        'ルートにより近い CA から証明書を発行してもらってください。API Gateway が受け付けるのは、クライアント証明書より上の CA が 4 枚までです。',
      ],
    },
    'signature-failure': {
      title: '署名を検証できない',
      meaning: '証明書はトラストストア内の CA の名前を示していますが、その CA の鍵では署名されていません。',
      steps: [
        '同じ名前で新しい鍵の CA が再発行されていないか確認し、鍵識別子をトラストストアのものと比較してください。',
        '再発行されていれば、新しい CA 証明書を古いものと並べて追加し、カスタムドメイン名を更新してください。',
      ],
    },
    'invalid-ca': {
      title: 'CA 証明書が不正',
      meaning: '発行元として使われている証明書に CA の印がありません。',
      steps: [
        'クライアントより上位の各証明書の basicConstraints と keyUsage を確認し、CA でないものを差し替えてください。',
      ],
    },
    'path-length-exceeded': {
      title: 'パス長の制限を超過',
      meaning: 'チェーン内の CA が、許可する数より多くの CA を下位に持っています。',
      steps: ['各 CA の basicConstraints の pathlen を確認し、許可された CA から証明書を発行してもらってください。'],
    },
    'unsupported-purpose': {
      title: '用途が不適切',
      meaning: 'この証明書はクライアント認証に使えません。',
      steps: [
        '拡張鍵用途に clientAuth を含む証明書をプライベート CA から発行してもらってください。パブリック CA は遅くとも 2027-03-15 に発行を終了します。',
      ],
    },
    'unhandled-critical-extension': {
      title: '未知の重要拡張',
      meaning: 'ゲートウェイが認識しない critical 拡張が証明書に含まれています。',
      steps: ['その拡張を含まない、または critical でない証明書の発行を CA に依頼してください。'],
    },
    'weak-key': {
      title: '鍵が弱い',
      meaning: 'チェーン内の鍵が API Gateway の受け付ける長さに足りません。',
      steps: ['RSA 2,048 ビット以上、または ECDSA P-256 か P-384 の証明書を発行してもらってください。'],
    },
    other: {
      title: 'その他の理由',
      meaning: 'ゲートウェイが示した理由に対応する説明がありません。原文は上記のとおりです。',
      steps: [
        '証明書をトラストストアに対して検証してください: openssl verify -show_chain -CAfile truststore.pem client.pem',
      ],
    },
  },
  severalIssuers: {
    title: '複数の証明書が同時に拒否',
    meaning: '複数の発行元の証明書が同時に拒否されています。ドメイン側の変更が原因か、第三者が接続を試みています。',
    steps: [
      '既知の発行元がある場合は、共通の変更が原因です。トラストストアの直近のバージョンとドメイン名の状態を確認し、それと同時に始まったなら前のバージョンに戻してください。',
      '第三者が数回ずつ試しているだけであればスキャンです。対応は不要で、拒否され続けます。',
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
      title: '発行元の CA の鍵が新しくなり、トラストストアには古い鍵の証明書しかありません',
      action: '新しい CA 証明書を古いものと並べてトラストストアに追加し、ドメイン名を更新してください。',
    },
    'intermediate-missing': {
      title: '中間 CA がトラストストアにありません',
      action: '不足している中間 CA をトラストストアに追加し、ドメイン名を更新してください。',
    },
    'issuer-missing': {
      title: '発行元の CA がトラストストアにありません',
      action: '信頼する CA であれば、ルートまでの CA とともにトラストストアに追加してください。',
    },
    'chain-too-long': {
      title: 'クライアント証明書より上の CA 証明書が 4 枚を超えています',
      action: 'ルートにより近い CA から証明書を発行してもらってください。',
    },
    'issuer-not-ca': {
      title: 'CA でない証明書が発行元として使われています',
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
      action: '以前の CA 証明書を新しいものと並べて残すか、発行元の識別子に合わせて再発行してもらってください。',
    },
    'two-issuers': {
      title: 'トラストストア内の同じ CA に 2 つの発行元があります',
      action: 'チェーンの揃っている方だけを残してください。',
    },
    'would-pass': {
      title: 'S3 上のトラストストアでは受け付けられる証明書です',
      action: 'ドメイン名がこのトラストストアのバージョンに更新されているか確認してください。',
    },
  },
  severities: { low: '低', medium: '中', high: '高', critical: '緊急' },
  unknownIssuer: '不明な発行元',
  otherIssuers: '複数の発行元',
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
    issuer: '発行元',
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
  clientsKnown: (count, shown) =>
    count > shown ? `少なくとも ${count} クライアント。多い順に ${shown} 件:` : `${count} クライアント:`,
  issuerTrusted: (isTrusted) => (isTrusted ? 'トラストストアに登録済み' : 'トラストストアに未登録'),
  client: (subject, serial, sources, count) =>
    `${count} 件  ${subject}  シリアル番号 ${serial}${sources === '' ? '' : `  接続元 ${sources}`}`,
  verdict: (title, remedy, isCertain) =>
    `${isCertain ? '' : 'おそらく次の原因です: '}${remedy === '' ? `${title}。` : `${title}。${remedy}`}`,
};
