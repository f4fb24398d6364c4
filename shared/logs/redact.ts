/**
 * Removes what an installation does not want to keep about callers, before anything is stored, measured or sent.
 * Addresses can be replaced by a keyed hash: the same caller can still be recognised across alerts and reports, but a
 * reader who cannot read the table cannot find the address by trying all addresses.
 */

import { createHmac } from 'node:crypto';
import type { AccessRecord, Parsed } from '../model/index.js';
import type { World } from '../ports/index.js';

export async function redact(parsed: Parsed, { config, stores }: World): Promise<Parsed> {
  const { sourceIps, certificates } = config.privacy;
  const kept = certificates === 'keep' ? parsed : { ...parsed, certificates: new Map<string, string>() };
  if (sourceIps === 'keep') return kept;
  if (sourceIps === 'drop') return withAddresses(kept, () => '');
  const key = await stores.privacy.key();
  return withAddresses(kept, (sourceIp) => pseudonym(sourceIp, key));
}

function withAddresses(parsed: Parsed, addressOf: (sourceIp: string) => string): Parsed {
  const without = <T extends Pick<AccessRecord, 'client'>>(one: T): T => {
    const { client } = one;
    if (client === null || client.sourceIp === '') return one;
    return { ...one, client: { ...client, sourceIp: addressOf(client.sourceIp) } };
  };
  return { ...parsed, accesses: parsed.accesses.map(without), connections: parsed.connections.map(without) };
}

/** 48 bits: among a million callers two have the same pseudonym in one of 500 installations. */
function pseudonym(sourceIp: string, key: string): string {
  return `ip-${createHmac('sha256', key).update(sourceIp).digest('hex').slice(0, 12)}`;
}
