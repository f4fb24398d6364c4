/** Sentences on what of the logs could not be judged, and what input is missing: of `replay`, `preflight` and `expiry`. */

import type { Config } from '../config/settings.js';
import { english, type Phrase } from '../model/phrases.js';
import { sayJapanese } from './ja.js';
import { doorName, nameWords } from './names.js';
import { auditPhrases } from './phrases/audit-ja.js';

/** What the log lacks of a client: its certificate, or the end of its validity as well. */
export type Lacking = 'certificate' | 'certificate-and-end';

const counted = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`;

const en = {
  addPem:
    'Add $context.identity.clientCert.clientCertPem to the access-log format of the stage: mtls-watch doctor prints the format and the command.',
  askClient:
    'CloudFront and load balancers log no certificate: ask the client for it, and give it to mtls-watch diagnose --client.',
  giveFormat:
    'Give their format with --format, or set one in JSON, which mtls-watch doctor prints: text alone does not tell which value is the certificate.',
  lacking: (clients: number, calls: number, unit: 'request' | 'connection', lacks: Lacking): string =>
    `${counted(clients, 'client')} with ${counted(calls, unit)} had ${lacks === 'certificate' ? 'no readable certificate' : 'no readable certificate and no end of validity'} in the log: not judged.`,
  withoutCertificate: (without: number, requests: number): string =>
    `${without} of ${counted(requests, 'request')} had no certificate in the log: not judged.`,
  unreadable: (records: number): string =>
    `${counted(records, 'record')} could not be read as access records: not judged.`,
  damaged: (events: number): string => `${counted(events, 'log event')} cut off or damaged: not judged.`,
  leftOut: (requests: number): string => `${counted(requests, 'request')} of further clients were not looked at.`,
  /** @param place with a blank for the account */
  perAccount: (place: string): string =>
    `CAs at ${place} were not looked at: a log does not tell the account. Give the truststore of one with --truststore.`,
  /** Why nothing at all was judged, as clauses. */
  nonePresented: (connections: number): string =>
    `no certificate was presented in ${counted(connections, 'connection')}`,
  noRecord: 'no access record was read',
  noneSeen: (records: number): string => `no client certificate was seen in ${counted(records, 'record')}`,
  noneReadable: 'no readable certificate was seen',
  /** Of `replay`; numbers as text. */
  nothingRead: (events: string): string =>
    `Among ${events} log events was no line of an execution log, no access record and no record of a connection that can be read. Give the logs of API Gateway, or the connection logs of CloudFront or a load balancer; mtls-watch doctor tells where they are, and whether the access-log format can be read.`,
  rejected: (rejected: string, events: string): string =>
    `${rejected} of ${events} log events could not be read: not judged.`,
  noAccessRecord:
    'No access record that can be read was among the log events: who is refused is not known, and of HTTP APIs, which have no execution log, nothing. Give the access logs as well; mtls-watch doctor tells whether their format can be read.',
  ofUnknown: (unknown: string, failures: string): string =>
    `Of ${unknown} of ${failures} refused requests no certificate was in the log: whose they are is not known.`,
  /** @param lines those of the file, where it is not about the whole */
  truststore: (
    name: string,
    lines: string,
    what: Phrase,
    door: { readonly id: string; readonly name: string },
    command: string,
  ): string => {
    const who = door.id === 'api-gateway' ? 'API Gateway' : door.name;
    const may = who.charAt(0).toUpperCase() + who.slice(1);
    return `${name}${lines === '' ? '' : ` line ${lines}:`} ${english(what)}. ${may} may not read it; ${command} says what to do.`;
  },
  join: (sentences: readonly string[]): string => sentences.join(' '),
};

export type EvidenceWords = typeof en;

/** A space stands between Latin and Japanese letters only. */
const apart = (name: string): string => (/[!-~]$/.test(name) ? `${name} ` : name);
const sayAudited = sayJapanese(auditPhrases);

const ja: EvidenceWords = {
  addPem:
    'ステージのアクセスログの形式に $context.identity.clientCert.clientCertPem を追加してください。mtls-watch doctor が形式とコマンドを表示します。',
  askClient:
    'CloudFront とロードバランサーのログには証明書がありません。クライアントから受け取り、mtls-watch diagnose --client で確認してください。',
  giveFormat:
    '--format で形式を指定するか、mtls-watch doctor が表示する JSON の形式に変更してください。文字列だけでは、どの値が証明書か分かりません。',
  lacking: (clients, calls, unit, lacks) =>
    `${clients} クライアントの${unit === 'request' ? 'リクエスト' : '接続'} ${calls} 件は、${lacks === 'certificate' ? '読み取れる証明書が' : '読み取れる証明書も有効期限も'}ログにないため、判定していません。`,
  withoutCertificate: (without, requests) =>
    `リクエスト ${requests} 件のうち ${without} 件は、証明書がログにないため、判定していません。`,
  unreadable: (records) => `${records} 件のレコードはアクセスログとして読み取れないため、判定していません。`,
  damaged: (events) => `${events} 件のログイベントは途中で切れているか壊れているため、判定していません。`,
  leftOut: (requests) => `これ以外のクライアントのリクエスト ${requests} 件は確認していません。`,
  perAccount: (place) =>
    `${place} の CA は確認していません（ログからはアカウントが分からないため）。--truststore で 1 つのアカウントのトラストストアを指定してください。`,
  nonePresented: (connections) => `接続 ${connections} 件で証明書が提示されていません`,
  noRecord: 'アクセスログのレコードが読み取れませんでした',
  noneSeen: (records) => `レコード ${records} 件にクライアント証明書がありません`,
  noneReadable: '読み取れる証明書がありません',
  nothingRead: (events) =>
    `ログイベント ${events} 件に、読み取れる実行ログの行、アクセスログのレコード、接続ログのレコードがありません。API Gateway のログ、または CloudFront かロードバランサーの接続ログを指定してください。ログの場所と、アクセスログの形式を読み取れるかどうかは mtls-watch doctor で確認できます。`,
  rejected: (rejected, events) =>
    `ログイベント ${events} 件のうち ${rejected} 件は読み取れないため、判定していません。`,
  noAccessRecord:
    'ログイベントに、読み取れるアクセスログのレコードがありません。誰が拒否されたかは分からず、実行ログのない HTTP API については何も分かりません。アクセスログも指定してください。形式を読み取れるかどうかは mtls-watch doctor で確認できます。',
  ofUnknown: (unknown, failures) =>
    `拒否されたリクエスト ${failures} 件のうち ${unknown} 件は、証明書がログにないため、誰のものか分かりません。`,
  truststore: (name, lines, what, { id }, command) => {
    const who = apart(doorName(id, nameWords.ja));
    const place = lines === '' ? ': ' : ` ${lines} 行目: `;
    return `${name}${place}${sayAudited(what)}。${who}が読み取れない可能性があります。対処は ${command} で確認できます。`;
  },
  join: (sentences) => sentences.join(''),
};

export const evidenceWords: Readonly<Record<Config['language'], EvidenceWords>> = { en, ja };
