/** Names of scopes for people. A module of its own, because ingest shows nobody anything. */

/** What a load balancer is called by whose listener no name is known: by its ARN, or by the log group that `doctor --fix` makes. */
const LOAD_BALANCER =
  /^((?:\d{12}\/)?)(?:app\/([\w-]{1,32})\/[0-9a-f]{16}|\/aws\/vendedlogs\/load-balancer\/([\w-]{1,32}))((?::\d{1,5})?)$/;

/**
 * A scope as people call it: `bank:443` for `app/bank/50dc6c495c0c9188:443`. Any other scope as it is. Not unique: a load balancer
 * that is made again under its name has another id.
 */
export function readableScope(scope: string): string {
  return scope.replace(LOAD_BALANCER, '$1$2$3$4');
}
