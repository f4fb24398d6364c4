/**
 * Sentences as data: the English words with places for values, and the values. English is made from them by itself; another
 * language has its own words for the same sentence (`shared/messages/phrases/`), with the same values. Pure.
 */

export type PhraseValue = string | number | Phrase | readonly PhraseValue[];

export interface Phrase {
  /** The English words, with `{0}`, `{1}`, … where the values belong. */
  readonly say: string;
  readonly of: readonly PhraseValue[];
}

/** A tag for template strings. Names, dates and the like are values; words of the language are not. */
export function say(words: TemplateStringsArray, ...values: readonly PhraseValue[]): Phrase {
  return { say: words.map((part, index) => (index === 0 ? part : `{${index - 1}}${part}`)).join(''), of: values };
}

/** A sentence without values that is not known before. */
export function plain(words: string): Phrase {
  return { say: words, of: [] };
}

/** The same within a sentence; another language has words for the one that begins with a capital. */
export function lowered({ say: words, of }: Phrase): Phrase {
  return { say: words.charAt(0).toLowerCase() + words.slice(1), of };
}

/** @param translate gives the words of another language, or the same; @param separator between the values of a list */
export function sayIn(phrase: Phrase, translate: (words: string) => string, separator: string): string {
  const shown = (value: PhraseValue): string => {
    if (typeof value === 'object')
      return isList(value) ? value.map(shown).join(separator) : sayIn(value, translate, separator);
    return String(value);
  };
  return translate(phrase.say).replace(/\{(\d{1,2})\}/g, (_, index: string) => {
    const value = phrase.of[Number(index)];
    return value === undefined ? '' : shown(value);
  });
}

function isList(value: Phrase | readonly PhraseValue[]): value is readonly PhraseValue[] {
  return Array.isArray(value);
}

export function english(phrase: Phrase): string {
  return sayIn(phrase, (words) => words, ', ');
}
