/** Any text, for properties. */

import fc from 'fast-check';

/** Characters of ASCII as often as those of all scripts together; no half of a surrogate pair. */
const character = fc
  .oneof(
    { weight: 2, arbitrary: fc.integer({ min: 0, max: 0x7f }) },
    fc.integer({ min: 0x80, max: 0xd7ff }),
    fc.integer({ min: 0xe000, max: 0x10ffff }),
  )
  .map((codePoint) => String.fromCodePoint(codePoint));

/** fast-check's own unit `binary` takes a second or two to make, and one in a thousand of its characters is `"`, `<` or a line break. */
export function anyText(constraints: { readonly maxLength?: number } = {}): fc.Arbitrary<string> {
  return fc.string({ ...constraints, unit: character });
}
