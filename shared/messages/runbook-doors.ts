/**
 * A page of the runbooks for CloudFront or a load balancer. Pages are written with API Gateway's commands, or with those of both
 * other doors: here the commands of one door take their place, and the sentences around them. Pure.
 */

import type { Config } from '../config/settings.js';
import { judgedByDoor } from './own-commands.js';

type Language = Config['language'];
export type OtherDoor = 'cloudfront' | 'load-balancer';

export interface PageDoor {
  readonly door: OtherDoor;
  /** What the door's log says behind `Failed:` for this page's reason; null where it has no code of its own. */
  readonly code: string | null;
}

/** For a page about codes that nobody knows yet: what they begin with is not known either. */
export const ANY_CODE = '';

const LOGS: Readonly<Record<OtherDoor, string>> = {
  cloudfront: 'aws logs filter-log-events --region us-east-1 --log-group-name CONNECTION_LOG_GROUP',
  'load-balancer': 'aws logs filter-log-events --log-group-name CONNECTION_LOG_GROUP',
};

/** What the door demands, before anything is changed. */
const DEMANDS: Readonly<Record<OtherDoor, string>> = {
  cloudfront:
    "aws cloudfront get-distribution-config --id DISTRIBUTION_ID --query 'DistributionConfig.ViewerMtlsConfig'",
  'load-balancer':
    "aws elbv2 describe-listeners --listener-arns LISTENER_ARN --query 'Listeners[].MutualAuthentication'",
};

/** Whether the new bundle is in use. */
const STATUS: Readonly<Record<OtherDoor, string>> = {
  cloudfront:
    "aws cloudfront get-trust-store --identifier TRUST_STORE_ID --query 'TrustStore.[Status,Reason,NumberOfCaCertificates]'",
  'load-balancer':
    "aws elbv2 describe-trust-stores --trust-store-arns TRUST_STORE_ARN --query 'TrustStores[].[Status,NumberOfCaCertificates]'",
};

const BUNDLE: Readonly<Record<OtherDoor, string>> = {
  cloudfront: 'aws s3api get-object --bucket BUCKET --key KEY --version-id VERSION truststore.pem',
  'load-balancer':
    'curl -sS -o truststore.pem "$(aws elbv2 get-trust-store-ca-certificates-bundle --trust-store-arn TRUST_STORE_ARN --query Location --output text)"',
};

function updateOf(door: OtherDoor, version: string): string[] {
  return door === 'cloudfront'
    ? [
        'aws cloudfront get-trust-store --identifier TRUST_STORE_ID --query ETag --output text',
        `aws cloudfront update-trust-store --id TRUST_STORE_ID --if-match ETAG --ca-certificates-bundle-source 'CaCertificatesBundleS3Location={Bucket=BUCKET,Key=KEY,Region=REGION,Version=${version}}'`,
      ]
    : [
        `aws elbv2 modify-trust-store --trust-store-arn TRUST_STORE_ARN --ca-certificates-bundle-s3-bucket BUCKET --ca-certificates-bundle-s3-key KEY --ca-certificates-bundle-s3-object-version ${version}`,
      ];
}

const UPDATE = /^aws apigateway update-domain-name .*\/mutualTlsAuthentication\/truststoreVersion,value=(\w+)$/;
const GATEWAY_LOG = /^aws logs filter-log-events --log-group-name (?:ACCESS|EXECUTION)_LOG_GROUP /;
const OTHERS: Readonly<Record<OtherDoor, RegExp>> = {
  cloudfront: /^aws elbv2 /,
  'load-balancer': /^aws cloudfront /,
};

