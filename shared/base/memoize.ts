/**
 * A bounded cache for a pure function whose inputs repeat: two generations, of which the older one is dropped. Inputs
 * whose key is longer than `keyCharsMax` are computed each time.
 */
export function memoize<In, Out>(
  bounds: { readonly entriesMax: number; readonly keyCharsMax: number },
  keyOf: (input: In) => string,
  compute: (input: In) => Out,
): (input: In) => Out {
  let young = new Map<string, { readonly key: string; readonly value: Out }>();
  let old = young;
  return (input) => {
    const key = keyOf(input);
    // A map lookup hashes the whole text, while comparing two texts is fast. For keys with the same ending, the last
    // one is kept.
    const ending = key.length > ENDING_CHARS ? key.slice(-ENDING_CHARS) : key;
    const known = young.get(ending);
    if (known?.key === key) return known.value;
    const older = old.get(ending);
    const value = older?.key === key ? older.value : compute(input);
    if (key.length > bounds.keyCharsMax) return value;
    if (young.size >= bounds.entriesMax / 2) {
      old = young;
      young = new Map();
    }
    young.set(ending, { key, value });
    return value;
  };
}

/** For a certificate in PEM, this is the END line and 75 bytes of its signature. */
const ENDING_CHARS = 128;
