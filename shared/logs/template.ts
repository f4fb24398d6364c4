/** An access-log format as text with variables (`$context.status`), which is how API Gateway treats it. */

export type Token =
  | { readonly kind: 'text'; readonly text: string }
  /** The name is without `$context.`. */
  | { readonly kind: 'variable'; readonly name: string };

const VARIABLE = /\$context\.([A-Za-z]\w{0,63}(?:\.\w{1,64}){0,6})/g;

/** The texts and variables of a template, in their order. */
export function tokensOf(template: string): Token[] {
  const tokens: Token[] = [];
  let from = 0;
  for (const match of template.matchAll(VARIABLE)) {
    if (match.index > from) tokens.push({ kind: 'text', text: template.slice(from, match.index) });
    tokens.push({ kind: 'variable', name: match[1] ?? '' });
    from = match.index + match[0].length;
  }
  if (from < template.length) tokens.push({ kind: 'text', text: template.slice(from) });
  return tokens;
}
