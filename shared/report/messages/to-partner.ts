/** The words of a report for one partner, in both languages: it is written to the partner, who changes what is on its side. */

import { reasonIdOfFinding } from '../../model/reason-of-finding.js';
import type { ReasonId } from '../../model/reasons.js';
import type { Report } from '../schema.js';
import type { Language, ReportMessages } from './types.js';

/** What a partner can do about a refusal. */
type Step =
  | 'renew'
  | 'wait'
  | 'announce-ca'
  | 'use-issued'
  | 'stronger'
  | 'shorter-chain'
  | 'client-purpose'
  | 'issue-again'
  | 'send-one'
  | 'revoked'
  | 'ours';

interface PartnerWords {
  readonly title: (partner: string, period: string) => string;
  readonly actions: string;
  readonly total: ReportMessages['sentences']['total'];
  readonly quiet: string;
  readonly todo: (open: number, over: number) => string;
  readonly steps: Readonly<Record<Step, string>>;
  /** Of certificates that only use the name of the partner's CA. */
  readonly claimed: string;
  readonly note: string;
}

const STEPS: Readonly<Record<ReasonId, Step>> = {
  expired: 'renew',
  'not-yet-valid': 'wait',
  'issuer-not-found': 'announce-ca',
  'self-signed-in-chain': 'announce-ca',
  'signature-failure': 'announce-ca',
  untrusted: 'announce-ca',
  'self-signed': 'use-issued',
  'insecure-signature-algorithm': 'stronger',
  'weak-key': 'stronger',
  'chain-too-long': 'shorter-chain',
  'path-length-exceeded': 'shorter-chain',
  'certificate-too-large': 'shorter-chain',
  'unsupported-purpose': 'client-purpose',
  'invalid-ca': 'issue-again',
  'unhandled-critical-extension': 'issue-again',
  'invalid-certificate': 'issue-again',
  'unsupported-certificate': 'issue-again',
  'no-client-certificate': 'send-one',
  revoked: 'revoked',
  'revocation-check-failed': 'ours',
  rejected: 'ours',
  'denied-by-function': 'ours',
  'function-failed': 'ours',
  other: 'ours',
};

/** A CA of the truststore that has expired, or is not valid yet, is not the partner's to change there. */
const STEPS_BY_FINDING: Readonly<Record<string, Step>> = {
  'issuer-expired': 'announce-ca',
  'issuer-not-yet-valid': 'ours',
  'content-altered': 'issue-again',
  'would-pass': 'ours',
};

