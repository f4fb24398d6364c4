/**
 * The only way from data to HTML: a template that escapes every inserted value, unless it was made by the same
 * template. Text from clients cannot add markup, control or direction characters.
 */

import { clean } from '../base/text.js';

const MARK = Symbol('html');

export interface Html {
  readonly [MARK]: string;
}

type Part = Html | string | number | null | readonly Part[];

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
};

export function escapeHtml(text: string): string {
  return clean(text, Number.POSITIVE_INFINITY).replace(/[&<>"'`]/g, (char) => ENTITIES[char] ?? char);
}

/** Numbers and texts are escaped, null is empty, lists are joined. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return { [MARK]: strings.reduce((text, string, n) => text + render(parts[n - 1] ?? null) + string) };
}

function render(part: Part): string {
  if (part === null) return '';
  if (typeof part === 'string' || typeof part === 'number') return escapeHtml(String(part));
  return isHtml(part) ? part[MARK] : part.map(render).join('');
}

function isHtml(part: Html | readonly Part[]): part is Html {
  return MARK in part;
}

/** For text of this program only, such as the style sheet; never for text from outside. */
export function trusted(text: string): Html {
  return { [MARK]: text };
}

export function textOfHtml(page: Html): string {
  return page[MARK];
}
