/**
 * Builds AWS CLI command lines that are safe to paste, whatever names the account contains: everything that is not
 * plain text is quoted for the shell, and characters that a terminal would interpret are escaped.
 */

/** A plain value, a structure as JSON, or a part of the line for the shell to evaluate. */
export type Value = string | number | object | { readonly shell: string };

export interface AccountRegion {
  readonly accountId: string;
  readonly region: string;
}

/** `aws SERVICE OPERATION --region … --name value …`; an option of `true` has no value. */
export function aws(
  service: string,
  operation: string,
  { region }: Pick<AccountRegion, 'region'>,
  options: Readonly<Record<string, Value | true>>,
): string {
  const all: Readonly<Record<string, Value | true>> = { region, ...options };
  const words = Object.entries(all).map(([name, value]) => {
    if (value === true) return `--${name}`;
    const text = isShell(value) ? value.shell : quote(typeof value === 'object' ? JSON.stringify(value) : `${value}`);
    // The CLI would interpret a value that begins with a dash as an option.
    return text.startsWith('-') || text.startsWith("'-") || text.startsWith("$'-")
      ? `--${name}=${text}`
      : `--${name} ${text}`;
  });
  return `aws ${service} ${operation} ${words.join(' ')}`;
}

function isShell(value: Value): value is { readonly shell: string } {
  return typeof value === 'object' && 'shell' in value;
}

/** Controls, formatting characters and everything else that a terminal or an editor interprets. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

/** One word of a POSIX shell; of bash and zsh if the text contains characters that a terminal would interpret. */
export function quote(text: string): string {
  if (/^[\w@%+=:,./-]+$/.test(text)) return text;
  if (!UNPRINTABLE.test(text)) return `'${text.replaceAll("'", `'\\''`)}'`;
  const escaped = [...text].map((char) => {
    if (char === "'" || char === '\\') return `\\${char}`;
    if (!UNPRINTABLE.test(char)) return char;
    return `\\U${(char.codePointAt(0) ?? 0).toString(16).padStart(8, '0')}`;
  });
  return `$'${escaped.join('')}'`;
}

/**
 * One patch operation of API Gateway's REST API service, as JSON, because commas have a special meaning in the CLI's
 * shorthand.
 */
export function replaceAt(path: string, value: string) {
  return { op: 'replace', path, value };
}

/** Whether the AWS CLI would read the value from a file or a URL. */
export function isReference(text: string): boolean {
  return /^(?:fileb?|https?):\/\//i.test(text);
}

export function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn';
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}
