/** The output of `tail` for one refusal: time, domain, client, reason, and once for each certificate what to do. */

import { limits } from '../../shared/base/limits.js';
import { clean } from '../../shared/base/text.js';
import { en } from '../../shared/messages/en.js';
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

export function refusalText(failure: Failure): string {
  const { at, scope, reason, reasonText, issuerDn, isUnverified, client } = failure;
  const where = placeText(clean(scope, 268), failure, en);
  const named = clean(issuerText(issuerDn, en), limits.dnCharsMax);
  const issuer = isUnverified ? en.who.claimant(named) : named;
  const time = new Date(at).toISOString().slice(11, 19);
  const who = client === null ? pc.dim('client not known') : pc.bold(clean(client.subjectDn, limits.dnCharsMax));
  const ip = client === null || client.sourceIp === '' ? '' : `  ${clean(client.sourceIp, 45)}`;
  const why = pc.red(reason === 'other' ? clean(reasonText, limits.reasonWordsCharsMax) : reason);
  return folded(`${pc.dim(time)}  ${where}  ${why}  ${who}${pc.dim(ip)}  ${pc.dim(`issuer ${issuer}`)}\n`);
}

/** The finding that is the cause, and its remedy. */
export function verdictText(verdict: Diagnosis): string {
  const finding = verdict.findings.find(({ code }) => code === verdict.reason) ?? verdict.findings[0];
  const code =
    verdict.verdict === 'trusted' ? pc.green('the truststore trusts it now') : pc.yellow(verdict.reason ?? '');
  return folded(`          ${code}${finding === undefined ? '' : `: ${clean(finding.remedy, REMEDY_CHARS_MAX)}`}\n`);
}
