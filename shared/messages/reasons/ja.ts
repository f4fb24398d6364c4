/** The reasons of a refusal, in Japanese: one entry for alerts, the report and the runbooks' titles. */

import type { ReasonId } from '../../model/reasons.js';
import type { ReasonMessages } from '../types.js';

export const reasons: Readonly<Record<ReasonId, ReasonMessages>> = {
  'issuer-not-found': {
    title: '発行者が見つからない',
    meaning: 'クライアント証明書を発行した CA、またはその上位の CA がトラストストアにありません。',
    steps: [
      'クライアントに CA チェーンを確認するか、上記の発行者とトラストストア内の CA を比較してください。',
      '正しい CA であれば、ルートまでの上位 CA とともにバンドルへ追加してアップロードし、カスタムドメイン名を新しいトラストストアのバージョンに更新してください。',
      'トラストストアの更新直後に始まった場合は、前のバージョンに戻してください。',
    ],
    remedy: '信頼できる CA であれば、発行元 CA とその上位 CA をすべてトラストストアに追加してください。',
  },
  'insecure-signature-algorithm': {
    title: '安全でない署名アルゴリズム',
    meaning: 'チェーン内の証明書が SHA-256 より弱いアルゴリズムで署名されています。',
    steps: [
      '署名アルゴリズムを確認してください: openssl x509 -in client.pem -noout -text | grep "Signature Algorithm"',
      'SHA-256 以上で証明書を再発行するようクライアントに依頼してください。ゲートウェイの設定で緩めることはできません。',
    ],
    remedy: 'SHA-256 以上で署名された証明書の再発行を依頼してください。',
  },
  'self-signed': {
    title: '自己署名証明書',
    meaning: 'クライアントが自己署名の証明書を提示しており、トラストストアに登録されていません。',
    steps: [
      '相手を確認してください。誤った証明書を設定した既知のクライアントか、試しに接続してきた第三者です。',
      '既知のクライアントであれば、自社の CA が発行した証明書を送るよう依頼してください。',
      '第三者であれば対応は不要です。接続は拒否され続けます。',
    ],
    remedy: '既知のクライアントには CA 発行の証明書を使ってもらってください。部外者は拒否のままで問題ありません。',
  },
  'self-signed-in-chain': {
    title: 'チェーン内の自己署名証明書',
    meaning: 'クライアントのチェーンの終点のルート CA がトラストストアにありません。',
    steps: [
      'クライアントが送るチェーンを openssl verify -show_chain で確認し、ルートを特定してください。',
      'そのルートを信頼する場合は、トラストストアに追加し、カスタムドメイン名を新しいバージョンに更新してください。',
    ],
    remedy: '信頼できるルートであれば、チェーンのルート証明書をトラストストアに追加してください。',
  },
  expired: {
    title: '証明書の有効期限切れ',
    meaning: 'クライアント証明書、またはその上位の CA の有効期限が切れています。',
    steps: [
      '終了日を現在時刻と比較してください: openssl x509 -in client.pem -noout -enddate。証明書自体が有効なら、トラストストア内の CA が期限切れです。',
      '証明書を更新し、古い証明書を保持しているプロセスを再起動するようクライアントに依頼してください。',
    ],
    remedy:
      'クライアントに証明書の更新を依頼してください。証明書が有効なら、トラストストア内の期限切れ CA を差し替えてください。',
  },
  'not-yet-valid': {
    title: '証明書の有効期間が始まっていない',
    meaning: 'クライアント証明書、またはその上位の CA の有効期間がまだ始まっていません。',
    steps: [
      '開始日を現在時刻と比較してください: openssl x509 -in client.pem -noout -startdate。数分の差であれば、発行した CA の時計を疑ってください。',
      '開始日までは以前の証明書を使うようクライアントに依頼してください。',
    ],
    remedy: '有効期間の開始までは以前の証明書を使うよう、クライアントに依頼してください。',
  },
  'chain-too-long': {
    title: 'チェーンが長すぎる',
    meaning: 'クライアント証明書より上、ルートまでの CA 証明書が 4 枚を超えています。',
    steps: [
      'ルートにより近い CA から証明書を発行してもらってください。API Gateway が受け付けるのは、クライアント証明書より上の CA が 4 枚までです。',
    ],
    remedy: 'ルートにより近い CA からの再発行を依頼してください。クライアント証明書より上の CA は最大 4 枚です。',
  },
  'signature-failure': {
    title: '署名の検証に失敗',
    meaning: '証明書はトラストストア内の CA の名前を示していますが、その CA の鍵では署名されていません。',
    steps: [
      '同じ名前で新しい鍵の CA が再発行されていないか確認し、鍵識別子をトラストストアのものと比較してください。',
      '再発行されていれば、新しい CA 証明書を古いものと並べて追加し、カスタムドメイン名を更新してください。',
    ],
    remedy: 'CA が同じ名前で鍵を更新していないか確認し、新しい CA 証明書を旧証明書と並べて追加してください。',
  },
  'invalid-ca': {
    title: 'CA として無効な証明書',
    meaning: '発行者として使われている証明書に CA の印がありません。',
    steps: [
      'クライアントより上位の各証明書の basicConstraints と keyUsage を確認し、CA でないものを差し替えてください。',
    ],
    remedy: 'チェーン内で CA と認められない証明書を差し替えてもらってください。',
  },
  'path-length-exceeded': {
    title: 'パス長制約の超過',
    meaning: 'チェーン内の CA が、許可する数より多くの CA を下位に持っています。',
    steps: ['各 CA の basicConstraints の pathlen を確認し、許可された CA から証明書を発行してもらってください。'],
    remedy: 'クライアント証明書を発行できる CA からの再発行を依頼してください。',
  },
  'unsupported-purpose': {
    title: '証明書の用途が異なる',
    meaning: 'この証明書はクライアント認証に使えません。',
    steps: [
      '拡張鍵用途に clientAuth を含む証明書をプライベート CA から発行してもらってください。パブリック CA は遅くとも 2027-03-15 に発行を終了します。',
    ],
    remedy:
      '拡張鍵用途に clientAuth を含む証明書の発行をプライベート CA に依頼してください。パブリック CA は遅くとも 2027-03-15 に発行を終了します。',
  },
  'unhandled-critical-extension': {
    title: '未対応のクリティカル拡張',
    meaning: 'ゲートウェイが認識しない critical 拡張が証明書に含まれています。',
    steps: ['その拡張を含まない、または critical でない証明書の発行を CA に依頼してください。'],
    remedy: '該当するクリティカル拡張を含まない証明書の発行を依頼してください。',
  },
  'weak-key': {
    title: '鍵長の不足',
    meaning: 'チェーン内の鍵が API Gateway の受け付ける長さに足りません。',
    steps: ['RSA 2,048 ビット以上、または ECDSA P-256 か P-384 の証明書を発行してもらってください。'],
    remedy: 'RSA 2,048 ビット以上、または ECDSA P-256 / P-384 の鍵で再発行を依頼してください。',
  },
  other: {
    title: 'その他の理由',
    meaning: 'ゲートウェイが示した理由に対応する説明がありません。原文は上記のとおりです。',
    steps: [
      '証明書をトラストストアに対して検証してください: openssl verify -show_chain -CAfile truststore.pem client.pem',
    ],
    remedy: 'openssl verify -show_chain で証明書をトラストストアに照らして検証してください。',
  },
};
