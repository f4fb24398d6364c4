/** The findings of the diagnosis, in Japanese: what is wrong, and what to do first. */

import type { FindingCode } from '../../model/finding-codes.js';
import { reasons } from '../reasons/ja.js';
import type { FindingMessages } from '../types.js';

const ASK_THE_CA = '証明書は CA から直接受け取り、SHA-256 フィンガープリントを別の手段で確認してください。';
const UPLOAD =
  'バンドルをアップロードし、カスタムドメイン名を新しいトラストストアのバージョンに更新してください。アップロードだけでは反映されません。';
const WHICH_NODE =
  '「対象」のシリアル番号を比較してください。複数のマシンの 1 台に古い証明書が残っていることがあります。';

const words = (title: string, short: string, action: string, ...steps: string[]): FindingMessages => ({
  title,
  short,
  steps,
  action,
});

export const findings: Readonly<Record<FindingCode, FindingMessages>> = {
  malformed: words(
    '証明書を読み取れません',
    '証明書の形式不正',
    '正しい形式の証明書を再発行してもらってください。',
    '証明書を PEM ファイルでクライアントから受け取り、読めるか確認してください: openssl x509 -in client.pem -noout -text',
    '壊れていれば再発行を依頼し、ログの写しだけが壊れていればアクセスログの形式を確認してください。',
  ),
  'self-signed': words(
    'クライアントが自分で署名した証明書です',
    reasons['self-signed'].title,
    '自社の CA が発行した証明書を使うようクライアントに依頼してください。',
    ...reasons['self-signed'].steps,
  ),
  'search-limit-exceeded': words(
    'トラストストアが複雑すぎて検証できません',
    'トラストストアが複雑で検証不能',
    '不要な相互認証証明書をトラストストアから取り除いてください。',
    'トラストストアの CA を一覧してください: mtls-watch audit truststore.pem',
    `不要な相互認証証明書を取り除いてください。${UPLOAD}`,
  ),
  'content-altered': words(
    '証明書の内容が署名後に変更されています',
    '署名後に内容が改変された証明書',
    'CA が発行したままの証明書を設定するようクライアントに依頼してください。',
    'クライアントに証明書の SHA-256 フィンガープリントを確認し、ログのものと比較してください。',
    '異なる場合は、途中での改変か偽造です。セキュリティの担当者に連絡してください。',
    '同じ場合は、CA が発行したままの証明書を設定し直すようクライアントに依頼してください。',
  ),
  'issuer-rekeyed': words(
    'トラストストアにある同名の CA はこの証明書に署名していません',
    '同名の CA による署名ではない',
    '発行したかどうかを CA に確認してください。CA の鍵が新しくなった場合は、CA から直接受け取った新しい証明書を古いものと並べて追加し、ドメイン名を更新してください。',
    '鍵が新しくなったか、この証明書を発行したかを CA に確認してください。',
    `発行していた場合: ${ASK_THE_CA}古いものと並べて追加してください。`,
    UPLOAD,
  ),
  'intermediate-missing': words(
    '中間 CA がトラストストアにありません',
    '中間 CA の不足',
    '不足している中間 CA をトラストストアに追加し、ドメイン名を更新してください。',
    ASK_THE_CA,
    'ルートまでの上位 CA とともにバンドルに追加してください。',
    UPLOAD,
  ),
  'issuer-missing': words(
    '発行元 CA がトラストストアにありません',
    'トラストストアに発行者がない',
    '信頼する CA であれば、ルートまでの CA とともにトラストストアに追加してください。',
    'この CA のクライアントを受け入れるかどうかを決めてください。第三者であれば対応は不要で、拒否され続けます。',
    `受け入れる場合: ${ASK_THE_CA}ルートまでの上位 CA とともに追加してください。`,
    UPLOAD,
    'トラストストアの更新直後に始まった場合は、前のバージョンに戻してください。',
  ),
  'chain-too-long': words(
    'クライアント証明書より上の CA 証明書が 4 枚を超えています',
    reasons['chain-too-long'].title,
    'ルートにより近い CA から証明書を発行してもらってください。',
    ...reasons['chain-too-long'].steps,
  ),
  'certificate-too-large': words(
    '証明書が、確実に受け付けられる大きさを超えています',
    reasons['certificate-too-large'].title,
    reasons['certificate-too-large'].remedy,
    ...reasons['certificate-too-large'].steps,
  ),
  'issuer-not-ca': words(
    'CA でない証明書が発行者として使われています',
    '発行者が CA ではない',
    '正規の CA から証明書を発行し直してもらってください。',
    ...reasons['invalid-ca'].steps,
  ),
  'path-length-exceeded': words(
    'チェーン内の CA が許可する下位 CA の数を超えています',
    reasons['path-length-exceeded'].title,
    'その CA により近い CA から証明書を発行してもらってください。',
    ...reasons['path-length-exceeded'].steps,
  ),
  'unhandled-critical-extension': words(
    'ゲートウェイが認識しない critical 拡張があります',
    reasons['unhandled-critical-extension'].title,
    'その拡張のない証明書を発行してもらってください。',
    ...reasons['unhandled-critical-extension'].steps,
  ),
  'unsupported-purpose': words(
    'クライアント認証用の証明書ではありません',
    reasons['unsupported-purpose'].title,
    'クライアント認証用の証明書をプライベート CA から発行してもらってください。パブリック CA は発行を終了します（Let’s Encrypt は 2026-07-08 に終了済み、Sectigo は 2027-02-10、DigiCert は 2027-03-01、その他も遅くとも 2027-03-15）。',
    '誤ってサーバー証明書を提示していないか、クライアントに確認してください。',
    ...reasons['unsupported-purpose'].steps,
  ),
  'name-constraint-violated': words(
    '上位の CA が発行を許されていない名前です',
    'CA の名前制約に違反',
    '許可された名前で発行するか、別の CA から発行してもらってください。',
    'その CA に許可された名前での発行を依頼するか、別の CA に依頼してください。',
  ),
  'unsupported-signature': words(
    '署名の種類が受け付けられません',
    '未対応の署名方式',
    'RSA または ECDSA と SHA-256 以上で署名する CA から発行し直してもらってください。',
    'RSA または ECDSA と SHA-256 以上で署名する CA からの発行を依頼してください。',
  ),
  'weak-signature': words(
    '署名が SHA-256 より弱いアルゴリズムです',
    'SHA-256 より弱い署名',
    'SHA-256 以上で再発行してもらってください。',
    ...reasons['insecure-signature-algorithm'].steps,
  ),
  'weak-key': words(
    '鍵が短すぎます',
    reasons['weak-key'].title,
    'RSA 2048 以上、または EC P-256 か P-384 の新しい鍵で発行し直してください。',
    ...reasons['weak-key'].steps,
  ),
  'unsupported-curve': words(
    '鍵の曲線が受け付けられません',
    '未対応の楕円曲線',
    'EC P-256 か P-384、または RSA 2048 以上の新しい鍵で発行し直してください。',
    ...reasons['weak-key'].steps,
  ),
  'unsupported-key': words(
    '鍵の種類が受け付けられません',
    '未対応の鍵種別',
    'EC P-256 か P-384、または RSA 2048 以上の新しい鍵で発行し直してください。',
    ...reasons['weak-key'].steps,
  ),
  'issuer-expired': words(
    'トラストストア内の CA の有効期限が切れています',
    'CA の期限切れ',
    '更新された CA 証明書を追加し、ドメイン名を新しいバージョンに更新してください。',
    `更新された CA 証明書を CA に依頼してください。${ASK_THE_CA}`,
    '期限切れのものと並べてバンドルに追加してください。鍵が同じであれば、クライアント証明書はそのまま使えます。',
    UPLOAD,
  ),
  'issuer-not-yet-valid': words(
    'トラストストア内の CA の有効期間がまだ始まっていません',
    'CA の有効期間が始まっていない',
    '開始日まで、以前の CA 証明書を並べて残してください。',
    '開始日まで、以前の CA 証明書を新しいものと並べてバンドルに戻してください。',
    UPLOAD,
  ),
  expired: words(
    'クライアント証明書の有効期限が切れています',
    reasons.expired.title,
    '証明書を更新し、クライアントを再起動するよう依頼してください。',
    '証明書を更新し、古い証明書を保持しているプロセスを再起動するようクライアントに依頼してください。',
    WHICH_NODE,
  ),
  'not-yet-valid': words(
    'クライアント証明書の有効期間がまだ始まっていません',
    reasons['not-yet-valid'].title,
    '開始日まで以前の証明書を使うよう依頼し、発行した CA の時計を確認してください。',
    '開始日までは以前の証明書を使うようクライアントに依頼してください。',
    '数分の差であれば、発行した CA の時計がずれています。',
  ),
  'key-identifier-mismatch': words(
    '鍵識別子が一致しません',
    '鍵識別子の不一致',
    '以前の CA 証明書を新しいものと並べて残すか、発行者の識別子に合わせて再発行してもらってください。',
    'CA の以前の証明書を、新しいものと並べてバンドルに戻してください。',
    UPLOAD,
    '以前の CA 証明書の期限までに、クライアント証明書を再発行してもらってください。',
  ),
  'two-issuers': words(
    'トラストストア内の同じ CA に 2 つの発行者があります',
    '同じ CA に 2 つの発行者',
    'チェーンの揃っている方だけを残してください。',
    `2 つのうちチェーンの揃っている方を残してください。${UPLOAD}`,
  ),
  'would-pass': words(
    'S3 上のトラストストアでは受け付けられる証明書です',
    'S3 上のトラストストアでは有効な証明書',
    'ドメイン名がこのトラストストアのバージョンに更新されているか確認してください。',
    'ドメイン名が使うトラストストアのバージョンを、S3 上の最新のものと比較してください: mtls-watch doctor',
    '異なる場合は、カスタムドメイン名を最新のバージョンに更新してください。',
    `同じ場合は、相互 TLS の後ろのオーソライザーが拒否していないか確認してください。${WHICH_NODE}`,
  ),
};