function commandOf(line: string, isUpdate: boolean, { door, code }: PageDoor): readonly string[] {
  if (OTHERS[door].test(line)) return [];
  const [, version] = UPDATE.exec(line) ?? [];
  if (version !== undefined) return updateOf(door, version);
  if (line.startsWith('aws apigateway get-domain-name ')) return [isUpdate ? STATUS[door] : DEMANDS[door]];
  if (GATEWAY_LOG.test(line)) {
    const pattern = code === null ? "'%Failed:ClientCert%'" : `'"Failed:${code}"'`;
    const shown = line.includes("--query 'length(events)'")
      ? "--query 'length(events)'"
      : "--max-items 20 --query 'events[].message'";
    return [`${LOGS[door]} --start-time START_MS --filter-pattern ${pattern} ${shown} --output json`];
  }
  // Where a page has the commands of both doors, they are the same but for the Region of the log.
  if (line.includes('--log-group-name CONNECTION_LOG_GROUP')) return line.startsWith(`${LOGS[door]} `) ? [line] : [];
  return line === BUNDLE.cloudfront ? [BUNDLE[door]] : [line];
}

type Passages = readonly (readonly [written: string, instead: Readonly<Record<OtherDoor, string>>])[];
const both = (text: string): Readonly<Record<OtherDoor, string>> => ({ cloudfront: text, 'load-balancer': text });

