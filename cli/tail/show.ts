/** The output of `tail` for one refusal: time, domain, client, reason, and once for each certificate what to do. */

import { limits } from '../../shared/base/limits.js';
import { clean } from '../../shared/base/text.js';
import type { Config } from '../../shared/config/settings.js';
import { messagesIn } from '../../shared/messages/index.js';
import { issuerText, placeText } from '../../shared/messages/names.js';
import type { Diagnosis, Failure } from '../../shared/model/index.js';
import { pc } from '../terminal/colors.js';
import { folded, jsonLine } from '../terminal/table.js';

/** A remedy names DNs, which may be long. */
const REMEDY_CHARS_MAX = 2_000;

export function refusalLine(failure: Failure, verdict: Diagnosis | null): string {
  const { at, scope, door, reason, reasonText, words, issuerDn, isUnverified, client, weight } = failure;
  return jsonLine({
    type: 'refusal',
    at: new Date(at).toISOString(),
    scope,
    ...(door !== undefined && { door }),
    issuerDn,
    ...(isUnverified && { isUnverified }),
    reason,
    reasonText,
    ...(words !== undefined && { words }),
    client: client && {
      subjectDn: client.subjectDn,
      serialNumber: client.serialNumber,
      fingerprint: client.fingerprint,
      sourceIp: client.sourceIp,
    },
    requestId: failure.requestId,
    extendedRequestId: failure.extendedRequestId,
    /** More than 1 in a storm, when similar requests are not joined one by one. */
    standsFor: weight,
    verdict,
  });
}

const tailWords = {
  en: {
    unknownClient: 'client not known',
    issuer: (name: string) => `issuer ${name}`,
    trusted: 'the truststore trusts it now',
  },
  ja: {
    unknownClient: 'クライアント不明',
    issuer: (name: string) => `発行者 ${name}`,
    trusted: '現在のトラストストアでは信頼されます',
  },
} as const satisfies Record<Config['language'], object>;

export function refusalText(failure: Failure, language: Config['language'] = 'en'): string {
  const [messages, words] = [messagesIn[language], tailWords[language]];
  const { at, scope, reason, reasonText, issuerDn, isUnverified, client } = failure;
  const where = placeText(clean(scope, 268), failure, messages);
  const named = clean(issuerText(issuerDn, messages), limits.dnCharsMax);
  const issuer = isUnverified ? messages.who.claimant(named) : named;
  const time = new Date(at).toISOString().slice(11, 19);
  const who = client === null ? pc.dim(words.unknownClient) : pc.bold(clean(client.subjectDn, limits.dnCharsMax));
  const ip = client === null || client.sourceIp === '' ? '' : `  ${clean(client.sourceIp, 45)}`;
  const why = pc.red(reason === 'other' ? clean(reasonText, limits.reasonWordsCharsMax) : reason);
  return folded(`${pc.dim(time)}  ${where}  ${why}  ${who}${pc.dim(ip)}  ${pc.dim(words.issuer(issuer))}\n`);
}

/** The finding that is the cause, and its remedy. */
export function verdictText(verdict: Diagnosis, language: Config['language'] = 'en'): string {
  const words = tailWords[language];
  const finding = verdict.findings.find(({ code }) => code === verdict.reason) ?? verdict.findings[0];
  const code = verdict.verdict === 'trusted' ? pc.green(words.trusted) : pc.yellow(verdict.reason ?? '');
  const said = finding?.said;
  const remedy = said === undefined ? (finding?.remedy ?? '') : messagesIn[language].say(said.remedy);
  return folded(`          ${code}${remedy === '' ? '' : `: ${clean(remedy, REMEDY_CHARS_MAX)}`}\n`);
}
