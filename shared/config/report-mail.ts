/** The identities by which SES takes an address. */

/** The address itself, which SES asks about where it is verified, and else its domain. */
export function identitiesOf(address: string): readonly [address: string, domain: string] {
  return [address, address.slice(address.lastIndexOf('@') + 1)];
}
