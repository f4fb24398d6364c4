/**
 * URLs of pages in the AWS console: the logs of one group and time, and the dashboard. The console encodes a query of
 * Logs Insights as JSURL, escapes that, and writes `$` for every `%`. The result holds only characters that mail
 * clients and chats accept inside a link. Names that a client chose are put into a query only when they are plain.
 */

import { limits } from '../base/limits.js';
import { MINUTE_MS } from '../base/time.js';
import { accountOf, bareName } from '../config/qualified-names.js';
import type { Config } from '../config/settings.js';
import type { Deployment, GroupKey, NoticeLinks } from '../model/index.js';
import { isCode } from '../model/reasons.js';

interface Query {
  readonly logGroups: readonly string[];
  /** Milliseconds since the epoch. */
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** How far the links reach before the first failure and after the notice, because logs arrive late. */
const AROUND_MS = 10 * MINUTE_MS;

export function linksOf(
  about: { readonly group: GroupKey; readonly reasonText: string; readonly since: number; readonly at: number },
  config: Config,
  place: Deployment | null,
): NoticeLinks {
  if (place === null) return { executionLog: null, accessLog: null, dashboard: null };
  const { region, dashboardName } = place;
  const [from, to] = [about.since - AROUND_MS, about.at + AROUND_MS];
  const logs = (groups: Config['accessLogGroups'], text: string): string | null => {
    // A link to some of them would show nothing where the refusal is in another.
    if (groups.length === 0 || groups.length > limits.logGroupsPerLinkMax) return null;
    return logsInsightsUrl(region, { logGroups: groups.map(({ name }) => name), from, to, text });
  };
  // A code, which is one word, is of a door whose one log says who and why; API Gateway speaks in sentences.
  if (isCode(about.reasonText)) {
    return {
      executionLog: logs(config.connectionLogGroups, connectionQuery(about)),
      accessLog: null,
      dashboard: dashboardName === null ? null : dashboardUrl(region, dashboardName, from, to),
    };
  }
  return {
    executionLog: logs(config.executionLogGroups, executionQuery(about)),
    accessLog: logs(config.accessLogGroups, accessQuery(about.group)),
    dashboard: dashboardName === null ? null : dashboardUrl(region, dashboardName, from, to),
  };
}

/** Text that is safe inside double quotes of a query. It must never be put into a regular expression. */
const PLAIN = /^[A-Za-z0-9][A-Za-z0-9 .,_()-]{2,79}$/;

function connectionQuery({ group, reasonText }: { readonly group: GroupKey; readonly reasonText: string }): string {
  return [
    'fields @timestamp, @message, @logStream',
    `| filter @message like "${reasonText}"`,
    ...accountFilter(group.scope),
    ...issuerFilter(group.issuerDn),
    '| sort @timestamp desc',
    '| limit 100',
  ].join('\n');
}

function executionQuery({ group, reasonText }: { readonly group: GroupKey; readonly reasonText: string }): string {
  const reason = PLAIN.test(reasonText) ? ` ${reasonText}` : '';
  return [
    'fields @timestamp, @message, @logStream',
    `| filter @message like "Access denied. Reason:${reason}"`,
    ...accountFilter(group.scope),
    '| sort @timestamp desc',
    '| limit 100',
  ].join('\n');
}

function accessQuery({ scope, issuerDn }: GroupKey): string {
  const domain = bareName(scope);
  return [
    'fields @timestamp, identity.sourceIp, identity.clientCert.subjectDN, identity.clientCert.issuerDN, identity.clientCert.serialNumber, error.message, requestId',
    '| filter status = 403',
    ...accountFilter(scope),
    ...(PLAIN.test(domain) && !domain.includes(' ') ? [`| filter domainName = "${domain}"`] : []),
    ...issuerFilter(issuerDn),
    '| sort @timestamp desc',
    '| limit 100',
  ].join('\n');
}

function issuerFilter(issuerDn: string): string[] {
  const name = /(?:^|,)CN=([^,+]*)$/.exec(issuerDn)?.[1] ?? '';
  return PLAIN.test(name) ? [`| filter @message like "${name}"`] : [];
}

/**
 * A centralised log group holds the events of many accounts, and several accounts may have a domain of the same name.
 */
function accountFilter(scope: string): string[] {
  const account = accountOf(scope);
  return account === '' ? [] : [`| filter @aws.account = "${account}"`];
}

export function logsInsightsUrl(region: string, { logGroups, from, to, text }: Query): string {
  const detail = jsurl({
    end: new Date(to).toISOString(),
    start: new Date(from).toISOString(),
    timeType: 'ABSOLUTE',
    tz: 'UTC',
    editorString: text,
    isLiveTail: false,
    source: logGroups,
  });
  return `${consoleOf(region)}#logsV2:logs-insights$3FqueryDetail$3D${twiceEscaped(detail)}`;
}

function dashboardUrl(region: string, name: string, from: number, to: number): string {
  const [start, end] = [from, to].map((at) => new Date(at).toISOString());
  return `${consoleOf(region)}#dashboards:name=${encodeURIComponent(name)};start=${start};end=${end}`;
}

function consoleOf(region: string): string {
  const domain = region.startsWith('cn-')
    ? 'console.amazonaws.cn'
    : region.startsWith('us-gov-')
      ? 'console.amazonaws-us-gov.com'
      : 'console.aws.amazon.com';
  return `https://${region}.${domain}/cloudwatch/home?region=${region}`;
}

/** Encodes as JSURL (https://github.com/Sage/jsurl): `~(key~'text~list~(~'a~'b))`. */
function jsurl(value: unknown): string {
  if (typeof value === 'string') return `~'${escapedText(value)}`;
  if (Array.isArray(value)) return `~(${value.map(jsurl).join('')})`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(([key, one]) => `${escapedText(key)}${jsurl(one)}`);
    return `~(${entries.join('~')})`;
  }
  return `~${String(value)}`;
}

function escapedText(text: string): string {
  return text.replace(/[^\w.-]/g, (unit) => {
    if (unit === '$') return '!';
    const hex = unit.charCodeAt(0).toString(16);
    return hex.length <= 2 ? `*${hex.padStart(2, '0')}` : `**${hex.padStart(4, '0')}`;
  });
}

function twiceEscaped(text: string): string {
  return text.replace(/[~()'!]/g, (char) => `$25${char.charCodeAt(0).toString(16).toUpperCase()}`);
}
