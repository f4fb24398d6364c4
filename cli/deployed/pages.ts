/** Asks whether pages are where they should be, for `doctor`: without credentials, in bounded time, and nothing of them is read. */

import pMap from 'p-map';
import { messageOf } from '../../shared/base/errors.js';
import { limits } from '../../shared/base/limits.js';
import type { PageAnswer } from '../../shared/discovery/checks/context.js';

/** @param ask asks for one page; another one for tests */
export async function fetchPages(
  urls: Iterable<string>,
  ask: (url: string) => Promise<PageAnswer> = askFor,
): Promise<ReadonlyMap<string, PageAnswer>> {
  const distinct = [...new Set(urls)];
  const answers = await pMap(distinct, async (url) => [url, await ask(url)] as const, {
    concurrency: limits.pagesAtOnceMax,
  });
  return new Map(answers);
}

/** `HEAD`, and `GET` where the server knows no `HEAD`. */
export async function askFor(url: string): Promise<PageAnswer> {
  const address = URL.canParse(url) ? new URL(url) : null;
  if (address === null || !/^https?:$/.test(address.protocol)) {
    return { kind: 'unreachable', why: 'not fetched: expected an address with http or https' };
  }
  if (address.username !== '' || address.password !== '') {
    return { kind: 'unreachable', why: 'not fetched: the address holds credentials, which every alert would show' };
  }
  try {
    const head = await statusOf(address, 'HEAD');
    const isKnown = head !== 405 && head !== 501;
    return { kind: 'answered', status: isKnown ? head : await statusOf(address, 'GET') };
  } catch (error) {
    return { kind: 'unreachable', why: `could not be reached: ${reasonOf(error)}` };
  }
}

async function statusOf(address: URL, method: 'HEAD' | 'GET'): Promise<number> {
  const response = await fetch(address, { method, signal: AbortSignal.timeout(limits.pageMsMax), redirect: 'follow' });
  await response.body?.cancel();
  return response.status;
}

/** What `fetch` says is only that it failed; why is in its cause. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return messageOf(cause).slice(0, 200);
}
