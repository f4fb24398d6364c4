/**
 * The destination of an account that sends its logs to a central one.
 * @param arn the central stack's output `DestinationArn`, or `SpreadDestinationArn`, which ends in `NN` for the last two digits of the
 *   account's id
 */
export function destinationOf(arn: string, accountId: string): string {
  return arn.endsWith('-NN') ? `${arn.slice(0, -2)}${accountId.slice(-2)}` : arn;
}