const WORDS: Readonly<Record<Language, PartnerWords>> = {
  en: {
    title: (partner, period) => `${partner}: your refused client certificates, ${period}`,
    actions: 'What we ask you to do',
    total: (failures, scopes, _, trend) =>
      `${failures} of your requests were refused for their client certificate, at ${scopes === 1 ? 'one domain' : `${scopes} domains`}${trend}.`,
    quiet: 'None of your client certificates was refused.',
    todo: (open, over) => {
      const acts =
        open === 0
          ? 'Nothing needs your action'
          : open === 1
            ? 'One thing needs your action'
            : `${open} things need your action`;
      const done =
        over === 0
          ? ''
          : `; ${over === 1 ? 'one is' : `${over} are`} over: please confirm that ${over === 1 ? 'it is' : 'they are'} settled`;
      return `${acts}${done}.`;
    },
    steps: {
      renew:
        'Renew this certificate with the CA that issued it. Install the new one where your client runs, and restart or reload what holds the old one in memory.',
      wait: 'Use your previous certificate until this one begins to be valid. If it should be valid already, have your CA check its clock.',
      'announce-ca':
        'We do not know the CA of this certificate, or not with this key. If you changed your CA, use your previous certificate for now, and send us the CA certificates up to the root in the way that we agreed on for this.',
      'use-issued':
        'Your client presents a certificate that it signed itself. Configure the one that was issued to you for this connection.',
      stronger:
        'Have the certificate issued again: for a key of RSA 2,048 bits or more, or ECDSA P-256 or P-384, and signed with SHA-256 or stronger.',
      'shorter-chain':
        'Have the certificate issued by a CA nearer to the root, and send no more certificates than are needed: at most four CA certificates above your own are accepted.',
      'client-purpose':
        'Have a certificate issued whose extended key usage includes clientAuth. Public CAs stop issuing such certificates, so ask a private CA.',
      'issue-again':
        'Something is wrong with the certificate, or with a CA certificate above it. Install it again as it was issued; if that does not help, have your CA check it and issue it again.',
      'send-one':
        'Your client sent no certificate. Check that certificate and key are configured, that no proxy stands in between, and that a renewed certificate still allows client authentication: many clients do not send one that does not.',
      revoked:
        'This certificate was revoked. Have a new one issued for a new key, and tell us if it was not you who had it revoked.',
      ours: 'We are looking into this on our side. Please tell us what changed with you at that time: certificate, CA, software or addresses.',
    },
    claimed:
      'These certificates name your CA, but no CA that we know under that name signed them. If they are yours, your CA has a new key: send us its new certificate in the way that we agreed on for this. If they are not, please tell us; they stay refused.',
    note: 'This report holds what concerns you, and nothing of others.',
  },
  ja: {
    title: (partner, period) => `${partner} 様: 拒否されたクライアント証明書 ${period}`,
    actions: 'ご対応をお願いしたいこと',
    total: (failures, scopes, _, trend) =>
      `貴社からのリクエスト ${failures} 件が、クライアント証明書を理由に拒否されました（${scopes} ドメイン${trend}）。`,
    quiet: '貴社のクライアント証明書の拒否はありませんでした。',
    todo: (open, over) =>
      `${open === 0 ? 'ご対応いただくものはありません' : `ご対応いただきたいものは ${open} 件です`}。${over === 0 ? '' : `すでに収束したものが ${over} 件あります。解決済みかどうかをお知らせください。`}`,
    steps: {
      renew:
        '発行元の CA で証明書を更新し、クライアントの稼働環境に設定のうえ、古い証明書をメモリに保持しているプロセスを再起動または再読み込みしてください。',
      wait: '有効期間が始まるまでは以前の証明書をお使いください。すでに有効であるはずの場合は、CA の時計の確認を依頼してください。',
      'announce-ca':
        'この証明書を発行した CA、またはその鍵が当方に登録されていません。CA を変更された場合は、当面は以前の証明書をお使いのうえ、ルートまでの CA 証明書を取り決めた方法でお送りください。',
      'use-issued':
        'クライアントが自己署名証明書を提示しています。この接続のために発行された証明書を設定してください。',
      stronger:
        '証明書の再発行を依頼してください。鍵は RSA 2,048 ビット以上、または ECDSA P-256 / P-384、署名は SHA-256 以上が必要です。',
      'shorter-chain':
        'ルートにより近い CA からの再発行を依頼し、送信する証明書を必要なものに限ってください。クライアント証明書より上の CA は最大 4 枚です。',
      'client-purpose':
        '拡張鍵用途に clientAuth を含む証明書の発行を依頼してください。パブリック CA は発行を終了するため、プライベート CA をご利用ください。',
      'issue-again':
        '証明書、またはその上位の CA 証明書に問題があります。発行されたファイルをそのまま設定し直し、解決しない場合は CA に確認と再発行を依頼してください。',
      'send-one':
        'クライアントが証明書を送っていません。証明書と鍵の設定、途中のプロキシの有無、更新後の証明書がクライアント認証に使えるかどうかを確認してください（使えない証明書を送らないクライアントは多くあります）。',
      revoked:
        'この証明書は失効しています。新しい鍵で再発行を依頼してください。失効に心当たりがない場合はお知らせください。',
      ours: '当方で調査しています。その時刻に変更されたもの（証明書、CA、ソフトウェア、接続元アドレス）があればお知らせください。',
    },
    claimed:
      'これらの証明書は貴社の CA を発行者と名乗っていますが、当方に登録されたその CA の署名ではありません。貴社のものであれば CA の鍵が新しくなっています。新しい CA 証明書を取り決めた方法でお送りください。お心当たりがない場合はお知らせください。拒否は続きます。',
    note: 'このレポートは貴社に関することだけを含みます。',
  },
};

/** Sections about the owner's own matters. */
export const NOT_FOR_PARTNERS: readonly string[] = ['forbidden', 'silences', 'pipeline'];

/** What a partner is told above its report. */
export function partnerNote({ language }: ReportMessages): string {
  return WORDS[language].note;
}

/** What the partner is asked to do about one of the report's actions. */
export function partnerRemedy(
  { reason, verdict, isUnverified }: Pick<Report['actions'][number], 'reason' | 'verdict' | 'isUnverified'>,
  { language }: ReportMessages,
): string {
  const { steps, claimed } = WORDS[language];
  if (isUnverified === true) return claimed;
  const found = verdict === null ? 'other' : reasonIdOfFinding(verdict.code);
  const byFinding = verdict === null ? undefined : STEPS_BY_FINDING[verdict.code];
  return steps[byFinding ?? STEPS[found === 'other' ? reason : found]];
}

/** The words of a report that is written to a partner. */
export function wordsTo(words: ReportMessages): ReportMessages {
  const { title, actions, total, quiet, todo } = WORDS[words.language];
  return {
    ...words,
    titleFor: title,
    sections: { ...words.sections, actions },
    sentences: { ...words.sentences, total, quiet, todo },
  };
}