/** Sentences that many pages share, with what takes their place. */
const PASSAGES: Readonly<Record<Language, Passages>> = {
  en: [
    // On the page of an unknown reason the first block has the records already.
    [
      'For a refused certificate, verify it yourself: Take the refused certificate out of the access log, and the truststore that is in use:',
      {
        cloudfront:
          'For a refused certificate, verify it yourself. What the distribution demands, and the object that its trust store was loaded from; the log holds no certificate: ask the client for it, without its key, as `client.pem`:',
        'load-balancer':
          "For a refused certificate, verify it yourself. What the listener demands, and its trust store's bundle; the log holds no certificate: ask the client for it, without its key, as `client.pem`:",
      },
    ],
    ["Read the gateway's words in the execution log:", both('Read the code behind `Failed:` in the connection log:')],
    [
      'Take the refused certificate out of the access log, and the truststore that is in use:',
      {
        cloudfront:
          'The refused connections, what the distribution demands, and the object that its trust store was loaded from. The log holds no certificate: ask the client for it, without its key, as `client.pem`:',
        'load-balancer':
          "The refused connections, what the listener demands, and its trust store's bundle. The log holds no certificate: ask the client for it, without its key, as `client.pem`:",
      },
    ],
    [
      'and point the domain name at the version that S3 answers. An upload alone changes nothing:',
      {
        cloudfront:
          'and give the version that S3 answers to the trust store, which holds a copy: an upload alone changes nothing. ETAG is what the third command prints:',
        'load-balancer':
          'and give the version that S3 answers to the trust store, which holds a copy: an upload alone changes nothing:',
      },
    ],
    [
      'Wait for `AVAILABLE`. `truststoreWarnings` must be absent: a warning names a certificate that the gateway does not like.',
      { cloudfront: 'Wait for `active`; beside `failed` stands the reason.', 'load-balancer': 'Wait for `ACTIVE`.' },
    ],
    [
      'Wait for `AVAILABLE`, then verify as above.',
      {
        cloudfront: 'Wait for `active`, then verify as above.',
        'load-balancer': 'Wait for `ACTIVE`, then verify as above.',
      },
    ],
    [
      'Point the domain name at the version that passes; wait for `AVAILABLE`:',
      both('Give the version that passes to the trust store, and wait until it is active:'),
    ],
    [
      'any status but 403 shows that the certificate passes:',
      both('any HTTP status shows that the certificate passes, because a refused connection has none:'),
    ],
    [
      'Nothing can extend an expired certificate, and no setting tolerates one.',
      {
        cloudfront:
          'Nothing can extend an expired certificate. The distribution can ignore expiry (`IgnoreCertificateExpiry`), for all clients at once: for hours at most.',
        'load-balancer':
          'Nothing can extend an expired certificate. The listener can ignore expiry (`IgnoreClientCertificateExpiry`), for all clients at once: for hours at most.',
      },
    ],
    [
      'Sending the CA along in the TLS handshake does not help: only the truststore counts.',
      both(
        'Send the intermediate CAs along in the TLS handshake where the bundle lacks them; the root is in the bundle.',
      ),
    ],
    [
      'Usually the domain name uses another version of the truststore than the newest object in S3.',
      both('Usually the trust store holds an older bundle than the newest object in S3.'),
    ],
    ['the domain name was not updated.', both('the trust store was not updated.')],
    [
      'If the 403 has no `Access denied. Reason:` line in the execution log, it was not mutual TLS: see [unmatched](unmatched.md).',
      both(
        'A connection that failed for another cause says nothing about the certificate: see [connection-failed](connection-failed.md).',
      ),
    ],
    ['- [Domain name status messages](domain-name-status.md)', both('')],
    ['a truststore or domain update', both('an update of the trust store or of the front door')],
    ['Nothing was changed at the gateway,', both('Nothing was changed at the front door,')],
    ['- [The commands at CloudFront or a load balancer](README.md)', both('')],
  ],
  ja: [
    [
      '証明書が拒否されている場合は、手元で検証します。 アクセスログから拒否された証明書を、S3から使用中のトラストストアを取り出します。',
      {
        cloudfront:
          '証明書が拒否されている場合は、手元で検証します。ディストリビューションの設定と、トラストストアに読み込ませたS3のオブジェクトを確認します。ログに証明書本体はないため、クライアントから証明書（秘密鍵は不要）を`client.pem`として受け取ります。',
        'load-balancer':
          '証明書が拒否されている場合は、手元で検証します。リスナーの設定と、トラストストアのバンドルを確認します。ログに証明書本体はないため、クライアントから証明書（秘密鍵は不要）を`client.pem`として受け取ります。',
      },
    ],
    [
      'まず実行ログでゲートウェイの原文を確認します。',
      both('まず接続ログ（connection log）で、`Failed:`に続くコードを確認します。'),
    ],
    [
      'アクセスログから拒否された証明書を、S3から使用中のトラストストアを取り出します。',
      {
        cloudfront:
          '拒否された接続、ディストリビューションの設定、トラストストアに読み込ませたS3のオブジェクトを確認します。ログに証明書本体はないため、クライアントから証明書（秘密鍵は不要）を`client.pem`として受け取ります。',
        'load-balancer':
          '拒否された接続、リスナーの設定、トラストストアのバンドルを確認します。ログに証明書本体はないため、クライアントから証明書（秘密鍵は不要）を`client.pem`として受け取ります。',
      },
    ],
    [
      'カスタムドメイン名をS3が返したバージョンに切り替えます。アップロードしただけでは反映されません。',
      {
        cloudfront:
          'S3が返したバージョンをトラストストアに読み込ませます。トラストストアはバンドルの複製を保持するため、アップロードだけでは反映されません。ETAGは3番目のコマンドで取得します。',
        'load-balancer':
          'S3が返したバージョンをトラストストアに読み込ませます。トラストストアはバンドルの複製を保持するため、アップロードだけでは反映されません。',
      },
    ],
    [
      '`AVAILABLE`になるまで待ちます。`truststoreWarnings`が出ていないことも確認します（出ている場合、そこに書かれた証明書に問題があります）。',
      {
        cloudfront: '`active`になるまで待ちます（`failed`の場合は理由も表示されます）。',
        'load-balancer': '`ACTIVE`になるまで待ちます。',
      },
    ],
    [
      '`AVAILABLE`を待ってから、上の手順で復旧を確認します。',
      {
        cloudfront: '`active`を待ってから、上の手順で復旧を確認します。',
        'load-balancer': '`ACTIVE`を待ってから、上の手順で復旧を確認します。',
      },
    ],
    [
      '検証に成功するバージョンにドメイン名を切り替え、`AVAILABLE`になるまで待ちます。',
      both('検証に成功するバージョンをトラストストアに読み込ませ、有効になるまで待ちます。'),
    ],
    [
      '403以外が返れば証明書は通っています。',
      both('HTTPステータスが返れば証明書は通っています（拒否された接続には何も返りません）。'),
    ],
    [
      '期限切れの証明書を延長したり、許容したりする設定はありません。',
      {
        cloudfront:
          '期限切れの証明書を延長する設定はありません。ディストリビューションで期限を無視できますが（`IgnoreCertificateExpiry`）、全クライアントが対象になるため、長くても数時間にとどめます。',
        'load-balancer':
          '期限切れの証明書を延長する設定はありません。リスナーで期限を無視できますが（`IgnoreClientCertificateExpiry`）、全クライアントが対象になるため、長くても数時間にとどめます。',
      },
    ],
    [
      'TLSハンドシェイクでCA証明書を一緒に送っても効果はありません（トラストストアだけが参照されます）。',
      both(
        'バンドルに中間CAがない場合は、TLSハンドシェイクで中間CA証明書も一緒に送ってもらいます（ルートCAはバンドルに必要です）。',
      ),
    ],
    [
      'カスタムドメイン名が参照しているトラストストアのバージョンが、S3の最新オブジェクトと異なります。',
      both('トラストストアに読み込まれているバンドルが、S3の最新オブジェクトより古くなっています。'),
    ],
    [
      '実行ログに`Access denied. Reason:`の行がない403は、相互TLSによるものではありません。[unmatched](unmatched.md)を参照してください。',
      both('証明書以外の原因で失敗した接続については、[connection-failed](connection-failed.md)を参照してください。'),
    ],
    ['ドメイン名の更新（変更作業の後半）', both('トラストストアの更新（変更作業の後半）')],
    ['- [ドメイン名のステータス](domain-name-status.md)', both('')],
    ['トラストストアやカスタムドメイン名の更新', both('トラストストアや入口の設定の更新')],
    ['ゲートウェイ側の設定は変えていない', both('入口側の設定は変えていない')],
    ['- [CloudFront・ロードバランサーでのコマンド](README.md)', both('')],
  ],
};

