/** The texts of the alarms about mtls-watch itself: what happened, what it means, what to do first. */

import { type AlarmId, runbookPage } from '../config/runbooks.js';
import type { Config } from '../config/settings.js';

interface AlarmText {
  readonly happened: string;
  readonly means: string;
  readonly first: string;
}

const alarmTexts: Readonly<Record<Config['language'], Readonly<Record<AlarmId, AlarmText>>>> = {
  en: {
    'canary-missing': {
      happened: 'The canary, a refusal made on purpose, has not come through the logs to mtls-watch.',
      means: 'Refused clients of this domain may go unseen: no alert does not mean that nobody is refused.',
      first: 'Run `mtls-watch doctor` and mend what it names; watch the 403s of the domain meanwhile.',
    },
    'canary-not-refused': {
      happened: 'The canary called with a certificate that nobody should trust, and was not refused.',
      means: 'Mutual TLS may be off or bypassed: anybody may be able to call this API.',
      first: 'Check the mutual TLS of the domain and its default endpoint, now; then what was changed last.',
    },
    'dead-letters': {
      happened: 'Batches of log lines could not be processed and wait in the dead-letter queue.',
      means: 'The refusals in them are not counted yet; alerts on them are missing. They are kept for 14 days.',
      first: 'Read the error of ingest, mend it, then put the batches through again: `mtls-watch redrive`.',
    },
    'lost-dead-letters': {
      happened: 'A batch of log lines could not be processed and did not reach the dead-letter queue.',
      means: 'It is lost for mtls-watch: its refusals are never counted. The log lines are still in CloudWatch Logs.',
      first: 'Restore the queue or the permission (deploy again); replay the log of that time.',
    },
    'ingest-errors': {
      happened: 'The function that reads the logs fails again and again.',
      means: 'Alerts on refused clients are late, and batches become dead letters after three attempts.',
      first: 'Read the error in the log of the ingest function.',
    },
    'ingest-throttles': {
      happened: 'For 15 minutes Lambda has had no room to run all calls of the function that reads the logs.',
      means: 'Alerts on refused clients are late. Batches wait up to six hours, then become dead letters.',
      first: 'Raise `reservedConcurrency` or the concurrency of the account.',
    },
    'stream-behind': {
      happened: 'Log records of other accounts have waited in the stream for more than ten minutes.',
      means: 'Alerts on refused clients of these accounts are late; records are lost when the stream forgets them.',
      first: 'See whether ingest fails or is throttled; otherwise give the stream more shards.',
    },
    'sweep-errors': {
      happened: 'The function that runs every minute fails again and again.',
      means: 'Incidents are not resolved or repeated, and refusals known from one log only are not counted.',
      first: 'Read the error in the log of the sweep function.',
    },
    'sweep-not-running': {
      happened: 'The function that should run every minute has not run for ten minutes.',
      means: 'Incidents are not resolved or repeated, and notices that failed to be sent are not sent again.',
      first: 'See whether its schedule is enabled and the function may run; deploying again restores both.',
    },
    'notices-waiting': {
      happened: 'A notice has waited in the outbox for more than five minutes.',
      means: 'Somebody should have been told of refused clients and was not.',
      first: 'Look into the table or the incidents for what fires; then see why the topic takes no notice.',
    },
    'rejects-rising': {
      happened: 'Many log records cannot be read: one in ten or more, and five at least, within an hour.',
      means: 'A log format was probably changed: refused clients are not counted, or without a name.',
      first: 'Find the log group with the saved query "rejects", and compare its format with the documented one.',
    },
    'delivery-errors': {
      happened: 'CloudWatch Logs could not hand log events to mtls-watch.',
      means:
        'Where access was denied or the function was not found it does not try again: refused clients go uncounted.',
      first: 'Run `mtls-watch doctor`, restore the permission or deploy again; then replay the log of that time.',
    },
    'delivery-throttled': {
      happened: 'For 15 minutes CloudWatch Logs has been throttled when it handed log events to mtls-watch.',
      means:
        'Alerts on refused clients are late. It tries again for 24 hours; then the events are lost for mtls-watch.',
      first: 'Raise `reservedConcurrency`, the concurrency of the account or the shards of the stream.',
    },
    'metrics-lost': {
      happened: 'CloudWatch made no metrics of what a function of mtls-watch logged.',
      means: 'The dashboard and the alarms on these metrics are blind. Counting and alerts on clients go on.',
      first: 'Run `mtls-watch doctor`: it names the account policy that switches the metrics off.',
    },
    'log-group-silent': {
      happened: 'A log group that used to have records of refusals has had none for long.',
      means: 'Its subscription, its filter or its logging may have stopped: its refused clients go unseen.',
      first: 'Run `mtls-watch doctor` and see whether the stage still logs, and where.',
    },
    'filters-unmet': {
      happened: 'A log group has no subscription filter of mtls-watch though it should, or the check did not run.',
      means: 'Refused clients of that API go unseen.',
      first: 'Run `mtls-watch doctor`: it names the log group, and whether its places for filters are taken.',
    },
    'report-not-made': {
      happened: 'A run of the weekly report failed.',
      means: 'The report of last week may be missing. Alerts are not affected.',
      first: 'Read the error in the log of the report function; calling it again by hand is safe.',
    },
  },
  ja: {
    'canary-missing': {
      happened: 'カナリア（意図的に拒否させたリクエスト）の記録が、ログを通じて mtls-watch に届いていません。',
      means:
        'このドメインで拒否されたクライアントを検知できていない可能性があります。アラートがないことは正常を意味しません。',
      first:
        '`mtls-watch doctor` を実行し、指摘された箇所を直してください。その間はドメインの 403 を直接監視してください。',
    },
    'canary-not-refused': {
      happened: 'カナリアが、信頼されるはずのない証明書で接続し、拒否されませんでした。',
      means: '相互 TLS が無効か、迂回されている可能性があります。誰でもこの API を呼び出せるおそれがあります。',
      first: '直ちにドメインの相互 TLS 設定とデフォルトエンドポイントを確認し、直近の変更を調べてください。',
    },
    'dead-letters': {
      happened: '処理できなかったログのバッチがデッドレターキューに滞留しています。',
      means: '含まれる拒否はまだ集計されておらず、アラートも出ていません。14 日間保持されます。',
      first: '取り込み関数のエラーを確認して解消し、`mtls-watch redrive` で再処理してください。',
    },
    'lost-dead-letters': {
      happened: '処理できなかったログのバッチが、デッドレターキューにも届きませんでした。',
      means: 'mtls-watch からは失われ、含まれる拒否は集計されません。ログ自体は CloudWatch Logs に残っています。',
      first: 'キューまたは権限を復旧（再デプロイ）し、その時間帯のログをリプレイしてください。',
    },
    'ingest-errors': {
      happened: 'ログを取り込む関数が繰り返し失敗しています。',
      means: '拒否のアラートが遅れ、バッチは 3 回失敗するとデッドレターになります。',
      first: '取り込み関数のログでエラーを確認してください。',
    },
    'ingest-throttles': {
      happened: 'ログを取り込む関数の同時実行数が 15 分間不足しています。',
      means: '拒否のアラートが遅れています。バッチは最大 6 時間待機した後、デッドレターになります。',
      first: '`reservedConcurrency` またはアカウントの同時実行数の上限を引き上げてください。',
    },
    'stream-behind': {
      happened: '他アカウントのログレコードが、ストリームで 10 分以上待たされています。',
      means: 'これらのアカウントの拒否アラートが遅れています。ストリームの保持期間を過ぎると失われます。',
      first: '取り込み関数の失敗やスロットリングを確認し、なければシャードを増やしてください。',
    },
    'sweep-errors': {
      happened: '毎分実行される定期処理が繰り返し失敗しています。',
      means: 'インシデントの解消や再通知が行われず、片方のログしかない拒否が集計されません。',
      first: '定期処理（sweep）関数のログでエラーを確認してください。',
    },
    'sweep-not-running': {
      happened: '毎分実行されるはずの定期処理が 10 分間実行されていません。',
      means: 'インシデントの解消や再通知が行われず、送信に失敗した通知も再送されません。',
      first: 'スケジュールが有効か、関数を実行できるかを確認してください。再デプロイで両方とも復旧します。',
    },
    'notices-waiting': {
      happened: '通知が 5 分以上、送信待ちのままです。',
      means: '拒否されたクライアントについて届くべき通知が、届いていません。',
      first: '発生中のインシデントを確認し、トピックが通知を受け付けない原因を調べてください。',
    },
    'rejects-rising': {
      happened: '読み取れないログレコードが増えています（1 時間に 5 件以上、かつ 10 件に 1 件以上）。',
      means: 'ログの形式が変更された可能性があります。拒否が集計されないか、クライアント名が欠けます。',
      first: '保存済みクエリ「rejects」でロググループを特定し、形式を文書と比較してください。',
    },
    'delivery-errors': {
      happened: 'CloudWatch Logs がログイベントを mtls-watch に配信できませんでした。',
      means: 'アクセス拒否や関数の不在が原因の場合は再送されず、拒否されたクライアントが集計されません。',
      first:
        '`mtls-watch doctor` を実行し、権限を復旧するか再デプロイしてから、その時間帯のログをリプレイしてください。',
    },
    'delivery-throttled': {
      happened: 'CloudWatch Logs から mtls-watch への配信が 15 分間スロットリングされています。',
      means: '拒否のアラートが遅れています。24 時間は再送されますが、その後は失われます。',
      first: '`reservedConcurrency`、アカウントの同時実行数、またはストリームのシャード数を増やしてください。',
    },
    'metrics-lost': {
      happened: 'mtls-watch の関数が出力したログから、CloudWatch がメトリクスを作成していません。',
      means:
        'ダッシュボードと、これらのメトリクスを見るアラームが機能しません。集計とクライアントのアラートは継続しています。',
      first: '`mtls-watch doctor` を実行してください。メトリクスを無効にしているアカウントポリシーが分かります。',
    },
    'log-group-silent': {
      happened: '拒否の記録が届いていたロググループから、長時間何も届いていません。',
      means: 'サブスクリプション、フィルター、またはログ出力が止まり、拒否を検知できていない可能性があります。',
      first: '`mtls-watch doctor` を実行し、ステージがログを出力しているか、出力先はどこかを確認してください。',
    },
    'filters-unmet': {
      happened:
        '必要なロググループに mtls-watch のサブスクリプションフィルターがないか、確認処理が実行されていません。',
      means: 'その API で拒否されたクライアントを検知できません。',
      first: '`mtls-watch doctor` を実行してください。ロググループ名と、フィルターの空きの有無が分かります。',
    },
    'report-not-made': {
      happened: '週次レポートの実行が失敗しました。',
      means: '先週のレポートが作成されていない可能性があります。アラートには影響ありません。',
      first: 'レポート関数のログでエラーを確認してください。手動で再実行しても問題ありません。',
    },
  },
};

/**
 * The description of an alarm, which its mail shows.
 * @param about the subject of the alarm if there may be several of a kind: the domain of a canary
 */
export function alarmDescription(id: AlarmId, config: Config, about?: string): string {
  const { happened, means, first } = alarmTexts[config.language][id];
  const subject = about === undefined ? '' : `${about}: `;
  return [`mtls-watch: ${subject}${happened}`, means, first, runbookPage(config, id)].join('\n');
}
