/** Whether the pages are where alerts link to them: every one that an alert can name. */

import { limits } from '../../base/limits.js';
import { runbookIds, runbookPage } from '../../config/runbooks.js';
import type { Coverage } from '../../ports/watch.js';
import { type Check, ok, type Subject, warning, wrong } from '../check.js';
import type { Context, PageAnswer } from './context.js';

/** The addresses that alerts can name, by the base address or override that they come from; empty where none is known. */
export function pagesOf(coverage: Coverage | null): ReadonlyMap<string, readonly string[]> {
  if (coverage?.runbooks === undefined) return new Map();
  const { runbooks, language = 'en' } = coverage;
  const own = runbookIds.map((id) => runbookPage({ runbooks, language }, id));
  const pages = new Map<string, readonly string[]>([[runbooks.baseUrl, own]]);
  for (const { url } of runbooks.overrides.slice(0, limits.runbookOverridesFetchedMax)) pages.set(url, [url]);
  return pages;
}

export function runbookChecks({ watch, coverage, pages }: Context): Check[] {
  if (pages === null) return [];
  const answers = (url: string): PageAnswer => pages.get(url) ?? { kind: 'unreachable', why: 'not fetched' };
  return [...pagesOf(coverage ?? watch?.coverage ?? null)].map(([base, urls]) => checkOf(base, urls, answers));
}

const SHOWN_MAX = 5;

function checkOf(base: string, urls: readonly string[], answerOf: (url: string) => PageAnswer): Check {
  const subject: Subject = {
    id: 'runbook-pages',
    domain: null,
    about: base,
    expected: 'every page that alerts name answers',
  };
  const answers = urls.map((url) => ({ url, answer: answerOf(url) }));
  const missing = answers.filter(({ answer }) => answer.kind === 'answered' && isMissing(answer.status));
  if (missing.length > 0) {
    const shown = missing.slice(0, SHOWN_MAX).map(({ url, answer }) => `${shortened(url, base)} (${wordsOf(answer)})`);
    return wrong(
      subject,
      `${missing.length} of ${urls.length} are not there: ${shown.join(', ')}${missing.length > SHOWN_MAX ? ', …' : ''}`,
      'Publish the folder runbooks at this address, or set runbooks.baseUrl to where it is (runbooks/README.md): an alert links to a page that is not there.',
    );
  }
  const away = answers.find(({ answer }) => answer.kind === 'unreachable');
  if (away !== undefined) {
    const why = `${shortened(away.url, base)}: ${wordsOf(away.answer)}`;
    // A wiki is often reached from the company's own network only: that is no fault, and no reason for doctor to fail.
    return warning(subject, why, 'See whether on-call can open the pages: from here the address cannot be reached.');
  }
  const closed = answers.find(({ answer }) => answer.kind === 'answered' && answer.status >= 400);
  if (closed === undefined) return ok(subject, urls.length === 1 ? 'it answers' : 'all answer');
  return warning(
    subject,
    `${shortened(closed.url, base)} answers with ${wordsOf(closed.answer)}`,
    'Open a page as on-call would: without signing in it cannot be told from here whether the pages are there.',
  );
}

/** Gone, or never there. A sign-in answers with 401 or 403, or leads to a page of its own. */
function isMissing(status: number): boolean {
  return status === 404 || status === 410;
}

function shortened(url: string, base: string): string {
  return url.startsWith(base) && url.length > base.length ? url.slice(base.length).replace(/^\//, '') : url;
}

function wordsOf(answer: PageAnswer): string {
  return answer.kind === 'answered' ? String(answer.status) : answer.why;
}
