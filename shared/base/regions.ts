/** What is known of AWS Regions. */

/** CloudFront is global; its deliveries of logs are made here, and the log groups that it writes to are here. */
export const CLOUDFRONT_REGION = 'us-east-1';

/** The Region in an ARN; empty where it names none. */
export function regionOf(arn: string): string {
  return arn.split(':')[3] ?? '';
}
