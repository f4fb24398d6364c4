/**
 * A bounded memory for a pure function whose input comes again and again: two generations, the older one dropped.
 * Inputs whose key is longer than `keyCharsMax` are worked out each time.
 */
export function remember<In, Out>(
  bounds: { readonly entriesMax: number; readonly keyCharsMax: number },
  keyOf: (input: In) => string,
  compute: (input: In) => Out,
): (input: In) => Out {
  let young = new Map<string, Out>();
  let old = new Map<string, Out>();
  return (input) => {
    const key = keyOf(input);
    const known = young.get(key);
    if (known !== undefined) return known;
    const value = old.get(key) ?? compute(input);
    if (key.length > bounds.keyCharsMax) return value;
    if (young.size >= bounds.entriesMax / 2) {
      old = young;
      young = new Map();
    }
    young.set(key, value);
    return value;
  };
}
