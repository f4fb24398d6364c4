/** See `bundle.mjs`. */
export function bundleCli(outdir: string, use: 'checkout' | 'package'): Promise<void>;