/** In a page, a sentence may be broken at any space. */
function replaced(page: string, written: string, instead: string): string {
  const [first = '', ...others] = written.split(' ');
  let out = '';
  let from = 0;
  for (let at = page.indexOf(first); at >= 0; at = page.indexOf(first, Math.max(at + 1, from))) {
    let end = at + first.length;
    for (const word of others) {
      const begin = end + (/^\s+/.exec(page.slice(end, end + SPACES_MAX))?.[0].length ?? 0);
      end = begin > end && page.startsWith(word, begin) ? begin + word.length : Number.NaN;
    }
    if (Number.isNaN(end)) continue;
    out += page.slice(from, at) + instead;
    from = end;
  }
  return out + page.slice(from);
}

/** A line's end and the indent of the next one. */
const SPACES_MAX = 20;
/** No command holds a backtick, so that a fence is found without looking back. */
const BLOCK = /^( *)```sh\n([^`]*)```$/gm;

export function pageForDoor(page: string, of: PageDoor, language: Language): string {
  const searches = new Set<string>();
  const wasShown = (line: string): boolean => {
    const isRepeated = searches.has(line);
    if (line.startsWith(LOGS[of.door])) searches.add(line);
    return isRepeated;
  };
  const commands = page.replace(BLOCK, (whole: string, indent: string, block: string) => {
    const lines = block.trimEnd().split('\n');
    const isUpdate = lines.some((line) => UPDATE.test(line.trim()));
    const own = lines
      .flatMap((line) => commandOf(line.trim(), isUpdate, of))
      .filter((line) => of.code !== ANY_CODE || !wasShown(line))
      .map((line) => `${indent}${line}\n`);
    // One that is about the other door alone says so.
    if (own.length === 0) return whole;
    return `${indent}\`\`\`sh\n${[...new Set(own)].join('')}${indent}\`\`\``;
  });
  const judged = judgedByDoor(commands, of.door);
  return PASSAGES[language].reduce((text, [written, instead]) => replaced(text, written, instead[of.door]), judged);
}

/** Whether commands or words are left that hold at API Gateway only: the page is about that door. */
export function isOfGateway(page: string): boolean {
  return /^ *aws apigateway(?:v2)? |(?:EXECUTION|ACCESS)_LOG_GROUP|x-amzn-errortype/m.test(page);
}
