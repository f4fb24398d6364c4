/** Why a request failed other than for its client certificate, by language. */

import type { Config } from '../config/settings.js';
import type { ForbiddenCause } from '../model/reasons.js';

export const causes: Readonly<Record<Config['language'], Readonly<Record<ForbiddenCause, string>>>> = {
  en: {
    waf: 'blocked by WAF',
    'invalid-api-key': 'invalid API key',
    'missing-authentication-token': 'missing authentication token, or no such path',
    'authorizer-denied': 'denied by the Lambda authorizer',
    'iam-denied': 'denied by IAM',
    'resource-policy-denied': 'denied by the resource policy',
    'invalid-security-token': 'invalid security token',
    'expired-token': 'expired token',
    'signature-expired': 'request signature expired',
    'signature-mismatch': 'request signature does not match',
    'incomplete-signature': 'incomplete request signature',
    'certificate-not-logged': 'certificate not in the log: cause not known',
    unmatched: 'Forbidden without a cause: path mapping, stage or endpoint',
    'connection-failed': 'connection failed for another cause than the certificate',
    other: 'another cause',
  },
  ja: {
    waf: 'WAF によるブロック',
    'invalid-api-key': 'API キーが無効',
    'missing-authentication-token': '認証トークンなし、または存在しないパス',
    'authorizer-denied': 'Lambda オーソライザーによる拒否',
    'iam-denied': 'IAM による拒否',
    'resource-policy-denied': 'リソースポリシーによる拒否',
    'invalid-security-token': 'セキュリティトークンが無効',
    'expired-token': 'トークンの期限切れ',
    'signature-expired': 'リクエスト署名の期限切れ',
    'signature-mismatch': 'リクエスト署名の不一致',
    'incomplete-signature': 'リクエスト署名が不完全',
    'certificate-not-logged': '証明書がログになく、原因不明',
    unmatched: '原因の記録なし（パスマッピング、ステージ、エンドポイントの誤り）',
    'connection-failed': '証明書以外の原因による接続失敗',
    other: 'その他',
  },
};
