/** The Japanese texts of alerts. Certificates, commands and names of AWS are not translated. */

import { type Phrase, sayIn } from '../model/phrases.js';
import { findings } from './findings/ja.js';
import { nameWords } from './names.js';
import { phrases } from './phrases/ja.js';
import { reasons } from './reasons/ja.js';
import type { Messages } from './types.js';

type Catalogue = Readonly<Record<string, string>>;

/** A sentence within another one begins with a small letter in English. What has no words here is quoted as it is. */
function translated(words: string, catalogue: Catalogue): string {
  const own = (text: string): string | undefined => (Object.hasOwn(catalogue, text) ? catalogue[text] : undefined);
  const known = own(words) ?? own(words.charAt(0).toUpperCase() + words.slice(1));
  return known ?? (words === '' ? '' : `「${words}」`);
}

/** @param more what only some commands say, by its English words */
export function sayJapanese(more: Catalogue = {}): (phrase: Phrase) => string {
  const catalogue = { ...phrases, ...more };
  return (phrase) => sayIn(phrase, (words) => translated(words, catalogue), '、');
}

function andOthers(others: number): string {
  return others === 0 ? '' : ` ほか ${others} 者`;
}

/** A space separates a name from the particle before it; words of this language follow without one. */
function after(particle: string, who: string): string {
  return who === nameWords.ja.withoutIssuer ? `${particle}${who}` : `${particle} ${who}`;
}

function because(why: string | null): string {
  return why === null ? '' : `: ${why}`;
}

const { issuerNotLogged: ISSUER_NOT_LOGGED } = nameWords.ja;

export const ja: Messages = {
  reasons,
  ...nameWords.ja,
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
  findings,
  say: sayJapanese(),
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
  who: {
    client: (name, others) => `${name}${andOthers(others)} `,
    claimed: (name, others) => `${name}${andOthers(others)}（名前は未検証）`,
    clientsOf: (issuer) => `${issuer} 発行の証明書`,
    claimant: (issuer) => `${issuer} を名乗る接続元`,
  },
  whose: {
    client: (name, others, issuer) =>
      `${name}${andOthers(others)} のクライアント証明書（${issuer === null ? ISSUER_NOT_LOGGED : `発行者: ${issuer}`}）`,
    claimed: (name, others, issuer) =>
      `${name}${andOthers(others)} を名乗るクライアント証明書（名前は未検証、${issuer === null ? ISSUER_NOT_LOGGED : `発行者: ${issuer}`}）`,
    clientsOf: (issuer) => `${issuer} 発行のクライアント証明書`,
    claimant: (issuer) => `${issuer} を発行者と名乗る、同名の CA の署名がないクライアント証明書`,
    oneClientOf: (issuer, name, isProven) =>
      `${issuer} 発行のクライアント証明書（すべて ${name} 名義${isProven ? '' : '、名前は未検証'}）`,
  },
  subject: {
    spike: (who, where, why) => `${where} ${after('が', who)}を拒否${because(why)}`,
    ongoing: (who, where, why) => `継続: ${where} ${after('が', who)}を拒否${because(why)}`,
    escalated: (who, where, why) => `悪化: ${where} ${after('が', who)}を拒否${because(why)}`,
    resolved: (who, where, why) =>
      `解消: ${where} ${after('は', who)}を拒否していません${why === null ? '' : `（${why}）`}`,
  },
  headline: {
    spike: (whose, where) => `${where} ${after('が', whose)}を拒否しています。`,
    ongoing: (whose, where) => `${where} ${after('は', whose)}を引き続き拒否しています。`,
    escalated: (whose, where) => `${where} ${after('が', whose)}を拒否する件数が、開始時より大きく増えました。`,
    resolved: (whose, where) => `${where} ${after('は', whose)}を拒否しなくなりました。`,
  },
  besideGateway: (title, text, isGateway) =>
    `${title}（${isGateway ? 'ゲートウェイの文言' : 'ログのコード'}: 「${text}」）`,
  stop: '。',
  over: '今すぐの対応は不要です。誰も何も変更していない場合は、クライアントが呼び出しをやめた可能性があるため確認してください。',
  labels: {
    reason: '理由',
    domain: 'ドメイン',
    issuer: '発行者',
    account: 'アカウント',
    owner: '担当',
    since: '開始',
    failures: '件数',
    lastHour: '直近 1 時間',
    clients: '対象',
    firstSteps: '最初にすること',
    evidence: '根拠',
    remedy: '対処',
    noVerdict: '証明書の診断なし',
    change: '直前の変更',
    executionLog: 'ログで見る（拒否）',
    accessLog: 'ログで見る（呼び出し元）',
    dashboard: 'ダッシュボード',
    runbook: '手順書',
    silence: '2 時間通知を止める',
    acknowledge: '繰り返しを止める',
    cloudShell: 'CloudShell で実行する場合',
    incident: 'インシデント',
  },
  since: (time, minutes) => `${time}、${minutes < 120 ? `${minutes} 分前` : `約 ${Math.round(minutes / 60)} 時間前`}`,
  failures: (count, minutes, expected) => `${minutes} 分間に ${count} 件（通常は ${expected} 件）`,
  failuresInAll: (count) => `合計 ${count} 件`,
  ofWhich: (count, reason) => `「${reason}」${count} 件`,
  together: (sum, each) => `${sum}（${each.join('、')}）`,
  peak: (count, minutes) => `最大 ${minutes} 分間に ${count} 件`,
  allRefused: (refused, since, letInAt) =>
    `${since} 以降の呼び出し ${refused} 件中 ${refused} 件を拒否（最後に受け付けたのは ${letInAt}）`,
  scopeShare: (percent) => `このドメインの直近 1 時間の拒否のうち ${percent}`,
  heldBackUntil: (where, until) =>
    `${where} への未知の接続元に関する本日の通知は上限に達しました。以降は件数だけを数え、${until} まで通知しません。内容は週次レポートと mtls-watch incidents で確認できます。取引先に関する通知は変わりません。`,
  clientsKnown: (count, shown, isEstimate) =>
    count > shown ? `${isEstimate ? '約 ' : ''}${count} クライアント。多い順に ${shown} 件:` : `${count} クライアント:`,
  issuerTrusted: (isTrusted) => (isTrusted ? 'トラストストアに登録済み' : 'トラストストアに未登録'),
  client: (subject, serial, sources, count) =>
    `${count} 件  ${subject}  シリアル番号 ${serial}${sources === '' ? '' : `  接続元 ${sources}`}`,
  fromLogFields: '証明書そのものではなく、ログの項目からの判定です。',
  presentedBefore: ({ address, name, serial, ends, isExpired, until }) => {
    const validity = ends === null ? '' : isExpired ? `、${ends} に期限切れ` : `、${ends} まで有効`;
    return `${address} は ${until} まで ${name} (シリアル番号 ${serial}${validity}) を提示していました。`;
  },
  mayLackPurpose:
    '新しい証明書にクライアント認証の用途がない可能性があります。その場合、多くのクライアントは証明書を送信しません。',
  withoutCertificate: (sources, count) => `${count} 件  証明書なし${sources === '' ? '' : `  接続元 ${sources}`}`,
  seenHere: (day) => `${day} にこのゲートウェイで確認済みの原因です: `,
  verdict: (title, remedy, isCertain) =>
    `${isCertain ? '' : 'おそらく次の原因です: '}${remedy === '' ? `${title}。` : `${title}。${remedy}`}`,
};
