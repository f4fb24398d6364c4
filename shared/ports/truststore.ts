/** Where the CA bundle of a custom domain comes from. Implemented by `adapters/aws/truststore.ts`. */

export interface TruststoreObject {
  /** The bundle, one character a byte (Latin-1), so that what is no text can be told. */
  readonly text: string;
  /** Changes with the content: compare it, and keep what was made of the text under it. */
  readonly version: string;
  /** The version that a domain name is updated to; null in a bucket without versioning. */
  readonly versionId: string | null;
  /** When this version was put; milliseconds since the epoch. */
  readonly modifiedAt: number;
}

export interface TruststoreSource {
  /**
   * The current version. Answers from memory while the object is unchanged; the same version is the same object.
   * @param uri `s3://bucket/key`
   * @throws MtlsWatchError `truststore-unreadable`, with what was wrong and what to do
   */
  read(uri: string): Promise<TruststoreObject>;
  /**
   * The versions before the current one that were in use within the last week, and the one before it in any case; the newest
   * first. Those that cannot be read are left out. Empty where there is none or they cannot be seen.
   * @throws MtlsWatchError `truststore-unreadable` where they cannot be listed, or none of them can be read
   */
  earlier(uri: string): Promise<readonly TruststoreObject[]>;
}
