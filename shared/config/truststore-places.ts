/** Where truststores are: objects in S3, files of the command line, and trust stores of load balancers. */

/** Whether a truststore's address is a trust store of load balancers, which has an API of its own. */
export function isTrustStoreArn(place: string): boolean {
  return place.startsWith('arn:');
}
